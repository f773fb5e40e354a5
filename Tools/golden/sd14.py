"""Makes a folder in the shape of Stable Diffusion 1.4 with random float16 weights, to measure time and memory with.

    python Tools/golden/sd14.py OUT --tokenizer Models/tiny/tokenizer [--golden]

The configurations are those of the real 1.4, which leave out what later versions of diffusers write. `--golden` adds
OUT/golden: numbers that diffusers computes in float32. Components are made one after another, so that no more than six
gigabytes are needed.
"""

import argparse
import os

import numpy
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from pipelines_golden import versions
from pipelines_model import randomise, write_autoencoder, write_json, write_rest, write_text_encoder, write_unet

PROMPT = "a photo of an astronaut riding a horse on mars"
TIMESTEP = 481
LATENT_SCALE = 0.18215

TEXT = {
    "architectures": ["CLIPTextModel"], "attention_dropout": 0.0, "bos_token_id": 0, "dropout": 0.0, "eos_token_id": 2,
    "hidden_act": "quick_gelu", "hidden_size": 768, "initializer_factor": 1.0, "initializer_range": 0.02,
    "intermediate_size": 3072, "layer_norm_eps": 1e-05, "max_position_embeddings": 77, "model_type": "clip_text_model",
    "num_attention_heads": 12, "num_hidden_layers": 12, "pad_token_id": 1, "torch_dtype": "float32",
    "transformers_version": "4.21.0.dev0", "vocab_size": 49408,
}
UNET = {
    "_class_name": "UNet2DConditionModel", "_diffusers_version": "0.2.2", "act_fn": "silu", "attention_head_dim": 8,
    "block_out_channels": [320, 640, 1280, 1280], "center_input_sample": False, "cross_attention_dim": 768,
    "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
    "downsample_padding": 1, "flip_sin_to_cos": True, "freq_shift": 0, "in_channels": 4, "layers_per_block": 2,
    "mid_block_scale_factor": 1, "norm_eps": 1e-05, "norm_num_groups": 32, "out_channels": 4, "sample_size": 64,
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
}
VAE = {
    "_class_name": "AutoencoderKL", "_diffusers_version": "0.2.2", "act_fn": "silu",
    "block_out_channels": [128, 256, 512, 512], "down_block_types": ["DownEncoderBlock2D"] * 4, "in_channels": 3,
    "latent_channels": 4, "layers_per_block": 2, "out_channels": 3, "sample_size": 512,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
}
SCHEDULER = {
    "_class_name": "PNDMScheduler", "_diffusers_version": "0.7.0.dev0", "beta_end": 0.012, "beta_schedule": "scaled_linear",
    "beta_start": 0.00085, "clip_sample": False, "num_train_timesteps": 1000, "set_alpha_to_one": False,
    "skip_prk_steps": True, "steps_offset": 1, "trained_betas": None,
}

# Sharper attention in the text encoder, a prompt that guidance can multiply, a picture that mostly fits into [-1, 1].
GAINS = [
    (r"(q_proj|k_proj)\.weight", 1.5),
    (r"attn2\.to_out\.0\.weight", 0.4),
    (r"^decoder\.conv_out\.weight", 0.6),
]


def empty(make):
    """A model whose weights are not computed before they are overwritten."""
    with torch.device("meta"):
        model = make()
    return model.to_empty(device="cpu").eval()


def fields(config):
    return {key: value for key, value in config.items() if not key.startswith("_")}


@torch.no_grad()
def make(output, merges, golden):
    generator = torch.Generator().manual_seed(14)
    write_rest(output, SCHEDULER, merges)

    text = CLIPTextModel(CLIPTextConfig(**TEXT)).eval()
    randomise(text, generator, GAINS, torch.float16)
    write_text_encoder(output, text, TEXT, torch.float16, position_ids=True)
    tokenizer = CLIPTokenizer.from_pretrained(f"{output}/tokenizer")
    ids = tokenizer(PROMPT, padding="max_length", max_length=77, truncation=True).input_ids
    embedding = text(torch.tensor([ids])).last_hidden_state if golden else None
    del text

    noise = torch.randn(1, 4, 64, 64, generator=torch.Generator().manual_seed(1))
    unet = empty(lambda: UNet2DConditionModel.from_config(fields(UNET)))
    randomise(unet, generator, GAINS, torch.float16)
    write_unet(output, unet, UNET, torch.float16)
    prediction = unet(noise, TIMESTEP, embedding).sample if golden else None
    del unet

    vae = empty(lambda: AutoencoderKL.from_config(fields(VAE)))
    randomise(vae, generator, GAINS, torch.float16)
    write_autoencoder(output, vae, VAE, torch.float16, old_names=True)
    if golden:
        write_golden(f"{output}/golden", ids, embedding=embedding, noise=noise, prediction=prediction, **coded(vae, noise))


def coded(vae, noise):
    """A picture of latents, and latents of a picture."""
    picture = torch.nn.functional.interpolate(0.5 * noise[:, :3], scale_factor=8, mode="bilinear").clamp(-1, 1)
    return {
        "decoded": vae.decode(noise / LATENT_SCALE).sample,
        "picture": picture,
        "encoded": vae.encode(picture).latent_dist.mean * LATENT_SCALE,
    }


def write_golden(folder, ids, **tensors):
    os.makedirs(folder, exist_ok=True)
    for name, tensor in tensors.items():
        numpy.save(f"{folder}/{name}.npy", tensor[0].numpy())
        print(f"{name}: {list(tensor[0].shape)}, standard deviation {tensor.std().item():.3f}")
    write_json(f"{folder}/golden.json", {"prompt": PROMPT, "ids": ids, "timestep": TIMESTEP, "versions": versions()})


def main():
    parser = argparse.ArgumentParser(description="Stable Diffusion 1.4's shape with random weights")
    parser.add_argument("output")
    parser.add_argument("--tokenizer", required=True, help="a folder with CLIP's merges.txt")
    parser.add_argument("--golden", action="store_true", help="also compute golden numbers")
    arguments = parser.parse_args()
    with open(f"{arguments.tokenizer}/merges.txt", encoding="utf-8") as file:
        lines = file.read().splitlines()
    merges = [tuple(line.split()) for line in lines if line and not line.startswith("#version")]
    assert len(merges) == 48894, f"CLIP has 48894 merges, and merges.txt has {len(merges)}"
    make(arguments.output, merges, arguments.golden)


if __name__ == "__main__":
    main()
