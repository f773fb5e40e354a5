"""Stage 3: train the UNet and the text encoder together on the encoded pictures. Start again to go on from the checkpoint."""

import argparse
import json
import random
from pathlib import Path

import numpy as np
import torch
from diffusers.models.attention_processor import AttnProcessor
from torch import nn
from transformers import CLIPTokenizer

from captions import caption
from concepts import WEIGHTS
from networks import denoiser, text_encoder
from noise import min_snr_weights, signal_levels, stratified_levels
from pictures import Look
from training_run import TrainingRun, join_processes

EMPTY_CAPTIONS = 0.10


class TextToNoise(nn.Module):
    """Text encoder and UNet as one: what the noise in a latent is, given a sentence's tokens."""

    def __init__(self, token_embeddings: torch.Tensor | None = None) -> None:
        super().__init__()
        self.text, self.unet = text_encoder(), denoiser()
        self.text.set_attn_implementation("eager")
        self.unet.set_attn_processor(AttnProcessor())  # plain products: at these sizes twice as fast to train as the fused kernel
        table = self.text.get_input_embeddings().weight
        table.requires_grad_(False)  # frozen: words never seen keep their place among those seen
        if token_embeddings is not None:
            table.copy_(token_embeddings)

    def forward(self, latents: torch.Tensor, levels: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        return self.unet(latents, levels, self.text(tokens).last_hidden_state).sample


class Examples:
    """Random batches of latents with fresh captions."""

    def __init__(self, folder: Path, tokenizer: Path, seed: int) -> None:
        self.latents = torch.from_numpy(np.load(folder / "latents.npy"))
        self.looks = [Look(**look) for look in json.loads((folder / "looks.json").read_text())]
        self.weights = torch.tensor([float(WEIGHTS.get(look.name, 1)) for look in self.looks])
        self.tokenizer = CLIPTokenizer.from_pretrained(tokenizer)
        self.rng = random.Random(seed)

    def batch(self, count: int) -> tuple[torch.Tensor, torch.Tensor]:
        chosen = torch.multinomial(self.weights, count)
        sentences = [
            "" if self.rng.random() < EMPTY_CAPTIONS else caption(self.looks[i], self.rng) for i in chosen.tolist()]
        tokens = self.tokenizer(sentences, padding="max_length", truncation=True, max_length=77, return_tensors="pt")
        return self.latents[chosen].float(), tokens.input_ids


def noise_loss(model: TextToNoise, latents: torch.Tensor, tokens: torch.Tensor, signal: torch.Tensor) -> torch.Tensor:
    levels = stratified_levels(len(latents)).to(latents.device)
    noise = torch.randn_like(latents)
    a = signal[levels].view(-1, 1, 1, 1)
    with torch.autocast(latents.device.type, dtype=torch.bfloat16):
        predicted = model(a.sqrt() * latents + (1 - a).sqrt() * noise, levels, tokens)
    errors = (predicted.float() - noise).square().mean((1, 2, 3))
    return (errors * min_snr_weights(signal)[levels]).mean()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder written by prepare.py")
    parser.add_argument("--tokens", type=Path, required=True, help="file written by token_embeddings.py")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint and log")
    parser.add_argument("--minutes", type=float, required=True, help="training time in all, restarts included")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=8e-4)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.set_flush_denormal(True)
    if options.threads:
        torch.set_num_threads(options.threads)

    process = join_processes()
    torch.manual_seed(0)  # the same start in every process
    model = TextToNoise(torch.load(options.tokens)).to(options.device)
    run = TrainingRun(model, options.out, options.minutes, options.rate, decay=0.999)
    seed = 1000 * run.steps + process
    torch.manual_seed(seed)
    examples = Examples(options.data, options.tokenizer, seed)
    signal = signal_levels().to(options.device)
    while not run.finished:
        latents, tokens = (x.to(options.device) for x in examples.batch(options.batch))
        run.step(noise_loss(model, latents, tokens, signal), options.batch)


if __name__ == "__main__":
    main()
