"""Golden rows of scores from the logits processors of Hugging Face transformers 5.24.

    pip install torch==2.13.0 transformers==5.24.0
    python tests/golden/logits_processors.py > tests/golden/logits_processors.json && deno fmt tests/golden/logits_processors.json

Every case is the options of a chain, and what comes of each row behind its text: the ids that are kept, and, where the
processor changes scores, the scores. Rows are multiples of 1/1024 without equal numbers, the last one has much excluded.
"""
import json
import math

import torch
from transformers.generation import logits_process as hf

V, STOPS = 20, [18, 19]
torch.manual_seed(11)

rows = []
while len(rows) < 5:
    row = (torch.randn(V) * (1, 3, 0.3, 2, 2)[len(rows)]).mul(1024).round().div(1024)
    if len(rows) == 4:
        row[1::2] = -math.inf
    finite = row[row.isfinite()]
    if len(finite.unique()) == len(finite):
        rows.append(row)
texts = [
    [1, 2, 3, 1, 2],
    [4, 4, 4, 4],
    [7],
    [5, 6, 7, 8, 5, 6, 9, 5, 6, 7, 8, 5, 6],
    [0, 2, 4, 6, 8, 0, 2, 4, 16, 0, 2, 4],
]
prompts = [2, 1, 1, 6, 12]

cases = []


def case(options, make, changes=False):
    """`make` gives the processor for a prompt of the given length."""
    results = []
    for row, text, prompt in zip(rows, texts, prompts):
        out = make(prompt)(torch.tensor([text]), row[None].clone())[0]
        assert not out.isnan().any()
        kept = [id for id, score in enumerate(out.tolist()) if score > -math.inf]
        results.append([[id, float(f"{out[id]:.7g}")] for id in kept] if changes else kept)
        if not changes:
            assert (out[kept] == row[kept]).all()
    cases.append({"options": options, "changes": changes, "results": results})


for k in (1, 5, 50):
    case({"topK": k}, lambda _: hf.TopKLogitsWarper(k))
for p in (0.1, 0.5, 0.9, 0.99):
    case({"topP": p}, lambda _: hf.TopPLogitsWarper(p))
    case({"minP": p / 2}, lambda _: hf.MinPLogitsWarper(p / 2))
    case({"typicalP": p}, lambda _: hf.TypicalLogitsWarper(p))
    case({"topH": p}, lambda _: hf.TopHLogitsWarper(p))
for least in (0.01, 0.05, 0.2, 0.9):
    case({"epsilonCutoff": least}, lambda _: hf.EpsilonLogitsWarper(least))
    case({"etaCutoff": least}, lambda _: hf.EtaLogitsWarper(least))
for temperature in (0.3, 1.7):
    case({"temperature": temperature}, lambda _: hf.TemperatureLogitsWarper(temperature), True)
for penalty in (1.3, 0.7):
    case({"repetitionPenalty": penalty, "penaltyWindow": "all"}, lambda _: hf.RepetitionPenaltyLogitsProcessor(penalty),
         True)
case({"repetitionPenalty": 1.2, "penaltyWindow": "generated"},
     lambda prompt: hf.RepetitionPenaltyLogitsProcessor(1.2, prompt_ignore_length=prompt), True)
for n in (1, 2, 3, 4):
    case({"noRepeatNgram": n}, lambda _: hf.NoRepeatNGramLogitsProcessor(n))
for words in ([[2]], [[3], [5, 6, 7], [1, 2, 3], [2, 3]], [[4, 4, 4], [7, 2], [0, 2, 4, 6]], [[6, 6, 9], [4, 1], [4, 0]]):
    case({"badWords": words}, lambda _: hf.NoBadWordsLogitsProcessor(words))
for bias in ([[[2], 1.5], [[3], -2.0]], [[[6], 2.0], [[5, 6], -8.0], [[1, 2, 3], 3.0], [[2, 3], 0.5], [[4, 4], -1.0]],
             [[[2], -math.inf], [[4, 4, 4], -math.inf], [[4, 4, 1], 1.0]]):
    case({"logitBias": [[ids, "-Infinity" if value == -math.inf else value] for ids, value in bias]},
         lambda _: hf.SequenceBiasLogitsProcessor(bias), True)
for least in (0, 3, 9):
    case({"minTokens": least, "stopTokens": STOPS},
         lambda prompt: hf.MinNewTokensLengthLogitsProcessor(prompt, least, STOPS))
for start, factor in ((0, 1.1), (2, 1.5), (2, 0.8), (50, 2.0)):
    case({"lengthDecay": {"start": start, "factor": factor}, "stopTokens": STOPS},
         lambda prompt: hf.ExponentialDecayLengthPenalty((start, factor), STOPS, prompt), True)
for ids in ([0], [0, 3, 4, 19]):
    case({"suppress": ids}, lambda _: hf.SuppressTokensLogitsProcessor(ids))
    case({"suppressAtBegin": ids}, lambda prompt: hf.SuppressTokensAtBeginLogitsProcessor(ids, prompt))

print(json.dumps({
    "rows": [[None if score == -math.inf else score for score in row.tolist()] for row in rows],
    "texts": texts,
    "prompts": prompts,
    "cases": cases,
}))
