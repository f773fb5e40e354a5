"""Makes the tiny random pipelines of Tests/StableDiffusionTests/Fixtures and the numbers that diffusers computes with them.

    python Tools/golden/pipelines.py Tests/StableDiffusionTests/Fixtures

README.md beside this file says what lies in each folder. The same versions make the same files.
"""

import os
import shutil
import sys
from collections import Counter

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

from pipelines_golden import write_golden
from pipelines_model import (
    PRECISIONS,
    clip_vocabulary,
    diffusers_config,
    randomise,
    text_config,
    write_autoencoder,
    write_rest,
    write_text_encoder,
    write_unet,
)

PROMPTS = ["", "A photograph of a dog", "two CATS & one dog's hat, at the Café (1999) — très joli 🎨"]
END = "<|endoftext|>"
CORPUS = "a photograph of a dog a photo of the cat the cats and the dogs hat one two painting of a cat at the café joli"


def learned_merges(count):
    """Byte-pair merges learned from the corpus: the most frequent pair first, ties by alphabet."""
    vocabulary = list(clip_vocabulary([]))
    by_byte = dict(zip([*range(33, 127), *range(161, 173), *range(174, 256)], vocabulary))
    words = []
    for word in CORPUS.split():
        characters = [by_byte.get(byte) or vocabulary[188 + others(byte)] for byte in word.encode()]
        words.append([*characters[:-1], characters[-1] + "</w>"])
    merges = []
    while len(merges) < count:
        pairs = Counter(pair for word in words for pair in zip(word, word[1:]))
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for word in words:
            k = 0
            while k + 1 < len(word):
                if (word[k], word[k + 1]) == best:
                    word[k : k + 2] = ["".join(best)]
                k += 1
    return merges


def others(byte):
    """The place of a byte among those that are not printable."""
    return [b for b in range(256) if not (33 <= b < 127 or 161 <= b < 173 or 174 <= b)].index(byte)


def attention_blocks(stages):
    """Block types for stages with (True) and without (False) attention, down and up."""
    down = ["CrossAttnDownBlock2D" if attends else "DownBlock2D" for attends in stages]
    up = ["CrossAttnUpBlock2D" if attends else "UpBlock2D" for attends in reversed(stages)]
    return {"down_block_types": down, "up_block_types": up}


# Sharper attention, and a prompt that matters no more than guidance can bear: its weight is multiplied by 7.5.
GAINS = [
    (r"(to_q|to_k|q_proj|k_proj)\.weight", 1.5),
    (r"attn2\.to_out\.0\.weight", 0.25),
    (r"^decoder\.conv_out\.weight", 0.6),
    (r"^conv_out\.weight", 0.7),
]


# What each pipeline is for; sizes of latents are (height, width).
PIPELINES = {
    # As Stable Diffusion 1.x: epsilon, one number for the heads, convolutional projections, quick GELU, float16, old names.
    "sd1": {
        "seed": 1,
        "precision": "float16",
        "unet": {
            "block_out_channels": [8, 16, 20, 20], "layers_per_block": 2, "attention_head_dim": 4, "norm_num_groups": 4,
            "cross_attention_dim": 32, "sample_size": 8, **attention_blocks([True, True, True, False]),
        },
        "vae": {"block_out_channels": [8, 12, 16, 16], "layers_per_block": 2, "norm_num_groups": 4, "scaling_factor": 0.18215},
        "text": {"hidden_size": 32, "intermediate_size": 128, "num_hidden_layers": 3, "num_attention_heads": 4},
        "scheduler": {"steps_offset": 1, "set_alpha_to_one": False},
        "old_names": True,
        "position_ids": True,
        "sizes": [(8, 8), (8, 16)],
    },
    # As Stable Diffusion 2.x: v prediction, a list of heads, linear projections, exact GELU, float32, "!" as
    # padding, an autoencoder of factor 4.
    "sd2": {
        "seed": 2,
        "precision": "float32",
        "unet": {
            "block_out_channels": [8, 12, 16, 16], "layers_per_block": 2, "attention_head_dim": [2, 3, 4, 2],
            "norm_num_groups": 2, "cross_attention_dim": 24, "sample_size": 16, "use_linear_projection": True,
            **attention_blocks([True, True, True, False]),
        },
        "vae": {"block_out_channels": [8, 8, 12], "layers_per_block": 2, "norm_num_groups": 4, "scaling_factor": 0.18215},
        "text": {
            "hidden_size": 24, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 3, "hidden_act": "gelu",
        },
        "scheduler": {"steps_offset": 1, "set_alpha_to_one": False, "prediction_type": "v_prediction"},
        "pad": "!",
        "sizes": [(16, 16), (24, 16)],
    },
    # Odd widths: heads 5 and 7 wide, three stages, attention in two of them, an autoencoder of factor 4,
    # bfloat16.
    "odd": {
        "seed": 3,
        "precision": "bfloat16",
        "unet": {
            "block_out_channels": [20, 25, 35], "layers_per_block": 1, "attention_head_dim": [4, 5, 5], "norm_num_groups": 5,
            "cross_attention_dim": 20, "sample_size": 12, **attention_blocks([False, True, True]),
        },
        "vae": {"block_out_channels": [6, 15, 21], "layers_per_block": 1, "norm_num_groups": 3, "scaling_factor": 0.13025},
        "text": {"hidden_size": 20, "intermediate_size": 52, "num_hidden_layers": 2, "num_attention_heads": 4},
        "scheduler": {"steps_offset": 1, "set_alpha_to_one": False},
        "sizes": [(12, 12), (8, 20)],
    },
    # Two stages, the inner one with attention; time steps that begin at 0 and a last level without noise.
    "two-stages": {
        "seed": 4,
        "precision": "float32",
        "unet": {
            "block_out_channels": [8, 16], "layers_per_block": 2, "attention_head_dim": 2, "norm_num_groups": 4,
            "cross_attention_dim": 16, "sample_size": 6, "use_linear_projection": True, **attention_blocks([False, True]),
        },
        "vae": {"block_out_channels": [8, 12], "layers_per_block": 1, "norm_num_groups": 4, "scaling_factor": 1.0},
        "text": {"hidden_size": 16, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2},
        "scheduler": {"steps_offset": 0, "set_alpha_to_one": True},
        "sizes": [(6, 6), (10, 4)],
    },
}


def make_parts(case, merges):
    """The text encoder, UNet, autoencoder and scheduler of a pipeline, with random weights of its precision."""
    vocabulary = clip_vocabulary(merges)
    begin, end = vocabulary["<|startoftext|>"], vocabulary[END]
    text = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(vocabulary), bos_token_id=begin, eos_token_id=end, max_position_embeddings=77,
            pad_token_id=vocabulary[case.get("pad", END)], projection_dim=case["text"]["hidden_size"],
            **{"hidden_act": "quick_gelu", **case["text"]},
        )
    )
    unet = UNet2DConditionModel(in_channels=4, out_channels=4, **case["unet"])
    stages = len(case["vae"]["block_out_channels"])
    vae = AutoencoderKL(
        latent_channels=4, sample_size=case["unet"]["sample_size"] * 2 ** (stages - 1),
        down_block_types=["DownEncoderBlock2D"] * stages, up_block_types=["UpDecoderBlock2D"] * stages, **case["vae"],
    )
    scheduler = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, **case["scheduler"]
    )
    generator = torch.Generator().manual_seed(case["seed"])
    precision = PRECISIONS[case["precision"]]
    for model in (text, unet, vae):
        randomise(model.eval(), generator, GAINS, precision)
    return text, unet, vae, scheduler


def write_pipeline(folder, parts, case, merges):
    text, unet, vae, scheduler = parts
    precision = PRECISIONS[case["precision"]]
    write_rest(folder, diffusers_config(scheduler), merges, case.get("pad", END))
    write_text_encoder(folder, text, text_config(text), precision, case.get("position_ids", False))
    write_unet(folder, unet, diffusers_config(unet), precision)
    write_autoencoder(folder, vae, diffusers_config(vae), precision, case.get("old_names", False))


def main():
    output = sys.argv[1]
    torch.set_num_threads(1)
    merges = learned_merges(40)
    for name, case in PIPELINES.items():
        folder = os.path.join(output, name)
        shutil.rmtree(folder, ignore_errors=True)
        parts = make_parts(case, merges)
        write_pipeline(folder, parts, case, merges)
        write_golden(folder, parts, PROMPTS, case)


if __name__ == "__main__":
    main()
