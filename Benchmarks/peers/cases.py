"""The work on which all engines are timed. Inputs lie as .npy files in a folder for each task and are made once."""

import os

import numpy

PROMPT = "a photo of an astronaut riding a horse on mars"
GUIDANCE = 7.5
TIMESTEP = 481

# A whole picture: 512 x 512, two steps of DDIM that end without noise, as the schedule `keras` has them.
PICTURE_TIMESTEPS = (501, 1)
PICTURE_SEED = 1
LATENT_SCALE = 0.18215

# The bundled model: 16 frames of one walk that share their noise.
TINY_PROMPTS = ("A photograph of a dog", "A photograph of a cat")
TINY_FRAMES = 16
TINY_STEPS = 25
TINY_SEED = 14


def alpha_bar(timestep):
    """Stable Diffusion's `scaled_linear` noise schedule."""
    return numpy.cumprod(1 - numpy.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2)[timestep]


def sigma(timestep):
    """The noise level as stable-diffusion.cpp counts it: latents are clean + sigma * noise."""
    return ((1 - alpha_bar(timestep)) / alpha_bar(timestep)) ** 0.5


def make(folder):
    """Latents of a noise level in the middle, and texts as a text encoder gives them: about N(0, 1)."""
    draw = numpy.random.default_rng(14).standard_normal
    write(f"{folder}/cfg_step", latents=draw((2, 4, 64, 64)), context=draw((2, 77, 768)))
    write(f"{folder}/vae_decode", latents=draw((1, 4, 64, 64)))
    os.makedirs(f"{folder}/tiny_frame", exist_ok=True)
    os.makedirs(f"{folder}/picture", exist_ok=True)


def write(folder, **arrays):
    os.makedirs(folder, exist_ok=True)
    for name, array in arrays.items():
        if not os.path.exists(f"{folder}/{name}.npy"):
            numpy.save(f"{folder}/{name}.npy", array.astype(numpy.float32))


def read(folder, *names):
    return [numpy.load(f"{folder}/{name}.npy") for name in names]
