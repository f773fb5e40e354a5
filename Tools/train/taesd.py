"""The tiny autoencoder for Stable Diffusion 1.x latents (madebyollin, MIT): it fixes the latent space that everything else learns."""

from pathlib import Path

import torch
from diffusers import AutoencoderTiny
from safetensors.torch import load_file


def load_taesd(folder: Path) -> AutoencoderTiny:
    """TAESD from its two files; pictures are in [0, 1] there, latents already scaled for the UNet."""
    model = AutoencoderTiny()
    for part, shift in ((model.encoder, 0), (model.decoder, -1)):
        name = "encoder" if part is model.encoder else "decoder"
        weights = load_file(folder / f"taesd_{name}.safetensors")
        part.layers.load_state_dict(
            {".".join([str(int(key.split(".")[0]) + shift), *key.split(".")[1:]]): value.float() for key, value in weights.items()})
    return model.eval().requires_grad_(False)


@torch.no_grad()
def encode(model: AutoencoderTiny, pictures: torch.Tensor) -> torch.Tensor:
    """uint8 pictures [n, 128, 128, 3] to latents [n, 4, 16, 16]."""
    x = pictures.permute(0, 3, 1, 2).float() / 255  # the permuted view is channels-last, which is the fast layout here
    with torch.autocast(x.device.type, dtype=torch.bfloat16):
        # AutoencoderTiny's own encode() expects [-1, 1] and maps it to [0, 1]
        return model.encode(x * 2 - 1).latents.float()
