"""Writes missing.json: columns with missing values, and what pandas and NumPy fill them with; which cells pandas takes
for missing; and the similarity of texts by sets of shingles.

Run: python3 tests/golden/missing.py (pandas 2 or 3, NumPy 2)
"""
import io
import itertools
import json
import pathlib
import random

import numpy as np
import pandas as pd

CELLS = ["", "NA", "N/A", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>",
         "NULL", "NaN", "None", "n/a", "nan", "null", "na", "none", "Null", "NAN", "-", "?", "0", "nil", "N.A.", "NAs"]
table = "i,cell\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(CELLS))
missing = pd.read_csv(io.StringIO(table))["cell"].isna().tolist()

rng = np.random.default_rng(5)
fills = []
for rows, columns in [(7, 3), (10, 2), (1, 2), (20, 4)]:
    matrix = rng.integers(0, 6, (rows, columns)).astype(float)
    holes = rng.random((rows, columns)) < 0.3
    holes[0] = False  # something to go by in every column
    matrix[holes] = np.nan
    frame = pd.DataFrame(matrix)
    fills.append({
        "shape": [rows, columns],
        "data": [None if np.isnan(value) else value for value in matrix.ravel()],
        "mean": np.where(holes, np.nanmean(matrix, 0), matrix).ravel().tolist(),
        "median": frame.fillna(frame.median()).to_numpy().ravel().tolist(),
        "dropped": frame.dropna().to_numpy().ravel().tolist(),
    })


def shingles(text, length):
    return {text[i:i + length] for i in range(max(1, len(text) - length + 1))}


random.seed(8)
words = "the white whale swam under a dark sea while men in small boats sang of home and rum".split()
texts = []
for _ in range(30):
    text = [random.choice(words) for _ in range(random.randrange(3, 40))]
    texts.append(" ".join(text))
    for _ in range(3):  # and some that are near
        text = list(text)
        text[random.randrange(len(text))] = random.choice(words)
        texts.append(" ".join(text))
pairs = []
for (i, a), (j, b) in itertools.combinations(enumerate(texts), 2):
    one, other = shingles(a, 5), shingles(b, 5)
    share = len(one & other) / len(one | other)
    if share > 0.5:
        pairs.append([i, j, share])
path = pathlib.Path(__file__).with_suffix(".json")
result = {"cells": [[cell, is_missing] for cell, is_missing in zip(CELLS, missing)], "fills": fills, "texts": texts,
          "pairs": pairs}
path.write_text("{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in result.items()) + "\n}\n")
