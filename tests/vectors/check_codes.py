"""Reads the codes that we draw, and those of `draw_codes.py`, with zxing-cpp, which shares no code with ours.

Every form is read: PNG as it is, paths of SVG and half blocks of text when they are painted here.
"""

import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import zxingcpp
from PIL import Image, ImageDraw

CODES = Path(__file__).parent / "request" / "codes"
LEVELS = {"screen": "M", "paper": "Q"}
SVG = "{http://www.w3.org/2000/svg}"
PIXELS = 4


def painted_svg(file: Path) -> Image.Image:
    """Only what our paths use: m, h, v, z in a path that begins at nought."""
    svg = ElementTree.fromstring(file.read_text())
    assert svg.get("role") == "img" and svg.find(f"{SVG}title").text == "Pay 4,50 € & <tip>"
    left, top, width, height = map(int, svg.get("viewBox").split())
    assert (left, top) == (0, 0) and width == height
    ground, dark = svg.findall(f"{SVG}path")
    assert ground.get("fill") == "#fff" and ground.get("d") == f"M0 0h{width}v{height}H0z"
    assert dark.get("fill") == "#000"
    picture = Image.new("L", (width * PIXELS, height * PIXELS), 255)
    draw = ImageDraw.Draw(picture)
    bar = re.compile(r"m(-?\d+) (-?\d+)h(\d+)v1h-(\d+)z")
    assert bar.sub("", dark.get("d")) == ""
    x = y = 0
    for right, down, length, back in bar.findall(dark.get("d")):
        assert length == back
        x, y = x + int(right), y + int(down)
        corner = ((x + int(length)) * PIXELS - 1, (y + 1) * PIXELS - 1)
        draw.rectangle([(x * PIXELS, y * PIXELS), corner], fill=0)
    return picture


def painted_text(file: Path) -> Image.Image:
    """As the terminal shows it that the file is named after: cells twice as high as wide."""
    lines = file.read_text().splitlines()
    style = file.stem.removeprefix("terminal-")
    if style == "colours":
        start, end = "\x1b[38;5;16;48;5;231m", "\x1b[0m"
        assert all(line.startswith(start) and line.endswith(end) for line in lines)
        lines = [line.removeprefix(start).removesuffix(end) for line in lines]
    # A plain terminal's ink is light on a dark ground.
    ink, ground = (220, 20) if style == "dark" else (0, 255)
    width = len(lines[0])
    # Some more of the terminal around.
    picture = Image.new("L", ((width + 8) * PIXELS, (2 * len(lines) + 8) * PIXELS), ground)
    draw = ImageDraw.Draw(picture)
    for row, line in enumerate(lines):
        assert len(line) == width
        for column, character in enumerate(line):
            for half in {" ": [], "▀": [0], "▄": [1], "█": [0, 1]}[character]:
                x, y = (column + 4) * PIXELS, (2 * row + half + 4) * PIXELS
                draw.rectangle([(x, y), (x + PIXELS - 1, y + PIXELS - 1)], fill=ink)
    return picture


def picture_of(file: Path) -> Image.Image:
    match file.suffix:
        case ".svg":
            return painted_svg(file)
        case ".txt":
            return painted_text(file)
        case _:
            picture = Image.open(file)
            assert picture.mode == "1", f"{file.name} is not of one bit a pixel"
            return picture


def read(picture: Image.Image, name: str, inverted: bool = False) -> zxingcpp.Barcode:
    found = zxingcpp.read_barcodes(picture, zxingcpp.BarcodeFormat.QRCode, try_invert=inverted)
    assert len(found) == 1, f"{name}: {len(found)} codes"
    return found[0]


def check_ours() -> int:
    cases = json.loads((CODES / "codes.json").read_text())["cases"]
    files = {path.name for path in CODES.iterdir() if path.is_file()} - {"codes.json"}
    assert files == {case["file"] for case in cases}, "files and cases differ"
    for case in cases:
        name = case["file"]
        code = read(picture_of(CODES / name), name)
        assert code.bytes == case["text"].encode(), f"{name}: {code.bytes}"
        assert code.text == case["text"], f"{name}: {code.text}"
        assert code.ec_level == LEVELS[case["level"]], name
        assert code.extra["Version"] == str(case["version"]), name
        assert code.orientation == 0, name
        # No module had to be corrected.
        assert code.extra["UEC"] == 1.0, name
    return len(cases)


def check_theirs() -> int:
    cases = json.loads((CODES / "theirs" / "codes.json").read_text())["cases"]
    for case in cases:
        code = read(Image.open(CODES / "theirs" / case["file"]), case["file"], inverted=True)
        assert code.text == case["text"], case["file"]
    return len(cases)


def main() -> None:
    print(f"codes: {check_ours()} of ours, {check_theirs()} of zxing-cpp")


if __name__ == "__main__":
    sys.exit(main())
