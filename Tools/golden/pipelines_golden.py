"""The numbers that diffusers computes with a tiny pipeline, in float32 on the CPU: golden.json and golden.safetensors."""

import platform

import diffusers
import safetensors
import torch
import transformers
from diffusers import StableDiffusionPipeline
from safetensors.torch import save_file
from transformers import CLIPTokenizer

from pipelines_model import write_json

STEPS = 10


@torch.no_grad()
def write_golden(folder, parts, prompts, case):
    text, unet, vae, scheduler = parts
    generator = torch.Generator().manual_seed(1000 + case["seed"])
    tensors, description = {}, {"versions": versions(), "precision": case["precision"]}

    tokenizer = CLIPTokenizer.from_pretrained(f"{folder}/tokenizer")
    ids = [tokenizer(p, padding="max_length", max_length=77, truncation=True).input_ids for p in prompts]
    embeddings = text(torch.tensor(ids)).last_hidden_state
    tensors["embeddings"] = embeddings
    description["prompts"] = [{"text": p, "ids": i} for p, i in zip(prompts, ids)]

    description["unet"] = []
    square, other = case["sizes"]
    larger = tuple(2 * size for size in other)
    for k, (batch, t, size) in enumerate([(1, 1, square), (2, 481, other), (5, 999, square), (1, 481, larger)]):
        latents = torch.randn(batch, 4, *size, generator=generator)
        rows = [(k + 1 + n) % len(prompts) for n in range(batch)]
        tensors[f"unet.{k}.latents"] = latents
        tensors[f"unet.{k}.output"] = unet(latents, t, embeddings[rows]).sample
        description["unet"].append({"timestep": t, "prompts": rows})

    description["samples"] = []
    for k, (schedule, guidance, prompt, size) in enumerate(
        [("leading", 7.5, 1, square), ("leading", 1.0, 2, other), ("keras", 7.5, 2, other), ("keras", 1.0, 1, square)]
    ):
        noise = torch.randn(1, 4, *size, generator=generator)
        model = guided(unet, embeddings[[0, prompt]], guidance)
        walk = leading_latents if schedule == "leading" else keras_latents
        trajectory = walk(model, noise, scheduler)
        tensors[f"samples.{k}.noise"] = noise
        tensors[f"samples.{k}.latents"] = torch.cat(trajectory)
        description["samples"].append({"schedule": schedule, "guidance": guidance, "prompt": prompt, "steps": STEPS})
        if guidance != 1:
            decoded = vae.decode(trajectory[-1] / vae.config.scaling_factor).sample
            tensors[f"samples.{k}.decoded"] = decoded
            # Whole numbers up to 255 are exact in float16.
            tensors[f"samples.{k}.pixels"] = ((decoded / 2 + 0.5).clamp(0, 1) * 255).round().half()

    factor = 2 ** (len(vae.config.block_out_channels) - 1)
    for k, size in enumerate(case["sizes"]):
        # Multiples of 1/128 are exact in float16.
        noise = torch.randn(1, 3, *size, generator=generator) * 0.6
        smooth = torch.nn.functional.interpolate(noise, scale_factor=factor, mode="bilinear")
        grain = torch.randn(smooth.shape, generator=generator) * 0.1
        picture = ((smooth + grain).clamp(-1, 1) * 128).round() / 128
        tensors[f"encodings.{k}.picture"] = picture.half()
        tensors[f"encodings.{k}.latents"] = vae.encode(picture).latent_dist.mean * vae.config.scaling_factor

    check_folder(folder, tensors, ids, embeddings)
    save_file({name: value.contiguous() for name, value in tensors.items()}, f"{folder}/golden.safetensors")
    write_json(f"{folder}/golden.json", description)


def guided(unet, embeddings, guidance):
    """Latents and a time step -> the network's guided prediction; guidance 1 needs the prompt alone."""

    def model(x, t):
        if guidance == 1:
            return unet(x, t, embeddings[1:]).sample
        without, prompted = unet(torch.cat([x, x]), t, embeddings).sample.chunk(2)
        return without + guidance * (prompted - without)

    return model


def leading_latents(model, noise, scheduler):
    """The latents after each step of diffusers' own DDIM."""
    scheduler.set_timesteps(STEPS)
    x, trajectory = noise * scheduler.init_noise_sigma, []
    for t in scheduler.timesteps:
        x = scheduler.step(model(x, t), t, x, eta=0.0).prev_sample
        trajectory.append(x)
    return trajectory


def keras_latents(model, noise, scheduler):
    """The latents after each step as keras_cv takes it: t = 1, 1 + k, ... and no noise at all behind the last."""
    fractions = torch.arange(1000, dtype=torch.float64) / 999
    beta = (0.00085**0.5 + (0.012**0.5 - 0.00085**0.5) * fractions) ** 2
    signal = torch.cumprod(1 - beta, 0)
    timesteps = list(range(1, 1000, 1000 // STEPS))
    x, trajectory = noise, []
    for i in reversed(range(len(timesteps))):
        a = signal[timesteps[i]].item()
        previous = signal[timesteps[i - 1]].item() if i > 0 else 1.0
        e = model(x, timesteps[i])
        if scheduler.config.prediction_type == "v_prediction":
            e = a**0.5 * e + (1 - a) ** 0.5 * x
        x0 = (x - (1 - a) ** 0.5 * e) / a**0.5
        x = previous**0.5 * x0 + (1 - previous) ** 0.5 * e
        trajectory.append(x)
    return trajectory


def check_folder(folder, tensors, ids, embeddings):
    """Diffusers must read the folder back and find the same numbers, up to the rounding of another memory alignment."""
    pipeline = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    found = {
        "embeddings": pipeline.text_encoder(torch.tensor(ids)).last_hidden_state,
        "unet.0.output": pipeline.unet(tensors["unet.0.latents"], 1, embeddings[1:2]).sample,
        "samples.0.decoded": pipeline.vae.decode(
            tensors["samples.0.latents"][-1:] / pipeline.vae.config.scaling_factor
        ).sample,
    }
    for name, tensor in found.items():
        torch.testing.assert_close(tensor, tensors[name], rtol=1e-5, atol=1e-5)


def versions():
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "diffusers": diffusers.__version__,
        "transformers": transformers.__version__,
        "safetensors": safetensors.__version__,
    }
