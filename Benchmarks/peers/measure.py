"""The measurements. Engines take turns, each in a process of its own, so that a slow minute of the machine meets all of them."""

import json
import os
import shlex
import statistics
import subprocess
import sys
import time

import numpy
from PIL import Image

import cases

HERE = os.path.dirname(os.path.abspath(__file__))
# Who can do what: the others do not offer it.
TAKING_PART = {
    "cfg_step": ["latentwalk", "openvino", "pytorch"],
    "vae_decode": ["latentwalk", "openvino", "pytorch"],
    "tiny_frame": ["latentwalk", "pytorch"],
    "load": ["latentwalk", "openvino", "pytorch", "stable-diffusion.cpp"],
    "peak_memory_mb": ["latentwalk", "openvino", "pytorch", "stable-diffusion.cpp"],
}
AVX2_ONLY = {
    "LATENTWALK_ISA": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"}


class Failure(Exception):
    pass


class Plan:
    """Which engines, and how each is started."""

    def __init__(self, given, engines):
        self.given = given
        self.engines = engines
        self.converted = f"{given.folder}/openvino"
        self.environment = {**os.environ, "OMP_NUM_THREADS": str(given.threads), **(AVX2_ONLY if given.isa else {})}

    def taking_part(self, name):
        return [engine for engine in TAKING_PART[name] if engine in self.engines]

    def answer(self, engine, task):
        return f"{self.given.folder}/cases/{task}/{engine}.npy"

    def start(self, engine, task):
        """A process that does a task and speaks JSON lines."""
        given = self.given
        case = f"{given.folder}/cases/{'picture' if task == 'load' else task}"
        latentwalk, networks = given.programs.split(":")
        threads = ["--threads", str(given.threads)]
        if engine != "latentwalk":
            script = f"{HERE}/engine_{engine.replace('-', '_').replace('.', '_')}.py"
            model = "Models/tiny" if task == "tiny_frame" else given.model
            command = [sys.executable, script, task, "--model", model, "--converted", self.converted, "--case", case,
                       "--answer", self.answer(engine, os.path.basename(case)), *threads]
        elif task in ("load", "picture"):
            command = [latentwalk, "image", cases.PROMPT, "--model", given.model, "--noise", f"{case}/noise.npy", "--steps",
                       str(len(cases.PICTURE_TIMESTEPS)), "--seed", "1", "--json", "--output", f"{case}/latentwalk.png", *threads]
        else:
            command = [networks, "--serve", task, "--model", given.model, "--cases", f"{given.folder}/cases",
                       "--answer", self.answer(engine, task), *threads]
        return Process(engine, command, self.environment, f"{given.folder}/logs/{task}-{engine}.log")


class Process:
    def __init__(self, engine, command, environment, log):
        self.engine, self.log = engine, log
        with open(log, "w", encoding="utf-8") as errors:
            errors.write(shlex.join(command) + "\n")
            errors.flush()
            self.start = time.perf_counter()
            self.process = subprocess.Popen(
                command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)

    def hear(self, key):
        """The next line of JSON that has this key; other lines are passed over."""
        for line in self.process.stdout:
            facts = json.loads(line) if line.startswith("{") else {}
            if key in facts:
                return facts
        raise Failure(f"failed, see {self.log}")

    def again(self):
        self.process.stdin.write("again\n")
        self.process.stdin.flush()
        return self.hear("seconds")["seconds"]

    def end(self):
        """Waits for the end and gives the largest resident set, in 10^6 bytes."""
        self.process.stdin.close()
        for _ in self.process.stdout:
            pass
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        if self.process.returncode != 0:
            raise Failure(f"failed, see {self.log}")
        return usage.ru_maxrss * 1024 / 1e6

    def stop(self):
        self.process.kill()
        self.process.wait()


def in_turn(plan, name, results):
    """Every engine answers once, which is compared and not timed, and then again and again in turn."""
    workers, times = {}, {}
    try:
        for engine in plan.taking_part(name):
            try:
                workers[engine] = plan.start(engine, name)
                workers[engine].hear("ready")
                times[engine] = []
            except (Failure, OSError) as failure:
                results.failed(name, engine, failure)
        for _ in range(plan.given.repetitions):
            for engine in times:
                times[engine].append(workers[engine].again())
    finally:
        for worker in workers.values():
            worker.stop()
    for engine in times:
        results.add(name, engine, statistics.median(times[engine]), times[engine])
        results.compare(name, engine, difference(plan, engine, name))


def load(plan, name, results):
    """From the files, in the page cache, to the first step of a picture: three times each."""
    for folder, _, files in os.walk(plan.given.model):
        for file in files:
            with open(f"{folder}/{file}", "rb") as handle:
                while handle.read(1 << 24):
                    pass
    engines = plan.taking_part(name)
    times = {engine: [] for engine in engines}
    for _ in range(3):
        for engine in engines:
            process = plan.start(engine, "load")
            try:
                times[engine].append(loading_time(process))
            except Failure as failure:
                results.failed(name, engine, failure)
            finally:
                process.stop()
    for engine in engines:
        if times[engine]:
            results.add(name, engine, statistics.median(times[engine]), times[engine])


def loading_time(process):
    """LatentWalk's counts from the start of its process; the Python engines' from when their libraries are imported."""
    if process.engine != "latentwalk":
        return process.hear("load")["load"]
    process.hear("steps")
    return time.perf_counter() - process.start


def peak_memory(plan, name, results):
    """A whole picture, each engine alone; the pictures are compared. stable-diffusion.cpp tells its times on the way."""
    done = []
    for engine in plan.taking_part(name):
        process = plan.start(engine, "picture")
        try:
            if engine == "stable-diffusion.cpp":
                facts = process.hear("cfg_step")
                for task in ("cfg_step", "vae_decode"):
                    results.add(task, engine, facts[task], [facts[task]])
            memory = process.end()
        except Failure as failure:
            results.failed(name, engine, failure)
            process.stop()
            continue
        if engine == "latentwalk":
            numpy.save(plan.answer(engine, "picture"), Image.open(f"{plan.given.folder}/cases/picture/latentwalk.png").convert("RGB"))
        results.add(name, engine, memory, [memory])
        done.append(engine)
    for engine in done:
        results.compare("picture", engine, difference(plan, engine, "picture"))


def difference(plan, engine, task):
    """Relative L2 from PyTorch's answer, which an earlier run may have left."""
    if not os.path.exists(plan.answer("pytorch", task)):
        return None
    found, expected = (numpy.load(plan.answer(e, task)).astype(float) for e in (engine, "pytorch"))
    return float(numpy.linalg.norm(found - expected) / numpy.linalg.norm(expected))


MEASURE = {
    "cfg_step": in_turn, "vae_decode": in_turn, "tiny_frame": in_turn, "load": load, "peak_memory_mb": peak_memory}
