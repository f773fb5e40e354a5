"""How well the exported autoencoder decodes TAESD's latents and encodes into them: decibels, on pictures spread over the data.

The pictures are from the training set: the bundled model draws nothing else, and what counts is how crisp that is.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL

from sampling import decode

COUNT = 208


def decibels(a: torch.Tensor, b: torch.Tensor) -> float:
    """Mean peak signal-to-noise ratio of uint8 pictures."""
    errors = (a.float() - b.float()).square().mean((1, 2, 3))
    return (10 * torch.log10(255 ** 2 / errors)).mean().item()


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder written by prepare.py")
    parser.add_argument("--model", type=Path, required=True)
    options = parser.parse_args()
    vae = AutoencoderKL.from_pretrained(options.model / "vae", low_cpu_mem_usage=False).eval()
    stored = np.load(options.data / "pictures.npy", mmap_mode="r")
    chosen = np.arange(0, len(stored), len(stored) // COUNT)[:COUNT] + np.arange(COUNT) % 48
    pictures = torch.from_numpy(stored[chosen])
    latents = torch.from_numpy(np.load(options.data / "latents.npy")[chosen]).float()

    decoded = torch.cat([decode(vae, part) for part in latents.split(16)])
    scaled = [vae.encode(part.permute(0, 3, 1, 2) / 127.5 - 1).latent_dist.mean for part in pictures.split(16)]
    own = torch.cat(scaled) * vae.config.scaling_factor
    again = torch.cat([decode(vae, part) for part in own.split(16)])
    print(f"{COUNT} pictures: TAESD's latents decoded {decibels(decoded, pictures):.1f} dB; "
          f"encoded and decoded {decibels(again, pictures):.1f} dB; "
          f"our latents differ from TAESD's by {(own - latents).square().mean().sqrt():.3f} (root mean square)")


if __name__ == "__main__":
    main()
