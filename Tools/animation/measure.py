"""Measures how well an animated GIF shows the frames it was made from, beside other encoders on the same frames.

    measure.py FRAMES_FOLDER OURS.gif [--fps 10] [--work FOLDER]

The figures are those of the tests; distances are Euclidean in Oklab, times 100, and less is better except for SSIM:

    dEb1   mean distance after a blur of sigma 1 in linear light: the colour that the eye sees
    band   RMS error after a blur of sigma 2 where the source is smooth: bands and blotches
    tflick RMS change from frame to frame of the sigma 1 error in smooth parts: crawling grain
    still  mean step of a pixel where the source moves by at most 2 levels: flicker; the frames' own value beside it
    SSIM   of luma
    bpp    bits a pixel in the file
"""

import argparse
import pathlib
import subprocess
import tempfile

import imageio_ffmpeg
import numpy as np
import pyvips
from PIL import Image, ImageSequence
from scipy.ndimage import gaussian_filter, maximum_filter, minimum_filter

TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def linear(frame):
    value = frame / 255.0
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def oklab(light):
    return np.cbrt(light @ TO_CONES.T) @ TO_OKLAB.T


def blurred(frame, sigma):
    """A frame in Oklab as an eye sees it that does not resolve single pixels."""
    return oklab(gaussian_filter(linear(frame), (sigma, sigma, 0)))


def luma(frame):
    return frame @ np.array([0.299, 0.587, 0.114])


def smooth(frame):
    """Where the luma of a frame ranges over at most 12 levels in 9 x 9 pixels."""
    return maximum_filter(luma(frame), 9) - minimum_filter(luma(frame), 9) <= 12


def length(difference):
    return np.sqrt((difference**2).sum(-1))


def ssim(one, other):
    """Wang et al. 2004, with its Gaussian window of sigma 1.5."""
    x, y = luma(one), luma(other)
    mean = lambda image: gaussian_filter(image, 1.5, truncate=3.5)
    mx, my = mean(x), mean(y)
    vx, vy, vxy = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return (((2 * mx * my + c1) * (2 * vxy + c2)) / ((mx**2 + my**2 + c1) * (vx + vy + c2))).mean()


def decoded(path, count):
    """The pictures that a GIF shows, one for each source frame: a frame with a long delay stands for several."""
    pictures, delays = [], []
    with Image.open(path) as gif:
        for frame in ImageSequence.Iterator(gif):
            pictures.append(np.asarray(frame.convert("RGB"), np.float64))
            delays.append(frame.info.get("duration", 0))
    ends = np.cumsum(delays)
    middles = (np.arange(count) + 0.5) * ends[-1] / count
    return [pictures[np.searchsorted(ends, middle)] for middle in middles]


def step(frames, sources):
    """The mean step of the pixels whose source moves by at most 2 levels."""
    total, count = 0.0, 0
    for k in range(1, len(sources)):
        rests = np.abs(sources[k] - sources[k - 1]).max(-1) <= 2
        total += length(oklab(linear(frames[k])) - oklab(linear(frames[k - 1])))[rests].sum()
        count += rests.sum()
    return 100 * total / count if count else float("nan")


def figures(path, sources):
    shown = decoded(path, len(sources))
    seen, bands, flickers, similarities = [], [], [], []
    before = None
    for picture, source in zip(shown, sources):
        error = blurred(picture, 1) - blurred(source, 1)
        is_smooth = smooth(source)
        seen.append(length(error).mean())
        bands.append((length(blurred(picture, 2) - blurred(source, 2)) ** 2)[is_smooth])
        if before is not None:
            flickers.append((length(error - before[0]) ** 2)[is_smooth & before[1]])
        similarities.append(ssim(picture, source))
        before = (error, is_smooth)
    rms = lambda parts: 100 * np.sqrt(np.concatenate(parts).mean()) if sum(map(len, parts)) else float("nan")
    pixels = len(sources) * sources[0].shape[0] * sources[0].shape[1]
    return {
        "dEb1": 100 * np.mean(seen),
        "band": rms(bands),
        "tflick": rms(flickers),
        "still": step(shown, sources),
        "SSIM": np.mean(similarities),
        "bpp": 8 * pathlib.Path(path).stat().st_size / pixels,
    }


def with_vips(paths, fps, output):
    frames = [pyvips.Image.new_from_file(str(path)) for path in paths]
    strip = pyvips.Image.arrayjoin(frames, across=1).copy()
    strip.set_type(pyvips.GValue.gint_type, "page-height", frames[0].height)
    strip.set_type(pyvips.GValue.array_int_type, "delay", [round(1000 / fps)] * len(frames))
    strip.set_type(pyvips.GValue.gint_type, "loop", 0)
    strip.gifsave(str(output))


def with_ffmpeg(paths, fps, output):
    pattern = paths[0].parent / "frame-%05d.png"
    palettes = "split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=new=1"
    subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-framerate", str(fps), "-i", str(pattern)]
        + ["-filter_complex", palettes, str(output)],
        check=True,
    )


def with_pillow(paths, fps, output):
    frames = [Image.open(path).convert("RGB") for path in paths]
    frames[0].save(output, save_all=True, append_images=frames[1:], duration=round(1000 / fps), loop=0)


PEERS = {"libvips": with_vips, "ffmpeg": with_ffmpeg, "Pillow": with_pillow}


def row(name, values):
    return f"{name:10}" + "".join(f"{value:9.4f}" for value in values.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("frames", type=pathlib.Path, help="a folder with frame-00000.png, frame-00001.png, ...")
    parser.add_argument("gif", type=pathlib.Path, help="the GIF that LatentWalk made from them, each frame once")
    parser.add_argument("--fps", type=float, default=10)
    parser.add_argument("--work", type=pathlib.Path, help="keep the GIFs of the other encoders in this folder")
    parser.add_argument("--no-peers", action="store_true", help="measure only the given GIF")
    choices = parser.parse_args()

    paths = sorted(choices.frames.glob("frame-*.png"))
    sources = [np.asarray(Image.open(path).convert("RGB"), np.float64) for path in paths]
    ours = figures(choices.gif, sources)
    print(f"{choices.frames.name}: {len(paths)} frames of {sources[0].shape[1]} x {sources[0].shape[0]}")
    print(" " * 10 + "".join(f"{name:>9}" for name in ours))
    print(row("LatentWalk", ours))
    with tempfile.TemporaryDirectory() as temporary:
        folder = choices.work or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for name, encode in {} if choices.no_peers else PEERS.items():
            output = folder / f"{choices.frames.name}-{name}.gif"
            encode(paths, choices.fps, output)
            print(row(name, figures(output, sources)))
    print(f"lossless frames have a still step of {step(sources, sources):.4f}")


if __name__ == "__main__":
    main()
