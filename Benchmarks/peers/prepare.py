"""Weights, inputs and converted models: made once, kept in the folder of the peers."""

import os
import shutil
import subprocess
import sys

import numpy
import torch

import cases


def prepare(plan):
    given = plan.given
    if not os.path.exists(f"{given.model}/model_index.json"):
        print(f"Making {given.model}: Stable Diffusion 1.4's shape with random float16 weights, 2.1 GB, minutes", flush=True)
        partial = given.model + ".partial"
        shutil.rmtree(partial, ignore_errors=True)
        run("make-model", given, "Tools/golden/sd14.py", partial, "--tokenizer", "Models/tiny/tokenizer")
        os.replace(partial, given.model)
    cases.make(f"{given.folder}/cases")
    noise = torch.randn(1, 4, 64, 64, generator=torch.Generator().manual_seed(cases.PICTURE_SEED)).numpy()
    # stable-diffusion.cpp begins with sigma * noise, without the share of a clean picture that DDIM's noise leaves room for.
    s = cases.sigma(cases.PICTURE_TIMESTEPS[0])
    cases.write(f"{given.folder}/cases/picture", noise=noise * s / numpy.sqrt(1 + s * s))
    if "openvino" in plan.engines and not os.path.exists(f"{plan.converted}/decoder.xml"):
        print("Converting the networks for OpenVINO: 4.1 GB, minutes", flush=True)
        run("convert-openvino", given, "Benchmarks/peers/convert_openvino.py", given.model, plan.converted)


def run(name, given, *command):
    log = f"{given.folder}/logs/{name}.log"
    with open(log, "w", encoding="utf-8") as file:
        if subprocess.run([sys.executable, *command], stdout=file, stderr=file).returncode != 0:
            sys.exit(f"{command[0]} failed. See {log}, then run this again.")
