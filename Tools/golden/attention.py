"""Attention interpolation (AID, arXiv 2403.17924, fused, outer) on the tiny pipelines, written out in PyTorch.

    python Tools/golden/attention.py Tests/StableDiffusionTests/Fixtures

writes attention/golden.safetensors, with every self-attention of diffusers' UNet replaced:

- `NAME.output` [5, 4, h, w]: one evaluation of each pipeline NAME from `unet.2.latents`, with its time step and prompts; of the five
  images, 0 and 2 lie between 1 and 3 (t in golden.json), 4 stands alone
- `NAME.latents` [4, 4, h, w]: of `two-stages` and `sd2`, the final latents of 10 steps of diffusers' DDIM with guidance 7.5, all from
  `samples.0.noise`, for prompts 1, 2 and two mixtures of them, which attend to both in steps 2 to 6
"""

import json
import os
import sys

import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from safetensors.torch import load_file, save_file

from pipelines_golden import STEPS, versions
from pipelines_model import write_json

PIPELINES = ("sd1", "sd2", "odd", "two-stages")
EVALUATED = {0: (1, 3, 0.25), 2: (1, 3, 0.6)}
FRACTIONS = (0.3, 0.75)
STEPS_WITH = range(2, 7)
GUIDANCE = 7.5


class Interpolated:
    """The self-attention of a batch in which `between` gives the parents of some images, and their place t."""

    def __init__(self):
        self.between = {}

    def __call__(self, attn, hidden_states, encoder_hidden_states=None, **_):
        q, k, v = (to(hidden_states) for to in (attn.to_q, attn.to_k, attn.to_v))
        out = []
        for i in range(len(q)):
            if i in self.between:
                first, second, t = self.between[i]
                a, b = (attend(attn.heads, q[i], torch.cat([k[i], k[p]]), torch.cat([v[i], v[p]])) for p in (first, second))
                out.append((1 - t) * a + t * b)
            else:
                out.append(attend(attn.heads, q[i], k[i], v[i]))
        return attn.to_out[0](torch.stack(out))


def attend(heads, q, k, v):
    """softmax(q k^T / sqrt(d)) v, [tokens, channels]."""
    q, k, v = (x.unflatten(-1, (heads, -1)).transpose(0, 1) for x in (q, k, v))
    return ((q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5).softmax(-1) @ v).transpose(0, 1).flatten(1)


def load(folder):
    unet = UNet2DConditionModel.from_pretrained(f"{folder}/unet", torch_dtype=torch.float32).eval()
    processor = Interpolated()
    unet.set_attn_processor({
        name: processor if ".attn1." in name else original for name, original in unet.attn_processors.items()})
    return unet, processor


def evaluated(folder, golden):
    unet, processor = load(folder)
    evaluation = json.load(open(f"{folder}/golden.json"))["unet"][2]
    plain = unet(golden["unet.2.latents"], evaluation["timestep"], golden["embeddings"][evaluation["prompts"]]).sample
    torch.testing.assert_close(plain, golden["unet.2.output"], rtol=1e-4, atol=1e-4)
    processor.between = EVALUATED
    return unet(golden["unet.2.latents"], evaluation["timestep"], golden["embeddings"][evaluation["prompts"]]).sample


def denoised(folder, golden):
    unet, processor = load(folder)
    scheduler = DDIMScheduler.from_pretrained(f"{folder}/scheduler")
    scheduler.set_timesteps(STEPS)
    empty, first, second = golden["embeddings"]
    prompts = torch.stack([first, second] + [(1 - t) * first + t * second for t in FRACTIONS])
    n = len(prompts)
    context = torch.cat([empty.expand(n, -1, -1), prompts])
    halves = {half * n + 2 + i: (half * n, half * n + 1, t) for half in (0, 1) for i, t in enumerate(FRACTIONS)}
    x = golden["samples.0.noise"].expand(n, -1, -1, -1)
    for step, t in enumerate(scheduler.timesteps):
        processor.between = halves if step in STEPS_WITH else {}
        without, prompted = unet(torch.cat([x, x]), t, context).sample.chunk(2)
        x = scheduler.step(without + GUIDANCE * (prompted - without), t, x, eta=0.0).prev_sample
    return x


@torch.no_grad()
def main():
    fixtures = sys.argv[1]
    torch.set_num_threads(1)
    tensors = {}
    for name in PIPELINES:
        folder = f"{fixtures}/{name}"
        golden = load_file(f"{folder}/golden.safetensors")
        tensors[f"{name}.output"] = evaluated(folder, golden).contiguous()
        if name in ("two-stages", "sd2"):
            tensors[f"{name}.latents"] = denoised(folder, golden).contiguous()
    os.makedirs(f"{fixtures}/attention", exist_ok=True)
    save_file(tensors, f"{fixtures}/attention/golden.safetensors")
    write_json(f"{fixtures}/attention/golden.json", {
        "versions": versions(), "evaluated": [EVALUATED[i][2] for i in sorted(EVALUATED)], "fractions": FRACTIONS,
        "steps": [STEPS_WITH.start, STEPS_WITH.stop], "guidance": GUIDANCE})


main()
