"""Textual inversions in every layout, and what becomes of prompts: with learned words, with AUTOMATIC1111's notation, with layers
left out at the end of the text encoder.

    python Tools/golden/prompts.py Tests/StableDiffusionTests/Fixtures

The model is the pipeline `sd1` beside the output. Learned words and left-out layers are computed by diffusers and transformers. For
AUTOMATIC1111's notation there is no library: `emphasis` and `chunks` below follow the rules that its wiki and its settings state,
each in its own way and not in that of the Swift sources; transformers computes the rest.
"""

import json
import os
import re
import sys

import torch
from diffusers import StableDiffusionPipeline
from safetensors.torch import save_file

from pipelines_golden import versions

WIDTH = 32
ROUND, SQUARE = 1.1, 1 / 1.1
CHUNK, WRAP = 75, 20

A1111 = [
    "a (red) dog",
    "a ((red)) [small] dog, (very (old:1.2) hat:0.8)",
    r"a photo \(of a dog\) with (hats \\ and [cats\]:1.5)",
    "a dog BREAK a (cat:1.3) and BREAK",
    "unfinished (dog and [cat",
    "stray) brackets] and :1.3) colons: here",
    "(a:1.2.3) (b: 1.5 ) (c:-0.5) (d:.5) (e:+2)",
    "one dog, " * 30 + "the end",
    "a photograph of a dog without any comma " * 9,
    "dog " * 74 + ", cat and dog",
    "dogs and cats, " * 12 + "(a cat of the painted café joli très très très très très très très très:1.4)",
    "",
    "ABREAK BREAKS aBREAK _BREAK -BREAK- x",
    "a <cat-toy> and (My-Style:1.3), my-styles, <wide> " + "dog " * 60 + "my-style <WIDE>",
]
CLIP = ["a photo of <cat-toy>, <Cat-Toy>s and x<wide>y", "my-style my-styles " + "dog " * 71 + "<wide>"]


def emphasis(prompt):
    """The wiki's rules as a recursive descent over the characters: [text, weight] pairs and BREAK."""
    pieces, weights, stack = [], [], []  # the stack holds (bracket, place of the first piece inside)
    position = 0

    def add(text):
        if pieces and weights[-1] is not None and pieces[-1][1]:
            pieces[-1][0] += text
        else:
            pieces.append([text, True])
            weights.append(1.0)

    def close(bracket, factor):
        """Closes the innermost bracket of this kind; False if none is open."""
        for k in reversed(range(len(stack))):
            if stack[k][0] == bracket:
                for place in range(stack[k][1], len(pieces)):
                    if weights[place] is not None:
                        weights[place] *= factor
                del stack[k]
                if pieces:
                    pieces[-1][1] = False
                return True
        return False

    while position < len(prompt):
        rest = prompt[position:]
        escape = re.match(r"\\([()\[\]\\])", rest)
        weight = re.match(r":\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*\)", rest)
        word = re.match(r"\s*\bBREAK\b\s*", rest) if position == 0 or not re.match(r"\w", prompt[position - 1] + "") or rest[0].isspace() else None
        if escape:
            add(escape[1])
            position += 2
        elif rest[0] == "\\":
            position += 1
        elif weight:
            if not close("(", float(weight[1])):
                add(weight[0])
            position += len(weight[0])
        elif word:
            pieces.append(["", False])
            weights.append(None)
            position += len(word[0])
        elif rest[0] in "([":
            if pieces:
                pieces[-1][1] = False
            stack.append((rest[0], len(pieces)))
            position += 1
        elif rest[0] == ")" and close("(", ROUND) or rest[0] == "]" and close("[", SQUARE):
            position += 1
        else:
            add(rest[0])
            position += 1
    for bracket, place in stack:
        for k in range(place, len(pieces)):
            if weights[k] is not None:
                weights[k] *= ROUND if bracket == "(" else SQUARE
    # Neighbours of one weight are one text.
    joined = []
    for (text, _), weight in zip(pieces, weights):
        if weight is not None and joined and joined[-1][1] == weight:
            joined[-1][0] += text
        else:
            joined.append([text, weight])
    return joined


class Words:
    """Learned words as AUTOMATIC1111 finds them: by the ids that their own text has."""

    def __init__(self, tokenizer, vectors):
        self.tokenizer, self.table, next_id = tokenizer, {}, len(tokenizer)
        for word, rows in vectors.items():
            self.table[word] = (self.ids(word), list(range(next_id, next_id + len(rows))))
            next_id += len(rows)

    def ids(self, text):
        return self.tokenizer(text, add_special_tokens=False, truncation=False).input_ids

    def units(self, text):
        """The ids of a text, in groups that stay together."""
        ids, units = self.ids(text), []
        while ids:
            match = max(
                (m for m in self.table.values() if ids[: len(m[0])] == m[0]), key=lambda m: len(m[0]), default=None)
            units.append(match[1] if match else ids[:1])
            ids = ids[len(match[0]) if match else 1 :]
        return units


def chunks(prompt, words, begin, end, comma):
    """Lists of 77 (id, weight) pairs."""
    done, now = [], []
    for text, weight in emphasis(prompt):
        if weight is None:
            done.append(now)
            now = []
            continue
        for unit in words.units(text):
            if len(now) == CHUNK and unit != [comma]:
                commas = [k for k, (token, _) in enumerate(now) if token == comma]
                if commas and CHUNK - commas[-1] <= WRAP:
                    done.append(now[: commas[-1] + 1])
                    now = now[commas[-1] + 1 :]
            if len(now) + len(unit) > CHUNK:
                done.append(now)
                now = []
            now += [(token, weight) for token in unit]
    if now or not done:
        done.append(now)
    return [[(begin, 1.0)] + c + [(end, 1.0)] * (CHUNK + 1 - len(c)) for c in done]


def emphasised(embedding, weights):
    """Tokens times their weights, and the mean that it was before."""
    weighted = embedding * torch.tensor(weights)[:, None]
    return weighted * (embedding.mean() / weighted.mean())


@torch.no_grad()
def main():
    fixtures = sys.argv[1]
    folder, output = f"{fixtures}/sd1", f"{fixtures}/prompts"
    os.makedirs(output, exist_ok=True)
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(6)
    vectors = {
        "<cat-toy>": torch.randn(1, WIDTH, generator=generator),
        "my-style": torch.randn(3, WIDTH, generator=generator),
        "<wide>": torch.randn(8, WIDTH, generator=generator),
    }
    # diffusers' own file; AUTOMATIC1111's, whose word is the file's name; emb_params.
    torch.save({"<cat-toy>": vectors["<cat-toy>"][0]}, f"{output}/learned_embeds.bin")
    torch.save(
        {"string_to_token": {"*": 265}, "string_to_param": {"*": vectors["my-style"]}, "name": "other", "step": 500,
         "sd_checkpoint": None, "sd_checkpoint_name": None},
        f"{output}/my-style.pt")
    save_file({"emb_params": vectors["<wide>"]}, f"{output}/wide.safetensors")

    golden, description = {}, {"versions": versions(), "clip": CLIP, "a1111": A1111}
    pipeline = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    plain = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    for word, file in (("<cat-toy>", "learned_embeds.bin"), ("my-style", "my-style.pt"), ("<wide>", "wide.safetensors")):
        pipeline.load_textual_inversion(output, weight_name=file, token=word)
    for k, prompt in enumerate(CLIP):
        golden[f"clip.{k}"] = pipeline.encode_prompt(prompt, "cpu", 1, False)[0][0]
    # diffusers' clip_skip as its encode_prompt computes it; its own line does not run with transformers 5, which has no `text_model`.
    ids = plain.tokenizer("a dog", padding="max_length", max_length=77, return_tensors="pt").input_ids
    hidden = plain.text_encoder(ids, output_hidden_states=True).hidden_states
    norm = getattr(plain.text_encoder, "text_model", plain.text_encoder).final_layer_norm
    for skip in (1, 2):
        golden[f"skip.{skip}"] = norm(hidden[-(skip + 1)])[0, :8].clone()

    tokenizer, text = plain.tokenizer, pipeline.text_encoder
    begin, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    comma = tokenizer.get_vocab()[",</w>"]
    words = Words(tokenizer, vectors)
    description["chunks"] = []
    for k, prompt in enumerate(A1111):
        parts, found = [], chunks(prompt, words, begin, end, comma)
        for chunk in found:
            ids, weights = zip(*chunk)
            embedding = text(torch.tensor([ids])).last_hidden_state[0]
            parts.append(emphasised(embedding, weights))
        description["chunks"].append([{"ids": [i for i, _ in c][1:76], "weights": [w for _, w in c][1:76]} for c in found])
        # Some tokens of each chunk are enough.
        golden[f"a1111.{k}"] = torch.cat([p[[0, 1, 5, 9, 40, 75, 76]] for p in parts])
    save_file({n: t.contiguous() for n, t in golden.items()}, f"{output}/golden.safetensors")
    with open(f"{output}/golden.json", "w", encoding="utf-8") as file:
        json.dump(description, file, ensure_ascii=True, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
