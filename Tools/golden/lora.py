"""Makes tiny LoRA files and textual inversions in every layout, and the numbers that diffusers computes with them.

    python Tools/golden/lora.py Tests/StableDiffusionTests/Fixtures

Needs `peft`, too. The model is the pipeline `sd1` beside the output (pipelines.py makes it). For each file diffusers loads the LoRA,
fuses it with the weight 0.75 and computes an embedding and an evaluation of the UNet in float32. What diffusers cannot read
(cloneofsimo's layout, the original model's names, LyCORIS' middle matrix) is merged with NumPy here.
"""

import json
import os
import sys

import numpy as np
import torch
from diffusers import StableDiffusionPipeline
from safetensors.torch import save_file

from pipelines_golden import versions
from pipelines_model import write_json

WEIGHT = 0.75
RANK = 2
PROMPT = "A photograph of a dog"


def load(folder):
    return StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32).to("cpu")


def matrices(shape, generator, rank=RANK):
    """Down and up for a layer of this shape, rounded to float16, of an effect that is well seen."""
    down = torch.randn(rank, *shape[1:], generator=generator) * np.prod(shape[1:]) ** -0.5
    up = torch.randn(shape[0], rank, *[1] * (len(shape) - 2), generator=generator) * 0.5
    return down.half(), up.half()


def chosen(names, endings):
    return [name for name in names if any(name.endswith(ending) for ending in endings)]


def weights(module):
    return {n[: -len(".weight")]: w for n, w in module.state_dict().items() if n.endswith(".weight") and w.dim() > 1}


def text_name(name):
    return name if name.startswith("text_model.") else "text_model." + name


def attention_changes(pipeline, generator):
    """Changes of the attention of both networks, by diffusers' names: what all of diffusers' layouts can hold."""
    unet, text = weights(pipeline.unet), weights(pipeline.text_encoder)
    in_unet = [n for n in chosen(unet, [".to_q", ".to_k", ".to_v", ".to_out.0"]) if "down_blocks.1" in n or "mid_block" in n]
    in_text = chosen(text, [".q_proj", ".k_proj", ".v_proj", ".out_proj"])[:8]
    return (
        {n: matrices(unet[n].shape, generator) for n in in_unet},
        {text_name(n): matrices(text[n].shape, generator) for n in in_text},
    )


def kohya(unet, text, alphas):
    tensors = {}
    for prefix, part in (("lora_unet_", unet), ("lora_te_", text)):
        for k, (name, (down, up)) in enumerate(part.items()):
            flat = prefix + name.replace(".", "_")
            tensors[f"{flat}.lora_down.weight"], tensors[f"{flat}.lora_up.weight"] = down, up
            if alphas:
                tensors[f"{flat}.alpha"] = torch.tensor(float(alphas[k % len(alphas)]))
    return tensors


def old_processors(unet, text):
    """diffusers 0.11 to 0.20: attention processors for the UNet, patched attention for the text encoder."""
    old = {"q_proj": "to_q", "k_proj": "to_k", "v_proj": "to_v", "out_proj": "to_out"}
    tensors = {}
    for name, (down, up) in unet.items():
        block, layer = name.replace("to_out.0", "to_out").rsplit(".", 1)
        tensors[f"unet.{block}.processor.{layer}_lora.down.weight"] = down
        tensors[f"unet.{block}.processor.{layer}_lora.up.weight"] = up
    for name, (down, up) in text.items():
        block, layer = name.rsplit(".", 1)
        tensors[f"text_encoder.{block}.{old[layer]}_lora.down.weight"] = down
        tensors[f"text_encoder.{block}.{old[layer]}_lora.up.weight"] = up
    return tensors


def later_diffusers(unet, text):
    tensors = {}
    for prefix, middle, part in (("unet.", ".lora.", unet), ("text_encoder.", ".lora_linear_layer.", text)):
        for name, (down, up) in part.items():
            tensors[f"{prefix}{name}{middle}down.weight"], tensors[f"{prefix}{name}{middle}up.weight"] = down, up
    return tensors


def peft(unet, text):
    tensors = {}
    for prefix, part in (("unet.", unet), ("text_encoder.", text)):
        for name, (down, up) in part.items():
            tensors[f"{prefix}{name}.lora_A.weight"], tensors[f"{prefix}{name}.lora_B.weight"] = down, up
    return tensors


# cloneofsimo counts the layers as diffusers 0.11 declared them: down, up, middle; attn1, ff, attn2. And transformers: k, v, q, out.
def simo_unet(pipeline):
    names = []
    blocks = [f"down_blocks.{i}" for i in range(4)] + [f"up_blocks.{i}" for i in range(4)] + ["mid_block"]
    unet = weights(pipeline.unet)
    for block in blocks:
        count = len({n.split(".attentions.")[1].split(".")[0] for n in unet if n.startswith(block + ".attentions.")})
        for a in range(count):
            inner = f"{block}.attentions.{a}.transformer_blocks.0"
            for attention in ("attn1", "ff", "attn2"):
                parts = ["net.0.proj"] if attention == "ff" else ["to_q", "to_k", "to_v", "to_out.0"]
                names += [f"{inner}.{attention}.{part}" for part in parts]
    return names


def simo(pipeline, generator):
    tensors, notes, unet, text = {}, {}, {}, {}
    shapes = weights(pipeline.unet)
    for k, name in enumerate(simo_unet(pipeline)):
        unet[name] = matrices(shapes[name].shape, generator, rank=1)
        tensors[f"unet:{k}:down"], tensors[f"unet:{k}:up"] = unet[name]
        notes[f"unet:{k}:rank"] = "1"
    shapes = {text_name(n): w for n, w in weights(pipeline.text_encoder).items()}
    layers = [f"text_model.encoder.layers.{i}.self_attn.{p}" for i in range(3) for p in ("k_proj", "v_proj", "q_proj", "out_proj")]
    for k, name in enumerate(layers):
        text[name] = matrices(shapes[name].shape, generator, rank=1)
        tensors[f"text_encoder:{k}:down"], tensors[f"text_encoder:{k}:up"] = text[name]
        notes[f"text_encoder:{k}:rank"] = "1"
    notes["unet"] = json.dumps(["Attention", "GEGLU", "CrossAttention"])
    notes["text_encoder"] = json.dumps(["CLIPAttention"])
    tensors["<s1>"] = torch.randn(32, generator=generator)
    notes["<s1>"] = "<embed>"
    return tensors, notes, unet, text


def original_name(name, layers=2):
    """The UNet's layers as the original Stable Diffusion calls them, with underscores, written out for four stages."""
    inside = {"conv1": "in_layers_2", "conv2": "out_layers_3", "time_emb_proj": "emb_layers_1", "conv_shortcut": "skip_connection"}
    p = name.split(".")
    tail = "_".join(p[4:])
    if p[0] == "mid_block":
        tail = "_".join(p[3:])
        return f"middle_block_{ {'resnets.0': 0, 'attentions.0': 1, 'resnets.1': 2}['.'.join(p[1:3])] }_{inside.get(tail, tail)}"
    way, first = ("input_blocks", 1) if p[0] == "down_blocks" else ("output_blocks", 0)
    n = first + int(p[1]) * (layers + 1) + int(p[3])
    if p[2] == "downsamplers":
        return f"{way}_{n + layers}_0_op"
    if p[2] == "upsamplers":
        # The first stage on the way up has no attention before its upsampler.
        return f"{way}_{n + layers}_{1 if p[1] == '0' else 2}_conv"
    return f"{way}_{n}_{0 if p[2] == 'resnets' else 1}_{inside.get(tail, tail)}"


def convolution_changes(pipeline, generator):
    """LoCon: convolutions, too; one of them with LyCORIS' middle matrix."""
    unet = weights(pipeline.unet)
    names = [
        "down_blocks.0.resnets.0.conv1", "down_blocks.1.resnets.0.conv_shortcut", "down_blocks.1.downsamplers.0.conv",
        "down_blocks.2.resnets.1.time_emb_proj", "mid_block.resnets.1.conv2", "up_blocks.0.upsamplers.0.conv",
        "up_blocks.1.upsamplers.0.conv", "up_blocks.3.attentions.2.proj_in",
        "up_blocks.3.attentions.2.transformer_blocks.0.ff.net.2", "mid_block.attentions.0.transformer_blocks.0.attn2.to_k",
    ]
    return {n: matrices(unet[n].shape, generator) for n in names}


def with_middle(shape, generator):
    out, inputs, height, width = shape
    down = (torch.randn(RANK, inputs, 1, 1, generator=generator) * inputs**-0.5).half()
    middle = (torch.randn(3, RANK, height, width, generator=generator) * 0.3).half()
    up = (torch.randn(out, 3, 1, 1, generator=generator) * 0.5).half()
    difference = torch.einsum("in,nmkl,mj->ijkl", up.float()[:, :, 0, 0], middle.float(), down.float()[:, :, 0, 0])
    return down, middle, up, difference


def product(down, up):
    return (up.float().reshape(up.shape[0], -1) @ down.float().reshape(down.shape[0], -1)).reshape(up.shape[0], *down.shape[1:])


def merge(module, differences):
    for name, parameter in module.named_parameters():
        short = name[: -len(".weight")]
        for known in (short, text_name(short)):
            if name.endswith(".weight") and known in differences:
                merged = parameter.detach().numpy() + WEIGHT * differences[known].numpy()
                parameter.data = torch.from_numpy(merged.astype(np.float32))


@torch.no_grad()
def numbers(pipeline):
    """An embedding and an evaluation of the UNet. Its text is its own, so that each network's change is seen alone."""
    generator = torch.Generator().manual_seed(77)
    ids = pipeline.tokenizer(PROMPT, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
    latents, text = torch.randn(1, 4, 8, 8, generator=generator), torch.randn(1, 77, 32, generator=generator)
    return pipeline.text_encoder(ids).last_hidden_state[0, :12], pipeline.unet(latents, 481, text).sample


def main():
    fixtures = sys.argv[1]
    folder, output = f"{fixtures}/sd1", f"{fixtures}/lora"
    os.makedirs(output, exist_ok=True)
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(5)
    golden = {}

    def keep(name, pipeline):
        golden[f"{name}.embedding"], golden[f"{name}.unet"] = (t.clone().contiguous() for t in numbers(pipeline))

    def write(name, tensors, notes=None):
        save_file({n: t.contiguous() for n, t in tensors.items()}, f"{output}/{name}.safetensors", metadata=notes)

    def by_diffusers(name, tensors, notes=None):
        write(name, tensors, notes)
        pipeline = load(folder)
        pipeline.load_lora_weights(output, weight_name=f"{name}.safetensors")
        pipeline.fuse_lora(lora_scale=WEIGHT)
        pipeline.unload_lora_weights()
        keep(name, pipeline)

    def by_hand(name, tensors, notes, unet, text):
        write(name, tensors, notes)
        pipeline = load(folder)
        merge(pipeline.unet, unet)
        merge(pipeline.text_encoder, text)
        keep(name, pipeline)

    pipeline = load(folder)
    keep("plain", pipeline)
    unet, text = attention_changes(pipeline, generator)
    # diffusers takes one alpha for all of a network, or reads the others wrongly; two of them are merged by hand below.
    by_diffusers("kohya", kohya(unet, text, [1.5]))
    by_diffusers("processors", old_processors(unet, text))
    by_diffusers("diffusers", later_diffusers(unet, text))
    by_diffusers("peft", peft(unet, text))
    settings = {f"{n}.{k}": v for n in ("unet", "text_encoder") for k, v in {
        "r": RANK, "lora_alpha": 3, "alpha_pattern": {}, "rank_pattern": {}, "use_rslora": False, "use_dora": False,
        "lora_bias": False, "target_modules": sorted({k.split(".")[-1] if not k.endswith(".0") else "to_out.0"
                                                      for k in (unet if n == "unet" else text)}),
    }.items()}
    by_diffusers("peft-settings", peft(unet, text), {"format": "pt", "lora_adapter_metadata": json.dumps(settings)})

    convolutions = convolution_changes(pipeline, generator)
    by_diffusers("locon", kohya(convolutions, {}, [1.0]))
    alphas = [0.5, 3]
    tensors = kohya({}, text, alphas)
    scaled = {n: product(*m) * alphas[k % 2] / RANK for k, (n, m) in enumerate(convolutions.items())}
    for k, (name, (down, up)) in enumerate(convolutions.items()):
        flat = f"lora_unet_{original_name(name)}"
        tensors[f"{flat}.lora_down.weight"], tensors[f"{flat}.lora_up.weight"] = down, up
        tensors[f"{flat}.alpha"] = torch.tensor(float(alphas[k % 2]))
    name = "up_blocks.2.resnets.1.conv2"
    down, middle, up, difference = with_middle(weights(pipeline.unet)[name].shape, generator)
    flat = f"lora_unet_{original_name(name)}"
    tensors.update({f"{flat}.lora_down.weight": down, f"{flat}.lora_mid.weight": middle, f"{flat}.lora_up.weight": up})
    scaled[name] = difference
    texts = {n: product(*m) * alphas[k % 2] / RANK for k, (n, m) in enumerate(text.items())}
    by_hand("original-names", tensors, None, scaled, texts)

    tensors, notes, unet, text = simo(pipeline, generator)
    by_hand("cloneofsimo", tensors, notes, *({n: product(*m) for n, m in part.items()} for part in (unet, text)))

    save_file(golden, f"{output}/golden.safetensors")
    import diffusers as d, peft as p  # noqa: E401
    write_json(f"{output}/golden.json", {"versions": {**versions(), "peft": p.__version__}, "weight": WEIGHT, "prompt": PROMPT})
    write_inputs(output)


def write_inputs(output):
    """What the UNet is evaluated with."""
    generator = torch.Generator().manual_seed(77)
    inputs = {"latents": torch.randn(1, 4, 8, 8, generator=generator), "text": torch.randn(1, 77, 32, generator=generator)}
    save_file(inputs, f"{output}/inputs.safetensors")


if __name__ == "__main__":
    main()
