"""The measurements. Engines take turns, each in a process of its own, so that a slow minute of the machine meets all of them."""

import os
import statistics
import time

import numpy
from PIL import Image

from engines import Failure


def in_turn(plan, name, results):
    """Every engine answers once, which is compared and not timed, and then again and again in turn."""
    workers, times = {}, {}
    try:
        for engine in plan.taking_part(name):
            workers[engine] = plan.start(engine, name)
            try:
                workers[engine].hear("ready")
                times[engine] = []
            except Failure as failure:
                results.failed(name, engine, failure)
        for _ in range(plan.given.repetitions):
            for engine in list(times):
                try:
                    times[engine].append(workers[engine].again())
                except Failure as failure:
                    results.failed(name, engine, failure)
                    del times[engine]
    finally:
        for worker in workers.values():
            worker.stop()
    for engine in times:
        results.add(name, engine, statistics.median(times[engine]), times[engine])
        results.compare(name, engine, difference(plan, engine, name))


def load(plan, name, results):
    """From the files, in the page cache, to the first step of a picture: three times each."""
    for place in (plan.given.model, plan.converted):
        for folder, _, files in os.walk(place):
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
            numpy.save(plan.answer(engine, "picture"), Image.open(plan.answer(engine, "picture", "png")).convert("RGB"))
        results.add(name, engine, memory, [memory])
        done.append(engine)
    for engine in done:
        results.compare("picture", engine, difference(plan, engine, "picture"))


def difference(plan, engine, task):
    """Relative L2 from PyTorch's answer, which an earlier run may have left; None if there is none."""
    if not os.path.exists(plan.answer("pytorch", task)):
        return None
    found, expected = (numpy.load(plan.answer(e, task)).astype(float) for e in (engine, "pytorch"))
    return float(numpy.linalg.norm(found - expected) / numpy.linalg.norm(expected))


MEASURE = {
    "cfg_step": in_turn, "vae_decode": in_turn, "tiny_frame": in_turn, "load": load, "peak_memory_mb": peak_memory}
