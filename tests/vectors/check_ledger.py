"""Checks the vectors of `ledger/` with an implementation that shares no code with ours.

    python -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python check_ledger.py

SHA-256 is Python's, CBOR the package `cbor2`, Ed25519 OpenSSL's. The rules are written out here from sections 2 and 4 of
`docs/protocol.md`.
"""

import base64
import hashlib
import json
import struct
import sys
from pathlib import Path
from typing import Any

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

VECTORS = Path(__file__).parent / "ledger"
LARGEST = 2**63 - 1


class Refused(Exception):
    """What was read breaks a rule."""


def need(condition: bool, why: str) -> None:
    if not condition:
        raise Refused(why)


def load(name: str) -> dict[str, Any]:
    return json.loads((VECTORS / name).read_text())


# Encodings (protocol section 1)


def base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")


def unbase32(text: str) -> bytes:
    return base64.b32decode(text + "=" * (-len(text) % 8))


def unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def deterministic(data: bytes) -> Any:
    """One CBOR item in deterministic encoding (RFC 8949 section 4.2.1) and nothing after it."""
    try:
        value = cbor2.loads(data)
    except (cbor2.CBORDecodeError, ValueError, EOFError) as error:
        raise Refused(str(error)) from error
    need(cbor2.dumps(value, canonical=True) == data, "not deterministic")
    return value


def artefact(data: bytes, kind: int) -> tuple[dict[int, Any], bytes]:
    """Payload and signer of an artefact; of a rekey too, whose signer is key 3."""
    header, unprotected, payload, signature = deterministic(data)
    need(header == bytes.fromhex("a10127") and unprotected == {}, "not an artefact")
    fields = deterministic(payload)
    need(fields[0] == kind and fields[1] == 1, "another kind or version")
    signed = cbor2.dumps(["Signature1", header, b"tallystick-1", payload], canonical=True)
    try:
        Ed25519PublicKey.from_public_bytes(fields[3]).verify(signature, signed)
    except InvalidSignature as error:
        raise Refused("signature") from error
    return fields, fields[3]


# Chains (protocol section 4.2)


def empty_hash(issuer: bytes, account: bytes, epoch: int) -> bytes:
    return sha256(b"tallystick-chain-1", issuer, account, struct.pack(">I", epoch))


def read_entry(data: bytes) -> dict[int, Any]:
    entry = deterministic(data)
    need(isinstance(entry, dict) and entry.get(1) in (1, 2, 3, 4), "not a known kind of entry")
    carried = entry[1] == 4
    need(set(entry) == ({0, 1, 2, 3, 4, 5, 8, 9, 10} if carried else {0, 1, 2, 3, 4, 5, 6, 7}), "fields")
    need(all(isinstance(entry[key], int) for key in (0, 2, 3, 5)), "integers")
    need(1 <= entry[0] <= LARGEST and 0 <= entry[5] <= LARGEST, "sequence or time")
    need(all(-LARGEST - 1 <= entry[key] <= LARGEST for key in (2, 3)), "amount or balance")
    need(len(entry[4]) == 16, "blind")
    if carried:
        need(0 <= entry[8] < 2**32 and 1 <= entry[9] <= LARGEST and len(entry[10]) == 32, "carried")
    else:
        need(entry[2] != 0 and len(entry[6]) == 16 and len(entry[7]) == 32, "order")
    return entry


def check_chain(chain: dict[str, Any]) -> None:
    epoch = chain["epoch"]
    state = empty_hash(unbase32(chain["issuer"]), unbase32(chain["account"]), epoch)
    need(base32(state) == chain["empty_hash"], "empty chain")
    balance, time = 0, 0
    for sequence, expected in enumerate(chain["entries"], start=1):
        data = unbase64(expected["entry"])
        entry = read_entry(data)
        need(entry[0] == sequence == expected["sequence"], "sequence")
        need(entry[1] == expected["kind"], "kind")
        need(str(entry[2]) == expected["amount"] and str(entry[3]) == expected["balance"], "amounts")
        need(entry[3] == balance + entry[2], "balance")
        need(entry[5] == expected["time"] >= time, "time")
        need(base32(entry[4]) == expected["blind"], "blind")
        if entry[1] == 4:
            need(sequence == 1 and entry[8] < epoch, "carried misplaced")
            need([entry[8], entry[9]] == [expected["epoch"], expected["old_sequence"]], "carried")
            need(base32(entry[10]) == expected["chain_hash"], "carried hash")
        else:
            need(base32(entry[6]) == expected["counterpart"], "counterpart")
            need(base32(entry[7]) == expected["authority"], "authority")
        state, balance, time = sha256(state, data), entry[3], entry[5]
        need(base32(state) == expected["hash_after"], f"hash {sequence}")


def check_chains() -> int:
    vectors = load("chains.json")
    for chain in vectors["chains"]:
        check_chain(chain)
    first, second = vectors["chains"]
    carried = read_entry(unbase64(second["entries"][0]["entry"]))
    last = first["entries"][-1]
    need([carried[9], str(carried[2]), base32(carried[10])] == [last["sequence"], last["balance"], last["hash_after"]], "carried from")
    for case in vectors["refused"]:
        try:
            read_entry(unbase64(case["entry"]))
        except Refused:
            continue
        raise AssertionError(f"taken as an entry: {case['why']}")
    return len(vectors["chains"]) + len(vectors["refused"])


# Statements (protocol section 4.4)

Node = tuple[bytes, int]


def leaf(account: bytes, proof: dict[str, Any]) -> Node:
    balance = int(proof["balance"])
    need(0 < balance <= LARGEST and 0 <= proof["sequence"] <= LARGEST, "not positive")
    blind = unbase32(proof["blind"])
    need(len(account) == len(blind) == 16, "lengths")
    return sha256(
        b"\x00",
        account,
        struct.pack(">Q", proof["sequence"]),
        unbase32(proof["chain_hash"]),
        struct.pack(">Q", balance),
        blind,
    ), balance


def above(left: Node, right: Node) -> Node:
    total = left[1] + right[1]
    need(total < 2**128, "overflow")
    return sha256(b"\x01", left[1].to_bytes(16), left[0], right[1].to_bytes(16), right[0]), total


def check_proof(account: bytes, proof: dict[str, Any], root: dict[str, str]) -> None:
    need(len(proof["path"]) <= 64, "too deep")
    node = leaf(account, proof)
    for step in proof["path"]:
        sibling = unbase32(step["hash"]), int(step["sum"])
        node = above(sibling, node) if step["side"] == "left" else above(node, sibling)
    need([base32(node[0]), str(node[1])] == [root["hash"], root["sum"]], "another root")


def build(level: list[Node]) -> Node:
    if not level:
        return bytes(32), 0
    while len(level) > 1:
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [above(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0]


def check_trees() -> int:
    vectors = load("trees.json")
    for tree in vectors["trees"]:
        leaves = []
        for expected in tree["leaves"]:
            account = unbase32(expected["account"])
            leaves.append(leaf(account, expected["proof"]))
            need(base32(leaves[-1][0]) == expected["hash"], "leaf")
            check_proof(account, expected["proof"], tree["root"])
        root = build(leaves)
        need([base32(root[0]), str(root[1])] == [tree["root"]["hash"], tree["root"]["sum"]], "root")
    for case in vectors["refused"]:
        try:
            check_proof(unbase32(case["account"]), case["proof"], case["root"])
        except Refused:
            continue
        raise AssertionError(f"taken as a proof: {case['why']}")
    return len(vectors["trees"]) + len(vectors["refused"])


# Identities (protocol section 2)


def commitment(recovery: bytes) -> bytes:
    return sha256(b"tallystick-recovery-1", recovery)


def check_rekeys(domain: bytes, subject: int, id: bytes, first: tuple[bytes, bytes], rekeys: list[str]) -> list[tuple]:
    need(sha256(domain, *first)[:16] == id, "id")
    keys = [first]
    for number, data in enumerate(rekeys, start=1):
        fields, recovery = artefact(unbase64(data), 3)
        need([fields[4], fields[5], fields[6]] == [subject, id, number], "subject or number")
        key, promised = keys[-1][:2]
        need(fields[7] == key and commitment(recovery) == promised, "does not follow")
        keys.append((fields[8], fields[9], fields.get(10)))
    return keys


def check_identities() -> int:
    vectors = load("identities.json")
    account = vectors["account"]
    fields, signer = artefact(unbase64(account["opening"]), 2)
    keys = check_rekeys(b"tallystick-account-1", 1, unbase32(account["id"]), (signer, fields[4]), account["rekeys"])
    need([base32(key[0]) for key in keys] == account["keys"], "keys of the account")
    need(base32(keys[-1][1]) == account["commitment"], "commitment of the account")
    need(base32(keys[-1][2]) == account["sealing_key"], "sealing key")

    issuer = vectors["issuer"]
    cards = [artefact(unbase64(card), 1) for card in issuer["cards"]]
    first = next((signer, fields[4]) for fields, signer in cards if fields[6] == 0)
    keys = check_rekeys(b"tallystick-issuer-1", 0, unbase32(issuer["id"]), first, issuer["rekeys"])
    need([base32(key[0]) for key in keys] == issuer["keys"], "keys of the issuer")
    need(base32(keys[-1][1]) == issuer["commitment"], "commitment of the issuer")
    for fields, signer in cards:
        need((signer, fields[4]) == keys[fields[6]][:2], "card")
    return 2


# Evidence (protocol section 4.3)


def server_signed(evidence: dict[int, Any], data: bytes) -> dict[int, Any]:
    """A head, signed with the signing key of the card beside the evidence while that was valid."""
    card, founding = artefact(evidence[3][0], 1)
    need(sha256(b"tallystick-issuer-1", founding, card[4])[:16] == evidence[2] == card[2], "card")
    head, signer = artefact(data, 10)
    need(head[2] == evidence[2] and signer == card[10], "head of another issuer")
    need(card[11] <= head[10] <= card[12], "signing key not valid")
    return head


def two_states(evidence: dict[int, Any]) -> bool:
    body = evidence[4]
    need(body[0][1] == body[1][1] == [], "heads only")
    one, other = (server_signed(evidence, body[side][0]) for side in (0, 1))
    same_place = all(one[key] == other[key] for key in (4, 5, 6))
    return same_place and any(one[key] != other[key] for key in (7, 8))


def bad_entry(evidence: dict[int, Any]) -> bool:
    """Only as far as the vectors go: the first entry of a chain, belied by the balance of the head over it."""
    run = evidence[4][0]
    head = server_signed(evidence, run[2][0])
    (data,) = run[1]
    need(run[0] == empty_hash(head[2], head[5], head[4]), "not from the beginning")
    need(sha256(run[0], data) == head[7] and head[6] == 1, "does not lead to the head")
    entry = read_entry(data)
    return not entry[2] == entry[3] == head[8]


def check_evidence() -> int:
    vectors = load("evidence.json")
    count = 0
    for name, kind, judge in (("two_states", 1, two_states), ("bad_entry", 7, bad_entry)):
        for case in vectors[name]:
            evidence = deterministic(unbase64(case["evidence"]))
            need([evidence[0], evidence[1]] == [1, kind], "version or kind")
            need(judge(evidence) == (case["finding"] == "fraud"), f"{name}: {case['finding']}")
            count += 1
    return count


def main() -> None:
    for check in (check_chains, check_trees, check_identities, check_evidence):
        print(f"{check.__name__}: {check()} vectors hold")


if __name__ == "__main__":
    try:
        main()
    except Refused as error:
        sys.exit(f"a vector does not hold: {error}")
