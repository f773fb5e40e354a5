"""The program's default sampler, so that the model is judged by what people will see.

DDIM without added noise over the levels 1, 41, 81, ..., 961, guidance 7.5; see docs of LatentWalk on the schedule `keras`.
"""

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from noise import LEVELS, signal_levels

STEPS = 25
GUIDANCE = 7.5


@torch.no_grad()
def embed(text: CLIPTextModel, tokenizer: CLIPTokenizer, sentences: list[str]) -> torch.Tensor:
    tokens = tokenizer(sentences, padding="max_length", truncation=True, max_length=77, return_tensors="pt")
    return text(tokens.input_ids.to(text.device)).last_hidden_state


@torch.no_grad()
def sample(unet: UNet2DConditionModel, embeddings: torch.Tensor, empty: torch.Tensor, noise: torch.Tensor,
           guidance: float = GUIDANCE) -> torch.Tensor:
    """Latents for embeddings [n, 77, w] from noises [n, 4, 16, 16]; empty [1, 77, w] is the embedding of no words."""
    signal = signal_levels().to(noise.device)
    levels = torch.arange(1, LEVELS, LEVELS // STEPS)
    context = torch.cat([empty.expand_as(embeddings), embeddings])
    x = noise
    for i in reversed(range(len(levels))):
        a = signal[levels[i]]
        a_previous = signal[levels[i - 1]] if i > 0 else torch.tensor(1.0)
        without, given = unet(torch.cat([x, x]), levels[i].to(x.device), context).sample.chunk(2)
        e = without + guidance * (given - without)
        clean = (x - (1 - a).sqrt() * e) / a.sqrt()
        x = a_previous.sqrt() * clean + (1 - a_previous).sqrt() * e
    return x


@torch.no_grad()
def decode(vae: AutoencoderKL, latents: torch.Tensor) -> torch.Tensor:
    """Latents at the UNet's scale to uint8 pictures [n, height, width, 3]."""
    decoded = vae.decode(latents / vae.config.scaling_factor).sample
    return ((decoded + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).cpu()


def noises(seeds: list[int]) -> torch.Tensor:
    """One noise of 4 x 16 x 16 for each seed."""
    return torch.cat([torch.randn(1, 4, 16, 16, generator=torch.Generator().manual_seed(seed)) for seed in seeds])
