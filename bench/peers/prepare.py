"""Writes the weights and batches of a workload for readers without NumPy: one file of numbers, one index.

    python prepare.py W1 FOLDER    writes FOLDER/W1.bin and FOLDER/W1.json
"""
import json
import sys

from common import batches, weights

workload, folder = sys.argv[1:]
index, offset = [], 0
arrays = dict(weights(workload))
for i, (inputs, targets) in enumerate(batches(workload)):
    arrays[f"inputs/{i}"], arrays[f"targets/{i}"] = inputs, targets
with open(f"{folder}/{workload}.bin", "wb") as file:
    for name, array in arrays.items():
        file.write(array.tobytes())
        index.append({"name": name, "shape": array.shape, "dtype": str(array.dtype), "offset": offset})
        offset += array.nbytes
json.dump(index, open(f"{folder}/{workload}.json", "w"))
