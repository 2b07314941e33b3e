"""Golden numbers of the transformer: layers, logits, gradients and first training losses, from PyTorch 2.13.

    pip install torch==2.13.0 && python tests/golden/transformer.py > tests/golden/transformer.json \
      && deno fmt tests/golden/transformer.json

All in double precision, from numbers that single precision holds. Linear maps are stored transposed by PyTorch.
"""
import json
import math

import torch
import torch.nn.functional as F

torch.manual_seed(11)
torch.set_num_threads(1)
torch.set_default_dtype(torch.double)


def flat(t):
    return [float(f"{x:.8g}") for x in t.detach().flatten().tolist()]


def single(*shape, scale=1.0):
    """Random numbers of few digits, exact in double and within rounding in single precision."""
    return (torch.randn(*shape) * scale).mul(1024).round().div(1024)


def layer(f, **inputs):
    """What f gives, and the gradients of a sum with a weight of its own for every number."""
    leaves = {k: v.clone().requires_grad_() for k, v in inputs.items()}
    y = f(**leaves)
    weights = single(*y.shape)
    (y * weights).sum().backward()
    return {
        "inputs": {k: flat(v) for k, v in inputs.items()}, "outputs": flat(y), "lossWeights": flat(weights),
        "gradients": {k: flat(v.grad) for k, v in leaves.items()},
    }


def layers():
    N, D = 5, 6
    x, gain, bias = single(N, D, scale=2) + 0.5, single(D), single(D)
    values = torch.linspace(-6, 6, 49)
    return {
        "N": N, "D": D, "epsilon": 0.01,
        "layerNorm": layer(lambda x, gain, bias: F.layer_norm(x, (D,), gain, bias, 0.01), x=x, gain=gain, bias=bias),
        "rmsNorm": layer(lambda x, gain: F.rms_norm(x, (D,), gain, 0.01), x=x, gain=gain),
        "gelu": layer(lambda x: F.gelu(x), x=values),
        "geluTanh": layer(lambda x: F.gelu(x, approximate="tanh"), x=values),
    }


def turned(x, positions, base):
    """Rotary positions by complex numbers: number i of the first half with number i of the second."""
    half = x.shape[-1] // 2
    angles = positions[:, None] * base ** (-torch.arange(half) / half)
    z = torch.complex(x[..., :half], x[..., half:]) * torch.polar(torch.ones_like(angles), angles)
    return torch.cat([z.real, z.imag], -1)


def sinusoid(places, width):
    table = torch.zeros(len(places), width)
    for row, p in enumerate(places.tolist()):
        for i in range(width // 2):
            table[row, 2 * i] = math.sin(p / 10_000 ** (2 * i / width))
            table[row, 2 * i + 1] = math.cos(p / 10_000 ** (2 * i / width))
    return table


class Model:
    def __init__(self, c):
        self.c, D, F_ = c, c["width"], c["feedForward"]
        size = D // c["heads"]
        shapes = {"embedding/table": (c["vocabSize"], D)}
        if c["positions"] == "learned":
            shapes["positions/table"] = (c["context"], D)
        norm = {"gain": (D,), **({"bias": (D,)} if c["bias"] and c["norm"] == "layer" else {})}

        def dense(inputs, units):
            return {"kernel": (inputs, units), **({"bias": (units,)} if c["bias"] else {})}

        for i in range(c["layers"]):
            for part, tensors in {
                "norm_1": norm, "attention/qkv": dense(D, D + 2 * c["keyValueHeads"] * size),
                "attention/projection": dense(D, D), "norm_2": norm,
                "feed_forward/up": dense(D, F_ * (2 if c["activation"] == "swiglu" else 1)),
                "feed_forward/down": dense(F_, D),
            }.items():
                shapes.update({f"block_{i + 1}/{part}/{k}": v for k, v in tensors.items()})
        shapes.update({f"norm/{k}": v for k, v in norm.items()})
        if not c["tied"]:
            shapes["output/kernel"] = (D, c["vocabSize"])
        self.p = {k: (single(*v, scale=0.4) + (k.endswith("gain"))).requires_grad_() for k, v in shapes.items()}

    def linear(self, name, x):
        return F.linear(x, self.p[f"{name}/kernel"].T, self.p.get(f"{name}/bias"))

    def norm(self, name, x):
        c, gain = self.c, self.p[f"{name}/gain"]
        if c["norm"] == "rms":
            return F.rms_norm(x, (c["width"],), gain, c["epsilon"])
        return F.layer_norm(x, (c["width"],), gain, self.p.get(f"{name}/bias"), c["epsilon"])

    def attend(self, name, x):
        c = self.c
        B, T, _ = x.shape
        t, size, G = torch.arange(T), c["width"] // c["heads"], c["keyValueHeads"]
        seen = t[:, None] >= t
        if c["positions"] == "rotary":
            seen &= t[:, None] - t < c["context"]
        else:
            seen &= t[:, None] // c["context"] == t // c["context"]
        q, k, v = (part.view(B, T, -1, size).transpose(1, 2)
                   for part in self.linear(f"{name}/qkv", x).split([c["width"], G * size, G * size], -1))
        if c["positions"] == "rotary":
            q, k = (turned(part, t, c["rotaryBase"]) for part in (q, k))
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=seen, enable_gqa=True)
        return self.linear(f"{name}/projection", y.transpose(1, 2).reshape(B, T, -1))

    def feed(self, name, x):
        up = self.linear(f"{name}/up", x)
        if self.c["activation"] == "swiglu":
            gate, value = up.chunk(2, -1)
            up = F.silu(gate) * value
        else:
            up = F.gelu(up, approximate="tanh" if self.c["activation"] == "gelu_tanh" else "none")
        return self.linear(f"{name}/down", up)

    def __call__(self, ids):
        c, p = self.c, self.p
        places = torch.arange(ids.shape[1]) % c["context"]
        x = F.embedding(ids, p["embedding/table"])
        if c["positions"] == "learned":
            x = x + p["positions/table"][places]
        if c["positions"] == "sinusoidal":
            x = x * math.sqrt(c["width"]) + sinusoid(places, c["width"])
        for i in range(c["layers"]):
            name = f"block_{i + 1}"
            x = x + self.attend(f"{name}/attention", self.norm(f"{name}/norm_1", x))
            x = x + self.feed(f"{name}/feed_forward", self.norm(f"{name}/norm_2", x))
        x = self.norm("norm", x)
        return x @ p["embedding/table"].T if c["tied"] else self.linear("output", x)


def model(config):
    V, B, T, STEPS = config["vocabSize"], 2, config["context"], 15
    options = {"learningRate": 0.02, "clipNorm": 0.5}
    m = Model(config)
    start = {k: flat(v) for k, v in m.p.items()}
    long = torch.randint(0, V, (1, 2 * T + 3))
    ids = torch.randint(0, V, (B * T * STEPS + 1,))
    streams = ids[:-1].view(B, -1), ids[1:].view(B, -1)
    result = {
        "config": config, "B": B, "T": T, **options, "parameters": start, "long": long[0].tolist(),
        "longLogits": flat(m(long)), "ids": ids.tolist(),
    }
    parameters = list(m.p.values())
    adam = torch.optim.Adam(parameters, lr=options["learningRate"])
    losses = []
    for step in range(STEPS):
        window = slice(step * T, (step + 1) * T)
        loss = F.cross_entropy(m(streams[0][:, window]).reshape(-1, V), streams[1][:, window].reshape(-1))
        adam.zero_grad()
        loss.backward()
        if step == 0:
            result["gradients"] = {k: flat(v.grad) for k, v in m.p.items()}
        torch.nn.utils.clip_grad_norm_(parameters, options["clipNorm"])
        adam.step()
        losses.append(loss.item())
    return {**result, "losses": losses}


def attention(positions, groups, bias):
    """Two rows of five tokens, a context of three."""
    B, T, D, H, C = 2, 5, 8, 4, 3
    m = Model({"vocabSize": 1, "context": C, "layers": 0, "heads": H, "width": D, "feedForward": 1, "norm": "rms",
               "positions": positions, "bias": bias, "tied": True, "keyValueHeads": groups, "rotaryBase": 100})

    def f(x, **p):
        m.p = {f"a/{k}".replace("Kernel", "/kernel").replace("Bias", "/bias"): v for k, v in p.items()}
        return m.attend("a", x.view(B, T, D)).view(B * T, D)

    units = D + 2 * groups * D // H
    tensors = {"x": single(B * T, D), "qkvKernel": single(D, units, scale=0.4), "projectionKernel": single(D, D, scale=0.4)}
    if bias:
        tensors |= {"qkvBias": single(units), "projectionBias": single(D)}
    return {"config": {"positions": positions, "keyValueHeads": groups, "bias": bias}, **layer(f, **tensors)}


def feed_forward(activation, bias):
    N, D, F_ = 4, 3, 5
    m = Model({"vocabSize": 1, "context": 1, "layers": 0, "heads": 1, "width": D, "feedForward": F_, "norm": "rms",
               "positions": "rotary", "bias": bias, "tied": True, "keyValueHeads": 1, "activation": activation})

    def f(x, **p):
        m.p = {f"f/{k}".replace("Kernel", "/kernel").replace("Bias", "/bias"): v for k, v in p.items()}
        return m.feed("f", x)

    units = F_ * (2 if activation == "swiglu" else 1)
    tensors = {"x": single(N, D), "upKernel": single(D, units), "downKernel": single(F_, D)}
    if bias:
        tensors |= {"upBias": single(units), "downBias": single(D)}
    return {"config": {"activation": activation, "bias": bias}, **layer(f, **tensors)}


SIZES = {"vocabSize": 7, "context": 6, "layers": 2, "heads": 4, "keyValueHeads": 2, "width": 8, "feedForward": 6}
REST = {"rotaryBase": 100, "epsilon": 1e-5, "dropout": 0}
LLAMA = {"positions": "rotary", "norm": "rms", "activation": "swiglu", "bias": False, "tied": True}
GPT2 = {"positions": "learned", "norm": "layer", "activation": "gelu_tanh", "bias": True, "tied": True}
MIXED = {"positions": "sinusoidal", "norm": "layer", "activation": "gelu", "bias": False, "tied": False}
print(json.dumps({
    "torch": torch.__version__, "layers": layers(),
    "rotary": {"x": flat(x := single(3, 4, 6)), "positions": [0, 1, 2, 700],
               "outputs": flat(turned(x, torch.tensor([0, 1, 2, 700]), 100))},
    "sinusoidal": {"places": [0, 1, 5, 900], "outputs": flat(sinusoid(torch.tensor([0, 1, 5, 900]), 6))},
    "models": {
        "llama": model({**SIZES, **REST, **LLAMA}),
        "gpt2": model({**SIZES, **REST, **GPT2, "keyValueHeads": 4}),
        "mixed": model({**SIZES, **REST, **MIXED, "keyValueHeads": 1}),
    },
    "attention": [attention("rotary", 2, False), attention("learned", 1, True)],
    "feedForward": [feed_forward("gelu", True), feed_forward("gelu_tanh", False), feed_forward("swiglu", False)],
}))
