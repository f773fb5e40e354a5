"""Makes the PNG and JPEG files beside it, and what Pillow reads in some of them. Run with Pillow 13.0 and numpy 2.4."""

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

# Pictures as they come from cameras and scanners, and what Pillow makes of them.
y, x = np.mgrid[0:41, 0:60]
waves = [128 + 110 * np.sin(x / 7 + y / 11), 128 + 120 * np.cos(x / 5 - y / 9), 4 * x + y / 2]
scene = np.stack(waves, axis=-1).clip(0, 255).astype(np.uint8)
scene[10:25, 30:50] = [250, 240, 20]
scene = Image.fromarray(scene)
scene.save(FOLDER / "scene.png")

camera = Image.Exif()
camera[0x010F] = "a camera"
camera[0x0112] = 6  # turned to the left
scene.save(FOLDER / "scene.jpg", quality=85, exif=camera)
scene.save(FOLDER / "progressive.jpg", quality=85, progressive=True, subsampling=0)
scene.convert("L").save(FOLDER / "grey.jpg", quality=85)
scene.convert("CMYK").save(FOLDER / "ink.jpg", quality=95)
scene.save(FOLDER / "turned.png", exif=camera)
for name in ["scene", "progressive", "grey", "ink"]:
    # Stored as it lies in the file, not turned.
    Image.open(FOLDER / f"{name}.jpg").convert("RGB").save(FOLDER / f"{name}-decoded.png")

# The middle of the scene in other sizes, as Pillow's Lanczos filter makes them.
for width, height in [(16, 16), (80, 30), (24, 40)]:
    scale = min(60 / width, 41 / height)
    left, top = (60 - width * scale) / 2, (41 - height * scale) / 2
    box = (left, top, 60 - left, 41 - top)
    scene.resize((width, height), Image.Resampling.LANCZOS, box=box).save(FOLDER / f"fitted-{width}x{height}.png")
