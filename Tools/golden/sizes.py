"""Makes what diffusers computes at sizes that a UNet cannot halve evenly: latents of 5 x 7, 9 x 6, 45 x 80 (640 x 360 pixels).

    python Tools/golden/sizes.py Tests/StableDiffusionTests/Fixtures Models/tiny

The models are the tiny pipelines beside the output and, for layers wide enough for Winograd's transforms, the bundled one.
README.md beside this file says what lies in the folder `sizes`.
"""

import os
import sys

import torch
from diffusers import StableDiffusionPipeline
from safetensors.torch import save_file

from pipelines_golden import versions
from pipelines_model import write_json

PROMPT = "A photograph of a dog"
TIMESTEP = 481
STEPS = 10
GUIDANCE = 7.5
# Latents, (height, width).
EVALUATIONS = {name: [(5, 7), (9, 6)] for name in ("sd1", "sd2", "odd", "two-stages")} | {"tiny": [(5, 7), (9, 6), (45, 80)]}
SAMPLES = {"sd1": (5, 7), "tiny": (9, 13)}


def exact(tensor):
    """Multiples of 1/128, which float16 holds exactly."""
    return (tensor * 128).round() / 128


@torch.no_grad()
def main():
    fixtures, bundled = sys.argv[1:]
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(8)
    tensors, evaluations, samples = {}, [], []
    for name, sizes in EVALUATIONS.items():
        path = bundled if name == "tiny" else f"{fixtures}/{name}"
        pipeline = StableDiffusionPipeline.from_pretrained(path, torch_dtype=torch.float32, safety_checker=None)
        pipeline.set_progress_bar_config(disable=True)
        embedding = exact(pipeline.encode_prompt(PROMPT, "cpu", 1, False)[0])
        tensors[f"{name}.embedding"] = embedding.half()
        for size in sizes:
            key = f"{name}.{size[0]}x{size[1]}"
            latents = exact(torch.randn(1, 4, *size, generator=generator))
            tensors[f"{key}.latents"] = latents.half()
            tensors[f"{key}.output"] = pipeline.unet(latents, TIMESTEP, embedding).sample
            evaluations.append({"model": name, "key": key})
        if name in SAMPLES:
            height, width = SAMPLES[name]
            noise = exact(torch.randn(1, 4, height, width, generator=generator))
            latents = pipeline(
                PROMPT, height=height * 8, width=width * 8, num_inference_steps=STEPS, guidance_scale=GUIDANCE, latents=noise,
                output_type="latent",
            ).images
            tensors[f"{name}.noise"] = noise.half()
            tensors[f"{name}.sample"] = latents
            tensors[f"{name}.decoded"] = pipeline.vae.decode(latents / pipeline.vae.config.scaling_factor).sample
            samples.append(name)
    os.makedirs(f"{fixtures}/sizes", exist_ok=True)
    save_file({name: value.contiguous() for name, value in tensors.items()}, f"{fixtures}/sizes/golden.safetensors")
    settings = {"prompt": PROMPT, "timestep": TIMESTEP, "steps": STEPS, "guidance": GUIDANCE}
    write_json(
        f"{fixtures}/sizes/golden.json",
        {"versions": versions(), **settings, "evaluations": evaluations, "samples": samples},
    )


main()
