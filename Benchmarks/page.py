"""Writes docs/performance.md and the headline in README.md from what `make bench-peers` measured: `make bench-page`.

Results in .build/bench-peers.json and .build/bench-peers-avx2.json replace those of Benchmarks/figures.json, which is kept in the
repository; without new results the page is written again from the kept ones.
"""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers"))
from report import NAMES, TITLES, UNITS  # noqa: E402

KEPT = "Benchmarks/figures.json"
RUNS = {"all": ".build/bench-peers.json", "avx2": ".build/bench-peers-avx2.json"}
HEADINGS = {"all": "Every instruction set of the machine", "avx2": "AVX2 only, as on most machines"}
PAGE = """# Performance

Made by `make bench-page` from the results of `make bench-peers` ([how it is measured](../Benchmarks/README.md)); the results are kept
in [Benchmarks/figures.json](../Benchmarks/figures.json). Figures of performance stand here and nowhere else; the
[lab book](../Benchmarks/LOG.md) has their history.

The model has the shape of Stable Diffusion 1.4, in float16 weights; everything computes in float32. Values are medians. In brackets:
LatentWalk's value as a share of the other's.
"""
BEGIN, END = "<!-- figures, by make bench-page -->\n", "<!-- end of figures -->\n"


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    with open(KEPT, encoding="utf-8") as file:
        figures = json.load(file)
    for name, path in RUNS.items():
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                figures[name] = kept(json.load(file))
    write(KEPT, json.dumps(figures, indent=2) + "\n")
    write("docs/performance.md", PAGE + "".join(section(name, figures[name]) for name in RUNS if name in figures))
    with open("README.md", encoding="utf-8") as file:
        readme = file.read()
    before, after = readme.index(BEGIN) + len(BEGIN), readme.index(END)
    write("README.md", readme[:before] + headline(figures) + readme[after:])


def kept(results):
    """What the page shows: medians, differences from PyTorch and about, without every single time."""
    return {name: results[name] for name in (*TITLES, "difference", "about") if name in results}


def section(name, run):
    about = run["about"]
    versions = ", ".join(f"{package} {version}" for package, version in about["versions"].items())
    engines = [engine for engine in NAMES if any(engine in run.get(title, {}) for title in TITLES)]
    lines = [
        "", f"## {HEADINGS[name]}", "", f"{about['machine']}, {about['threads']} threads, {about['date'][:10]}; {versions}.", "",
        "| | " + " | ".join(NAMES[engine] for engine in engines) + " |", "|---" * (len(engines) + 1) + "|"]
    lines += [f"| {TITLES[title]} | {cells(run, title, engines)} |" for title in TITLES if title in run]
    if run.get("difference"):
        largest = {e: max(d[e] for d in run["difference"].values() if e in d)
                   for e in engines if e != "pytorch" and any(e in d for d in run["difference"].values())}
        lines.append("| relative L2 from PyTorch, the largest | "
                     + " | ".join(f"{largest[e]:.0e}" if e in largest else "" for e in engines) + " |")
    return "\n".join(lines) + "\n"


def cells(run, title, engines):
    def cell(engine):
        if engine not in run[title]:
            return ""
        text = value(run, title, engine)
        ours = run[title].get("latentwalk")
        return text if engine == "latentwalk" or ours is None else f"{text} ({ours / run[title][engine]:.2f})"
    return " | ".join(map(cell, engines))


def value(run, title, engine, digits=3):
    found = run[title][engine]
    return f"{found:.0f} MB" if UNITS[title] == "MB" else f"{found:#.{digits if found > 0.1 else 2}g} s"


def headline(figures):
    """Two sentences for the README, from the same values."""
    run = figures["all"]
    peers = [engine for engine in ("openvino", "pytorch") if engine in run["cfg_step"] and engine in run["vae_decode"]]

    def beside(title):
        return ", ".join(f"{NAMES[engine]} {value(run, title, engine, 2)}" for engine in peers)

    return (
        f"On {run['about']['machine']}, Stable Diffusion 1.4 at 512 x 512 takes {value(run, 'cfg_step', 'latentwalk', 2)} a step with guidance\n"
        f"({beside('cfg_step')}), and decoding takes {value(run, 'vae_decode', 'latentwalk', 2)} ({beside('vae_decode')}).\n"
        f"A picture needs at most {run['peak_memory_mb']['latentwalk'] / 1000:.1f} GB of memory, a frame of the bundled model "
        f"{value(run, 'tiny_frame', 'latentwalk', 2)}.\n")


def write(path, text):
    partial = f"{path}.partial"
    with open(partial, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(partial, path)


main()
