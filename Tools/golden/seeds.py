"""Compares diffusers' pipeline with the built program, seed for seed, and prints the table of docs/seeds.md.

    python Tools/golden/seeds.py .build/release/latentwalk Models/tiny

Both compute in float32 on the CPU. Needs torch, transformers and diffusers.
"""

import subprocess
import sys
import tempfile

import diffusers
import numpy
import torch
from diffusers import StableDiffusionPipeline
from diffusers.schedulers import AysSchedules

PROMPT, SEED, GUIDANCE = "a photograph of a dog", 42, 7.5
LEADING, TRAILING, LINSPACE = ({"timestep_spacing": name} for name in ("leading", "trailing", "linspace"))
KARRAS, EXPONENTIAL = {"use_karras_sigmas": True}, {"use_exponential_sigmas": True}
SDE, SKIP = {"algorithm_type": "sde-dpmsolver++"}, {"skip_prk_steps": True}
# Scheduler, what is given to from_config beside the model's configuration, sampler, schedule, steps.
ROWS = [
    ("DDIM", {}, "ddim", "leading", 25),
    ("DDIM", TRAILING, "ddim", "trailing", 30),
    ("PNDM", SKIP, "pndm", "leading", 25),
    ("EulerDiscrete", {}, "euler", "leading", 25),
    ("EulerDiscrete", TRAILING, "euler", "trailing", 30),
    ("EulerDiscrete", LINSPACE, "euler", "linspace", 25),
    ("EulerDiscrete", LINSPACE | KARRAS, "euler", "karras", 25),
    ("EulerDiscrete", LINSPACE | EXPONENTIAL, "euler", "exponential", 25),
    ("EulerDiscrete", LINSPACE, "euler", "ays", 10),
    ("EulerAncestralDiscrete", {}, "euler-a", "leading", 25),
    ("EulerAncestralDiscrete", TRAILING, "euler-a", "trailing", 25),
    ("HeunDiscrete", {}, "heun", "leading", 25),
    ("HeunDiscrete", LINSPACE | KARRAS, "heun", "karras", 25),
    ("LMSDiscrete", {}, "lms", "leading", 25),
    ("LMSDiscrete", LINSPACE | KARRAS, "lms", "karras", 25),
    ("DPMSolverMultistep", {}, "dpm++2m", "leading", 25),
    ("DPMSolverMultistep", KARRAS, "dpm++2m", "karras", 25),
    ("DPMSolverMultistep", TRAILING, "dpm++2m", "trailing", 25),
    ("DPMSolverMultistep", SDE, "dpm++2m-sde", "leading", 25),
    ("DPMSolverMultistep", SDE | KARRAS, "dpm++2m-sde", "karras", 25),
    ("UniPCMultistep", {}, "unipc", "leading", 25),
    ("UniPCMultistep", KARRAS, "unipc", "karras", 25),
    ("LCM", {}, "lcm", "trailing", 4),
]


def theirs(pipe, name, changes, schedule, steps):
    kind = getattr(diffusers, f"{name}Scheduler")
    pipe.scheduler = kind.from_config(pipe.configuration, **changes)
    times = {"sigmas": AysSchedules["StableDiffusionSigmas"]} if schedule == "ays" else {"num_inference_steps": steps}
    generator = torch.Generator().manual_seed(SEED)
    return pipe(PROMPT, guidance_scale=GUIDANCE, generator=generator, output_type="latent", **times).images[0].numpy()


def ours(program, folder, sampler, schedule, steps):
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(
            [program, "image", PROMPT, "--model", folder, "--seed", str(SEED), "--guidance", str(GUIDANCE), "--steps", str(steps),
             "--sampler", sampler, "--schedule", schedule, "--quiet", "-o", f"{place}/a.png", "--latents-output", f"{place}/a.npy"],
            check=True, stdout=subprocess.DEVNULL)
        return numpy.load(f"{place}/a.npy")


def main():
    program, folder = sys.argv[1:]
    torch.set_num_threads(1)
    pipe = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32, safety_checker=None)
    pipe.set_progress_bar_config(disable=True)
    pipe.configuration = pipe.scheduler.config
    print(f"diffusers {diffusers.__version__}, torch {torch.__version__}\n")
    print("| scheduler | `from_config` with | options | steps | relative L2 | largest difference |\n|---|---|---|---|---|---|")
    for name, changes, sampler, schedule, steps in ROWS:
        expected, found = theirs(pipe, name, changes, schedule, steps), ours(program, folder, sampler, schedule, steps)
        difference = numpy.linalg.norm(found - expected) / numpy.linalg.norm(expected)
        settings = ", ".join(f"`{key}={value!r}`" for key, value in changes.items())
        settings += "; the pipeline's `sigmas=AysSchedules[\"StableDiffusionSigmas\"]`" if schedule == "ays" else ""
        print(f"| `{name}Scheduler` | {settings} | `--sampler {sampler} --schedule {schedule}` | {steps} | "
              f"{difference:.1e} | {abs(found - expected).max():.1e} |")


main()
