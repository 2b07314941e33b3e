"""Writes corpus.json: entropies of a text by NumPy, lengths by NumPy, and texts that went through the wrong encoding.

Run: python3 tests/golden/corpus.py (NumPy 2)
"""
import collections
import json
import pathlib
import random

import numpy as np

random.seed(3)
words = "call me ishmael some years ago never mind how long é 漢 🐋 precisely\n".split(" ")
text = " ".join(random.choice(words) for _ in range(600))


def entropy(order):
    """H of a character after `order` others: the sum over groups of p(group) log2 p(context) / p(group)."""
    groups = collections.Counter(text[i:i + order + 1] for i in range(len(text) - order))
    contexts = collections.Counter()
    for group, count in groups.items():
        contexts[group[:order]] += count
    counts = np.array(list(groups.values()), float)
    befores = np.array([contexts[group[:order]] for group in groups], float)
    return float((counts / counts.sum() * np.log2(befores / counts)).sum())


lengths = [random.randrange(0, 300) for _ in range(101)]
right = ["é", "ü", "ñ", "“", "—", "’", "…", "€", "£", "°", "\u00a0", "🐋", "Ø", "ç", "ß", "Привет", "漢字", "Ελλάδα"]
wrong = []
for each in right:
    try:
        wrong.append([each.encode().decode("cp1252"), each])
    except UnicodeDecodeError:  # bytes that Python's table leaves out and that the web reads as C1 controls
        wrong.append(["".join(bytes([b]).decode("cp1252") if b not in b"\x81\x8d\x8f\x90\x9d" else chr(b)
                              for b in each.encode()), each])
result = {
    "text": text,
    "entropies": [entropy(order) for order in range(4)],
    "lengths": lengths,
    "quantiles": np.quantile(lengths, [0.5, 0.9, 1], method="inverted_cdf").tolist(),
    "wrong": wrong,
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text("{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in result.items()) + "\n}\n")
