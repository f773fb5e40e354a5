"""Golden numbers for the noise of TensorFlow.

    python Tools/golden/sampling_tensorflow.py > Tests/SamplingTests/Fixtures/tensorflow.json

Needs tensorflow-cpu; the version it ran with is in the file. An operation with the same seed continues its stream, so every
seed is used for one shape only, also modulo 2^31 - 1.
"""

import json

import tensorflow

cases = []
for seed, count in ((1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 33), (7, 15), (8, 17), (9, 100), (10, 4 * 33 * 17), (12345, 16384), (0, 6),
                    (2**31 + 100, 6), (2**40 + 300, 6), (2**64 - 500, 6)):
    draws = []
    for _ in range(3):
        values = tensorflow.random.normal((count,), seed=seed).numpy().tolist()
        draws.append(values if count <= 64 else values[:16] + values[16:-16:509] + values[-16:])
    cases.append({"seed": str(seed), "count": count, "draws": draws})
print(json.dumps({"versions": {"tensorflow": tensorflow.__version__}, "tensorflow": cases}))
