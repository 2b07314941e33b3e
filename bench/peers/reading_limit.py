"""How long one core, and two, take to read all weights of W4 once: a row times a matrix as large as they are, by NumPy."""
import json
import os
import subprocess
import sys
import time

WEIGHTS = 804_096  # of 128 rows
ROUNDS = 3000


def best(threads):
    """Microseconds, in a process of its own, since OpenBLAS asks for its threads once."""
    env = {**os.environ, "OPENBLAS_NUM_THREADS": str(threads)}
    run = subprocess.run([sys.executable, __file__, "measure"], env=env, check=True, capture_output=True, text=True)
    return round(float(run.stdout), 1)


def measure():
    import numpy as np

    matrix = np.random.rand(128, WEIGHTS // 128).astype("float32")
    row = np.ones((1, 128), "float32")
    least = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        row @ matrix
        least = min(least, time.perf_counter() - start)
    return least * 1e6


if sys.argv[1:] == ["measure"]:
    print(measure())
else:
    print(json.dumps({"oneCoreMicroseconds": best(1), "twoCoresMicroseconds": best(2)}))
