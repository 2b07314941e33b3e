"""Which tokens nanoGPT's generate() draws from, and with which probabilities.

    git clone https://github.com/karpathy/nanoGPT && git -C nanoGPT checkout 3adf61e154c3fe3fca428ad6bc3818b27a3b8291
    pip install torch==2.13.0 numpy
    python nanogpt_chain.py nanoGPT > nanogpt_chain.json

The model is that program's class with a forward() that gives the scores of the case at every place; in the place of
torch.multinomial(), by which it draws, stands one that takes down the probabilities it is given. Defaults are those that its
sample.py begins with. Lists of numbers are strings with blanks between them.
"""

import ast
import json
import os
import random
import sys

sys.path.insert(0, sys.argv[1])

import torch
from model import GPT, GPTConfig

torch.set_num_threads(1)


def list_of(numbers):
    return " ".join(f"{x:.9g}" for x in numbers)


class Fixed(GPT):
    row = None

    def forward(self, idx, targets=None):
        return self.row.expand(idx.shape[0], 1, -1).clone(), None


def drawn_from(scores, **options):
    model = Fixed(GPTConfig(block_size=4, vocab_size=len(scores), n_layer=1, n_head=1, n_embd=4)).eval()
    model.row = torch.tensor(scores, dtype=torch.float32)
    given = []

    def multinomial(probabilities, num_samples):
        given.append(probabilities[0])
        return torch.zeros(1, 1, dtype=torch.long)

    real, torch.multinomial = torch.multinomial, multinomial
    try:
        model.generate(torch.zeros(1, 1, dtype=torch.long), 1, **options)
    finally:
        torch.multinomial = real
    return [(id, p) for id, p in enumerate(given[0].tolist()) if p > 0]


def defaults():
    with open(os.path.join(sys.argv[1], "sample.py")) as file:
        lines = ast.parse(file.read()).body
    named = {getattr(line.targets[0], "id", None): line.value for line in lines if isinstance(line, ast.Assign)}
    return {name: named[name].value for name in ("temperature", "top_k")}


def main():
    random.seed(9)
    gauss = lambda size, step: [round(random.gauss(0, 2) / step) * step for _ in range(size)]
    rows = [gauss(30, 1 / 16), gauss(30, 0.5), gauss(300, 1 / 16), [3] * 8, [12, -12, 11.5, 0, 12]]
    cases = []
    out, sys.stdout = sys.stdout, sys.stderr  # the program prints
    for row, scores in enumerate(rows):
        for temperature in [0.3, 1, 1.7]:
            for top_k in [None, 1, 2, 5, 20, len(scores), 1000]:
                left = drawn_from(scores, temperature=temperature, top_k=top_k)
                cases.append({"row": row, "options": {"temperature": temperature, "topK": 0 if top_k is None else top_k}})
                cases[-1].update({"kept": list_of(id for id, _ in left), "p": list_of(p for _, p in left)})
                if len(scores) > 200 and len(left) > 30:  # the whole of a large row is as good as that of a small one
                    cases.pop()
        left = drawn_from(scores, **defaults())
        cases.append({"row": row, "options": {}, "kept": list_of(id for id, _ in left), "p": list_of(p for _, p in left)})
    sys.stdout = out
    print(json.dumps({"defaults": defaults(), "rows": [list_of(row) for row in rows], "cases": cases}))


main()
