"""Writes the letters of plots and contact sheets, Sources/Media/Drawing/GlyphTable.swift. Needs Pillow.

    python Tools/font/glyphs.py /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf > Sources/Media/Drawing/GlyphTable.swift

For each size: pixels, ascent, descent, and two bytes with the number of letters. For each letter: two bytes of code point,
advance, left (from the pen, plus 128), top (from the top of the line), width, height, and the coverage, 0 to 15, two pixels a
byte, the left one in the upper half. All in base 64.
"""

import base64
import sys
import textwrap

from PIL import Image, ImageDraw, ImageFont

SIZES = [13, 18]
# ASCII, Latin-1, and what prompts are quoted and lists are put together with. The last one stands for all others.
LETTERS = [*range(0x20, 0x7F), *range(0xA1, 0x100), *map(ord, "–—‘’“”„…•→←≤≥−∞Œœ€"), 0xFFFD]


def letter(font, code):
    text = chr(code)
    left, top, right, bottom = font.getbbox(text)
    left, right = min(left, 0), max(right, 1)
    width, height = right - left, max(bottom - top, 0)
    if not text.strip():
        width = height = 0
    picture = Image.new("L", (max(width, 1), max(height, 1)), 0)
    ImageDraw.Draw(picture).text((-left, -top), text, fill=255, font=font)
    values = [round(value / 17) for value in picture.tobytes()][:width * height]
    values += [0] * (len(values) % 2)
    rows = bytes(16 * one + other for one, other in zip(values[::2], values[1::2]))
    return code.to_bytes(2, "big") + bytes([round(font.getlength(text)), left + 128, max(top, 0), width, height]) + rows


def main():
    table = b""
    for size in SIZES:
        font = ImageFont.truetype(sys.argv[1], size, layout_engine=ImageFont.Layout.BASIC)
        table += bytes([size, *font.getmetrics()]) + len(LETTERS).to_bytes(2, "big")
        table += b"".join(letter(font, code) for code in LETTERS)
    print('/// The letters of DejaVu Sans in two sizes, made by Tools/font/glyphs.py, which says how they are stored; their licence\n'
          '/// is Tools/font/LICENSE.\nlet glyphTable = """')
    print(textwrap.indent("\n".join(textwrap.wrap(base64.b64encode(table).decode(), 100)), "  "))
    print('  """')


main()
