"""stable-diffusion.cpp through its Python package, as it comes: a whole picture at a time, the checkpoint's float16 kept.

It offers no single step. The time of one is what it reports of its steps, that of the decoder stands in its log.
"""

import ctypes
import re

import numpy
import stable_diffusion_cpp
from stable_diffusion_cpp import StableDiffusion

import cases
import worker

LOG = []


@stable_diffusion_cpp.sd_log_callback
def keep(_level, text, _data):
    LOG.append(text.decode(errors="replace"))


def main():
    given = worker.arguments()
    step = worker.FirstStep(given.task)
    steps = []

    def progress(number, _count, seconds):
        step.begins()
        if number > 0:
            steps.append(seconds)

    generator = StableDiffusion(model_path=given.model, n_threads=given.threads, vae_decode_only=True, rng_type="cpu")
    stable_diffusion_cpp.sd_set_log_callback(keep, ctypes.c_void_p(0))
    sigmas = ",".join(str(cases.sigma(t)) for t in cases.PICTURE_TIMESTEPS) + ",0"
    images = generator.generate_image(
        cases.PROMPT, sample_method="euler", sigmas=sigmas, sample_steps=len(cases.PICTURE_TIMESTEPS),
        cfg_scale=cases.GUIDANCE, seed=cases.PICTURE_SEED, progress_callback=progress)
    decoded = re.search(r"latent 1 decoded, taking ([\d.]+)s", "".join(LOG))
    worker.say(cfg_step=min(steps), vae_decode=float(decoded[1]))
    worker.write(given.answer, numpy.array(images[0].convert("RGB")))


main()
