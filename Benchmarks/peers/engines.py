"""How each engine is started, and how it is spoken with."""

import json
import os
import shlex
import subprocess
import sys
import time

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
    """An engine ended before it answered."""


class Plan:
    """Which engines, and how each is started."""

    def __init__(self, given, engines):
        self.given = given
        self.engines = engines
        self.converted = f"{given.folder}/openvino"
        self.environment = {**os.environ, "OMP_NUM_THREADS": str(given.threads), **(AVX2_ONLY if given.isa else {})}

    def taking_part(self, name):
        return [engine for engine in TAKING_PART[name] if engine in self.engines]

    def answer(self, engine, task, kind="npy"):
        return f"{self.given.folder}/cases/{task}/{engine}.{kind}"

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
                       str(len(cases.PICTURE_TIMESTEPS)), "--seed", "1", "--json", "--force", "--output",
                       self.answer(engine, "picture", "png"), *threads]
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
        try:
            self.process.stdin.write("again\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it ended, which hear() tells
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
