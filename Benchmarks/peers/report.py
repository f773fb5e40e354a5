"""The results: a file that several runs fill, and the table with the targets."""

import importlib.metadata
import json
import os
import platform
import time

UNITS = {"cfg_step": "s", "vae_decode": "s", "tiny_frame": "s", "load": "s", "peak_memory_mb": "MB"}
TITLES = {
    "cfg_step": "CFG step: UNet, batch 2, 64 x 64 latents", "vae_decode": "VAE decode, 512 x 512",
    "tiny_frame": "bundled model: a frame, 128 x 128, 25 steps, guidance", "load": "load, to the first step",
    "peak_memory_mb": "peak memory of a picture, 512 x 512"}
NAMES = {"latentwalk": "LatentWalk", "openvino": "OpenVINO", "pytorch": "PyTorch", "stable-diffusion.cpp": "stable-diffusion.cpp"}
# What is to be reached: a share of another engine's time, or a value.
TARGETS = [
    ("cfg_step", "openvino", 0.65, "better 0.60"), ("cfg_step", "pytorch", 0.54, ""),
    ("vae_decode", "openvino", 0.36, "better 0.31"), ("tiny_frame", "pytorch", 0.333, ""),
    ("tiny_frame", None, 0.3, "wished"), ("load", None, 2.5, ""), ("peak_memory_mb", None, 2300, "")]
# Largest relative L2 from PyTorch's answer. Frames and pictures are compared after all their steps, rounded to 8 bits; rounding
# alone makes 1e-3 to 2e-3.
LIMITS = {"cfg_step": 1e-4, "vae_decode": 1e-4, "tiny_frame": 2e-3, "picture": 5e-3}


class Results:
    def __init__(self, given, absent):
        self.given = given
        self.content = {}
        if os.path.exists(given.json):
            with open(given.json, encoding="utf-8") as file:
                self.content = json.load(file)
        self.content["about"] = about(given)
        # Why an engine took no part, or a measurement failed.
        self.content["absent"] = {engine: reason for engine, reason in absent.items() if reason}

    def add(self, name, engine, value, values):
        self.content.setdefault(name, {})[engine] = value
        self.content.setdefault("values", {}).setdefault(name, {})[engine] = values
        print(f"{name}: {NAMES[engine]} {value:.4g} {UNITS[name]}", flush=True)

    def compare(self, task, engine, difference):
        if difference is None:
            self.content["absent"][f"comparison of {engine}'s {task}"] = "PyTorch has not answered it here"
        else:
            self.content.setdefault("difference", {}).setdefault(task, {})[engine] = difference

    def failed(self, name, engine, failure):
        self.content.get(name, {}).pop(engine, None)
        self.content["absent"][f"{engine} in {name}"] = str(failure)

    def save(self):
        partial = f"{self.given.json}.partial"
        with open(partial, "w", encoding="utf-8") as file:
            json.dump(self.content, file, indent=2)
        os.replace(partial, self.given.json)

    def wrong(self):
        """Answers that are too far from PyTorch's."""
        for task, engines in self.content.get("difference", {}).items():
            for engine, difference in engines.items():
                if not difference < LIMITS[task]:
                    yield f"{NAMES[engine]}'s {task} is {difference:.1e} from PyTorch's; less than {LIMITS[task]:.0e} is right."

    def all_agree(self):
        return not list(self.wrong())

    def show(self):
        print(f"\n{self.content['about']['machine']}, {self.given.isa or 'all instruction sets'}, {self.given.threads} threads")
        print("Medians; in brackets LatentWalk's value as a share of the other's.\n")
        print("| | " + " | ".join(NAMES.values()) + " |\n|---" + "|---" * len(NAMES) + "|")
        for name, title in TITLES.items():
            print(f"| {title} | " + " | ".join(self.cell(name, engine) for engine in NAMES) + " |")
        print("| relative L2 from PyTorch, the largest | " + " | ".join(map(self.largest_difference, NAMES)) + " |")
        print("\n| target | found | |\n|---|---|---|")
        for line in filter(None, map(self.target, TARGETS)):
            print(line)
        print()
        for engine, reason in self.content["absent"].items():
            print(f"Without {engine}: {reason}.")
        for sentence in self.wrong():
            print(f"WRONG: {sentence}")
        print(f"All of it is in {self.given.json}.")

    def cell(self, name, engine):
        values = self.content.get(name, {})
        if engine not in values:
            return ""
        value = f"{values[engine]:.0f} MB" if UNITS[name] == "MB" else f"{values[engine]:.3g} s"
        if engine == "latentwalk" or "latentwalk" not in values:
            return value
        return f"{value} ({values['latentwalk'] / values[engine]:.2f})"

    def largest_difference(self, engine):
        found = [d[engine] for d in self.content.get("difference", {}).values() if engine in d]
        return f"{max(found):.0e}" if found and engine != "pytorch" else ""

    def target(self, target):
        name, peer, limit, note = target
        values = self.content.get(name, {})
        if "latentwalk" not in values or (peer and peer not in values):
            return None
        found = values["latentwalk"] / (values[peer] if peer else 1)
        of = f"{limit:g} of {NAMES[peer]}" if peer else f"{limit:g} {UNITS[name]}"
        verdict = "reached" if found <= limit else "missed"
        return f"| {TITLES[name]}: at most {of}{', ' + note if note else ''} | {found:.3g} | {verdict} |"


def about(given):
    versions = {}
    for package in ("openvino", "torch", "diffusers", "transformers", "stable-diffusion-cpp-python"):
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pass
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        processor = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.machine())
    load = os.getloadavg()[0]
    if load > 1:
        print(f"Warning: the machine is busy (load average {load:.1f}); times will be too long.", flush=True)
    return {
        "machine": f"{processor}, {os.cpu_count()} cores", "isa": given.isa or "all", "threads": given.threads,
        "versions": versions, "date": time.strftime("%Y-%m-%d %H:%M"), "load_average": load}
