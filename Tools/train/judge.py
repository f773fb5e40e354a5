"""Stage 6: one figure for the model. Does a classifier that knows the training pictures recognise what was asked for?

For every concept, "A photograph of ..." with four seeds, the default sampler and guidance; the figure is the share of
pictures whose concept is among the classifier's first five (and first one) guesses. The classifier is a small
convolutional network on pictures of 32 x 32, trained here on nine tenths of the training pictures; what it scores on
the other tenth is printed too, because the model cannot be expected to do better than real pictures.
"""

import argparse
import json
import random
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from bundle import Bundle
from captions import WITH_THE, WITHOUT_ARTICLE
from concepts import CONCEPTS
from sampling import noises

SEEDS = [11, 12, 13, 14]
EPOCHS = 8
GUESSES = 5


def classifier() -> nn.Module:
    layers = []
    for before, after in ((3, 32), (32, 64), (64, 128)):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.3), nn.Linear(128 * 4 * 4, len(CONCEPTS)))


def shrink(pictures: torch.Tensor) -> torch.Tensor:
    """uint8 [n, 128, 128, 3] to what the classifier sees."""
    return F.avg_pool2d(pictures.permute(0, 3, 1, 2).float() / 127.5 - 1, 4)


def right(model: nn.Module, pictures: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """For each picture, at which guess (0 is the first) the right concept comes."""
    with torch.no_grad():
        order = model(pictures).argsort(1, descending=True)
    return (order == labels[:, None]).int().argmax(1)


def train_classifier(data: Path) -> nn.Module:
    names = list(CONCEPTS)
    labels = torch.tensor([names.index(look["name"]) for look in json.loads((data / "looks.json").read_text())])
    stored = np.load(data / "pictures.npy", mmap_mode="r")
    pictures = torch.cat([shrink(torch.from_numpy(stored[i:i + 256].copy())) for i in range(0, len(stored), 256)])
    held_out = torch.arange(len(labels)) % 10 == 0
    known, known_labels = pictures[~held_out], labels[~held_out]

    torch.manual_seed(0)
    model = classifier()
    steps = EPOCHS * len(known) // 64
    optimizer = torch.optim.AdamW(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    for _ in range(steps):
        chosen = torch.randint(len(known), (64,))
        shifted = torch.roll(known[chosen], (random.randint(-2, 2), random.randint(-2, 2)), (2, 3))
        loss = F.cross_entropy(model(shifted + 0.05 * torch.randn_like(shifted)), known_labels[chosen])
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
    model.eval()
    guesses = right(model, pictures[held_out], labels[held_out])
    print(f"classifier on {held_out.sum()} real pictures it has not seen: first guess {share(guesses, 1)}, first five {share(guesses, 5)}")
    return model


def share(guesses: torch.Tensor, count: int) -> str:
    return f"{(guesses < count).float().mean():.1%}"


def sentence(name: str) -> str:
    """A photograph of the concept, by the word that people use most for it."""
    word = CONCEPTS[name][0]
    if word in WITH_THE:
        return f"A photograph of the {word}"
    if word in WITHOUT_ARTICLE:
        return f"A photograph of {word}"
    return f"A photograph of {'an' if word[0] in 'aeio' else 'a'} {word}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder written by prepare.py")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--classifier", type=Path, required=True, help="trained and written here if it is not there")
    options = parser.parse_args()

    model = classifier().eval()
    if options.classifier.exists():
        model.load_state_dict(torch.load(options.classifier))
    else:
        model = train_classifier(options.data)
        torch.save(model.state_dict(), options.classifier)

    bundle = Bundle(options.model)
    names = list(CONCEPTS)
    embeddings = bundle.embed([sentence(name) for name in names]).repeat_interleave(len(SEEDS), 0)
    pictures = bundle.pictures(embeddings, noises(SEEDS).repeat(len(names), 1, 1, 1))
    guesses = right(model, shrink(pictures), torch.arange(len(names)).repeat_interleave(len(SEEDS)))
    print(f"{len(names)} concepts x {len(SEEDS)} seeds: first guess {share(guesses, 1)}, first five {share(guesses, GUESSES)}")
    misses = {name: int((part >= GUESSES).sum()) for name, part in zip(names, guesses.split(len(SEEDS)))}
    print("missed, of four:", ", ".join(f"{name} {count}" for name, count in misses.items() if count) or "none")


if __name__ == "__main__":
    main()
