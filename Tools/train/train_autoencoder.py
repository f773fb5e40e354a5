"""Stage 4: train our own AutoencoderKL to speak TAESD's latents. Start again to go on from the checkpoint.

It is trained at the UNet's scale; export.py folds Stable Diffusion's factor into the two 1x1 convolutions.
The decoder gets most of the time, because pictures are decoded far more often than encoded.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from diffusers.models.attention_processor import AttnProcessor
from torch.nn import functional as F

from networks import autoencoder
from training_run import TrainingRun

ENCODE_EVERY = 4
LATENT_NOISE = 0.04  # the UNet's latents are not perfect either


def reconstruction_loss(decoded: torch.Tensor, pictures: torch.Tensor) -> torch.Tensor:
    """Absolute difference of the pixels and of their slopes: colours and sharp edges."""
    loss = F.l1_loss(decoded, pictures)
    for axis in (2, 3):
        loss = loss + F.l1_loss(decoded.diff(dim=axis), pictures.diff(dim=axis))
    return loss


def decode(model: AutoencoderKL, latents: torch.Tensor) -> torch.Tensor:
    return model.decoder(model.post_quant_conv(latents))


def encode_mean(model: AutoencoderKL, pictures: torch.Tensor) -> torch.Tensor:
    return model.quant_conv(model.encoder(pictures))[:, :4]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder written by prepare.py")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint and log")
    parser.add_argument("--minutes", type=float, required=True, help="training time in all, restarts included")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.set_flush_denormal(True)
    if options.threads:
        torch.set_num_threads(options.threads)

    all_pictures = np.load(options.data / "pictures.npy", mmap_mode="r")
    all_latents = torch.from_numpy(np.load(options.data / "latents.npy"))
    model = autoencoder().to(options.device)
    model.set_attn_processor(AttnProcessor())  # plain products train faster than the fused kernel at this size
    run = TrainingRun(model, options.out, options.minutes, options.rate, decay=0.999)
    torch.manual_seed(run.steps)
    while not run.finished:
        chosen = torch.randint(len(all_latents), (options.batch,))
        pictures = torch.from_numpy(all_pictures[chosen.numpy()]).to(options.device).permute(0, 3, 1, 2) / 127.5 - 1
        latents = all_latents[chosen].float().to(options.device)
        with torch.autocast(options.device, dtype=torch.bfloat16):
            decoded = decode(model, latents + LATENT_NOISE * torch.randn_like(latents))
            encoded = encode_mean(model, pictures) if run.steps % ENCODE_EVERY == 0 else None
        loss = reconstruction_loss(decoded.float(), pictures)
        if encoded is not None:
            loss = loss + ENCODE_EVERY * 0.1 * F.mse_loss(encoded.float(), latents)
        run.step(loss, options.batch)


if __name__ == "__main__":
    main()
