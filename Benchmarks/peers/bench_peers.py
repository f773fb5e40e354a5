"""Times LatentWalk beside other engines on the same work: `make bench-peers`, see Benchmarks/README.md.

Uses Python's standard library only, until the environment with the peers is there; then it goes on inside of it.
"""

import argparse
import os
import sys

import environment

MEASUREMENTS = ["cfg_step", "vae_decode", "tiny_frame", "load", "peak_memory_mb"]
ENGINES = ["latentwalk", *environment.PACKAGES]


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=MEASUREMENTS, help="measure this; the other results stay (several)")
    parser.add_argument("--without", action="append", default=[], choices=ENGINES[1:], help="leave an engine out (several)")
    parser.add_argument("--isa", choices=["avx2"], help="hold all engines to AVX2, for machines that have AVX-512")
    parser.add_argument("--threads", type=int, default=2, help="threads of each engine [2]")
    parser.add_argument("--repetitions", type=int, default=5, help="times that count; medians are reported [5]")
    parser.add_argument("--folder", default=".build/peers", help="environment, weights, inputs, converted models [.build/peers]")
    parser.add_argument("--environment", help="a virtual environment to use and complete [FOLDER/venv]")
    parser.add_argument("--model", help="a folder in the shape of Stable Diffusion 1.4 [FOLDER/sd14, made if absent]")
    parser.add_argument("--json", help="the results [.build/bench-peers.json, with --isa avx2 .build/bench-peers-avx2.json]")
    parser.add_argument("--programs", default=".build/release/latentwalk:Benchmarks/.build/release/networks",
                        help="LatentWalk's command and its benchmark [%(default)s]")
    given = parser.parse_args()
    given.only = given.only or MEASUREMENTS
    given.environment = given.environment or f"{given.folder}/venv"
    given.model = given.model or f"{given.folder}/sd14"
    given.json = given.json or f".build/bench-peers{'-' + given.isa if given.isa else ''}.json"
    return given


def main():
    given = options()
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    for program in given.programs.split(":"):
        if not os.path.exists(program):
            sys.exit(f"{program} is not there. Build it, and come back here, with: make bench-peers")
    python = os.path.abspath(f"{given.environment}/bin/python")
    if os.path.abspath(sys.prefix) != os.path.abspath(given.environment):
        environment.prepare(given)
        os.execv(python, [python, __file__, *sys.argv[1:]])

    import engines
    import measure
    import prepare
    import report

    absent = {e: environment.absence(given, e) for e in ENGINES[1:]}
    plan = engines.Plan(given, [e for e in ENGINES if not absent.get(e)])
    prepare.prepare(plan)
    results = report.Results(given, absent)
    for name in given.only:
        measure.MEASURE[name](plan, name, results)
        results.save()
    results.show()
    sys.exit(0 if results.all_agree() else 1)


main()
