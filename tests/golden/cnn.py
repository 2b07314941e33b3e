"""Golden numbers of the convolutional network: logits, gradients and first training losses, from PyTorch 2.13.

    pip install torch==2.13.0 && python tests/golden/cnn.py > tests/golden/cnn.json && deno fmt tests/golden/cnn.json

All in double precision, from numbers that single precision holds. Kernels of torch's conv1d are (outputs, inputs, k), ours
(k, inputs, outputs); its maps are over (B, channels, T).
"""
import json

import torch
import torch.nn.functional as F

torch.manual_seed(12)
torch.set_num_threads(1)
torch.set_default_dtype(torch.double)


def flat(t):
    return [float(f"{x:.8g}") for x in t.detach().flatten().tolist()]


def single(*shape, scale=1.0):
    """Random numbers of few digits, exact in double and within rounding in single precision."""
    return (torch.randn(*shape) * scale).mul(1024).round().div(1024)


class Model:
    def __init__(self, c):
        self.c = c
        V, E, C, k, D = (c[n] for n in ("vocabSize", "embedding", "filters", "kernelSize", "dense"))
        count = c["layers"] * c["stacks"]
        shapes = {"embedding/table": (V, E), "input/kernel": (k, E, C), "input/bias": (C,)}
        for i in range(count):
            name, wide = f"block_{i + 1}", C if i == count - 1 else 2 * C
            if c["layerNorm"]:
                shapes |= {f"{name}/norm/gain": (C,), f"{name}/norm/bias": (C,)}
            shapes |= {f"{name}/convolution/kernel": (k, C, 2 * C), f"{name}/convolution/bias": (2 * C,),
                       f"{name}/projection/kernel": (C, wide), f"{name}/projection/bias": (wide,)}
        if D:
            shapes |= {"dense/kernel": (C, D), "dense/bias": (D,)}
        shapes |= {"output/kernel": (D or C, V), "output/bias": (V,)}
        self.p = {n: (single(*s, scale=0.4) + n.endswith("gain")).requires_grad_() for n, s in shapes.items()}

    def convolve(self, name, x, dilation, memory):
        """x and what comes out: (B, channels, T). Without memory, zeros are padded; with it, it is changed in place."""
        kernel, bias = self.p[f"{name}/kernel"].permute(2, 1, 0), self.p[f"{name}/bias"]
        length = (self.c["kernelSize"] - 1) * dilation
        if memory is None:
            x = F.pad(x, (length, 0))
        else:
            x = torch.cat([memory.get(name, torch.zeros(*x.shape[:2], length)), x], 2)
            memory[name] = x[:, :, -length:].detach()
        return F.conv1d(x, kernel, bias, dilation=dilation)

    def linear(self, name, x):
        return F.conv1d(x, self.p[f"{name}/kernel"].T[:, :, None], self.p[f"{name}/bias"])

    def __call__(self, ids, memory=None):
        c, C = self.c, self.c["filters"]
        x = F.embedding(ids, self.p["embedding/table"]).transpose(1, 2)
        x = self.convolve("input", x, 1, memory)
        total = 0
        for i in range(c["layers"] * c["stacks"]):
            name = f"block_{i + 1}"
            y = x
            if c["layerNorm"]:
                y = F.layer_norm(x.transpose(1, 2), (C,), self.p[f"{name}/norm/gain"],
                                 self.p[f"{name}/norm/bias"], 1e-5).transpose(1, 2)
            y = self.convolve(f"{name}/convolution", y, 2 ** (i % c["layers"]), memory)
            y = self.linear(f"{name}/projection", torch.tanh(y[:, :C]) * torch.sigmoid(y[:, C:]))
            if y.shape[1] == 2 * C:
                x, y = x + y[:, :C], y[:, C:]
            total = total + y
        x = F.relu(total)
        if c["dense"]:
            x = F.relu(self.linear("dense", x))
        return self.linear("output", x).transpose(1, 2)


def model(config):
    V, B, T, STEPS = config["vocabSize"], 2, 5, 20
    options = {"learningRate": 0.02, "clipNorm": 0.5}
    m = Model(config)
    start = {k: flat(v) for k, v in m.p.items()}
    long = torch.randint(0, V, (1, 24))
    ids = torch.randint(0, V, (B * T * STEPS + 1,))
    streams = ids[:-1].view(B, -1), ids[1:].view(B, -1)
    result = {
        "config": config, "B": B, "T": T, **options, "parameters": start, "long": long[0].tolist(),
        "longLogits": flat(m(long)), "ids": ids.tolist(),
    }
    parameters, memory, losses = list(m.p.values()), {}, []
    adam = torch.optim.Adam(parameters, lr=options["learningRate"])
    for step in range(STEPS):
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


SIZES = {"vocabSize": 7, "embedding": 3, "filters": 4, "dropout": 0}
print(json.dumps({
    "torch": torch.__version__,
    "models": {
        "two stacks": model({**SIZES, "kernelSize": 2, "layers": 3, "stacks": 2, "dense": 5, "layerNorm": False}),
        "three inputs each": model({**SIZES, "kernelSize": 3, "layers": 2, "stacks": 1, "dense": 0, "layerNorm": True}),
    },
}))
