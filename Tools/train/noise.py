"""Stable Diffusion 1.x's noise levels, and how much each counts in training."""

import torch

LEVELS = 1000


def signal_levels() -> torch.Tensor:
    """alpha-bar: the share of the signal's variance that is left at each of the 1000 levels (scaled linear betas)."""
    betas = torch.linspace(0.00085 ** 0.5, 0.012 ** 0.5, LEVELS, dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, 0).float()


def min_snr_weights(signal: torch.Tensor, gamma: float = 5.0) -> torch.Tensor:
    """Weights of the epsilon loss (Hang et al. 2023): nearly clean pictures teach little, so they count less."""
    ratio = signal / (1 - signal)
    return ratio.clamp(max=gamma) / ratio


def stratified_levels(count: int) -> torch.Tensor:
    """One random level from each of `count` equal stretches: every batch sees the whole range."""
    return ((torch.arange(count) + torch.rand(count)) * (LEVELS / count)).long()
