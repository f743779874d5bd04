"""Checks the vectors of `keys/` with an implementation that shares no code with ours.

    python -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python check_keys.py

BIP 39 is the package `mnemonic`; Ed25519, X25519, ChaCha20-Poly1305, HMAC and Argon2id are OpenSSL's. What stands
between them (HKDF, HPKE, XChaCha20, the protocol's own rules) is written out here, from the documents named.
"""

import base64
import hashlib
import hmac
import json
import struct
import sys
import unicodedata
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from mnemonic import Mnemonic

VECTORS = Path(__file__).parent / "keys"


# Encodings (protocol section 1.1)


def base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")


def unbase32(text: str) -> bytes:
    return base64.b32decode(text + "=" * (-len(text) % 8))


def unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def u32(number: int) -> bytes:
    return struct.pack(">I", number)


# Building blocks


def hkdf_extract(salt: bytes, material: bytes) -> bytes:
    """RFC 5869 section 2.2."""
    return hmac.digest(salt, material, "sha256")


def hkdf_expand(key: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 section 2.3."""
    output, block, number = b"", b"", 1
    while len(output) < length:
        block = hmac.digest(key, block + info + bytes([number]), "sha256")
        output, number = output + block, number + 1
    return output[:length]


def k(material: bytes, info: bytes) -> bytes:
    """K(x, i) of protocol section 2."""
    return hkdf_expand(hkdf_extract(b"tallystick-1", material), info, 32)


def ed25519_public(secret: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def x25519_public(secret: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def x25519(secret: bytes, public: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(public))


def hchacha20(key: bytes, nonce: bytes) -> bytes:
    """draft-irtf-cfrg-xchacha section 2.2."""
    state = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))

    def rotate(value: int, bits: int) -> int:
        return ((value << bits) | (value >> (32 - bits))) & 0xFFFFFFFF

    def quarter_round(a: int, b: int, c: int, d: int) -> None:
        for x, y, z, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[x] = (state[x] + state[y]) & 0xFFFFFFFF
            state[z] = rotate(state[z] ^ state[x], bits)

    for _ in range(10):
        for column in range(4):
            quarter_round(column, 4 + column, 8 + column, 12 + column)
        for column in range(4):
            quarter_round(column, 4 + (column + 1) % 4, 8 + (column + 2) % 4, 12 + (column + 3) % 4)
    return struct.pack("<8I", *state[:4], *state[12:])


def xchacha_seal(key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
    """draft-irtf-cfrg-xchacha section 2.3, with the nonce in front."""
    inner = ChaCha20Poly1305(hchacha20(key, nonce[:16]))
    return nonce + inner.encrypt(bytes(4) + nonce[16:], plaintext, aad)


def xchacha_open(key: bytes, aad: bytes, sealed: bytes) -> bytes:
    inner = ChaCha20Poly1305(hchacha20(key, sealed[:16]))
    return inner.decrypt(bytes(4) + sealed[16:24], sealed[24:], aad)


KEM_SUITE = b"KEM" + struct.pack(">H", 0x0020)
HPKE_SUITE = b"HPKE" + struct.pack(">HHH", 0x0020, 0x0001, 0x0003)


def labelled_extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    """RFC 9180 section 4."""
    return hkdf_extract(salt, b"HPKE-v1" + suite + label + material)


def labelled_expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """RFC 9180 section 4."""
    return hkdf_expand(key, struct.pack(">H", length) + b"HPKE-v1" + suite + label + info, length)


def hpke_derive_secret(material: bytes) -> bytes:
    """RFC 9180 section 7.1.3."""
    return labelled_expand(KEM_SUITE, labelled_extract(KEM_SUITE, b"", b"dkp_prk", material), b"sk", b"", 32)


def hpke_context(shared: bytes, encapsulated: bytes, recipient: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Key and first nonce: RFC 9180 sections 4.1 and 5.1, base mode."""
    eae = labelled_extract(KEM_SUITE, b"", b"eae_prk", shared)
    secret = labelled_expand(KEM_SUITE, eae, b"shared_secret", encapsulated + recipient, 32)
    context = (
        b"\x00"
        + labelled_extract(HPKE_SUITE, b"", b"psk_id_hash", b"")
        + labelled_extract(HPKE_SUITE, b"", b"info_hash", info)
    )
    key = labelled_extract(HPKE_SUITE, secret, b"secret", b"")
    return (
        labelled_expand(HPKE_SUITE, key, b"key", context, 32),
        labelled_expand(HPKE_SUITE, key, b"base_nonce", context, 12),
    )


def hpke_seal(recipient: bytes, ephemeral_ikm: bytes, info: bytes, aad: bytes, plaintext: bytes) -> bytes:
    ephemeral = hpke_derive_secret(ephemeral_ikm)
    encapsulated = x25519_public(ephemeral)
    key, nonce = hpke_context(x25519(ephemeral, recipient), encapsulated, recipient, info)
    return encapsulated + ChaCha20Poly1305(key).encrypt(nonce, plaintext, aad)


def hpke_open(secret: bytes, info: bytes, aad: bytes, sealed: bytes) -> bytes:
    encapsulated, ciphertext = sealed[:32], sealed[32:]
    key, nonce = hpke_context(x25519(secret, encapsulated), encapsulated, x25519_public(secret), info)
    return ChaCha20Poly1305(key).decrypt(nonce, ciphertext, aad)


# The checks

passed = 0
failed = 0


def same(what: str, ours: object, theirs: object) -> None:
    global passed, failed
    if ours == theirs:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {what}\n  in the file: {ours!r:.300}\n  computed:    {theirs!r:.300}")


def attempt(function, *arguments) -> object:
    try:
        return function(*arguments)
    except InvalidTag:
        return "does not open"


def load(name: str) -> dict:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def check_building_blocks() -> None:
    """What is written out above, against its own documents."""
    same(
        "RFC 5869 A.1",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        hkdf_expand(hkdf_extract(bytes(range(13)), b"\x0b" * 22), bytes(range(0xF0, 0xFA)), 42).hex(),
    )
    same(
        "draft-irtf-cfrg-xchacha 2.2.1",
        "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc",
        hchacha20(bytes(range(32)), bytes.fromhex("000000090000004a0000000031415927")).hex(),
    )
    same(
        "RFC 9180 A.2.1",
        "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"
        "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
        hpke_seal(
            bytes.fromhex("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a"),
            bytes.fromhex("909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b"),
            b"Ode on a Grecian Urn",
            b"Count-0",
            b"Beauty is truth, truth beauty",
        ).hex(),
    )


def check_phrases() -> None:
    words = Mnemonic("english")
    for case in load("bip39.json")["cases"]:
        phrase = case["phrase"]
        same("phrase", phrase, words.to_mnemonic(bytes.fromhex(case["entropy"])))
        same("seed, TREZOR", case["seed_with_passphrase_trezor"], Mnemonic.to_seed(phrase, "TREZOR").hex())
        same("seed", case["seed"], Mnemonic.to_seed(phrase, "").hex())


def check_derivation() -> None:
    for case in load("derivation.json")["cases"]:
        seed = Mnemonic.to_seed(case["phrase"], "")
        same("S", case["seed"], seed.hex())
        for wallet in case["wallets"]:
            check_wallet(seed, wallet)
        for entry in case["recovery"]:
            secret = k(seed, b"recovery" + u32(entry["number"]))
            public = ed25519_public(secret)
            same("recovery secret", entry["secret"], secret.hex())
            same("recovery public", entry["public"], base32(public))
            commitment = hashlib.sha256(b"tallystick-recovery-1" + public).digest()
            same("commitment", entry["commitment"], base32(commitment))
        for entry in case["ids"]:
            founded = unbase32(entry["founding"]) + unbase32(entry["commitment"])
            domain = f"tallystick-{entry['kind']}-1".encode()
            same(f"{entry['kind']} id", entry["id"], base32(hashlib.sha256(domain + founded).digest()[:16]))


def check_wallet(seed: bytes, wallet: dict) -> None:
    wallet_seed = k(seed, b"wallet" + u32(wallet["generation"]))
    same("W", wallet["wallet_seed"], wallet_seed.hex())
    for entry in wallet["founding"]:
        issuer = unbase32(entry["issuer"]) if entry["kind"] == "account" else b""
        secret = k(wallet_seed, entry["kind"].encode() + issuer + u32(entry["k"]))
        same(f"founding secret, {entry['kind']}", entry["secret"], secret.hex())
        same(f"founding public, {entry['kind']}", entry["public"], base32(ed25519_public(secret)))
    sealing = wallet["sealing"]
    secret = k(wallet_seed, b"sealing" + unbase32(sealing["founding"]))
    same("sealing secret", sealing["secret"], secret.hex())
    same("sealing public", sealing["public"], base32(x25519_public(secret)))
    same("list key", wallet["list_key"], k(wallet_seed, b"list").hex())
    device = k(wallet_seed, b"device")
    same("device secret", wallet["device"]["secret"], device.hex())
    same("device public", wallet["device"]["public"], base32(ed25519_public(device)))


def check_memos() -> None:
    file = load("memo.json")
    secret, recipient = bytes.fromhex(file["recipient_secret"]), unbase32(file["recipient_public"])
    same("recipient", recipient, x25519_public(secret))
    aad = unbase32(file["issuer"]) + unbase32(file["payee"]) + unbase32(file["order"])
    for case in file["cases"]:
        text = case["text"].encode()
        length = next(length for length in (64, 256, 1024) if 2 + len(text) <= length)
        padded = (struct.pack(">H", len(text)) + text).ljust(length, b"\0")
        sealed = hpke_seal(recipient, bytes.fromhex(case["ephemeral_ikm"]), b"tallystick-memo-1", aad, padded)
        same(f"memo of {len(text)} bytes", unbase64(case["sealed"]), sealed)
        opened = attempt(hpke_open, secret, b"tallystick-memo-1", aad, unbase64(case["sealed"]))
        same(f"memo of {len(text)} bytes, opened", padded, opened)


def check_lists() -> None:
    file = load("list.json")
    key = bytes.fromhex(file["list_key"])
    aad = b"tallystick-list-1" + unbase32(file["issuer"]) + unbase32(file["account"])
    for case in file["cases"]:
        content = bytes.fromhex(case["content"])
        padded = (struct.pack(">H", len(content)) + content).ljust(4096 - 24 - 16, b"\0")
        sealed = unbase64(case["sealed"])
        same("length of a list", 4096, len(sealed))
        same("list", sealed, xchacha_seal(key, bytes.fromhex(case["nonce"]), aad, padded))
        same("list, opened", padded, attempt(xchacha_open, key, aad, sealed))


def check_passphrase_file() -> None:
    file = load("passphrase_file.json")
    data = unbase64(file["file"])
    header, wrapped, checksum = data[:44], data[44:-32], data[-32:]
    same("checksum", checksum, hashlib.sha256(data[:-32]).digest())
    same("mark", b"tallystick-key-1", header[:16])
    memory, passes, lanes = struct.unpack(">III", header[16:28])
    same("cost", [file["memory_kib"], file["passes"], file["lanes"]], [memory, passes, lanes])
    wrapping = Argon2id(
        salt=header[28:], length=32, iterations=passes, lanes=lanes, memory_cost=memory
    ).derive(unicodedata.normalize("NFC", file["passphrase"]).encode())
    master = attempt(xchacha_open, wrapping, header, wrapped)
    same("master key", bytes.fromhex(file["master"]), master)
    master = bytes.fromhex(file["master"])
    for case in file["sealed"]:
        sealed = unbase64(case["sealed"])
        same("version", 1, sealed[0])
        same("key id", sealed[1:9], k(master, b"id")[:8])
        opened = attempt(xchacha_open, k(master, b"seal"), case["name"].encode(), sealed[9:])
        same(f"secret {case['name']}", bytes.fromhex(case["secret"]), opened)


if __name__ == "__main__":
    check_building_blocks()
    check_phrases()
    check_derivation()
    check_memos()
    check_lists()
    check_passphrase_file()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
