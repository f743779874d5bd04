"""Checks the marks of payments (protocol section 7.1) with the word list of the package `mnemonic`."""

import base64
import hashlib
import json
import sys
from pathlib import Path

from mnemonic import Mnemonic

VECTORS = Path(__file__).parent / "request" / "marks.json"


def mark(payment: str, colours: list) -> dict:
    hash_of_order = base64.b32decode(payment + "====")
    h = hashlib.sha256(b"tallystick-mark-1" + hash_of_order).digest()
    words = Mnemonic("english").wordlist
    name, hex_digits = colours[h[0] % 8]
    chosen = [words[int.from_bytes(h[at : at + 2], "big") % 2048] for at in (1, 3)]
    return {"payment": payment, "colour": name, "hex": hex_digits, "words": chosen}


def contrast_with_white(hex_digits: str) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""

    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(hex_digits[at : at + 2], 16)) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def main() -> None:
    vectors = json.loads(VECTORS.read_text())
    colours = vectors["colours"]
    assert len(colours) == 8, colours
    for name, hex_digits in colours:
        assert contrast_with_white(hex_digits) >= 4.5, name
    for case in vectors["cases"]:
        made = mark(case["payment"], colours)
        assert made == case, f"{made} is not {case}"
    print(f"marks: {len(vectors['cases'])} cases")


if __name__ == "__main__":
    sys.exit(main())
