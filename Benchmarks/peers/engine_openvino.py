"""OpenVINO on the processor, computing in float32, with the networks that `convert_openvino.py` made."""

import numpy
import openvino

import cases
import worker


def cfg_step(given):
    latents, context = cases.read(given.case, "latents", "context")
    unet = compiled(given, "unet")
    worker.serve(lambda: unet([latents, numpy.array(cases.TIMESTEP), context])[0], given.answer)


def vae_decode(given):
    (latents,) = cases.read(given.case, "latents")
    decoder = compiled(given, "decoder")
    worker.serve(lambda: decoder([latents])[0], given.answer)


def picture(given):
    from transformers import CLIPTokenizer

    step = worker.FirstStep(given.task)
    tokenizer = CLIPTokenizer.from_pretrained(f"{given.model}/tokenizer")
    ids = tokenizer(["", cases.PROMPT], padding="max_length", max_length=77, truncation=True).input_ids
    context = compiled(given, "text")([numpy.array(ids)])[0]
    unet = compiled(given, "unet")
    decoder = compiled(given, "decoder")
    (x,) = cases.read(given.case, "noise")
    for timestep, next_timestep in zip(cases.PICTURE_TIMESTEPS, (*cases.PICTURE_TIMESTEPS[1:], None)):
        step.begins()
        nothing, text = unet([numpy.concatenate([x, x]), numpy.array(timestep), context])[0]
        noise = nothing + cases.GUIDANCE * (text - nothing)
        a, b = cases.alpha_bar(timestep), 1 if next_timestep is None else cases.alpha_bar(next_timestep)
        clean = (x - (1 - a) ** 0.5 * noise) / a**0.5  # DDIM, arXiv 2010.02502, equation 12 without noise
        x = (b**0.5 * clean + (1 - b) ** 0.5 * noise).astype(numpy.float32)
    decoded = decoder([x])[0][0].transpose(1, 2, 0)
    worker.write(given.answer, 255 * numpy.clip(decoded / 2 + 0.5, 0, 1))


def compiled(given, name):
    return openvino.Core().compile_model(f"{given.converted}/{name}.xml", "CPU", {
        "INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": given.threads, "PERFORMANCE_HINT": "LATENCY"})


def main():
    given = worker.arguments()
    {"cfg_step": cfg_step, "vae_decode": vae_decode, "load": picture, "picture": picture}[given.task](given)


main()
