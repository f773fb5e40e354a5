"""Makes a tiny LoRA in the layout of LCM-LoRA and the latents that diffusers' LCMScheduler reaches with it.

    python Tools/golden/lcm.py Tests/StableDiffusionTests/Fixtures

The model is the pipeline `sd1` beside the output. LCM-LoRA (Luo et al., arXiv 2311.05556) changes, in Kohya's names, with an alpha for
each layer, all of the UNet's attention, feed-forward layers, residual blocks and resampling, and nothing of the text encoder; here one
layer of each kind stands for all. Needs `peft`, too.
"""

import sys

import torch
from diffusers import LCMScheduler
from safetensors.torch import save_file

from lora import PROMPT, kohya, load, matrices, weights
from pipelines_golden import versions
from pipelines_model import write_json

SEED, STEPS, GUIDANCE = 42, 4, 1.5
BLOCK = "up_blocks.1.attentions.0"
LAYERS = [
    "down_blocks.0.resnets.0.conv1", "down_blocks.0.downsamplers.0.conv", "down_blocks.1.resnets.0.conv_shortcut",
    "mid_block.resnets.0.conv2", "mid_block.resnets.1.time_emb_proj", "up_blocks.2.upsamplers.0.conv",
    f"{BLOCK}.proj_in", f"{BLOCK}.proj_out",
] + [f"{BLOCK}.transformer_blocks.0.{layer}" for layer in
     ("attn1.to_q", "attn1.to_k", "attn1.to_v", "attn1.to_out.0", "attn2.to_k", "attn2.to_out.0", "ff.net.0.proj", "ff.net.2")]


@torch.no_grad()
def main():
    fixtures = sys.argv[1]
    output = f"{fixtures}/lora"
    torch.set_num_threads(1)
    pipeline = load(f"{fixtures}/sd1")
    shapes, generator = weights(pipeline.unet), torch.Generator().manual_seed(6)
    tensors = kohya({name: matrices(shapes[name].shape, generator) for name in LAYERS}, {}, [2.0])
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, f"{output}/lcm.safetensors")

    pipeline.load_lora_weights(output, weight_name="lcm.safetensors")
    pipeline.scheduler = LCMScheduler.from_config(pipeline.scheduler.config)
    pipeline.set_progress_bar_config(disable=True)
    latents = pipeline(
        PROMPT, num_inference_steps=STEPS, guidance_scale=GUIDANCE, output_type="latent",
        generator=torch.Generator().manual_seed(SEED),
    ).images
    save_file({"latents": latents.contiguous()}, f"{output}/lcm-golden.safetensors")
    import peft
    settings = {"prompt": PROMPT, "seed": SEED, "steps": STEPS, "guidance": GUIDANCE}
    write_json(f"{output}/lcm-golden.json", {"versions": {**versions(), "peft": peft.__version__}, **settings})


main()
