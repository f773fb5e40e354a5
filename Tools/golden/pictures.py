"""What diffusers computes when pictures come in: the deviation of an encoder's answer, a tiny autoencoder, image to image.

    python Tools/golden/pictures.py Tests/StableDiffusionTests/Fixtures [TAESD]

Works on the pipelines that pipelines.py made. TAESD is the folder with the real taesd_encoder.safetensors and
taesd_decoder.safetensors.
"""

import os
import sys

import numpy
import torch
from diffusers import AutoencoderKL, AutoencoderTiny, DDIMScheduler, StableDiffusionImg2ImgPipeline
from PIL import Image
from safetensors.torch import load_file, save_file

from pipelines_golden import versions
from pipelines_model import diffusers_config, randomise, write_json
from samplers import scheduler

PIPELINES = ["sd1", "sd2", "odd", "two-stages"]
SEED, STEPS, GUIDANCE, PROMPT = 7, 10, 7.5, "A photograph of a dog"
STRENGTHS = [0.1, 0.35, 0.6, 1.0]
# Not PNDM and LMS: diffusers' begin in the middle as if steps had gone before.
SAMPLERS = ["euler", "euler-a", "heun", "dpm++2m", "dpm++2m-sde", "unipc"]


def scene(side):
    """A picture with soft and hard places, as 8 bits."""
    y, x = numpy.mgrid[0:side, 0:side] / side
    picture = numpy.stack([128 + 110 * numpy.sin(7 * x + 4 * y), 255 * y, 128 + 110 * numpy.cos(9 * x - 5 * y)], axis=-1)
    picture[side // 4 : side // 2, side // 3 : 3 * side // 4] = [240, 230, 30]
    return Image.fromarray(picture.clip(0, 255).astype(numpy.uint8))


def deviations(fixtures, tensors):
    """Of the first golden picture of each pipeline, in the UNet's scale."""
    for name in PIPELINES:
        vae = AutoencoderKL.from_pretrained(f"{fixtures}/{name}/vae", torch_dtype=torch.float32)
        picture = load_file(f"{fixtures}/{name}/golden.safetensors")["encodings.0.picture"].float()
        distribution = vae.encode(picture).latent_dist
        tensors[f"{name}.deviation"] = distribution.std * vae.config.scaling_factor
        sample = distribution.sample(torch.Generator().manual_seed(SEED))
        tensors[f"{name}.sample"] = sample * vae.config.scaling_factor


def image_to_image(fixtures, tensors):
    """The final latents from the same picture at several strengths, and with several samplers."""
    for name, side in [("sd1", 64), ("two-stages", 12)]:
        pipeline = StableDiffusionImg2ImgPipeline.from_pretrained(fixtures + "/" + name, torch_dtype=torch.float32)
        # Loading the pipeline changes a step offset of 0 into 1.
        pipeline.scheduler = DDIMScheduler.from_pretrained(f"{fixtures}/{name}/scheduler")
        pipeline.set_progress_bar_config(disable=True)
        scene(side).save(f"{fixtures}/pictures/{name}.png")
        for strength in STRENGTHS:
            tensors[f"{name}.{strength}"] = result(pipeline, side, strength)
        for sampler in SAMPLERS if name == "two-stages" else []:
            ends = {"steps_offset": 0, "set_alpha_to_one": True}
            pipeline.scheduler = scheduler(sampler, "leading", "epsilon", STEPS, ends)
            tensors[f"{name}.{sampler}"] = result(pipeline, side, 0.6)


def result(pipeline, side, strength):
    return pipeline(
        PROMPT, scene(side), strength=strength, num_inference_steps=STEPS, guidance_scale=GUIDANCE,
        output_type="latent", generator=torch.Generator().manual_seed(SEED),
    ).images


def tiny_autoencoder(fixtures, tensors):
    """A tiny autoencoder with few channels, as diffusers and as TAESD's author store it."""
    vae = AutoencoderTiny(
        encoder_block_out_channels=(6,) * 4, decoder_block_out_channels=(6,) * 4,
        num_encoder_blocks=(1, 1, 1, 1), num_decoder_blocks=(2, 1, 1, 1),
    ).eval()
    # Without norms, what a block adds must stay small.
    gains = [(r"conv\.4\.weight", 0.5), (r"weight", 1.4)]
    randomise(vae, torch.Generator().manual_seed(5), gains, torch.bfloat16)
    weights = {name: value.to(torch.bfloat16).contiguous() for name, value in vae.state_dict().items()}
    os.makedirs(f"{fixtures}/tiny-autoencoder/diffusers", exist_ok=True)
    os.makedirs(f"{fixtures}/tiny-autoencoder/taesd", exist_ok=True)
    save_file(weights, f"{fixtures}/tiny-autoencoder/diffusers/diffusion_pytorch_model.safetensors", metadata={"format": "pt"})
    write_json(f"{fixtures}/tiny-autoencoder/diffusers/config.json", diffusers_config(vae))
    for half, shift in (("encoder", 0), ("decoder", 1)):
        renamed = {}
        for name, value in weights.items():
            if name.startswith(half):
                _, _, number, rest = name.split(".", 3)
                renamed[f"{int(number) + shift}.{rest}"] = value
        save_file(renamed, f"{fixtures}/tiny-autoencoder/taesd/taesd_{half}.safetensors")
    coded(vae, scene(32), "tiny", tensors)


def taesd(folder, tensors):
    """The real one."""
    vae = AutoencoderTiny().eval()
    for half, shift in ((vae.encoder, 0), (vae.decoder, -1)):
        name = "encoder" if half is vae.encoder else "decoder"
        weights = load_file(f"{folder}/taesd_{name}.safetensors")
        renamed = {}
        for key, value in weights.items():
            number, rest = key.split(".", 1)
            renamed[f"{int(number) + shift}.{rest}"] = value.float()
        half.layers.load_state_dict(renamed)
    coded(vae, scene(48), "taesd", tensors)


def coded(vae, picture, name, tensors):
    pixels = torch.from_numpy(numpy.array(picture)).permute(2, 0, 1)[None]
    latents = vae.encode(pixels / 127.5 - 1).latents
    tensors[f"{name}.picture"] = pixels.half()
    tensors[f"{name}.latents"] = latents
    tensors[f"{name}.decoded"] = vae.decode(latents).sample


@torch.no_grad()
def main():
    fixtures = sys.argv[1]
    torch.set_num_threads(1)
    os.makedirs(f"{fixtures}/pictures", exist_ok=True)
    tensors = {}
    deviations(fixtures, tensors)
    image_to_image(fixtures, tensors)
    tiny_autoencoder(fixtures, tensors)
    if len(sys.argv) > 2:
        taesd(sys.argv[2], tensors)
    save_file({name: value.contiguous() for name, value in tensors.items()}, f"{fixtures}/pictures/golden.safetensors")
    description = {"seed": SEED, "steps": STEPS, "guidance": GUIDANCE, "prompt": PROMPT, "strengths": STRENGTHS, "samplers": SAMPLERS}
    write_json(f"{fixtures}/pictures/golden.json", {"versions": versions(), **description})
    for name, value in tensors.items():
        print(f"{name}: {list(value.shape)}, standard deviation {value.float().std().item():.3f}")


if __name__ == "__main__":
    main()
