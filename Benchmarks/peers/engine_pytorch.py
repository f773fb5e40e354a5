"""PyTorch with diffusers, as people run it on a processor: float32, not compiled."""

import time

import numpy
import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel

import cases
import worker


def cfg_step(given):
    latents, context = map(torch.from_numpy, cases.read(given.case, "latents", "context"))
    unet = UNet2DConditionModel.from_pretrained(f"{given.model}/unet", torch_dtype=torch.float32)
    worker.serve(lambda: unet(latents, cases.TIMESTEP, context).sample.numpy(), given.answer)


def vae_decode(given):
    (latents,) = map(torch.from_numpy, cases.read(given.case, "latents"))
    vae = AutoencoderKL.from_pretrained(f"{given.model}/vae", torch_dtype=torch.float32)
    worker.serve(lambda: vae.decode(latents / vae.config.scaling_factor).sample.numpy(), given.answer)


def tiny_frame(given):
    """The walk that LatentWalk renders, in the batches that suit PyTorch best here."""
    pipeline = loaded(given.model)
    first, last, nothing = (
        pipeline.encode_prompt(p, "cpu", 1, False)[0] for p in (*cases.TINY_PROMPTS, ""))
    frames = cases.TINY_FRAMES
    u = torch.linspace(0, 1, frames).reshape(-1, 1, 1)
    texts = (1 - u) * first + u * last
    noise = torch.randn(1, 4, 16, 16, generator=torch.Generator().manual_seed(cases.TINY_SEED))

    def walk(batch):
        parts = []
        for some in texts.split(batch):
            n = len(some)
            parts.append(pipeline(
                prompt_embeds=some, negative_prompt_embeds=nothing.expand(n, -1, -1),
                latents=noise.expand(n, -1, -1, -1), num_inference_steps=cases.TINY_STEPS,
                guidance_scale=cases.GUIDANCE, output_type="np").images)
        return numpy.round(255 * numpy.concatenate(parts)).transpose(0, 3, 1, 2)

    def seconds(batch):
        start = time.perf_counter()
        walk(batch)
        return time.perf_counter() - start

    walk(frames)
    batch = min([1, 2, 4, 8, 16], key=seconds)
    worker.say(batch=batch)
    worker.serve(lambda: walk(batch), given.answer, pictures=frames)


def picture(given):
    step = worker.FirstStep(given.task)
    pipeline = loaded(given.model)
    pipeline.scheduler = DDIMScheduler.from_config(pipeline.scheduler.config, set_alpha_to_one=True)
    pipeline.unet.register_forward_pre_hook(lambda *_: step.begins())
    images = pipeline(
        cases.PROMPT, latents=torch.from_numpy(cases.read(given.case, "noise")[0]),
        num_inference_steps=len(cases.PICTURE_TIMESTEPS), guidance_scale=cases.GUIDANCE, output_type="np").images
    worker.write(given.answer, 255 * images[0])


def loaded(folder):
    pipeline = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32, safety_checker=None)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


@torch.inference_mode()
def main():
    given = worker.arguments()
    torch.set_num_threads(given.threads)
    tasks = {"cfg_step": cfg_step, "vae_decode": vae_decode, "tiny_frame": tiny_frame, "load": picture, "picture": picture}
    tasks[given.task](given)


main()
