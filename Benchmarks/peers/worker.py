"""What every peer's process does, told by its arguments, and how it answers: in lines of JSON on standard output.

`serve`: prepare a task, answer once, then again for each line on standard input, and tell the time. The processes of all engines wait beside
each other, so that `measure.py` can let them work in turn. `load` and `picture` run once in a process of their own.
"""

import argparse
import json
import sys
import time

import numpy


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["cfg_step", "vae_decode", "tiny_frame", "load", "picture"])
    parser.add_argument("--model", help="the diffusers folder")
    parser.add_argument("--converted", help="where converted models are kept")
    parser.add_argument("--case", help="the folder with the task's inputs, .npy")
    parser.add_argument("--answer", help="where to write the first answer, .npy")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def say(**facts):
    print(json.dumps(facts), flush=True)


def serve(evaluate, answer, pictures=1):
    """`evaluate()` makes an array of so many pictures."""
    write(answer, evaluate())
    say(ready=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        evaluate()
        say(seconds=(time.perf_counter() - start) / pictures)


def write(path, array):
    numpy.save(path, numpy.ascontiguousarray(array, dtype=numpy.float32))


class FirstStep:
    """Tells how long loading took, from its own making to the first step; of the task `load` nothing more is wanted."""

    def __init__(self, task):
        self.task = task
        self.start = time.perf_counter()
        self.is_told = False

    def begins(self):
        if not self.is_told:
            self.is_told = True
            say(load=time.perf_counter() - self.start)
            if self.task == "load":
                sys.exit()
