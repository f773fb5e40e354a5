"""Writes a diffusers folder as a single file in the names of the first Stable Diffusion, for comparisons of both.

Usage: python single_file.py FOLDER FILE.safetensors|FILE.ckpt [--averaged]
       python single_file.py --moves FOLDER... > moves.json   (Tests/StableDiffusionTests/Fixtures/single-file/moves.json)
       python single_file.py --keys SD-KEYS > keys.json       (Tests/CheckpointsTests/Fixtures/single-file-keys.json)
       python single_file.py --configurations > FILE           (Tests/CheckpointsTests/Fixtures/single-file-configurations.json)

diffusers' own conversion (loaders/single_file_utils.py) must give the folder's tensors back, or the script stops.
Made with diffusers 0.42, torch 2.15.
"""

import json
import pathlib
import re
import sys

import torch
from diffusers.loaders import single_file_utils
from safetensors.torch import load_file, save_file

RESIDUAL = {"norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "norm2": "out_layers.0",
            "conv2": "out_layers.3", "conv_shortcut": "skip_connection"}
ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}
OLD_ATTENTION = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}
OPEN_CLIP = {"layer_norm1": "ln_1", "layer_norm2": "ln_2", "self_attn.out_proj": "attn.out_proj", "mlp.fc1": "mlp.c_fc",
             "mlp.fc2": "mlp.c_proj"}


def unet_modules(config):
    """Pairs of diffusers' and the original's names of the UNet's modules."""
    yield from {"time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2",
                "conv_in": "input_blocks.0.0", "conv_norm_out": "out.0", "conv_out": "out.2"}.items()

    def residual(new, old):
        for ours, theirs in RESIDUAL.items():
            yield f"{new}.{ours}", f"{old}.{theirs}"

    stages, layers = len(config["block_out_channels"]), config["layers_per_block"]
    block = 1
    for stage, kind in enumerate(config["down_block_types"]):
        for layer in range(layers):
            yield from residual(f"down_blocks.{stage}.resnets.{layer}", f"input_blocks.{block}.0")
            if "CrossAttn" in kind:
                yield f"down_blocks.{stage}.attentions.{layer}", f"input_blocks.{block}.1"
            block += 1
        if stage < stages - 1:
            yield f"down_blocks.{stage}.downsamplers.0.conv", f"input_blocks.{block}.0.op"
            block += 1
    yield from residual("mid_block.resnets.0", "middle_block.0")
    yield "mid_block.attentions.0", "middle_block.1"
    yield from residual("mid_block.resnets.1", "middle_block.2")
    block = 0
    for stage, kind in enumerate(config["up_block_types"]):
        for layer in range(layers + 1):
            yield from residual(f"up_blocks.{stage}.resnets.{layer}", f"output_blocks.{block}.0")
            if "CrossAttn" in kind:
                yield f"up_blocks.{stage}.attentions.{layer}", f"output_blocks.{block}.1"
            if layer == layers and stage < stages - 1:
                place = 2 if "CrossAttn" in kind else 1
                yield f"up_blocks.{stage}.upsamplers.0.conv", f"output_blocks.{block}.{place}.conv"
            block += 1


def vae_modules(config):
    stages, layers = len(config["block_out_channels"]), config["layers_per_block"]
    yield "quant_conv", "quant_conv"
    yield "post_quant_conv", "post_quant_conv"
    for half, way, sample in (("encoder", "down", "downsample"), ("decoder", "up", "upsample")):
        for layer in ("conv_in", "conv_out"):
            yield f"{half}.{layer}", f"{half}.{layer}"
        yield f"{half}.conv_norm_out", f"{half}.norm_out"
        for place in (0, 1):
            yield f"{half}.mid_block.resnets.{place}", f"{half}.mid.block_{place + 1}"
        for ours, theirs in ATTENTION.items():
            yield f"{half}.mid_block.attentions.0.{ours}", f"{half}.mid.attn_1.{theirs}"
        for stage in range(stages):
            old = stages - 1 - stage if way == "up" else stage
            for layer in range(layers + (way == "up")):
                new = f"{half}.{way}_blocks.{stage}.resnets.{layer}"
                yield f"{new}.conv_shortcut", f"{half}.{way}.{old}.block.{layer}.nin_shortcut"
                yield new, f"{half}.{way}.{old}.block.{layer}"
            yield f"{half}.{way}_blocks.{stage}.{sample}rs.0.conv", f"{half}.{way}.{old}.{sample}.conv"


def text_modules(config):
    if config["hidden_act"] != "gelu":
        yield from ((name, f"transformer.{name}") for name in ("text_model",))
        return
    yield "text_model.embeddings.token_embedding", "model.token_embedding"
    yield "text_model.embeddings.position_embedding.weight", "model.positional_embedding"
    yield "text_model.final_layer_norm", "model.ln_final"
    for layer in range(config["num_hidden_layers"]):
        for ours, theirs in OPEN_CLIP.items():
            yield f"text_model.encoder.layers.{layer}.{ours}", f"model.transformer.resblocks.{layer}.{theirs}"


def renamed(tensors, modules, prefix):
    moves = dict(modules)
    result = {}
    for name, tensor in tensors.items():
        begin = name
        while begin not in moves:
            assert "." in begin, name
            begin = begin.rpartition(".")[0]
        result[prefix + moves[begin] + name[len(begin):]] = tensor
    return result


def config(folder, component):
    return json.loads((folder / component / "config.json").read_text())


def tensors(folder, component):
    name = "model" if component == "text_encoder" else "diffusion_pytorch_model"
    return load_file(folder / component / f"{name}.safetensors")


def same(found, expected):
    assert found.keys() == expected.keys(), found.keys() ^ expected.keys()
    for name, tensor in expected.items():
        assert torch.equal(found[name].flatten(), tensor.flatten()), name


def original_unet(folder):
    unet = tensors(folder, "unet")
    result = renamed(unet, unet_modules(config(folder, "unet")), "model.diffusion_model.")
    same(single_file_utils.convert_ldm_unet_checkpoint(dict(result), config(folder, "unet")), unet)
    return result


def original_vae(folder):
    vae = {".".join(OLD_ATTENTION.get(part, part) for part in name.split(".")): tensor
           for name, tensor in tensors(folder, "vae").items()}
    result = renamed(vae, vae_modules(config(folder, "vae")), "first_stage_model.")
    # The original's attention has 1 x 1 convolutions.
    result = {name: tensor[:, :, None, None] if ".attn_1." in name and tensor.dim() == 2 else tensor
              for name, tensor in result.items()}
    same(single_file_utils.convert_ldm_vae_checkpoint(dict(result), config(folder, "vae")), vae)
    return result


def original_text_encoder(folder):
    settings = config(folder, "text_encoder")
    text = {name if name.startswith("text_model.") else f"text_model.{name}": tensor
            for name, tensor in tensors(folder, "text_encoder").items()}
    if settings["hidden_act"] != "gelu":
        return renamed(text, text_modules(settings), "cond_stage_model.")
    fused = {}
    for layer in range(settings["num_hidden_layers"]):
        for kind in ("weight", "bias"):
            parts = [text.pop(f"text_model.encoder.layers.{layer}.self_attn.{part}_proj.{kind}") for part in "qkv"]
            fused[f"cond_stage_model.model.transformer.resblocks.{layer}.attn.in_proj_{kind}"] = torch.cat(parts)
    text.pop("text_model.embeddings.position_ids", None)
    result = renamed(text, text_modules(settings), "cond_stage_model.") | fused
    # The last layer, which Stable Diffusion 2.x does not use.
    last = settings["num_hidden_layers"]
    result |= {name.replace(f"resblocks.{last - 1}.", f"resblocks.{last}."): torch.full_like(tensor, 7)
               for name, tensor in result.items() if f"resblocks.{last - 1}." in name}
    width = settings["hidden_size"]
    dtype = result["cond_stage_model.model.ln_final.weight"].dtype
    return result | {"cond_stage_model.model.text_projection": torch.zeros(width, width, dtype=dtype),
                     "cond_stage_model.model.logit_scale": torch.tensor(4.6)}


def write(folder, path, averaged):
    unet = original_unet(folder)
    if averaged:
        unet = {"model_ema.diffusion_model" + name.removeprefix("model.diffusion_model.").replace(".", ""): tensor
                for name, tensor in unet.items()} | {"model_ema.decay": torch.tensor(0.9999)}
    whole = unet | original_vae(folder) | original_text_encoder(folder) | {
        "alphas_cumprod": torch.zeros(1000), "betas": torch.zeros(1000), "model_ema.num_updates": torch.tensor(7)}
    whole = {name: tensor.contiguous() for name, tensor in whole.items()}
    if path.suffix == ".safetensors":
        save_file(whole, path)
    else:
        torch.save({"global_step": 470000, "state_dict": whole}, path)


def moves(folder):
    """Modules whose names differ, for tests that write the file themselves; what diffusers' conversion says of them is checked."""
    original_unet(folder), original_vae(folder)
    return {"unet": sorted(unet_modules(config(folder, "unet"))), "vae": sorted(vae_modules(config(folder, "vae"))),
            "text_encoder": sorted(text_modules(config(folder, "text_encoder")))}


def fingerprint(lines):
    """FNV-1a of sorted lines."""
    state = 0xCBF29CE484222325
    for byte in "\n".join(sorted(lines)).encode():
        state = (state ^ byte) * 0x100000001B3 % (1 << 64)
    return f"{state:016x}"


def keys(folder):
    """What diffusers makes of the names in sd-keys: a number for all lines `original -> diffusers`."""

    def shapes(name, prefix):
        rows = (line.split() for line in (folder / f"{name}.txt").read_text().splitlines())
        return {prefix + row[0]: json.loads(row[1]) for row in rows}

    result = {}
    for version, unet, clip, clip_prefix in (
        ("v1", "UNET-v1-SD", "CLIP-v1-SD", "cond_stage_model.transformer.text_model."),
        ("v2", "UNET-v2-SD", "CLIP-v2-SD", "cond_stage_model.model."),
    ):
        settings = {"class_embed_type": None, "addition_embed_type": None, "layers_per_block": 2,
                    "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"]}
        parts = {"unet": (single_file_utils.convert_ldm_unet_checkpoint, shapes(unet, "model.diffusion_model."), settings),
                 "vae": (single_file_utils.convert_ldm_vae_checkpoint, shapes("VAE-v1-SD", "first_stage_model."),
                         {"down_block_types": [0] * 4, "up_block_types": [0] * 4})}
        result[version] = {}
        for component, (convert, originals, settings) in parts.items():
            # Each tensor holds its own number, so that its name can be found again.
            numbered = {name: torch.full([1] * len(shape), index) for index, (name, shape) in enumerate(originals.items())}
            names = list(originals)
            converted = convert(dict(numbered), settings)
            lines = [f"{names[int(tensor.flatten()[0])]} -> {name}" for name, tensor in converted.items()]
            result[version][component] = {"count": len(lines), "fingerprint": fingerprint(lines)}
        if version == "v2":
            lines = []
            encoder = torch.nn.Module()
            encoder.config = type("Config", (), {"hidden_size": 1024})()
            originals = shapes(clip, clip_prefix)
            names = list(originals)
            numbered = {name: torch.full(shape[:1] + [1] * (len(shape) - 1), index) for index, (name, shape) in
                        enumerate(originals.items())}
            converted = single_file_utils.convert_open_clip_checkpoint(encoder, numbered, clip_prefix)
            lines = [f"{names[int(tensor.flatten()[0])]} -> {name}" for name, tensor in converted.items()
                     if name.startswith("text_model.") and "position_ids" not in name]
        else:
            lines = [f"{name} -> text_model.{name.removeprefix(clip_prefix)}" for name in shapes(clip, clip_prefix)]
        result[version]["text_encoder"] = {"count": len(lines), "fingerprint": fingerprint(lines)}
    return result


def original_settings(version):
    """What v1-inference.yaml and v2-inference.yaml say, as far as diffusers reads it."""
    unet = {"in_channels": 4, "out_channels": 4, "model_channels": 320, "attention_resolutions": [4, 2, 1], "num_res_blocks": 2,
            "channel_mult": [1, 2, 4, 4], "transformer_depth": 1}
    unet |= ({"num_heads": 8, "context_dim": 768} if version == "v1" else
             {"num_head_channels": 64, "use_linear_in_transformer": True, "context_dim": 1024})
    vae = {"z_channels": 4, "resolution": 256, "in_channels": 3, "out_ch": 3, "ch": 128, "ch_mult": [1, 2, 4, 4], "num_res_blocks": 2}
    parameters = {"unet_config": {"params": unet}, "first_stage_config": {"params": {"ddconfig": vae}}, "scale_factor": 0.18215}
    return {"model": {"params": parameters}}


def configurations():
    """The configurations that diffusers makes of these settings."""
    result = {}
    for version in ("v1", "v2"):
        settings = original_settings(version)
        made = {"unet": single_file_utils.create_unet_diffusers_config_from_ldm(settings, {}),
                "vae": single_file_utils.create_vae_diffusers_config_from_ldm(settings, {})}
        # The size is diffusers' guess, by the kind of checkpoint.
        result[version] = {component: {key: value for key, value in fields.items() if key != "sample_size" and value is not None}
                           for component, fields in made.items()}
    return result


if sys.argv[1] == "--moves":
    print(json.dumps({pathlib.Path(folder).name: moves(pathlib.Path(folder)) for folder in sys.argv[2:]}))
elif sys.argv[1] == "--keys":
    print(json.dumps(keys(pathlib.Path(sys.argv[2])), indent=1))
elif sys.argv[1] == "--configurations":
    print(json.dumps(configurations(), indent=1))
else:
    write(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), "--averaged" in sys.argv)
