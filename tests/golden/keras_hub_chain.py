"""Which tokens KerasHub's samplers draw from, and with which probabilities.

    pip install keras-hub torch
    python keras_hub_chain.py > keras_hub_chain.json

Written by keras-hub 0.32.0 with keras 3.15.1 and torch 2.13.0. A sampler draws by keras.random.categorical(); in its place
stands one that takes down what it is given, and draws each place in turn, so that the sampler itself names the tokens. Lists of
numbers are strings with blanks between them. A case in which one of several equal tokens would have to be left out is not used:
torch does not promise which.
"""

import json
import os
import random

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
from keras_hub.samplers import GreedySampler, RandomSampler, TopKSampler, TopPSampler


def list_of(numbers):
    return " ".join(f"{x:.9g}" for x in numbers)


def drawn_from(sampler, scores):
    """The ids that it may draw, rising, and their probabilities."""
    probabilities = sampler.compute_probabilities(keras.ops.convert_to_tensor([scores], dtype="float32"))
    given = []
    place = 0

    def categorical(logits, count, **_):
        given.append(keras.ops.convert_to_numpy(logits)[0])
        return keras.ops.convert_to_tensor([[place]], dtype="int32")

    real, keras.random.categorical = keras.random.categorical, categorical
    try:
        ids = []
        ids.append(int(sampler.get_next_token(probabilities)[0]))
        if not given:  # it does not draw
            return [(ids[0], 1.0)]
        for place in range(1, len(given[0])):
            ids.append(int(sampler.get_next_token(probabilities)[0]))
    finally:
        keras.random.categorical = real
    weights = np.exp(given[0].astype(np.float64))
    return sorted((id, weight / weights.sum()) for id, weight in zip(ids, weights) if weight > 0)


def cases():
    gauss = lambda size, step: [round(random.gauss(0, 2) / step) * step for _ in range(size)]
    halves = [float(np.float32(np.log(2.0**-i))) for i in [1, 2, 3, 4, 5, 5]]
    ties = gauss(20, 0.5)
    for scores in [gauss(30, 1 / 16), halves, ties, gauss(90, 1 / 1024), [3.0] * 8, [12, -12, 11.5, 0, 10]]:
        for temperature in [1, 0.5, 1.7]:
            yield scores, {"temperature": temperature, "topK": 0}, RandomSampler(temperature=temperature)
            for k in [1, 2, 5, len(scores)]:
                yield scores, {"temperature": temperature, "topK": k}, TopKSampler(k=k, temperature=temperature)
            for p in [0, 0.1, 0.5, 0.75, 0.9]:
                options = {"temperature": temperature, "topP": p}
                yield scores, options, TopPSampler(p=p, temperature=temperature)
                yield scores, {**options, "topK": 3}, TopPSampler(p=p, k=3, temperature=temperature)
        yield scores, {"temperature": 0}, GreedySampler()
        yield scores, {}, TopKSampler()
        yield scores, {"topP": TopPSampler().p}, TopPSampler()


def main():
    random.seed(5)
    found = []
    for scores, options, sampler in cases():
        left = drawn_from(sampler, scores)
        ids = {id for id, _ in left}
        left_out = {x for id, x in enumerate(scores) if id not in ids}
        if isinstance(sampler, GreedySampler) or left_out.isdisjoint({scores[id] for id in ids}):
            found.append({"scores": list_of(scores), "options": options, "kept": list_of(sorted(ids)),
                          "p": list_of(p for _, p in left)})
    rows = list(dict.fromkeys(case["scores"] for case in found))
    for case in found:
        case["row"] = rows.index(case.pop("scores"))
    print(json.dumps({"rows": rows, "cases": found}))


main()
