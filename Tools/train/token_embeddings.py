"""Stage 1: a starting point for the token embeddings, from a sentence model that knows what words mean.

Each of CLIP's 49,408 tokens is read as text by MiniLM; the 384 numbers of each are reduced to the width of our text
encoder by principal components. The text encoder is then trained on a few hundred words only, but a word
that it never saw lies where its meaning is.
"""

import argparse
import json
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer

from networks import TEXT_WIDTH
from vocabulary import byte_characters

DEVIATION = 0.1  # large enough that a word outweighs its position


def token_texts(tokenizer: Path) -> list[str]:
    """The text of every token, in the order of its number."""
    byte_of = {character: byte for byte, character in byte_characters().items()}
    tokens = json.loads((tokenizer / "vocab.json").read_text(encoding="utf-8"))
    texts = []
    for token in sorted(tokens, key=tokens.get):
        word = token.removesuffix("</w>")
        marks = word.startswith("<|")
        texts.append("" if marks else bytes(byte_of[character] for character in word).decode("utf-8", errors="replace"))
    return texts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minilm", required=True, help="folder with the sentence model")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="the .pt file to write")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()

    model = SentenceTransformer(options.minilm, device=options.device)
    sentences = model.encode(token_texts(options.tokenizer), batch_size=256, convert_to_tensor=True).float().cpu()
    centred = sentences - sentences.mean(0)
    _, strengths, directions = torch.linalg.svd(centred[:-2], full_matrices=False)
    reduced = centred @ directions[:TEXT_WIDTH].T
    kept = (strengths[:TEXT_WIDTH] ** 2).sum() / (strengths ** 2).sum()
    print(f"{TEXT_WIDTH} of {len(strengths)} directions keep {kept:.0%} of the variance")
    reduced *= DEVIATION / reduced.std()
    reduced[-2:] = torch.randn(2, TEXT_WIDTH, generator=torch.Generator().manual_seed(0)) * DEVIATION  # begin and end mark
    torch.save(reduced, options.out)


if __name__ == "__main__":
    main()
