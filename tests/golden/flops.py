"""Prints the operations of matrix products forward, as PyTorch's torch.utils.flop_counter counts them, as JSON.

pip install torch==2.13.0; python flops.py > flops.json
"""

import json

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

B, T, V = 2, 6, 11


def flops(run):
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        run()
    return counter.get_total_flops()


def recurrent(cell, embedding, units, layers, dense):
    def run():
        x = nn.Embedding(V, embedding)(torch.zeros(B, T, dtype=torch.long))
        for i in range(layers):
            layer, state, rows = cell(embedding if i == 0 else units, units), None, []
            for t in range(T):
                state = layer(x[:, t], state) if state is not None else layer(x[:, t])
                rows.append(state[0] if isinstance(state, tuple) else state)
            x = torch.stack(rows, 1)
        if dense:
            x = F.relu(nn.Linear(units, dense)(x))
        nn.Linear(dense or units, V)(x)
    return run


def transformer(width, heads, groups, layers, feed_forward, swiglu):
    def run():
        size = width // heads
        x = nn.Embedding(V, width)(torch.zeros(B, T, dtype=torch.long))
        for _ in range(layers):
            h = nn.Linear(width, width + 2 * groups * size)(x)
            q, k, v = h.split([width, groups * size, groups * size], -1)
            q = q.view(B, T, heads, size).transpose(1, 2)
            k, v = (each.view(B, T, groups, size).transpose(1, 2).repeat_interleave(heads // groups, 1) for each in (k, v))
            h = torch.softmax(q @ k.transpose(-1, -2), -1) @ v
            x = x + nn.Linear(width, width)(h.transpose(1, 2).reshape(B, T, width))
            h = nn.Linear(width, feed_forward * (2 if swiglu else 1))(x)
            if swiglu:
                gate, h = h.chunk(2, -1)
                h = F.silu(gate) * h
            x = x + nn.Linear(feed_forward, width)(h)
        nn.Linear(width, V, bias=False)(x)
    return run


print(json.dumps({
    "torch": torch.__version__, "batch": B, "steps": T, "vocabSize": V,
    "rnn": flops(recurrent(nn.RNNCell, 5, 7, 1, 0)),
    "gru": flops(recurrent(nn.GRUCell, 5, 7, 2, 4)),
    "lstm": flops(recurrent(nn.LSTMCell, 5, 7, 2, 0)),
    "transformer": flops(transformer(8, 4, 4, 2, 20, False)),
    "swiglu": flops(transformer(8, 4, 2, 1, 12, True)),
}))
