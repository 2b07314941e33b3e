"""The texts that KerasHub's contrastive search writes with the LSTM of contrastive_search.json, its beam search with the table
of beam_search.json.

    pip install keras-hub torch
    python keras_hub_searches.py contrastive_search.json beam_search.json > keras_hub_searches.json

Written by keras-hub 0.32.0 with keras 3.15.1 and torch 2.13.0. The samplers are that library's; what they ask for logits and
hidden vectors is PyTorch's LSTM, which reads every row from its beginning, or a table. No token ends a text: KerasHub's beam
search has no length penalty, and no list of finished texts.
"""

import json
import os
import sys

os.environ["KERAS_BACKEND"] = "torch"

import torch
from keras_hub.samplers import BeamSampler, ContrastiveSampler
from torch import nn

with open(sys.argv[1]) as contrastive, open(sys.argv[2]) as beam:
    golden, beam_golden = json.load(contrastive), json.load(beam)
MODEL = next(model for model in golden["models"] if model["kind"] == "lstm")
CONFIG = MODEL["config"]
V, E, H = CONFIG["vocabSize"], CONFIG["embedding"], CONFIG["units"]


def weights(name, *shape):
    return torch.tensor(MODEL["parameters"][name]).reshape(shape)


embedding, layer, output = nn.Embedding(V, E), nn.LSTM(E, H, batch_first=True), nn.Linear(H, V)
with torch.no_grad():
    embedding.weight.copy_(weights("embedding/table", V, E))
    layer.weight_ih_l0.copy_(weights("lstm_1/kernel", E, 4 * H).T)
    layer.weight_hh_l0.copy_(weights("lstm_1/recurrent_kernel", H, 4 * H).T)
    layer.bias_ih_l0.copy_(weights("lstm_1/bias", 4 * H))
    layer.bias_hh_l0.zero_()
    output.weight.copy_(weights("output/kernel", H, V).T)
    output.bias.copy_(weights("output/bias", V))


def read(rows):
    hidden, _ = layer(embedding(rows.long()))
    return output(hidden), hidden


def next_of_lstm(prompt, cache, index):
    logits, hidden = read(prompt)
    return logits[:, int(index) - 1], hidden[:, int(index) - 1], cache


TABLE = torch.tensor(beam_golden["table"]).reshape([beam_golden["vocabSize"]] * 3)


def next_of_table(prompt, cache, index):
    last = prompt[:, int(index) - 1].long()
    before = prompt[:, int(index) - 2].long() if index > 1 else torch.zeros_like(last)
    return TABLE[before, last], None, cache


@torch.no_grad()
def write(sampler, prompt, length, next_place, hidden_of=lambda row: None):
    row = torch.zeros(1, len(prompt) + length, dtype=torch.int32)
    row[0, :len(prompt)] = torch.tensor(prompt)
    mask = torch.arange(row.shape[1])[None] < len(prompt)
    text = sampler(next_place, row, index=len(prompt), mask=mask, hidden_states=hidden_of(row))
    return text[0, len(prompt):].tolist()


found = {"contrastive": [], "beam": []}
for case in MODEL["cases"]:
    if case["stop"] != -1:
        continue
    prompt, k, alpha = case["prompt"], case["topK"], case["alpha"]
    tokens = write(ContrastiveSampler(k=k, alpha=alpha), prompt, golden["maxTokens"], next_of_lstm,
                   lambda row: read(row)[1].clone())
    found["contrastive"].append({"prompt": prompt, "topK": k, "alpha": alpha, "tokens": tokens})
for prompt in ([1], [3, 2], [6, 6, 0]):
    for beams in (1, 2, 3, 5, 7):
        tokens = write(BeamSampler(num_beams=beams), prompt, 9, next_of_table)
        found["beam"].append({"prompt": prompt, "beams": beams, "tokens": tokens})
print(json.dumps(found))
