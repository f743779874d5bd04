"""Draws codes with zxing-cpp, for the tests of our reader: `request/codes/theirs/`. Run by hand, with the packages of
`requirements.txt`; the pictures are kept, for other releases may draw other masks.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import zxingcpp
from PIL import Image, ImageOps

FOLDER = Path(__file__).parent / "request" / "codes" / "theirs"


def code_of(text: str, length: int) -> str:
    return base64.b32encode(hashlib.sha512(text.encode()).digest()[:length]).decode().rstrip("=")


BY_REFERENCE = "https://pay.bakery77.example/p/" + code_of("request", 32)
CARD = "https://pay.a.example/c/" + code_of("card", 16)
GRANT = "https://pay.longest.bakery.example/g/" + code_of("grant", 32)
RECEIPT = "https://pay.a.example:8443/r/" + code_of("receipt", 32)


def grey(picture: Image.Image) -> Image.Image:
    return picture


def one_bit(picture: Image.Image) -> Image.Image:
    return picture.convert("1", dither=Image.Dither.NONE)


def colour(picture: Image.Image) -> Image.Image:
    return ImageOps.colorize(picture, black="#00205b", white="#fff4d6")


def see_through(picture: Image.Image) -> Image.Image:
    """Black on white, with an opaque alpha channel."""
    return picture.convert("RGBA")


def palette(picture: Image.Image) -> Image.Image:
    return colour(picture).quantize(2)


def inverted(picture: Image.Image) -> Image.Image:
    return ImageOps.invert(picture)


def turned(degrees: int) -> Callable[[Image.Image], Image.Image]:
    return lambda picture: picture.rotate(degrees, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)


def mirrored(picture: Image.Image) -> Image.Image:
    return ImageOps.mirror(picture)


# Name, text, level, pixels a module, and what becomes of the picture.
CASES = [
    ("reference", BY_REFERENCE, "M", 4, one_bit),
    ("reference-low", BY_REFERENCE, "L", 3, grey),
    ("reference-high", BY_REFERENCE, "H", 3, one_bit),
    ("card", CARD, "Q", 4, one_bit),
    ("card-colour", CARD, "M", 4, colour),
    ("card-palette", CARD, "M", 4, palette),
    ("grant", GRANT, "M", 3, see_through),
    ("receipt", RECEIPT, "M", 2, one_bit),
    ("receipt-inverted", RECEIPT, "M", 4, inverted),
    ("receipt-quarter", RECEIPT, "M", 3, turned(90)),
    ("receipt-half", RECEIPT, "M", 3, turned(180)),
    ("receipt-tilted", RECEIPT, "M", 5, turned(17)),
    ("receipt-mirrored", RECEIPT, "M", 3, mirrored),
    ("app", "tallystick:r/" + code_of("receipt", 32) + "?h=pay.a.example", "M", 3, one_bit),
    ("page", "https://www.example.org/menu?table=12", "L", 3, one_bit),
    ("digits", "4006381333931", "M", 4, one_bit),
    ("text", "4,50 € für Käse", "M", 4, one_bit),
    ("large", "tallystick:p/" + code_of("large", 64) + code_of("larger", 64) + code_of("largest", 50), "M", 2, one_bit),
]


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    cases = []
    for name, text, level, pixels, form in CASES:
        barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
        picture = Image.fromarray(barcode.to_image(scale=pixels, add_quiet_zones=True))
        form(picture.convert("L")).save(FOLDER / f"{name}.png", optimize=True)
        cases.append({"file": f"{name}.png", "text": text, "level": level})
    index = {"about": "Codes drawn by zxing-cpp, with draw_codes.py.", "cases": cases}
    (FOLDER / "codes.json").write_text(json.dumps(index, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
