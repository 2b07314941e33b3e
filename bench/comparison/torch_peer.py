"""The comparison's models in PyTorch: the same weights, the same batches, as many steps; then the weights are saved.

    python bench/comparison/torch_peer.py FOLDER NAME

FOLDER/NAME.json says what to train (`ours.ts` wrote it), FOLDER/NAME.before.safetensors holds the weights to begin from,
FOLDER/NAME.torch.safetensors those in the end. Prints one line of JSON.
"""
import json
import os
import sys
import time

THREADS = int(os.environ.get("BENCH_THREADS", os.cpu_count()))
os.environ["OMP_NUM_THREADS"] = str(THREADS)

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

torch.set_num_threads(THREADS)
folder, name = sys.argv[1:]
plan = json.load(open(f"{folder}/{name}.json"))
c = plan["config"]


def swapped(rows):
    """Exchanges the reset and the update gate of a GRU: PyTorch has the former first."""
    first, second, third = rows.chunk(3)
    return torch.cat([second, first, third])


class Recurrent(nn.Module):
    """Embedding, nn.RNN, nn.GRU or nn.LSTM, and a linear map."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        self.embedding = nn.Embedding(c["vocabSize"], c["embedding"])
        layer = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[kind]
        self.layer = layer(c["embedding"], c["units"], c["layers"], batch_first=True)
        self.output = nn.Linear(c["units"], c["vocabSize"])

    def places(self):
        """Of every tensor in the file, the parameter, and how to turn it there and back."""
        transpose = (lambda t: t.T, lambda t: t.T)
        same = (lambda t: t, lambda t: t)
        yield "embedding/table", self.embedding.weight, *same
        for i in range(c["layers"]):
            gates = (swapped, swapped) if self.kind == "gru" else same
            matrix = (lambda t: gates[0](t.T), lambda t: gates[1](t).T)
            prefix = f"{self.kind}_{i + 1}"
            yield f"{prefix}/kernel", getattr(self.layer, f"weight_ih_l{i}"), *matrix
            yield f"{prefix}/recurrent_kernel", getattr(self.layer, f"weight_hh_l{i}"), *matrix
            yield f"{prefix}/bias", getattr(self.layer, f"bias_ih_l{i}"), *gates
            second = getattr(self.layer, f"bias_hh_l{i}")
            if self.kind == "gru":
                yield f"{prefix}/recurrent_bias", second, *gates
            else:  # one bias is trained, not two of which each takes the same step
                with torch.no_grad():
                    second.zero_().requires_grad_(False)
        yield "output/kernel", self.output.weight, *transpose
        yield "output/bias", self.output.bias, *same

    def forward(self, ids, state):
        x, state = self.layer(self.embedding(ids), state)
        detached = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        return self.output(x), detached


class Attentive(Recurrent):
    """An LSTM whose outputs look back at the W outputs before them."""

    def __init__(self, _kind):
        super().__init__("lstm")
        self.score = nn.Linear(c["units"], c["units"], bias=False)
        self.joined = nn.Linear(2 * c["units"], c["units"], bias=False)

    def places(self):
        yield from super().places()
        transpose = (lambda t: t.T, lambda t: t.T)
        yield "attention/score/kernel", self.score.weight, *transpose
        yield "attention/output/kernel", self.joined.weight, *transpose

    def forward(self, ids, state):
        (b, t), window, units = ids.shape, c["attentionWindow"], c["units"]
        carried, before = (None, torch.zeros(b, window, units)) if state is None else state
        h, carried = self.layer(self.embedding(ids), carried)
        past = torch.cat([before, h], 1)
        distance = torch.arange(window + t) - torch.arange(t)[:, None]
        context = F.scaled_dot_product_attention(self.score(h), past, past, attn_mask=(distance >= 0) & (distance < window))
        logits = self.output(torch.tanh(self.joined(torch.cat([context, h], 2))))
        return logits, (tuple(s.detach() for s in carried), past[:, -window:].detach())


class Convolutional(nn.Module):
    """Gated causal convolutions, ever more dilated, that remember the inputs of the window before."""

    def __init__(self, _kind):
        super().__init__()
        wide, k = c["filters"], c["kernelSize"]
        self.embedding = nn.Embedding(c["vocabSize"], c["embedding"])
        self.input = nn.Conv1d(c["embedding"], wide, k)
        count = c["layers"] * c["stacks"]
        dilations = [2 ** (i % c["layers"]) for i in range(count)]
        self.norms = nn.ModuleList(nn.LayerNorm(wide) for _ in range(count)) if c["layerNorm"] else None
        self.convolutions = nn.ModuleList(nn.Conv1d(wide, 2 * wide, k, dilation=d) for d in dilations)
        self.projections = nn.ModuleList(
            nn.Conv1d(wide, wide if i == count - 1 else 2 * wide, 1) for i in range(count))
        self.dense = nn.Linear(wide, c["dense"]) if c["dense"] else None
        self.output = nn.Linear(c["dense"] or wide, c["vocabSize"])

    def places(self):
        same, transpose = (lambda t: t, lambda t: t), (lambda t: t.T, lambda t: t.T)
        taps = (lambda t: t.permute(2, 1, 0), lambda t: t.permute(2, 1, 0))
        point = (lambda t: t.T[:, :, None], lambda t: t[:, :, 0].T)
        yield "embedding/table", self.embedding.weight, *same
        yield "input/kernel", self.input.weight, *taps
        yield "input/bias", self.input.bias, *same
        for i, (convolution, projection) in enumerate(zip(self.convolutions, self.projections)):
            block = f"block_{i + 1}"
            if self.norms:
                yield f"{block}/norm/gain", self.norms[i].weight, *same
                yield f"{block}/norm/bias", self.norms[i].bias, *same
            yield f"{block}/convolution/kernel", convolution.weight, *taps
            yield f"{block}/convolution/bias", convolution.bias, *same
            yield f"{block}/projection/kernel", projection.weight, *point
            yield f"{block}/projection/bias", projection.bias, *same
        for layer, of in (("dense", self.dense), ("output", self.output)):
            if of is not None:
                yield f"{layer}/kernel", of.weight, *transpose
                yield f"{layer}/bias", of.bias, *same

    def forward(self, ids, state):
        memory = iter(state or [])
        after = []

        def convolve(layer, x):
            length = (c["kernelSize"] - 1) * layer.dilation[0]
            x = torch.cat([next(memory, torch.zeros(*x.shape[:2], length)), x], 2)
            after.append(x[:, :, -length:].detach())
            return layer(x)

        x, total = convolve(self.input, self.embedding(ids).transpose(1, 2)), 0
        for i, (convolution, projection) in enumerate(zip(self.convolutions, self.projections)):
            y = self.norms[i](x.transpose(1, 2)).transpose(1, 2) if self.norms else x
            bent, gate = convolve(convolution, y).chunk(2, 1)
            y = projection(bent.tanh() * gate.sigmoid())
            if y.shape[1] > x.shape[1]:
                residual, y = y.chunk(2, 1)
                x = x + residual
            total = total + y
        y = torch.relu(total).transpose(1, 2)
        return self.output(y if self.dense is None else torch.relu(self.dense(y))), after


class Transformer(nn.Module):
    """Pre-norm blocks with rotary positions, grouped queries and SwiGLU, every window by itself."""

    def __init__(self, _kind):
        super().__init__()
        with safe_open(f"{folder}/{name}.before.safetensors", "pt") as file:
            self.keys = list(file.keys())
            self.weights = nn.ParameterList([file.get_tensor(key) for key in self.keys])
        size, half = c["width"] // c["heads"], c["width"] // c["heads"] // 2
        angles = torch.arange(plan["sequenceLength"])[:, None] * c["rotaryBase"] ** (-torch.arange(half) / half)
        self.cos, self.sin, self.size = angles.cos(), angles.sin(), size

    def places(self):
        same = (lambda t: t, lambda t: t)
        for key, weight in zip(self.keys, self.weights):
            yield key, weight, *same

    def turned(self, x):
        a, b = x.chunk(2, -1)
        return torch.cat([a * self.cos - b * self.sin, a * self.sin + b * self.cos], -1)

    def forward(self, ids, _state):
        p = dict(zip(self.keys, self.weights))
        b, t = ids.shape
        width, groups = c["width"], c["keyValueHeads"] * self.size
        norm = lambda name, x: F.rms_norm(x, (width,), p[f"{name}/gain"], c["epsilon"])
        x = F.embedding(ids, p["embedding/table"])
        for i in range(1, c["layers"] + 1):
            qkv = norm(f"block_{i}/norm_1", x) @ p[f"block_{i}/attention/qkv/kernel"]
            q, k, v = (part.view(b, t, -1, self.size).transpose(1, 2) for part in qkv.split([width, groups, groups], -1))
            y = F.scaled_dot_product_attention(self.turned(q), self.turned(k), v, is_causal=True, enable_gqa=True)
            x = x + y.transpose(1, 2).reshape(b, t, width) @ p[f"block_{i}/attention/projection/kernel"]
            gate, value = (norm(f"block_{i}/norm_2", x) @ p[f"block_{i}/feed_forward/up/kernel"]).chunk(2, -1)
            x = x + (F.silu(gate) * value) @ p[f"block_{i}/feed_forward/down/kernel"]
        return norm("norm", x) @ p["embedding/table"].T, None


KINDS = {"rnn": Recurrent, "gru": Recurrent, "lstm": Recurrent, "attention": Attentive, "cnn": Convolutional,
         "transformer": Transformer}
model = KINDS[plan["kind"]](plan["kind"])
with safe_open(f"{folder}/{name}.before.safetensors", "pt") as file, torch.no_grad():
    for key, parameter, load, _ in model.places():
        parameter.copy_(load(file.get_tensor(key)))

ids = torch.from_numpy(np.load(f"{folder}/train.npy").astype(np.int64))
rows, width, per_epoch = plan["batchSize"], plan["sequenceLength"], plan["stepsPerEpoch"]
starts = torch.arange(rows) * per_epoch * width
trained = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.Adam(trained, lr=plan["learningRates"][0], fused=True)
losses, state, begin = [], None, time.perf_counter()
for step, rate in enumerate(plan["learningRates"]):
    epoch, place = divmod(step, per_epoch)
    if place == 0:
        state = None
    at = starts + plan["phases"][epoch] + place * width
    windows = ids[at[:, None] + torch.arange(width + 1)]
    logits, state = model(windows[:, :-1], state)
    loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), windows[:, 1:].reshape(-1))
    optimizer.param_groups[0]["lr"] = rate
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(trained, plan["clipNorm"])
    optimizer.step()
    losses.append(loss.item())
seconds = time.perf_counter() - begin

save_file({key: save(parameter.detach()).contiguous().clone() for key, parameter, _, save in model.places()},
          f"{folder}/{name}.torch.safetensors")
print(json.dumps({"seconds": seconds, "lastLoss": sum(losses[-100:]) / len(losses[-100:])}))
