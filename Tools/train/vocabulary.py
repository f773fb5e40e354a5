"""CLIP's byte-pair vocabulary in the files that tokenizers load: vocab.json, merges.txt and two small ones.

The source is `bpe_simple_vocab_16e6.txt.gz` inside the wheel of the PyPI package open_clip_torch (MIT, OpenAI).
"""

import argparse
import gzip
import json
import zipfile
from pathlib import Path

MERGES = 48894  # lines 2 to 48895 of the file; what follows was never trained into CLIP


def byte_characters() -> dict[int, str]:
    """The printable character that stands for each byte: itself where it is printable, else one above 255."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(others)}


def read_merges(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith("bpe_simple_vocab_16e6.txt.gz"))
        lines = gzip.decompress(archive.read(name)).decode("utf-8").split("\n")
    return lines[1:1 + MERGES]


def vocabulary(merges: list[str]) -> dict[str, int]:
    """Token to number, in CLIP's order: bytes, bytes that end a word, merges, the two marks."""
    characters = list(byte_characters().values())
    tokens = characters + [character + "</w>" for character in characters] + ["".join(line.split()) for line in merges]
    return {token: number for number, token in enumerate([*tokens, "<|startoftext|>", "<|endoftext|>"])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheel", type=Path, required=True, help="open_clip_torch's wheel")
    parser.add_argument("--out", type=Path, required=True, help="the model's tokenizer folder")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)

    merges = read_merges(options.wheel)
    tokens = vocabulary(merges)
    assert len(tokens) == 49408
    (options.out / "vocab.json").write_text(json.dumps(tokens, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    (options.out / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
    begin, end = "<|startoftext|>", "<|endoftext|>"
    settings = {"add_prefix_space": False, "bos_token": begin, "do_lower_case": True, "eos_token": end, "errors": "replace",
                "model_max_length": 77, "pad_token": end, "tokenizer_class": "CLIPTokenizer", "unk_token": end}
    (options.out / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    marks = {"bos_token": begin, "eos_token": end, "pad_token": end, "unk_token": end}
    (options.out / "special_tokens_map.json").write_text(json.dumps(marks, indent=2) + "\n")


if __name__ == "__main__":
    main()
