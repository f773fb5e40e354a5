"""Draws walks before and after on one picture: a strip of frames for each method, from the folders that
`make bench-walks OPTIONS="--pictures DIR"` writes.

    python Tools/animation/walk_sheets.py DIR docs/walks.png "dog to cat" "boy to old man" ...
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw

METHODS = ["plain", "even 0.3", "even 0.3, bridge"]
SIZE, GAP, LABEL = 64, 2, 14


def strip(folder: Path) -> Image.Image:
    frames = sorted(folder.glob("*.png"))
    sheet = Image.new("RGB", (len(frames) * (SIZE + GAP), SIZE), "white")
    for place, frame in enumerate(frames):
        sheet.paste(Image.open(frame).convert("RGB").resize((SIZE, SIZE), Image.LANCZOS), (place * (SIZE + GAP), 0))
    return sheet


def main(folder: str, output: str, *walks: str) -> None:
    rows = [(f"{walk}: {method}", strip(Path(folder) / method / walk)) for walk in walks for method in METHODS]
    height = SIZE + GAP + LABEL
    sheet = Image.new("RGB", (max(image.width for _, image in rows), len(rows) * height), "white")
    draw = ImageDraw.Draw(sheet)
    for row, (label, image) in enumerate(rows):
        draw.text((0, row * height), label, fill="black")
        sheet.paste(image, (0, row * height + LABEL))
    sheet.quantize(256).save(output, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
