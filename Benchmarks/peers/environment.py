"""The virtual environment with the peers, from PyPI. What is installed already stays; what cannot be installed is remembered."""

import os
import subprocess
import sys

# The versions that the lab book's figures are from.
PACKAGES = {
    "openvino": ["openvino==2026.4.*"],
    "pytorch": ["torch==2.15.*", "diffusers==0.42.*", "transformers==5.*", "accelerate", "safetensors", "numpy"],
    # The source distribution builds the C++ program for this machine's processor: minutes, and a C++ compiler.
    "stable-diffusion.cpp": ["stable-diffusion-cpp-python==0.4.7"],
}
PROOF = {"openvino": "openvino", "pytorch": "accelerate", "stable-diffusion.cpp": "stable-diffusion-cpp-python"}


def prepare(given):
    python = f"{given.environment}/bin/python"
    if not os.path.exists(python):
        print(f"Making the environment {given.environment}", flush=True)
        if subprocess.run([sys.executable, "-m", "venv", given.environment]).returncode != 0:
            sys.exit("Python cannot make a virtual environment; on Debian, install python3-venv, then run this again.")
    os.makedirs(f"{given.folder}/logs", exist_ok=True)
    # PyTorch makes the weights and the reference answers, so it is installed whether it is timed or not.
    for engine in ["pytorch", *(e for e in PACKAGES if e != "pytorch" and e not in given.without)]:
        if is_installed(python, engine):
            continue
        print(f"Installing {', '.join(PACKAGES[engine])}: minutes; {log(given, engine)} tells more", flush=True)
        with open(log(given, engine), "w", encoding="utf-8") as file:
            done = subprocess.run([python, "-m", "pip", "install", *PACKAGES[engine]], stdout=file, stderr=file)
        if done.returncode != 0 and engine == "pytorch":
            sys.exit(f"PyTorch makes the weights and cannot be installed. See {log(given, engine)}, then run this again.")


def is_installed(python, engine):
    program = f"import importlib.metadata; importlib.metadata.version('{PROOF[engine]}')"
    return subprocess.run([python, "-c", program], stderr=subprocess.DEVNULL).returncode == 0


def absence(given, engine):
    """Why an engine takes no part, or None."""
    if engine in given.without:
        return "it was left out with --without"
    if engine == "stable-diffusion.cpp" and given.isa:
        return "it was built for this machine's own instruction set"
    if not is_installed(f"{given.environment}/bin/python", engine):
        return f"it could not be installed, see {log(given, engine)}"
    return None


def log(given, engine):
    return f"{given.folder}/logs/install-{engine}.log"
