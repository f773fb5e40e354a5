"""Makes animations as other programs write them, and beside each, row by row in one PNG file, what Pillow and numpy show of its
frames on white. Run with Pillow 13.0 and numpy 2.4."""

import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageSequence

FOLDER = pathlib.Path(__file__).parent
random = np.random.default_rng(3)


def on_white(rgba):
    a = np.asarray(rgba.convert("RGBA")).astype(int)
    return ((a[..., :3] * a[..., 3:] + 255 * (255 - a[..., 3:]) + 127) // 255).astype(np.uint8)


def expected(name, frames):
    Image.fromarray(np.concatenate([on_white(f) for f in frames])).save(FOLDER / f"{name}-decoded.png")


# GIF, put together by hand: rectangles of a canvas of 12 x 10 pixels, each way of disposal, transparent pixels, an interlaced
# frame with a table of its own, and one that is partly outside.
def lzw(indices):
    """Codes of 9 bits, with a clear code often enough that they never grow."""
    codes = []
    for i, index in enumerate(indices):
        if i % 200 == 0:
            codes.append(256)
        codes.append(int(index))
    codes.append(257)
    bits = "".join(format(c, "09b")[::-1] for c in codes)
    data = bytes(int(bits[i : i + 8].ljust(8, "0")[::-1], 2) for i in range(0, len(bits), 8))
    blocks = b"".join(bytes([len(data[i : i + 255])]) + data[i : i + 255] for i in range(0, len(data), 255))
    return bytes([8]) + blocks + b"\0"


table = random.integers(0, 256, (256, 3), dtype=np.uint8)
own = random.integers(0, 256, (256, 3), dtype=np.uint8)
W, H = 12, 10
gif = b"GIF89a" + struct.pack("<HHBBB", W, H, 0xF7, 0, 0) + table.tobytes()
canvas = np.zeros((H, W, 4), np.uint8)
shown = []
frames = [  # left, top, width, height, disposal, transparent index, delay, interlaced
    (0, 0, 12, 10, 1, None, 7, False),
    (2, 1, 6, 5, 2, 5, 10, False),
    (4, 3, 7, 7, 3, 9, 0, True),
    (1, 2, 5, 6, 0, None, 200, False),
    (8, 6, 9, 9, 1, 4, 3, False),
    (0, 0, 12, 10, 1, 250, 5, True),
]
for left, top, w, h, disposal, transparent, delay, interlaced in frames:
    indices = random.integers(0, 12, (h, w))
    colours = own if interlaced else table
    before = canvas.copy()
    for y in range(h):
        for x in range(w):
            if indices[y, x] != transparent and top + y < H and left + x < W:
                canvas[top + y, left + x] = [*colours[indices[y, x]], 255]
    shown.append(Image.fromarray(canvas.copy(), "RGBA"))
    flags = disposal << 2 | (transparent is not None)
    gif += b"\x21\xf9\x04" + struct.pack("<BHB", flags, delay, transparent or 0) + b"\0"
    gif += b"\x2c" + struct.pack("<HHHHB", left, top, w, h, 0xC7 if interlaced else 0)
    rows = range(h)
    if interlaced:
        gif += own.tobytes()
        rows = [*range(0, h, 8), *range(4, h, 8), *range(2, h, 4), *range(1, h, 2)]
    gif += lzw(np.concatenate([indices[y] for y in rows]))
    if disposal == 2:
        canvas[top : top + h, left : left + w] = 0
    if disposal == 3:
        canvas = before
(FOLDER / "foreign.gif").write_bytes(gif + b"\x3b")
expected("foreign-gif", shown)

# APNG by Pillow, with each way of disposal and of blending, and transparent pixels.
layers = []
for i in range(6):
    layer = random.integers(0, 256, (10, 12, 4), dtype=np.uint8)
    layer[..., 3] = random.choice([0, 255], (10, 12))
    layers.append(Image.fromarray(layer, "RGBA"))
layers[0].save(
    FOLDER / "foreign.apng", format="PNG", save_all=True, append_images=layers[1:], duration=[50, 100, 150, 200, 250, 300],
    disposal=[0, 1, 2, 0, 1, 0], blend=[0, 1, 1, 0, 1, 1],
)
reader = Image.open(FOLDER / "foreign.apng")
expected("foreign-apng", [frame.convert("RGBA") for frame in ImageSequence.Iterator(reader)])

# WebP by Pillow: lossless, with transparent pixels; and pictures of cameras.
layers[0].save(
    FOLDER / "foreign.webp", save_all=True, append_images=layers[1:], duration=[50, 100, 150, 200, 250, 300], lossless=True,
    exact=True,
)
expected("foreign-webp", [frame.convert("RGBA") for frame in ImageSequence.Iterator(Image.open(FOLDER / "foreign.webp"))])

scene = Image.open(FOLDER / "scene.png")
camera = Image.Exif()
camera[0x0112] = 6  # turned to the left
scene.save(FOLDER / "turned.webp", lossless=True, exif=camera)
scene.save(FOLDER / "scene.webp", quality=90)
Image.open(FOLDER / "scene.webp").convert("RGB").save(FOLDER / "scene-webp-decoded.png")
