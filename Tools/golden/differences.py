"""Writes the distances and sharpnesses that DifferenceTests compare with. Needs numpy.

    python Tools/golden/differences.py > Tests/MediaTests/Fixtures/differences.json

The distance of walks-measured.md, section 1, written plainly and in float64: sRGB to Oklab, block means at three sizes, and the
root of the mean over the levels of the mean squared distance. The pictures are formulas, so that none is stored.
"""

import json

import numpy as np

# width, height, and a picture's three numbers; see picture().
SIZES = [(128, 128), (512, 512), (96, 160), (50, 37), (200, 65), (12, 12), (1, 1)]
FIRST = (3, 5, 11)
SECONDS = [(3, 5, 14), (2, 5, 60), (1, 1, 128)]


def picture(width, height, a, b, c):
    """Channel k of the pixel (x, y): (a x (k + 1) + b y + c k + (x y) // 16) mod 256."""
    y, x, k = np.mgrid[0:height, 0:width, 0:3]
    return (a * x * (k + 1) + b * y + c * k + x * y // 16) % 256


def oklab(pixels):
    s = pixels / 255
    light = np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4)
    lms = np.cbrt(light @ np.array([
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005]]).T)
    return lms @ np.array([
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660]]).T


def block_means(values, side):
    height, width = values.shape[:2]
    rows, columns = max(1, int(height / side + 0.5)), max(1, int(width / side + 0.5))
    row, column = np.arange(height) * rows // height, np.arange(width) * columns // width
    return np.array([[values[row == r][:, column == c].mean(axis=(0, 1)) for c in range(columns)] for r in range(rows)])


def distance(one, other):
    side = max(1, min(one.shape[:2]) / 64)
    levels = []
    for blocks in (side, 2 * side, 4 * side):
        difference = block_means(oklab(one), blocks) - block_means(oklab(other), blocks)
        levels.append((difference ** 2).sum(axis=-1).mean())
    return float(np.sqrt(np.mean(levels)))


def sharpness(pixels):
    luma = pixels @ np.array([0.299, 0.587, 0.114]) / 255
    if min(luma.shape) < 3:
        return 0.0
    inner = 4 * luma[1:-1, 1:-1] - luma[:-2, 1:-1] - luma[2:, 1:-1] - luma[1:-1, :-2] - luma[1:-1, 2:]
    return float(np.sqrt((inner ** 2).mean()))


rows = []
for width, height in SIZES:
    for second in SECONDS:
        one, other = picture(width, height, *FIRST), picture(width, height, *second)
        rows.append({"width": width, "height": height, "first": FIRST, "second": second,
                     "distance": distance(one, other), "sharpness": sharpness(other)})
print(json.dumps({"numpy": np.__version__, "rows": rows}, indent=1))
