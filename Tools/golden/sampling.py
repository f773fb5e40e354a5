"""Golden numbers for the schedules, the sampler and the noise of PyTorch and NumPy.

    python Tools/golden/sampling.py > Tests/SamplingTests/Fixtures/sampling.json

Needs torch, numpy and diffusers; the versions it ran with are in the file. TensorFlow's: sampling_tensorflow.py.
"""

import json
import os

# PyTorch's noise differs in the last bits between instruction sets; this is the one most processors run.
os.environ["ATEN_CPU_CAPABILITY"] = "avx2"

import diffusers
import numpy
import torch
from diffusers import DDIMScheduler

STABLE_DIFFUSION = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")


def scheduler(offset=0, one=True, prediction="epsilon", **betas):
    return DDIMScheduler(
        **{**STABLE_DIFFUSION, **betas}, clip_sample=False, set_alpha_to_one=one, steps_offset=offset,
        prediction_type=prediction, timestep_spacing="leading")


def checksum(timesteps):
    """A number that changes with any timestep and with their order."""
    return [len(timesteps), sum((i + 1) * int(t) for i, t in enumerate(timesteps))]


def leading(steps):
    ddim = scheduler(offset=0)
    ddim.set_timesteps(steps)
    return ddim.timesteps.tolist()


def schedules():
    """For 1, 2, ..., 1000 steps: how many levels, and a checksum of their timesteps from the noisiest to the cleanest."""
    every = range(1, 1001)
    return {
        "keras": [checksum(list(range(1, 1000, 1000 // s))[::-1]) for s in every],
        "keras-0.9": [checksum((numpy.arange(s) * (999 / (s - 1) if s > 1 else 1000)).round()[::-1]) for s in every],
        "leading": [checksum(leading(s)) for s in every],
    }


def alpha_bars():
    return [
        {"kind": kind, "start": start, "end": end,
         "alphaBars": {t: scheduler(beta_schedule=kind, beta_start=start, beta_end=end).alphas_cumprod[t].item()
                       for t in (0, 1, 2, 10, 500, 998, 999)}}
        for kind, start, end in (("scaled_linear", 0.00085, 0.012), ("linear", 0.0001, 0.02))]


def network(x, t):
    return torch.sin(3 * x) * (0.5 + t / 2000)


def denoised():
    start = torch.linspace(-2, 2, 8).reshape(1, 1, 2, 4)
    cases = []
    for prediction in ("epsilon", "v_prediction"):
        for kind in ("scaled_linear", "linear"):
            for offset, one in ((0, True), (1, False), (1, True)):
                for steps in (1, 2, 10, 25, 600, 999) + ((1000,) if offset == 0 else ()):
                    ddim = scheduler(offset, one, prediction, beta_schedule=kind)
                    ddim.set_timesteps(steps)
                    x = start
                    for t in ddim.timesteps:
                        x = ddim.step(network(x, t), t, x).prev_sample
                    cases.append({
                        "prediction": prediction, "kind": kind, "offset": offset, "setAlphaToOne": one, "steps": steps,
                        "timesteps": [ddim.timesteps[0].item(), ddim.timesteps[-1].item()],
                        "result": [round(v, 7) for v in x.flatten().tolist()]})
    return cases


def shortened(values):
    """The first and last sixteen numbers, and every 509th between."""
    values = [float(v) for v in values]
    if len(values) <= 64:
        return values
    return values[:16] + values[16:-16:509] + values[-16:]


def torch_noise():
    cases = []
    for seed in (0, 12345, 2**32 - 1, 2**32 + 5, 2**64 - 1):
        for count in (1, 2, 15, 16, 17, 31, 32, 33, 100, 4 * 33 * 17, 4096, 16384) if seed == 12345 else (3, 33):
            torch.manual_seed(seed)
            cases.append({"seed": str(seed), "draws": [shortened(torch.randn(count)) for _ in range(3)], "count": count})
    return cases


def numpy_noise():
    cases = []
    for seed in (0, 12345, 2**32 - 1):
        for count in (1, 15, 16, 17, 100, 4 * 33 * 17, 10000) if seed == 12345 else (3, 33):
            state = numpy.random.RandomState(seed)
            draws = [shortened(state.standard_normal(count)) for _ in range(3)]
            cases.append({"seed": str(seed), "draws": draws, "count": count})
    return cases


def layouts():
    """What [1, 4, 2, 3] holds, in the order of its memory."""
    torch.manual_seed(7)
    state = numpy.random.RandomState(7)
    return {"pytorch": torch.randn(1, 4, 2, 3).flatten().tolist(),
            "numpy": state.standard_normal((1, 4, 2, 3)).flatten().tolist()}


print(json.dumps({
    "versions": {"torch": torch.__version__, "numpy": numpy.__version__, "diffusers": diffusers.__version__,
                 "capability": torch.backends.cpu.get_cpu_capability()},
    "schedules": schedules(), "alphaBars": alpha_bars(), "denoised": denoised(),
    "pytorch": torch_noise(), "numpy": numpy_noise(), "layouts": layouts()}))
