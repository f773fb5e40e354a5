"""Stage 5: write the moving averages as a diffusers folder in float16, with the names that Stable Diffusion 1.5's files use.

Works at any time during training, too: what has no checkpoint yet is written as it was initialised.
"""

import argparse
import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from safetensors.torch import save_file

from networks import LATENT_SCALE, autoencoder
from train_denoiser import TextToNoise

SCHEDULER = {
    "_class_name": "DDIMScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear", "beta_start": 0.00085,
    "clip_sample": False, "num_train_timesteps": 1000, "prediction_type": "epsilon", "set_alpha_to_one": False,
    "steps_offset": 1, "timestep_spacing": "leading", "trained_betas": None,
}
PIPELINE = {
    "_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.6.0",
    "feature_extractor": [None, None], "image_encoder": [None, None], "requires_safety_checker": False, "safety_checker": [None, None],
    "scheduler": ["diffusers", "DDIMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}
TEXT_SETTINGS = {
    "attention_dropout", "bos_token_id", "eos_token_id", "hidden_act", "hidden_size", "initializer_factor", "initializer_range",
    "intermediate_size", "layer_norm_eps", "max_position_embeddings", "model_type", "num_attention_heads", "num_hidden_layers",
    "pad_token_id", "projection_dim", "vocab_size",
}
EMBEDDING_SHRINK = 2.0
LOG_VARIANCE = -10.0  # our encoder knows one latent for a picture, so its spread is next to nothing


def load_average(model: torch.nn.Module, folder: Path) -> torch.nn.Module:
    """The model with the moving average of a training run, if there is one."""
    if (folder / "checkpoint.pt").exists():
        model.load_state_dict(torch.load(folder / "checkpoint.pt", map_location="cpu")["average"])
    return model.eval().requires_grad_(False)


def fold_scale(model: AutoencoderKL) -> AutoencoderKL:
    """Let the autoencoder speak unscaled latents, as Stable Diffusion's does: divide on the way out, multiply on the way in."""
    model.post_quant_conv.weight.mul_(LATENT_SCALE)
    model.quant_conv.weight[:4].div_(LATENT_SCALE)
    model.quant_conv.bias[:4].div_(LATENT_SCALE)
    model.quant_conv.weight[4:].zero_()
    model.quant_conv.bias[4:].fill_(LOG_VARIANCE)
    return model


def shrink_embeddings(both: TextToNoise) -> TextToNoise:
    """The same model with embeddings half as large, and keys and values that make up for it.

    A walk goes 0.002 a frame in every component of the embedding. Stable Diffusion notices; a small model that knows
    a hundred things stands so firmly on them that 150 such steps change nothing. In a smaller space a step is longer.
    """
    norm = getattr(both.text, "text_model", both.text).final_layer_norm
    norm.weight.div_(EMBEDDING_SHRINK)
    norm.bias.div_(EMBEDDING_SHRINK)
    for name, weight in both.unet.named_parameters():
        if name.endswith(("attn2.to_k.weight", "attn2.to_v.weight")):
            weight.mul_(EMBEDDING_SHRINK)
    return both


def write(weights: dict[str, torch.Tensor], file: Path, config: dict) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    halves = {name: value.half().contiguous() for name, value in weights.items() if value.is_floating_point()}
    for name, value in halves.items():
        assert value.isfinite().all(), name
    save_file(halves, file, metadata={"format": "pt"})
    file.chmod(0o644)  # safetensors writes for the owner only
    write_json(config, file.parent / "config.json")


def write_json(value: dict, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(value, indent=2) + "\n")


def plain_config(config: dict) -> dict:
    """A diffusers config without the private entries."""
    return {key: value for key, value in config.items() if key == "_class_name" or not key.startswith("_")}


def text_weights(text: torch.nn.Module) -> dict[str, torch.Tensor]:
    """With the prefix of Stable Diffusion 1.5's files, which transformers no longer writes but still reads."""
    return {name if name.startswith("text_model.") else "text_model." + name: value for name, value in text.state_dict().items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--denoiser", type=Path, required=True, help="train_denoiser.py's folder")
    parser.add_argument("--autoencoder", type=Path, required=True, help="train_autoencoder.py's folder")
    parser.add_argument("--out", type=Path, required=True, help="the model's folder; its tokenizer is there already")
    options = parser.parse_args()

    both = shrink_embeddings(load_average(TextToNoise(), options.denoiser))
    vae = fold_scale(load_average(autoencoder(), options.autoencoder))
    text_config = {key: value for key, value in both.text.config.to_dict().items() if key in TEXT_SETTINGS}
    text_config |= {"architectures": ["CLIPTextModel"], "torch_dtype": "float16"}
    unet_config = {"_class_name": "UNet2DConditionModel"} | plain_config(both.unet.config)
    vae_config = {"_class_name": "AutoencoderKL"} | plain_config(vae.config)
    weights_name = "diffusion_pytorch_model.safetensors"
    write(text_weights(both.text), options.out / "text_encoder" / "model.safetensors", text_config)
    write(both.unet.state_dict(), options.out / "unet" / weights_name, unet_config)
    write(vae.state_dict(), options.out / "vae" / weights_name, vae_config)
    write_json(SCHEDULER, options.out / "scheduler" / "scheduler_config.json")
    write_json(PIPELINE, options.out / "model_index.json")


if __name__ == "__main__":
    main()
