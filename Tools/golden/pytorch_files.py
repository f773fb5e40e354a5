"""Writes the small files of torch.save that Tests/CheckpointsTests reads, and what is in them.

Usage: python pytorch_files.py FOLDER        (the folder is Tests/CheckpointsTests/Fixtures/pytorch)
Made with torch 2.15.
"""

import collections
import json
import pathlib
import sys
import types

import numpy
import torch

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
generator = torch.Generator().manual_seed(5)


def draw(*shape):
    return torch.randn(shape, generator=generator)


# A model as PyTorch Lightning saves it: callbacks by their class, numbers of NumPy, an optimizer's state.
lightning = types.ModuleType("pytorch_lightning.callbacks.model_checkpoint")
lightning.ModelCheckpoint = type(
    "ModelCheckpoint", (), {"__module__": "pytorch_lightning.callbacks.model_checkpoint"}
)
for name in ("pytorch_lightning", "pytorch_lightning.callbacks"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["pytorch_lightning.callbacks.model_checkpoint"] = lightning

table = draw(6, 4)
files = {
    "plain.bin": {"a.weight": draw(2, 3), "half": draw(5).half(), "brain": draw(3).bfloat16(), "none": draw(0, 4),
                  "ids": torch.arange(7), "single": torch.tensor(2.5)},
    "views.pt": {"table": table, "transposed": table.T, "rows": table[2:5], "column": table[:, 1],
                 "every other": table[::2], "last": table[5, 3], "permuted": draw(2, 3, 4).permute(2, 0, 1),
                 "half transposed": draw(3, 2).half().T},
    "lightning.ckpt": {
        "epoch": 12, "global_step": 875000, "pytorch-lightning_version": "1.4.2",
        "state_dict": collections.OrderedDict(
            {"model.weight": torch.nn.Parameter(draw(2, 2)), "betas": draw(3)}),
        "callbacks": {lightning.ModelCheckpoint: {"best_model_score": numpy.float64(0.25),
                                                  "monitor": "val/loss", "dirpath": "/x"}},
        "optimizer_states": [{"state": {0: {"step": 3, "exp_avg": draw(2, 2)}}, "param_groups": [{"lr": 1e-4}]}],
        "lr_schedulers": [], "big": 1 << 100, "set": {1, 2},
    },
    "embedding.pt": {"string_to_token": {"*": torch.tensor(265)},
                     "string_to_param": torch.nn.ParameterDict({"*": torch.nn.Parameter(draw(2, 4))}),
                     "name": "a style", "step": 5000},
}


def tensors(value, name=""):
    if isinstance(value, torch.Tensor):
        yield name, value
    elif isinstance(value, torch.nn.ParameterDict):
        yield from tensors(dict(value.items()), name)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from tensors(inner, name if key == "state_dict" else f"{name}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from tensors(inner, f"{name}.{index}".lstrip("."))


golden = {}
for name, contents in files.items():
    torch.save(contents, folder / name)
    golden[name] = {
        key: {"type": str(tensor.dtype).removeprefix("torch."), "shape": list(tensor.shape),
              "values": tensor.detach().float().flatten().tolist()}
        for key, tensor in tensors(contents)}
torch.save(files["plain.bin"], folder / "protocol5.bin", pickle_protocol=5)
golden["protocol5.bin"] = golden["plain.bin"]
torch.save({"a": draw(2)}, folder / "old.bin", _use_new_zipfile_serialization=False)
torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), folder / "script.pt")
(folder / "golden.json").write_text(json.dumps(golden))
