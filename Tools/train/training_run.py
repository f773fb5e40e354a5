"""What both trainings share: a budget of minutes that survives restarts, a moving average, checkpoints, a log.

Started by torchrun, several processes train one model, each on batches of its own; a process with one thread each
is the best use of a few CPU cores.
"""

import copy
import json
import math
import os
import time
from pathlib import Path

import torch
from torch import distributed, nn

CHECKPOINT_EVERY = 180  # seconds
LOG_EVERY = 50  # steps


def join_processes() -> int:
    """Meet the other processes if torchrun started this one; its number, 0 if it is alone."""
    if "RANK" not in os.environ:
        return 0
    distributed.init_process_group("gloo")
    return distributed.get_rank()


class TrainingRun:
    """Counts steps, samples and time; the learning rate follows the time spent, so a run ends when it was meant to."""

    def __init__(self, model: nn.Module, folder: Path, minutes: float, peak_rate: float, decay: float) -> None:
        self.model = model
        self.average = copy.deepcopy(model).eval().requires_grad_(False)
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self.optimizer = torch.optim.AdamW(trained, lr=peak_rate, betas=(0.9, 0.99), weight_decay=0.01, fused=True)
        self.trained = trained
        self.averaged = [a for a, m in zip(self.average.parameters(), model.parameters()) if m.requires_grad]
        self.folder, self.budget, self.peak_rate, self.decay = folder, minutes * 60, peak_rate, decay
        self.steps, self.samples, self.spent = 0, 0, 0.0
        self.losses: list[float] = []
        folder.mkdir(parents=True, exist_ok=True)
        if self.checkpoint.exists():
            self.resume()
        self.clock = self.last_saved = time.time()

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint.pt"

    @property
    def finished(self) -> bool:
        return self.spent >= self.budget

    def rate(self) -> float:
        """Warm-up over 300 steps, then a cosine from the peak down to a hundredth of it at the budget's end."""
        warm = min(1.0, (self.steps + 1) / 300)
        fall = 0.5 * (1 + math.cos(math.pi * min(1.0, self.spent / self.budget)))
        return self.peak_rate * warm * (0.01 + 0.99 * fall)

    def step(self, loss: torch.Tensor, samples: int) -> None:
        """One update of the model and its moving average."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        loss.backward()
        now = time.time()
        elapsed, self.clock = now - self.clock, now
        processes = distributed.get_world_size() if distributed.is_initialized() else 1
        if processes > 1:
            elapsed = self.share_gradients(elapsed, processes)
        nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        decay = min(self.decay, (self.steps + 1) / (self.steps + 10))
        with torch.no_grad():
            torch._foreach_lerp_(self.averaged, self.trained, 1 - decay)

        self.steps, self.samples, self.spent = self.steps + 1, self.samples + samples * processes, self.spent + elapsed
        self.losses.append(loss.item())
        if processes > 1 and distributed.get_rank() > 0:
            return
        if self.steps % LOG_EVERY == 0:
            self.log()
        if now - self.last_saved > CHECKPOINT_EVERY or self.finished:
            self.save()

    def share_gradients(self, elapsed: float, processes: int) -> float:
        """Replace gradients by their mean over all processes. The time is shared along, so that all stop at the same step."""
        gradients = [parameter.grad for parameter in self.trained]
        flat = torch.cat([*(gradient.flatten() for gradient in gradients), gradients[0].new_tensor([elapsed])])
        distributed.all_reduce(flat)
        flat /= processes
        for gradient, mean in zip(gradients, flat[:-1].split([gradient.numel() for gradient in gradients])):
            gradient.copy_(mean.view_as(gradient))
        return flat[-1].item()

    def log(self) -> None:
        line = {"steps": self.steps, "samples": self.samples, "seconds": round(self.spent),
                "loss": round(sum(self.losses) / len(self.losses), 5), "rate": round(self.rate(), 7)}
        self.losses.clear()
        with (self.folder / "log.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")

    def save(self) -> None:
        """Written beside and renamed, so that a stop in the middle costs nothing."""
        state = {"model": self.model.state_dict(), "average": self.average.state_dict(), "optimizer": self.optimizer.state_dict(),
                 "steps": self.steps, "samples": self.samples, "spent": self.spent}
        torch.save(state, self.checkpoint.with_suffix(".new"))
        os.replace(self.checkpoint.with_suffix(".new"), self.checkpoint)
        self.last_saved = time.time()

    def resume(self) -> None:
        state = torch.load(self.checkpoint, map_location="cpu")
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.steps, self.samples, self.spent = state["steps"], state["samples"], state["spent"]
