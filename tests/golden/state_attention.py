"""Golden numbers of recurrent networks with attention over their past states: logits, gradients and first training losses,
from PyTorch 2.13.

    pip install torch==2.13.0 && python tests/golden/state_attention.py > tests/golden/state_attention.json \
      && deno fmt tests/golden/state_attention.json

All in double precision, from numbers that single precision holds. PyTorch's matrices are transposed, its LSTM has our order
of gates, its GRU has reset, update, candidate (ours: update, reset, candidate); the second bias of all but the GRU is zero.
"""
import json
import math

import torch
import torch.nn.functional as F

torch.manual_seed(13)
torch.set_num_threads(1)
torch.set_default_dtype(torch.double)
GATES = {"rnn": 1, "lstm": 4, "gru": 3}


def flat(t):
    return [float(f"{x:.8g}") for x in t.detach().flatten().tolist()]


def single(*shape, scale=1.0):
    """Random numbers of few digits, exact in double and within rounding in single precision."""
    return (torch.randn(*shape) * scale).mul(1024).round().div(1024)


class Model:
    def __init__(self, kind, c):
        self.kind, self.c = kind, c
        V, E, H, D = (c[n] for n in ("vocabSize", "embedding", "units", "dense"))
        shapes, gates = {"embedding/table": (V, E)}, GATES[kind]
        for i in range(c["layers"]):
            name = f"{kind}_{i + 1}"
            shapes |= {f"{name}/kernel": (H if i else E, gates * H), f"{name}/recurrent_kernel": (H, gates * H),
                       f"{name}/bias": (gates * H,)}
            if kind == "gru":
                shapes[f"{name}/recurrent_bias"] = (gates * H,)
            if c["layerNorm"]:
                shapes |= {f"norm_{i + 1}/gain": (H,), f"norm_{i + 1}/bias": (H,)}
        shapes |= {"attention/score/kernel": (H, H), "attention/output/kernel": (2 * H, H)}
        if D:
            shapes |= {"dense/kernel": (H, D), "dense/bias": (D,)}
        shapes |= {"output/kernel": (D or H, V), "output/bias": (V,)}
        self.p = {n: (single(*s, scale=0.5) + n.endswith("gain")).requires_grad_() for n, s in shapes.items()}

    def recur(self, name, x, h):
        """One step of a cell, by its equations."""
        p = self.p
        given = x @ p[f"{name}/kernel"] + p[f"{name}/bias"]
        kept = h[0] @ p[f"{name}/recurrent_kernel"]
        if self.kind == "rnn":
            return (torch.tanh(given + kept),)
        if self.kind == "lstm":
            i, f, g, o = (given + kept).chunk(4, -1)
            c = torch.sigmoid(f) * h[1] + torch.sigmoid(i) * torch.tanh(g)
            return torch.sigmoid(o) * torch.tanh(c), c
        (z, r, n), (kz, kr, kn) = given.chunk(3, -1), (kept + p[f"{name}/recurrent_bias"]).chunk(3, -1)
        z, r = torch.sigmoid(z + kz), torch.sigmoid(r + kr)
        return (z * h[0] + (1 - z) * torch.tanh(n + r * kn),)

    def __call__(self, ids, memory):
        """Token by token; memory has the state of each layer and the list of past outputs of the last one."""
        c, p, logits = self.c, self.p, []
        zeros = torch.zeros(ids.shape[0], c["units"])
        for t in range(ids.shape[1]):
            x = p["embedding/table"][ids[:, t]]
            for i in range(c["layers"]):
                name = f"{self.kind}_{i + 1}"
                memory[name] = self.recur(name, x, memory.get(name, (zeros, zeros)))
                y = memory[name][0] + (x if c["residual"] and i else 0)
                x = F.layer_norm(y, (c["units"],), p[f"norm_{i + 1}/gain"], p[f"norm_{i + 1}/bias"],
                                 1e-5) if c["layerNorm"] else y
            past = memory.setdefault("past", [zeros] * c["attentionWindow"])[-c["attentionWindow"]:]
            scores = [((x @ p["attention/score/kernel"]) * h).sum(-1) / math.sqrt(c["units"]) for h in past]
            weights = torch.softmax(torch.stack(scores), 0)
            context = sum(w[:, None] * h for w, h in zip(weights, past))
            memory["past"].append(x)
            x = torch.tanh(torch.cat([context, x], -1) @ p["attention/output/kernel"])
            if c["dense"]:
                x = F.relu(x @ p["dense/kernel"] + p["dense/bias"])
            logits.append(x @ p["output/kernel"] + p["output/bias"])
        return torch.stack(logits, 1)


def model(kind, config):
    V, B, T, STEPS = config["vocabSize"], 2, 4, 20
    options = {"learningRate": 0.02, "clipNorm": 0.5}
    m = Model(kind, config)
    start = {k: flat(v) for k, v in m.p.items()}
    long = torch.randint(0, V, (1, 11))
    ids = torch.randint(0, V, (B * T * STEPS + 1,))
    streams = ids[:-1].view(B, -1), ids[1:].view(B, -1)
    result = {
        "kind": kind, "config": config, "B": B, "T": T, **options, "parameters": start, "long": long[0].tolist(),
        "longLogits": flat(m(long, {})), "ids": ids.tolist(),
    }
    parameters, memory, losses = list(m.p.values()), {}, []
    adam = torch.optim.Adam(parameters, lr=options["learningRate"])
    for step in range(STEPS):
        memory = {k: type(v)(h.detach() for h in v) for k, v in memory.items()}
        window = slice(step * T, (step + 1) * T)
        logits = m(streams[0][:, window], memory)
        loss = F.cross_entropy(logits.reshape(-1, V), streams[1][:, window].reshape(-1))
        adam.zero_grad()
        loss.backward()
        if step == 0:
            result["gradients"] = {k: flat(v.grad) for k, v in m.p.items()}
        torch.nn.utils.clip_grad_norm_(parameters, options["clipNorm"])
        adam.step()
        losses.append(loss.item())
    return {**result, "losses": losses}


SIZES = {"vocabSize": 7, "embedding": 4, "units": 5, "dropout": 0, "recurrentDropout": 0}
BARE = {**SIZES, "layers": 1, "residual": False, "layerNorm": False, "dense": 0}
print(json.dumps({
    "torch": torch.__version__,
    "models": [
        model("lstm", {**BARE, "attentionWindow": 6}),  # longer than a window of training
        model("lstm", {**SIZES, "layers": 2, "residual": True, "layerNorm": True, "dense": 6, "attentionWindow": 3}),
        model("gru", {**BARE, "resetAfter": True, "attentionWindow": 1}),
        model("rnn", {**BARE, "attentionWindow": 4}),
    ],
}))
