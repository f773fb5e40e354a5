"""The loss curves of both trainings as one picture for the model card."""

import argparse
import json
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402


def curve(log: Path, smoothing: int = 9) -> tuple[np.ndarray, np.ndarray]:
    """Thousands of samples seen and the loss, averaged over neighbouring entries."""
    lines = [json.loads(line) for line in log.open()]
    samples = np.array([line["samples"] for line in lines]) / 1000
    losses = np.array([line["loss"] for line in lines])
    half = smoothing // 2
    return samples[half:-half], np.convolve(losses, np.ones(smoothing) / smoothing, "valid")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--denoiser", type=Path, required=True)
    parser.add_argument("--autoencoder", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    figure, axes = plt.subplots(1, 2, figsize=(8, 2.6), layout="constrained")
    titles = ("UNet and text encoder: weighted noise error", "autoencoder: L1 + slopes + latents")
    for axis, folder, title in zip(axes, (options.denoiser, options.autoencoder), titles):
        axis.loglog(*curve(folder / "log.jsonl"), linewidth=1)
        axis.set_title(title, fontsize=9)
        axis.set_xlabel("pictures seen, thousands", fontsize=8)
        axis.grid(alpha=0.3, which="both")
        axis.tick_params(labelsize=7, which="both")
    figure.savefig(options.out, dpi=90)


if __name__ == "__main__":
    main()
