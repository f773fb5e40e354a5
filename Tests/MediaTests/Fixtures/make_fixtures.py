"""Makes the PNG files beside it, which libpng has to turn into 8-bit RGB. Run with Pillow 13.0 and numpy 2.4."""

import pathlib
import struct
import zlib

import numpy as np
from PIL import Image

FOLDER = pathlib.Path(__file__).parent

Image.fromarray(np.array([[0, 100, 255]], np.uint8)).save(FOLDER / "grey.png")

palette = Image.new("P", (3, 1))
palette.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
palette.putdata([2, 1, 0])
palette.save(FOLDER / "palette.png")

pixels = [(255, 0, 0, 255), (0, 255, 0, 0), (0, 0, 255, 128)]
Image.fromarray(np.array([pixels], np.uint8)).save(FOLDER / "alpha.png")


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


# Pillow writes no 16-bit colour: three pixels with the levels 0x0000, 0x8080 and 0xFFFF, which are 0, 128 and 255.
row = struct.pack(">9H", 0, 0x8080, 0xFFFF, 0xFFFF, 0, 0x8080, 0x8080, 0xFFFF, 0)
(FOLDER / "sixteen-bits.png").write_bytes(
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 3, 1, 16, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0" + row))
    + chunk(b"IEND", b"")
)
