"""Random Stable Diffusion models and how they lie on the disk: as diffusers folders with the names that Stable Diffusion 1.5's
own files have. Used by pipelines.py (tiny models for the tests) and sd14.py (the real size)."""

import json
import os
import re

import diffusers
import torch
from safetensors.torch import save_file

PRECISIONS = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


def randomise(model, generator, gains=(), precision=torch.float32):
    """Weights that leave every layer's output of order one and let every layer matter, rounded to `precision` and kept in the
    model's own type. `gains` are (pattern, factor) pairs: the first pattern found in a name multiplies its standard deviation."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            noise = torch.randn(weight.shape, generator=generator)
            is_norm = re.search(r"norm\w*\.(weight|bias)$", name) and weight.dim() == 1
            if is_norm and name.endswith("weight"):
                values = 1 + 0.3 * noise
            elif weight.dim() == 1:
                values = 0.2 * noise
            elif "embedding.weight" in name:
                values = 0.7 * noise
            else:
                values = noise * weight[0].numel() ** -0.5
            if not is_norm:
                values *= next((gain for pattern, gain in gains if re.search(pattern, name)), 1.0)
            weight.copy_(values.to(precision))
    return model


def clip_vocabulary(merges):
    """CLIP's table: the 256 bytes as printable characters, the same at the end of a word, the merges, and begin and end."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    characters = [chr(byte) for byte in printable] + [chr(256 + k) for k in range(len(others))]
    tokens = characters + [c + "</w>" for c in characters] + ["".join(pair) for pair in merges]
    return {token: k for k, token in enumerate([*tokens, "<|startoftext|>", "<|endoftext|>"])}


def write_tokenizer(folder, merges, pad):
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/merges.txt", "w", encoding="utf-8") as file:
        file.write("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    write_json(f"{folder}/vocab.json", clip_vocabulary(merges))
    begin, end = (
        {"content": content, "lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
        for content in ("<|startoftext|>", "<|endoftext|>")
    )
    write_json(f"{folder}/special_tokens_map.json", {"bos_token": begin, "eos_token": end, "pad_token": pad, "unk_token": end})
    write_json(
        f"{folder}/tokenizer_config.json",
        {
            "add_prefix_space": False,
            "bos_token": {"__type": "AddedToken", **begin},
            "do_lower_case": True,
            "eos_token": {"__type": "AddedToken", **end},
            "errors": "replace",
            "model_max_length": 77,
            "pad_token": pad,
            "tokenizer_class": "CLIPTokenizer",
            "unk_token": {"__type": "AddedToken", **end},
        },
    )


def write_json(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2, ensure_ascii=False)
        file.write("\n")


# The attention of Stable Diffusion 1.x's autoencoder, as its files name it and as diffusers has named it since 2023.
OLD_ATTENTION = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}


def old_attention_name(name):
    for new, old in OLD_ATTENTION.items():
        name = name.replace(f".attentions.0.{new}.", f".attentions.0.{old}.")
    return name


def write_component(folder, model, config, precision, rename=lambda name: name, extra=None):
    """One component: its config.json and its weights, under the names that `rename` makes."""
    os.makedirs(folder, exist_ok=True)
    tensors = {rename(name): value.to(precision).contiguous() for name, value in model.state_dict().items()}
    file = "model" if "text_encoder" in folder else "diffusion_pytorch_model"
    save_file({**tensors, **(extra or {})}, f"{folder}/{file}.safetensors", metadata={"format": "pt"})
    write_json(f"{folder}/config.json", config)


def diffusers_config(model):
    """A diffusers model's configuration as its config.json has it."""
    return json.loads(model.to_json_string())


def text_config(model):
    """A CLIP text model's configuration as its config.json has it."""
    values = json.loads(model.config.to_json_string())
    values.pop("dtype", None)
    return {**values, "architectures": ["CLIPTextModel"]}


def text_name(name):
    """transformers 5 leaves out the prefix that all files of Stable Diffusion have."""
    return name if name.startswith("text_model.") else "text_model." + name


def write_text_encoder(folder, model, config, precision, position_ids=False):
    positions = {"text_model.embeddings.position_ids": torch.arange(77).reshape(1, 77)} if position_ids else None
    write_component(f"{folder}/text_encoder", model, config, precision, text_name, positions)


def write_unet(folder, model, config, precision):
    write_component(f"{folder}/unet", model, config, precision)


def write_autoencoder(folder, model, config, precision, old_names=False):
    rename = old_attention_name if old_names else lambda name: name
    write_component(f"{folder}/vae", model, config, precision, rename)


def write_rest(folder, scheduler, merges, pad="<|endoftext|>"):
    """What stands beside the weights: the index, the tokenizer, the scheduler's configuration."""
    index = {
        "_class_name": "StableDiffusionPipeline",
        "_diffusers_version": diffusers.__version__,
        "feature_extractor": [None, None],
        "image_encoder": [None, None],
        "requires_safety_checker": False,
        "safety_checker": [None, None],
        "scheduler": ["diffusers", scheduler["_class_name"]],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }
    os.makedirs(f"{folder}/scheduler", exist_ok=True)
    write_json(f"{folder}/model_index.json", index)
    write_json(f"{folder}/scheduler/scheduler_config.json", scheduler)
    write_tokenizer(f"{folder}/tokenizer", merges, pad)
