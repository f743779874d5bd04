"""Checks the vectors of `artefact/` with libraries that share no code with ours.

    python -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python check_artefacts.py

COSE is the package `pycose`, CBOR the package `cbor2`, Ed25519 OpenSSL's. What stands between them, the fields and
rules of every kind, is written out here from sections 1 and 3 of `docs/protocol.md`.
"""

import base64
import hashlib
import json
import re
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import cbor2
from pycose.algorithms import EdDSA
from pycose.headers import Algorithm
from pycose.keys import OKPKey
from pycose.keys.curves import Ed25519
from pycose.messages import Sign1Message

VECTORS = Path(__file__).parent / "artefact"
EXTERNAL_AAD = b"tallystick-1"
HEADER = bytes.fromhex("a10127")


class Refused(Exception):
    """The artefact is refused with this problem (protocol section 6)."""

    def __init__(self, problem: str, why: str):
        super().__init__(f"{problem}: {why}")
        self.problem = problem


def need(condition: bool, why: str) -> None:
    if not condition:
        raise Refused("bad_artefact", why)


# Encodings (protocol section 1.1)


def base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")


def unbase32(text: str) -> bytes:
    return base64.b32decode(text + "=" * (-len(text) % 8))


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unbase64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# Deterministic CBOR (protocol section 1.2)


def deterministic(data: bytes) -> Any:
    """The one item in `data`, which writing it again must give back."""
    try:
        value = cbor2.loads(data)
    except Exception as error:
        raise Refused("bad_artefact", f"not CBOR: {error}") from error
    plain(value, 8)
    need(cbor2.dumps(value, canonical=True) == data, "not deterministic")
    return value


def plain(value: Any, depth: int) -> None:
    if isinstance(value, bool) or value is None or isinstance(value, (bytes, str)):
        return
    if isinstance(value, int):
        need(-(2**64) <= value < 2**64, "a big number")
        return
    need(isinstance(value, (list, dict)), f"a value of type {type(value).__name__}")
    need(depth > 0, "nested too deep")
    for item in value:
        plain(item, depth - 1)
        if isinstance(value, dict):
            plain(value[item], depth - 1)


# Types of fields: how each stands in CBOR and in JSON


@dataclass
class Type:
    read: Callable[[Any], Any]
    write: Callable[[Any], Any]


def number(least: int, most: int, as_text: bool = False) -> Type:
    def read(value: Any) -> Any:
        need(isinstance(value, int) and not isinstance(value, bool), "not a number")
        need(least <= value <= most, "out of range")
        return str(value) if as_text else value

    return Type(read, int)


def octets(length: int | range, form: Callable[[bytes], str], back: Callable[[str], bytes]) -> Type:
    def read(value: Any) -> str:
        need(isinstance(value, bytes), "not bytes")
        need(len(value) in length if isinstance(length, range) else len(value) == length, "of another length")
        return form(value)

    return Type(read, back)


def checked_text(check: Callable[[str], bool]) -> Type:
    def read(value: Any) -> str:
        need(isinstance(value, str) and check(value), "text against the rules")
        return value

    return Type(read, str)


def array(item: Type, least: int, most: int) -> Type:
    def read(value: Any) -> list:
        need(isinstance(value, list) and least <= len(value) <= most, "not such an array")
        return [item.read(element) for element in value]

    return Type(read, lambda value: [item.write(element) for element in value])


def row(**members: Type) -> Type:
    """An array of fixed length; an object in the vectors."""

    def read(value: Any) -> dict:
        need(isinstance(value, list) and len(value) == len(members), "not such a row")
        return {name: kind.read(element) for (name, kind), element in zip(members.items(), value)}

    return Type(read, lambda value: [kind.write(value[name]) for name, kind in members.items()])


def inner_map(**members: Type) -> Type:
    """A map with keys from 0 on."""

    def read(value: Any) -> dict:
        need(isinstance(value, dict), "not a map")
        whole_keys(value)
        need(all(key in value for key in range(len(members))), "a map that lacks a key")
        return {name: kind.read(value[key]) for key, (name, kind) in enumerate(members.items())}

    return Type(read, lambda value: {key: kind.write(value[name]) for key, (name, kind) in enumerate(members.items())})


def whole_keys(value: dict) -> None:
    need(all(isinstance(key, int) and not isinstance(key, bool) for key in value), "a key that is no integer")
    if any(key < 0 for key in value):
        raise Refused("unknown_critical", "a negative key")


def show(text: str, least: int, most: int) -> bool:
    disruptive = any(
        unicodedata.category(c) == "Cc" or 0x2028 <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069 for c in text
    )
    return least <= len(text) <= most and unicodedata.is_normalized("NFC", text) and not disruptive


DECEPTIVE = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def honest(text: str) -> bool:
    mark = text[:1] != "" and unicodedata.category(text[0]).startswith("M")
    return show(text, 0, 500) and not DECEPTIVE.search(text) and not mark


def is_name(text: str) -> bool:
    return 1 <= len(text) <= 64 and text.strip() == text and honest(text)


def is_symbol(text: str) -> bool:
    alters = re.compile("[\\s+\u00b1\u2010-\u2015\u2212\ufe62\ufe63\uff0b\uff0d-]")
    numeric = any(unicodedata.category(c).startswith("N") for c in text)
    return len(text) <= 8 and not alters.search(text) and not numeric and honest(text)


def is_origin(text: str) -> bool:
    host = r"([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])"
    match = re.fullmatch(rf"https://{host}(:(?P<port>[1-9][0-9]{{0,4}}))?", text)
    return bool(match) and match["port"] != "443" and int(match["port"] or 1) < 65_536 and len(text) <= 8 + 253


MAX = 2**63 - 1
ID = octets(16, base32, unbase32)
HASH = KEY = octets(32, base32, unbase32)
TIME = number(0, MAX)
U32 = number(0, 2**32 - 1)
COUNT = number(0, MAX)
AMOUNT = number(1, MAX, as_text=True)
AMOUNT_OR_ZERO = number(0, MAX, as_text=True)
BALANCE = number(-(2**63), MAX, as_text=True)
NAME = checked_text(is_name)
NONCE = octets(8, bytes.hex, bytes.fromhex)
SUM = Type(
    lambda value: str(int.from_bytes(unbase32(octets(16, base32, unbase32).read(value)), "big")),
    lambda text: int(text).to_bytes(16, "big"),
)


def text(least: int, most: int) -> Type:
    return checked_text(lambda value: show(value, least, most))


def prices_read(value: Any) -> list:
    need(isinstance(value, list) and len(value) in (2, 4, 6), "not one to three prices")
    return [
        {"prefix": NONCE.read(prefix), "amount": AMOUNT_OR_ZERO.read(amount)}
        for prefix, amount in zip(value[::2], value[1::2])
    ]


PRICES = Type(
    prices_read,
    lambda prices: [part for price in prices for part in (bytes.fromhex(price["prefix"]), int(price["amount"]))],
)
PERCENTAGES = array(number(1, 100), 1, 3)
TIP = Type(
    lambda value: PERCENTAGES.read(value) if isinstance(value, list) else number(0, 0).read(value),
    lambda value: value,
)
TRUE = Type(lambda value: need(value is True, "not true") or True, lambda value: value)

CURRENCY = inner_map(
    code=checked_text(lambda value: bool(re.fullmatch("[A-Z][A-Z0-9]{0,11}", value))),
    name=NAME,
    symbol=checked_text(is_symbol),
    decimals=number(0, 9),
)
ENDPOINT = inner_map(origin=checked_text(is_origin), tls_keys=array(HASH, 0, 4))
LINE = row(text=text(1, 100), quantity_thousandths=COUNT, amount=AMOUNT_OR_ZERO)
DEBTOR = row(
    account=ID,
    balance=number(-(2**63), -1, as_text=True),
    grant=octets(range(0, 2**20), base64url, unbase64url),
)


# The kinds (protocol section 3): key, name, type; `opt` marks what may be absent


@dataclass
class Field:
    key: int
    name: str
    type: Type
    opt: bool = False


ISSUER = Field(2, "issuer", ID)


def opt(key: int, name: str, type: Type) -> Field:
    return Field(key, name, type, opt=True)


KINDS: dict[str, tuple[int, list[Field]]] = {
    "card": (1, [
        ISSUER,
        Field(4, "commitment", HASH),
        Field(5, "serial", number(1, 2**32 - 1)),
        Field(6, "rekey_number", U32),
        Field(7, "name", NAME),
        Field(8, "currency", CURRENCY),
        Field(9, "endpoints", array(ENDPOINT, 1, 4)),
        Field(10, "signing_key", KEY),
        Field(11, "signing_key_from", TIME),
        Field(12, "signing_key_until", TIME),
        Field(13, "epoch", U32),
        Field(14, "promise", text(0, 500)),
        Field(15, "owners_limit", AMOUNT_OR_ZERO),
        opt(16, "logo", HASH),
        opt(17, "last_statement", inner_map(number=COUNT, hash=HASH)),
        Field(18, "signed_at", TIME),
    ]),
    "opening": (2, [
        ISSUER,
        Field(4, "commitment", HASH),
        Field(5, "sealing_key", KEY),
        Field(6, "signed_at", TIME),
    ]),
    "rekey": (3, [
        Field(4, "subject", number(0, 1)),
        Field(5, "id", ID),
        Field(6, "number", number(1, 2**32 - 1)),
        Field(7, "previous", KEY),
        Field(8, "founding_key", KEY),
        Field(9, "commitment", HASH),
        opt(10, "sealing_key", KEY),
        Field(11, "signed_at", TIME),
    ]),
    "grant": (4, [
        ISSUER,
        Field(4, "account", ID),
        opt(5, "key", KEY),
        opt(6, "role", number(1, 2)),
        opt(7, "capabilities", number(1, 31)),
        opt(8, "limit", AMOUNT_OR_ZERO),
        Field(9, "not_after", TIME),
        Field(10, "signed_at", TIME),
        Field(11, "nonce", NONCE),
    ]),
    "attestation": (5, [
        ISSUER,
        Field(4, "account", ID),
        Field(5, "name", NAME),
        Field(6, "role", number(0, 2)),
        Field(7, "not_after", TIME),
        Field(8, "signed_at", TIME),
    ]),
    "request": (6, [
        Field(2, "payee", ID),
        opt(4, "not_after", TIME),
        Field(5, "prices", PRICES),
        Field(6, "nonce", NONCE),
        opt(7, "reference", octets(range(1, 9), bytes.hex, bytes.fromhex)),
        opt(8, "tip", TIP),
        opt(9, "reusable", TRUE),
        opt(10, "lines", array(LINE, 1, 40)),
        opt(11, "note", text(1, 200)),
    ]),
    "order": (7, [
        ISSUER,
        Field(4, "payer", ID),
        Field(5, "payee", ID),
        Field(6, "amount", AMOUNT),
        Field(7, "order_id", ID),
        Field(8, "not_after", TIME),
        opt(9, "request", ID),
        opt(10, "repays", HASH),
        opt(11, "memo", HASH),
        Field(12, "seen_head", HASH),
        Field(13, "seen_statement_number", COUNT),
        Field(14, "seen_statement", HASH),
        opt(15, "tip", AMOUNT),
    ]),
    "receipt": (8, [
        ISSUER,
        Field(4, "order", HASH),
        Field(5, "account", ID),
        Field(6, "sequence", number(1, MAX)),
        Field(7, "chain_hash", HASH),
        Field(8, "epoch", U32),
        Field(9, "time", TIME),
    ]),
    "refusal": (9, [
        ISSUER,
        Field(4, "subject", HASH),
        Field(5, "code", checked_text(lambda value: bool(re.fullmatch("[a-z0-9_]{1,32}", value)))),
        Field(6, "time", TIME),
    ]),
    "head": (10, [
        ISSUER,
        Field(4, "epoch", U32),
        Field(5, "account", ID),
        Field(6, "sequence", COUNT),
        Field(7, "chain_hash", HASH),
        Field(8, "balance", BALANCE),
        Field(9, "held", AMOUNT_OR_ZERO),
        Field(10, "time", TIME),
        Field(11, "statement_number", COUNT),
        Field(12, "statement", HASH),
    ]),
    "statement": (11, [
        ISSUER,
        Field(4, "number", COUNT),
        opt(5, "previous", HASH),
        Field(6, "time", TIME),
        Field(7, "epoch", U32),
        Field(8, "root", HASH),
        Field(9, "sum", SUM),
        Field(10, "debtors", array(DEBTOR, 0, 2**16)),
    ]),
    "cancel": (12, [
        ISSUER,
        Field(4, "target", HASH),
        Field(5, "signed_at", TIME),
        Field(6, "account", ID),
    ]),
}


def rules(kind: str, fields: dict) -> None:
    """What holds between the fields of a kind."""
    if kind == "card":
        need(0 <= fields["signing_key_until"] - fields["signing_key_from"] <= 400 * 86_400, "validity of the key")
    if kind == "rekey":
        need(("sealing_key" in fields) == (fields["subject"] == 1), "a sealing key for accounts only")
    if kind == "grant":
        given = [name in fields for name in ("key", "role", "capabilities")]
        need(given in ([False, True, False], [True, False, True]), "a role, or capabilities for a key")
        need("limit" in fields or fields.get("role") != 1, "an owner's limit")
    if kind == "request":
        prefixes = [price["prefix"] for price in fields["prices"]]
        need(len(set(prefixes)) == len(prefixes), "an issuer twice")
        without = [price["amount"] == "0" for price in fields["prices"]]
        need(all(without) or not any(without), "prices with and without amount")
        reusable = fields.get("reusable", False)
        need(reusable or not any(without), "without amount for one payment")
        need(reusable or "not_after" in fields, "one payment without end")
    if kind == "order" and "tip" in fields:
        need(int(fields["tip"]) < int(fields["amount"]), "a tip of the whole amount")
    if kind == "statement":
        need(("previous" in fields) == (fields["number"] > 0), "the statement before")
        accounts = [unbase32(debtor["account"]) for debtor in fields["debtors"]]
        need(all(one < other for one, other in zip(accounts, accounts[1:])), "the order of debtors")


# Signatures (protocol section 1.2)

P = 2**255 - 19
# Points whose order divides 8, without the sign of x.
SMALL_ORDER = {
    0,
    1,
    P - 1,
    int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
    int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
}


def usable_point(point: bytes) -> bool:
    y = int.from_bytes(point, "little") & (2**255 - 1)
    return y < P and y not in SMALL_ORDER


def verify(message: list, signer: bytes) -> None:
    signature = message[3]
    if not usable_point(signer) or not usable_point(signature[:32]):
        raise Refused("bad_signature", "a point that is not canonical or of small order")
    cose = Sign1Message.from_cose_obj(list(message), allow_unknown_attributes=False)
    cose.external_aad = EXTERNAL_AAD
    cose.key = OKPKey(crv=Ed25519, x=signer)
    try:
        good = cose.verify_signature()
    except Exception as error:
        raise Refused("bad_signature", repr(error)) from error
    if not good:
        raise Refused("bad_signature", "not of this signer over these bytes")


# Whole artefacts


def open_artefact(kind: str, data: bytes) -> tuple[list, dict]:
    """The COSE message and its payload's map, whatever its fields say."""
    limit = {"request": 2_048, "statement": 2**20}.get(kind, 65_536)
    if len(data) > limit:
        raise Refused("too_large", f"{len(data)} bytes")
    message = deterministic(data)
    need(isinstance(message, list) and len(message) == 4, "not an array of four")
    need(message[0] == HEADER and message[1] == {}, "another header")
    need(isinstance(message[2], bytes), "no payload")
    need(isinstance(message[3], bytes) and len(message[3]) == 64, "no signature")
    payload = deterministic(message[2])
    need(isinstance(payload, dict), "not a map")
    return message, payload


def read(kind: str, data: bytes, signer: bytes) -> dict:
    message, payload = open_artefact(kind, data)
    code, fields = KINDS[kind]
    need(payload.get(0) == code and not isinstance(payload.get(0), bool), "another kind")
    need(isinstance(payload.get(1), int), "no version")
    if payload[1] != 1:
        raise Refused("unknown_version", str(payload[1]))
    whole_keys(payload)
    if kind == "request":
        need(3 not in payload, "a signer")
    else:
        signer = unbase32(KEY.read(payload.get(3)))
    need(kind != "rekey" or 2 not in payload, "an issuer")
    found = {}
    for field in fields:
        need(field.opt or field.key in payload, f"{field.name} is missing")
        if field.key in payload:
            found[field.name] = field.type.read(payload[field.key])
    rules(kind, found)
    verify(message, signer)
    return found


def write_payload(vector: dict) -> bytes:
    code, fields = KINDS[vector["kind"]]
    payload = {0: code, 1: 1}
    if vector["kind"] != "request":
        payload[3] = unbase32(vector["signer"])
    for field in fields:
        if field.name in vector["fields"]:
            payload[field.key] = field.type.write(vector["fields"][field.name])
    for key, value in vector.get("unknown_fields", {}).items():
        payload[int(key)] = cbor2.loads(bytes.fromhex(value))
    return cbor2.dumps(payload, canonical=True)


passed = failed = 0


def same(what: str, expected: Any, found: Any) -> None:
    global passed, failed
    if expected == found:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {what}\n  expected {expected}\n  found    {found}")


def load(name: str) -> list:
    return json.loads((VECTORS / name).read_text())["artefacts"]


def check_valid() -> None:
    seen = set()
    for vector in load("valid.json"):
        name, kind = vector["name"], vector["kind"]
        seen.add(kind)
        data, payload = bytes.fromhex(vector["artefact"]), bytes.fromhex(vector["payload"])
        secret, signer = bytes.fromhex(vector["secret"]), unbase32(vector["signer"])
        names = {field.name for field in KINDS[kind][1]}
        same(f"{name}: names of fields", set(), set(vector["fields"]) - names)
        same(f"{name}: payload", payload.hex(), write_payload(vector).hex())
        structure = cbor2.dumps(["Signature1", HEADER, EXTERNAL_AAD, payload], canonical=True)
        same(f"{name}: Sig_structure", vector["to_be_signed"], structure.hex())
        same(f"{name}: hash", vector["hash"], base32(hashlib.sha256(data).digest()))

        cose = Sign1Message(phdr={Algorithm: EdDSA}, payload=payload, external_aad=EXTERNAL_AAD)
        cose.key = OKPKey(crv=Ed25519, x=signer, d=secret)
        same(f"{name}: artefact", vector["artefact"], cose.encode(tag=False).hex())
        try:
            same(f"{name}: fields", vector["fields"], read(kind, data, signer))
        except Refused as refused:
            same(f"{name}: reading", "read", str(refused))
    same("kinds with a vector", set(KINDS), seen)


def check_invalid() -> None:
    for vector in load("invalid.json"):
        try:
            read(vector["kind"], bytes.fromhex(vector["artefact"]), unbase32(vector["signer"]))
            found = "read"
        except Refused as refused:
            found = refused.problem
        same(vector["name"], vector["problem"], found)


if __name__ == "__main__":
    check_valid()
    check_invalid()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
