"""What every peer shares: the workloads, the weights and batches to begin from, the protocol, the line of results.

A training run takes 20 steps from the given weights without any dropout, whose losses are compared with everybody
else's, and then the timed steps, each of which waits for its loss. A generation run writes 500 tokens in each of its
rows, several times.
"""
import json
import os
import resource
import sys
import time

THREADS = int(os.environ.get("BENCH_THREADS", os.cpu_count()))
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = str(THREADS)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402  (after the numbers of threads)

HERE = os.path.dirname(os.path.abspath(__file__))
WORKLOADS = json.load(open(os.path.join(HERE, "..", "workloads.json")))
CHECKED_STEPS = 20
POOL = 8
TOKENS = 500


def batches(workload):
    """POOL batches of (inputs, targets), int32, shape (B, T) each; the targets are the inputs one token on."""
    s = WORKLOADS[workload]
    ids = np.random.default_rng(0).integers(0, s["vocabSize"], (POOL, s["batch"], s["steps"] + 1), dtype=np.int32)
    return [(np.ascontiguousarray(b[:, :-1]), np.ascontiguousarray(b[:, 1:])) for b in ids]


def weights(workload):
    """The weights that all begin with, as a dict of float32 arrays in the order of the data's way.

    Matrices map rows: y = x @ matrix. An LSTM's gates lie in the order input, forget, candidate, output.
    """
    s = WORKLOADS[workload]
    rng = np.random.default_rng(1)
    glorot = lambda a, b: rng.uniform(-(6 / (a + b)) ** 0.5, (6 / (a + b)) ** 0.5, (a, b))
    w = {}
    if s["kind"] == "decoder":
        d = s["width"]
        normal = lambda *shape: rng.normal(0, 0.02, shape)
        w["tokens"], w["positions"] = normal(s["vocabSize"], d), normal(s["steps"], d)
        for i in range(s["layers"]):
            w[f"{i}/norm_1"], w[f"{i}/qkv"], w[f"{i}/project"] = np.ones(d), normal(d, 3 * d), normal(d, d)
            w[f"{i}/norm_2"], w[f"{i}/up"], w[f"{i}/down"] = np.ones(d), normal(d, 4 * d), normal(4 * d, d)
        w["norm"] = np.ones(d)
    else:
        n, h = s["embedding"], s["units"]
        w["embedding"] = rng.uniform(-0.05, 0.05, (s["vocabSize"], n))
        for i in range(s["layers"]):
            w[f"{i}/kernel"], w[f"{i}/recurrent"], w[f"{i}/bias"] = glorot(n, 4 * h), glorot(h, 4 * h), np.zeros(4 * h)
            w[f"{i}/bias"][h:2 * h] = 1
            n = h
        if "dense" in s:
            w["dense/kernel"], w["dense/bias"] = glorot(h, s["dense"]), np.zeros(s["dense"])
            h = s["dense"]
        w["output/kernel"], w["output/bias"] = glorot(h, s["vocabSize"]), np.zeros(s["vocabSize"])
    return {name: array.astype(np.float32) for name, array in w.items()}


def report(peer, workload, samples, first_call_seconds, losses=(), note="", batch=None):
    """Prints the one line of results."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({
        "peer": peer, "workload": workload, **({"batch": batch} if batch else {}), "samplesMs": samples,
        "firstCallSeconds": first_call_seconds, "losses": list(losses), "peakMemoryMB": peak, "threads": THREADS,
        "note": note,
    }), flush=True)


def time_training(peer, workload, make_step, note=""):
    """`make_step(dropout)` gives a fresh `step(inputs, targets) -> loss as a number`, with or without dropout."""
    pool = batches(workload)
    step = make_step(False)
    start = time.perf_counter()
    losses = [step(*pool[0])]
    first = time.perf_counter() - start
    losses += [step(*pool[i % POOL]) for i in range(1, CHECKED_STEPS)]
    if "recurrentDropout" in WORKLOADS[workload]:
        step = make_step(True)
        for i in range(3):
            step(*pool[i])
    samples = []
    for i in range(WORKLOADS[workload]["repeats"]):
        start = time.perf_counter()
        step(*pool[i % POOL])
        samples.append((time.perf_counter() - start) * 1e3)
    report(peer, workload, samples, first, [float(x) for x in losses], note)


def time_generation(peer, workload, generate, note="", batch=1, tokens=TOKENS, repeats=7, kind="generate"):
    """`generate(n)` writes n tokens in each of `batch` rows and returns them, shape (n, batch) or (n,)."""
    start = time.perf_counter()
    assert np.size(generate(tokens)) == tokens * batch
    first = time.perf_counter() - start
    samples = []
    for _ in range(repeats):
        start = time.perf_counter()
        generate(tokens)
        samples.append((time.perf_counter() - start) * 1e3 / tokens)
    report(peer, f"{kind}-{workload}", samples, first, note=note, batch=batch)


def asked():
    """What the command line asks for: `train`, `generate` or `chain`, the workload, and how many rows to generate."""
    kind, workload, *rest = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    return kind, workload, int(rest[0]) if rest else 1


def flag(name):
    """Whether the command line has `--name`."""
    return f"--{name}" in sys.argv
