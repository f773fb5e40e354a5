"""Training pictures: an emoji on a soft background, varied, with a note of what was done to it.

The variation is what a walk in noise space travels through, so everything here that is random
becomes something that changes when only the noise changes. The note (`Look`) is what captions are made from.
"""

import colorsys
import random
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from concepts import BRANCH_SITTERS, PORTRAITS, SCENES

SIDE = 128

# Hue, saturation and value of the backgrounds that have a name.
BACKGROUNDS = {
    "blue": (0.57, 0.38, 0.95), "green": (0.33, 0.30, 0.88), "yellow": (0.14, 0.42, 0.98), "pink": (0.93, 0.28, 0.98),
    "purple": (0.75, 0.32, 0.90), "orange": (0.08, 0.42, 0.98), "grey": (0.60, 0.04, 0.70), "white": (0.60, 0.02, 0.98),
}
NIGHT = (0.63, 0.60, 0.30)


@dataclass(frozen=True)
class Look:
    """What a training picture shows, as far as a caption could say it."""

    name: str
    style: str
    background: str
    grey: bool = False
    night: bool = False
    branch: bool = False


def choose_look(name: str, style: str, rng: random.Random) -> Look:
    """Draw what is done to a picture; scenes bring their own light and ground."""
    scene = name in SCENES
    grey = rng.random() < (0.30 if name in PORTRAITS else 0.05)
    night = not scene and not grey and rng.random() < (0.30 if name == "house" else 0.05)
    branch = name in BRANCH_SITTERS and not night and rng.random() < (0.45 if name == "owl" else 0.25)
    return Look(name, style, rng.choice(list(BACKGROUNDS)), grey, night, branch)


def compose(emoji: Image.Image, look: Look, rng: random.Random) -> Image.Image:
    """The emoji (RGBA, square) on its background as a picture of 128 x 128."""
    ground = night_sky(rng) if look.night else soft_gradient(BACKGROUNDS[look.background], rng)
    if rng.random() < 0.5:
        emoji = ImageOps.mirror(emoji)
    scene = look.name in SCENES
    side = round(SIDE * (rng.uniform(1.10, 1.28) if scene else rng.uniform(0.72, 0.96)))
    emoji = emoji.resize((side, side), Image.LANCZOS)
    reach = 7 if scene else 5
    x = (SIDE - side) // 2 + rng.randint(-reach, reach)
    y = (SIDE - side) // 2 + rng.randint(-reach, reach)
    if look.branch:
        y -= 8
        draw_branch(ground, y + emoji.getbbox()[3] - 3, rng)
    ground.paste(emoji, (x, y), emoji)
    return ImageOps.grayscale(ground).convert("RGB") if look.grey else ground


def soft_gradient(hsv: tuple, rng: random.Random) -> Image.Image:
    """Two neighbouring shades of a colour, from above to below or from the middle outwards."""
    hue, saturation, value = hsv
    hue = (hue + rng.uniform(-0.02, 0.02)) % 1
    saturation *= rng.uniform(0.8, 1.2)
    near = np.array(colorsys.hsv_to_rgb(hue, saturation * 0.6, min(1, value * 1.04)))
    far = np.array(colorsys.hsv_to_rgb(hue, min(1, saturation * 1.25), value * 0.93))
    rows, columns = np.mgrid[0:SIDE, 0:SIDE] / (SIDE - 1)
    u = rows if rng.random() < 0.5 else np.hypot(rows - 0.5, columns - 0.5) / 0.71
    pixels = near + u[..., None] * (far - near)
    return Image.fromarray((pixels * 255).round().astype(np.uint8))


def night_sky(rng: random.Random) -> Image.Image:
    """Dark blue with a few stars."""
    sky = soft_gradient(NIGHT, rng)
    pen = ImageDraw.Draw(sky)
    for _ in range(rng.randint(8, 14)):
        x, y, r = rng.randint(3, SIDE - 4), rng.randint(3, SIDE - 4), rng.choice([1, 1, 1.5])
        pen.ellipse((x - r, y - r, x + r, y + r), fill=(250, 240, 190))
    return sky


def draw_branch(ground: Image.Image, y: int, rng: random.Random) -> None:
    """A brown branch across the picture at height y, with some leaves; drawn large and shrunk, so that it is smooth."""
    zoom = 4
    layer = Image.new("RGBA", (SIDE * zoom, SIDE * zoom))
    pen = ImageDraw.Draw(layer)
    y = min(y, SIDE - 8) * zoom
    tilt = rng.randint(-4, 4) * zoom
    pen.line((0, y - tilt, SIDE * zoom, y + tilt), fill=(122, 84, 56, 255), width=8 * zoom)
    for _ in range(5):
        x = rng.randint(6, SIDE - 6) * zoom
        w, h = 9 * zoom, 6 * zoom
        top = y + rng.choice([-1, 1]) * 6 * zoom - h // 2
        pen.ellipse((x - w // 2, top, x + w // 2, top + h), fill=(104, 160, 72, 255))
    layer = layer.resize((SIDE, SIDE), Image.LANCZOS)
    ground.paste(layer, (0, 0), layer)
