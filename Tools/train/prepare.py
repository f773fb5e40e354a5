"""Stage 2: compose the training pictures and encode them once. Writes pictures.npy, latents.npy and looks.json."""

import argparse
import json
import random
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from concepts import CONCEPTS
from pictures import SIDE, choose_look, compose
from taesd import encode, load_taesd


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--emoji", type=Path, required=True, help="folder with the unpacked pictures of emoji128.zip")
    parser.add_argument("--captions", type=Path, required=True, help="captions.jsonl")
    parser.add_argument("--taesd", type=Path, required=True, help="folder with TAESD's two files")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--variations", type=int, default=48, help="pictures made of each emoji")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)

    records = [json.loads(line) for line in options.captions.open()]
    records = [record for record in records if record["name"] in CONCEPTS]
    count = len(records) * options.variations
    pictures = np.lib.format.open_memmap(options.out / "pictures.npy", "w+", np.uint8, (count, SIDE, SIDE, 3))
    looks, began = [], time.time()
    for record in records:
        emoji = Image.open(options.emoji / record["file"]).convert("RGBA")
        for number in range(options.variations):
            rng = random.Random(f"{record['file']} {number} {options.seed}")
            look = choose_look(record["name"], record["set"], rng)
            pictures[len(looks)] = np.asarray(compose(emoji, look, rng))
            looks.append(look)
    (options.out / "looks.json").write_text(json.dumps([asdict(look) for look in looks]))
    print(f"{count} pictures composed in {time.time() - began:.0f} s", flush=True)

    taesd = load_taesd(options.taesd).to(options.device)
    latents = [encode(taesd, torch.from_numpy(pictures[i:i + 32].copy()).to(options.device)).cpu() for i in range(0, count, 32)]
    latents = torch.cat(latents)
    np.save(options.out / "latents.npy", latents.half().numpy())
    print(f"encoded in {time.time() - began:.0f} s; mean {latents.mean((0, 2, 3))}, deviation {latents.std((0, 2, 3))}")


if __name__ == "__main__":
    main()
