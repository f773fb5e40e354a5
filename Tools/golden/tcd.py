"""Golden numbers for the sampler `tcd` with other gammas than 0.3, which samplers.py has, and its levels for all numbers of steps.

    python Tools/golden/tcd.py > Tests/SamplingTests/Fixtures/tcd.json
"""

import json

import diffusers
import torch

from samplers import SEED, formula, sample, scheduler


def main():
    results = [
        {"gamma": gamma, "steps": steps, "prediction": prediction,
         "result": [round(v, 5) for v in sample(
             scheduler("tcd", "trailing", prediction, steps), formula, (1, 4, 2, 2), eta=gamma).flatten().tolist()]}
        for gamma in (0.0, 0.05, 0.5, 0.8, 1.0) for steps in (1, 3, 4, 8) for prediction in ("epsilon", "v_prediction")]
    timesteps = [scheduler("tcd", "trailing", "epsilon", steps).timesteps.tolist() for steps in range(1, 51)]
    versions = {"torch": torch.__version__, "diffusers": diffusers.__version__}
    print(json.dumps({"versions": versions, "seed": SEED, "cases": results, "timesteps": timesteps}, separators=(",", ":")))


main()
