"""The exported folder, loaded as anyone would load it: with diffusers and transformers."""

from pathlib import Path

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

import sampling

BATCH = 32


class Bundle:
    """Sentences and noises in, pictures out."""

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        self.tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer")
        self.text = CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=torch.float32).to(device).eval()
        self.unet = UNet2DConditionModel.from_pretrained(folder / "unet", low_cpu_mem_usage=False).to(device).eval()
        self.vae = AutoencoderKL.from_pretrained(folder / "vae", low_cpu_mem_usage=False).to(device).eval()
        self.empty = self.embed([""])

    def embed(self, sentences: list[str]) -> torch.Tensor:
        return sampling.embed(self.text, self.tokenizer, sentences)

    def latents(self, embeddings: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        noise = noise.to(embeddings.device)
        parts = zip(embeddings.split(BATCH), noise.split(BATCH))
        return torch.cat([sampling.sample(self.unet, e, self.empty, x) for e, x in parts])

    def pictures(self, embeddings: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        """uint8 [n, 128, 128, 3]."""
        return torch.cat([sampling.decode(self.vae, part) for part in self.latents(embeddings, noise).split(BATCH)])
