"""Converts the networks of a diffusers folder to OpenVINO's IR with float32 weights; those that are there already stay.

    python convert_openvino.py MODEL OUT
"""

import os
import sys

import openvino
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel


class Network(torch.nn.Module):
    """A model with nothing but tensors going in and out."""

    def __init__(self, model, call):
        super().__init__()
        self.model = model
        self.call = call

    def forward(self, *inputs):
        return self.call(self.model, *inputs)


def text(folder):
    model = CLIPTextModel.from_pretrained(f"{folder}/text_encoder", torch_dtype=torch.float32)
    return Network(model, lambda m, ids: m(ids)[0]), [torch.zeros(2, 77, dtype=torch.int64)]


def unet(folder):
    model = UNet2DConditionModel.from_pretrained(f"{folder}/unet", torch_dtype=torch.float32)
    network = Network(model, lambda m, latents, timestep, context: m(latents, timestep, context)[0])
    return network, [torch.zeros(2, 4, 64, 64), torch.tensor(481), torch.zeros(2, 77, 768)]


def decoder(folder):
    model = AutoencoderKL.from_pretrained(f"{folder}/vae", torch_dtype=torch.float32)
    scale = model.config.scaling_factor
    return Network(model, lambda m, latents: m.decode(latents / scale)[0]), [torch.zeros(1, 4, 64, 64)]


@torch.no_grad()
def main():
    folder, output = sys.argv[1:]
    os.makedirs(output, exist_ok=True)
    for make in (text, unet, decoder):
        path = f"{output}/{make.__name__}"
        if os.path.exists(f"{path}.xml"):
            continue
        network, inputs = make(folder)
        model = openvino.convert_model(
            network.eval(), example_input=tuple(inputs), input=[tuple(i.shape) for i in inputs])
        openvino.save_model(model, f"{path}.partial.xml", compress_to_fp16=False)
        os.replace(f"{path}.partial.bin", f"{path}.bin")
        os.replace(f"{path}.partial.xml", f"{path}.xml")


main()
