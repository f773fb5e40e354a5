"""DDIM inversion of the tiny pipelines' golden latents, by diffusers' DDIMInverseScheduler.

    python Tools/golden/inversion.py Tests/StableDiffusionTests/Fixtures

writes inversion/golden.safetensors: for each pipeline NAME, `NAME.0` [10, 4, h, w] holds the latents after each of 10 steps without
iterations, `NAME.1` and `NAME.3` [1, 4, h, w] the last with one and three of them, from `encodings.0.latents` with the second of the golden prompts and no guidance. diffusers' scheduler iterates nothing; the
iterations are written out here around its step.
"""

import os
import sys

import torch
from diffusers import DDIMInverseScheduler, UNet2DConditionModel
from safetensors.torch import load_file, save_file

from pipelines_golden import STEPS, versions
from pipelines_model import write_json

PIPELINES = ("sd1", "sd2", "odd", "two-stages")
ITERATIONS = (0, 1, 3)


def inverted(folder, iterations):
    unet = UNet2DConditionModel.from_pretrained(f"{folder}/unet", torch_dtype=torch.float32).eval()
    golden = load_file(f"{folder}/golden.safetensors")
    embedding = golden["embeddings"][1:2]
    configuration = DDIMInverseScheduler.load_config(f"{folder}/scheduler")
    velocity = configuration["prediction_type"] == "v_prediction"
    # The scheduler reads a velocity at the level where the step begins; it belongs to the one where the step ends.
    scheduler = DDIMInverseScheduler.from_config({**configuration, "prediction_type": "epsilon"})
    scheduler.set_timesteps(STEPS)

    def noise(y, t):
        output, a = unet(y, t, embedding).sample, scheduler.alphas_cumprod[t]
        return a.sqrt() * output + (1 - a).sqrt() * y if velocity else output

    x, trajectory = golden["encodings.0.latents"], []
    for t in scheduler.timesteps:
        y = x
        for _ in range(1 + iterations):
            y = scheduler.step(noise(y, t), t, x).prev_sample
        x = y
        trajectory.append(x)
    return torch.cat(trajectory if iterations == 0 else trajectory[-1:])


@torch.no_grad()
def main():
    fixtures = sys.argv[1]
    torch.set_num_threads(1)
    os.makedirs(f"{fixtures}/inversion", exist_ok=True)
    tensors = {f"{name}.{n}": inverted(f"{fixtures}/{name}", n).contiguous() for name in PIPELINES for n in ITERATIONS}
    save_file(tensors, f"{fixtures}/inversion/golden.safetensors")
    write_json(f"{fixtures}/inversion/golden.json", {"versions": versions()})


main()
