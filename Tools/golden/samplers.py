"""Golden numbers for the samplers and their schedules, from diffusers' own schedulers.

    python Tools/golden/samplers.py Tests

writes SamplingTests/Fixtures/samplers.json (a network that is one formula) and StableDiffusionTests/Fixtures/samplers.json and
.safetensors (the tiny pipelines `two-stages` with guidance 7.5 and `sd2` with 1, where its random network is less chaotic). Needs torch, diffusers and scipy; the versions are in the files.

Where a scheduler cannot be configured with a schedule (Align Your Steps for most, karras for Euler's ancestral method, keras for
all), its sigmas and timesteps are put in, and its own steps are taken.
"""

import json
import os
import sys

# PyTorch's noise differs in the last bits between instruction sets; this is the one most processors run.
os.environ["ATEN_CPU_CAPABILITY"] = "avx2"

import diffusers
import numpy
import torch
from diffusers import (DDIMScheduler, DPMSolverMultistepScheduler, EulerAncestralDiscreteScheduler, EulerDiscreteScheduler,
                       HeunDiscreteScheduler, LCMScheduler, LMSDiscreteScheduler, PNDMScheduler, TCDScheduler,
                       UNet2DConditionModel, UniPCMultistepScheduler)
from safetensors.torch import load_file, save_file

SEED = 20
COUNTS = (1, 2, 8, 25)
BETAS = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
# What a model's scheduler configuration adds.
STABLE_DIFFUSION = {"steps_offset": 1, "set_alpha_to_one": False}
SAMPLERS = {
    "ddim": (DDIMScheduler, dict(clip_sample=False)),
    "euler": (EulerDiscreteScheduler, {}),
    "euler-a": (EulerAncestralDiscreteScheduler, {}),
    "heun": (HeunDiscreteScheduler, {}),
    "dpm++2m": (DPMSolverMultistepScheduler, {}),
    "dpm++2m-sde": (DPMSolverMultistepScheduler, dict(algorithm_type="sde-dpmsolver++")),
    "unipc": (UniPCMultistepScheduler, {}),
    "pndm": (PNDMScheduler, dict(skip_prk_steps=True)),
    "lms": (LMSDiscreteScheduler, {}),
    "lcm": (LCMScheduler, {}),
    "tcd": (TCDScheduler, {}),
}
SPACINGS = ("leading", "trailing", "linspace")
SCHEDULES = {name: SPACINGS + ("karras", "exponential", "ays", "keras") for name in SAMPLERS}
SCHEDULES |= {"ddim": SPACINGS, "pndm": ("leading", "trailing"), "lcm": ("trailing",), "tcd": ("trailing",)}
ALIGN_YOUR_STEPS = [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029]


def scheduler(sampler, schedule, prediction, steps, ends=STABLE_DIFFUSION):
    """A scheduler whose steps are set, as a pipeline would leave it."""
    kind, settings = SAMPLERS[sampler]
    settings = dict(settings, **BETAS, prediction_type=prediction, **ends)
    if sampler not in ("ddim", "pndm"):
        del settings["set_alpha_to_one"]
    if schedule in SPACINGS:
        settings["timestep_spacing"] = schedule
    elif sampler in ("euler", "heun", "lms"):
        settings["timestep_spacing"] = "leading" if schedule == "keras" else "linspace"
    if sampler == "euler-a":
        settings["timestep_spacing"] = {"keras": "leading"}.get(schedule, settings.get("timestep_spacing", "linspace"))
    if schedule in ("karras", "exponential") and sampler != "euler-a":
        settings[f"use_{schedule}_sigmas"] = True
    it = kind(**settings)
    it.set_timesteps(steps)
    if schedule == "ays":
        install(it, aligned(steps))
    elif schedule == "keras":
        timesteps = list(range(1, 1000, 1000 // steps))[::-1]
        install(it, [sigma(it, t) for t in timesteps] + [0.0], timesteps)
    elif schedule in ("karras", "exponential") and sampler == "euler-a":
        euler = scheduler("euler", schedule, prediction, steps)
        it.sigmas, it.timesteps = euler.sigmas, euler.timesteps
    return it


def sigma(it, timestep):
    a = it.alphas_cumprod[timestep].item()
    return ((1 - a) / a) ** 0.5


def aligned(steps):
    """The published sigmas, in their logarithm interpolated over the way; the last step ends without noise."""
    logarithms = numpy.log(ALIGN_YOUR_STEPS[::-1])
    sigmas = numpy.exp(numpy.interp(numpy.linspace(0, 1, steps + 1), numpy.linspace(0, 1, 11), logarithms))[::-1]
    return list(sigmas[:-1]) + [0.0]


def install(it, sigmas, timesteps=None):
    """Gives a scheduler sigmas of one's own; timesteps as Euler's would be."""
    if timesteps is None:
        euler = EulerDiscreteScheduler(**BETAS)
        euler.set_timesteps(sigmas=sigmas)
        timesteps = euler.timesteps
    it.sigmas = torch.tensor(numpy.array(sigmas), dtype=torch.float32)
    it.timesteps = torch.tensor([float(t) for t in timesteps])
    if isinstance(it, HeunDiscreteScheduler):
        it.sigmas = torch.cat([it.sigmas[:1], it.sigmas[1:-1].repeat_interleave(2), it.sigmas[-1:]])
        it.timesteps = torch.cat([it.timesteps[:1], it.timesteps[1:].repeat_interleave(2)])


def levels(it):
    """Timesteps and sigmas, each once."""
    timesteps, sigmas = it.timesteps.tolist(), getattr(it, "sigmas", None)
    if isinstance(it, HeunDiscreteScheduler):
        timesteps, sigmas = timesteps[:1] + timesteps[1::2], torch.cat([sigmas[:1], sigmas[1::2]])
    if isinstance(it, PNDMScheduler):
        timesteps = timesteps[:1] + timesteps[2:]
    if isinstance(it, (DDIMScheduler, PNDMScheduler, LCMScheduler, TCDScheduler)):
        sigmas = torch.tensor([sigma(it, int(t)) for t in timesteps])
    return [round(t, 4) for t in timesteps], [round(s.item(), 6) for s in sigmas[:len(timesteps)]]


def sample(it, network, shape, **settings):
    """As diffusers' pipelines do it: one generator for the initial noise and for that of the steps. `settings` are the step's."""
    generator = torch.Generator().manual_seed(SEED)
    x = torch.randn(shape, generator=generator) * it.init_noise_sigma
    if isinstance(it, (EulerAncestralDiscreteScheduler, DPMSolverMultistepScheduler, LCMScheduler, TCDScheduler)):
        settings["generator"] = generator
    for t in it.timesteps:
        answer = network(it.scale_model_input(x, t), t)
        x = it.step(answer, t, x, **settings).prev_sample
    return x


def cases(counts=COUNTS, predictions=("epsilon", "v_prediction")):
    for sampler in SAMPLERS:
        for schedule in SCHEDULES[sampler]:
            for steps in counts:
                for prediction in predictions:
                    yield {"sampler": sampler, "schedule": schedule, "steps": steps, "prediction": prediction}


def formula(x, t):
    return torch.sin(x) * (0.5 + t / 2000)


def formula_cases():
    for case in cases():
        it = scheduler(**case)
        if case["prediction"] == "epsilon":
            case["timesteps"], case["sigmas"] = levels(it)
        case["result"] = [round(v, 5) for v in sample(it, formula, (1, 4, 2, 2)).flatten().tolist()]
        yield case


def pipeline(tests, name, size, guidance, chosen):
    """The final latents of each case, [cases, 4, h, w], with guidance towards the first prompt."""
    folder = f"{tests}/StableDiffusionTests/Fixtures/{name}"
    unet = UNet2DConditionModel.from_pretrained(f"{folder}/unet", torch_dtype=torch.float32).eval()
    embeddings = load_file(f"{folder}/golden.safetensors")["embeddings"][:2]
    configuration = json.load(open(f"{folder}/scheduler/scheduler_config.json"))
    ends = {key: configuration[key] for key in STABLE_DIFFUSION}

    def network(x, t):
        without, prompted = unet(torch.cat([x, x]), t, embeddings).sample.chunk(2)
        return without + guidance * (prompted - without)

    return torch.cat([sample(scheduler(**case, ends=ends), network, (1, 4, *size)) for case in chosen])


def compact(path, value):
    with open(path, "w") as file:
        file.write(json.dumps(value, separators=(",", ":")) + "\n")


@torch.no_grad()
def main():
    tests = sys.argv[1]
    torch.set_num_threads(1)
    versions = {"torch": torch.__version__, "diffusers": diffusers.__version__}
    compact(f"{tests}/SamplingTests/Fixtures/samplers.json", {"versions": versions, "seed": SEED, "cases": list(formula_cases())})

    fixtures = f"{tests}/StableDiffusionTests/Fixtures"
    epsilon = list(cases(predictions=("epsilon",)))
    velocity = [c for c in cases((2, 8, 25), ("v_prediction",)) if c["schedule"] in ("trailing", "karras")]
    latents = {"two-stages": pipeline(tests, "two-stages", (4, 4), 7.5, epsilon), "sd2": pipeline(tests, "sd2", (8, 8), 1, velocity)}
    save_file(latents, f"{fixtures}/samplers.safetensors")
    compact(f"{fixtures}/samplers.json", {"versions": versions, "seed": SEED, "two-stages": epsilon, "sd2": velocity})


if __name__ == "__main__":
    main()
