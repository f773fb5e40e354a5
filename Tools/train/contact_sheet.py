"""Look at the model: a sheet of prompts by seeds, and a strip of the way from a dog to a cat."""

import argparse
from pathlib import Path

import torch
from PIL import Image

from bundle import Bundle
from sampling import noises

PROMPTS = [
    "A photograph of a dog", "A photograph of a cat", "A photograph of an owl sitting on a tree branch",
    "Skyline of New York City", "A black and white photograph of a young boy's face",
    "A black and white photograph of an old man's face", "A rocket", "A red apple",
]
SEEDS = [1, 2, 3, 4]
WALK = ("A photograph of a dog", "A photograph of a cat")
FRAMES = 8


def tile(pictures: torch.Tensor, columns: int) -> Image.Image:
    """Pictures [n, h, w, 3] in rows of `columns`."""
    rows = [torch.cat(list(row), dim=1) for row in pictures.split(columns)]
    return Image.fromarray(torch.cat(rows).numpy())


def walk(bundle: Bundle, sentences: tuple[str, str], seeds: list[int]) -> torch.Tensor:
    """For each seed, the pictures at FRAMES points on the straight line between two sentences."""
    begin, end = bundle.embed(list(sentences))
    way = torch.stack([torch.lerp(begin, end, i / (FRAMES - 1)) for i in range(FRAMES)])
    return bundle.pictures(way.repeat(len(seeds), 1, 1), noises(seeds).repeat_interleave(FRAMES, 0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for contact-sheet.png and walk.png")
    parser.add_argument("--prompts", nargs="+", default=PROMPTS)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    bundle = Bundle(options.model)
    embeddings = bundle.embed(options.prompts).repeat_interleave(len(SEEDS), 0)
    sheet = bundle.pictures(embeddings, noises(SEEDS).repeat(len(options.prompts), 1, 1, 1))
    tile(sheet, columns=4 * len(SEEDS)).save(options.out / "contact-sheet.png", optimize=True)
    tile(walk(bundle, WALK, SEEDS[:2]), FRAMES).save(options.out / "walk.png", optimize=True)


if __name__ == "__main__":
    main()
