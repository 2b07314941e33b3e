"""Golden numbers of the LSTM layer, its gradients and a small model's first training losses, from PyTorch 2.13.

    pip install torch==2.13.0 && python tests/golden/lstm.py > tests/golden/lstm.json && deno fmt tests/golden/lstm.json

torch.nn.LSTM keeps its gates in the order i, f, g, o (ours: i, f, candidate, o, the same), its matrices transposed, and
two biases, of which the second is zero here.
"""
import json

import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_num_threads(1)


def flat(t):
    return [float(x) for x in t.detach().double().flatten()]


def transposed(t):
    return t.T if t.ndim == 2 else t


def layer():
    T, B, E, H = 5, 3, 4, 6
    lstm = torch.nn.LSTM(E, H).double()
    x = torch.randn(T, B, E, dtype=torch.double).float().double().requires_grad_()
    h0 = torch.randn(1, B, H, dtype=torch.double).float().double().requires_grad_()
    c0 = torch.randn(1, B, H, dtype=torch.double).float().double().requires_grad_()
    with torch.no_grad():
        for p in lstm.parameters():
            p.copy_((torch.randn_like(p) * 0.7).float().double())
        lstm.bias_hh_l0.zero_()
    out, (h, c) = lstm(x, (h0, c0))
    # Different weights for every number, so that no gradient is hidden by symmetry.
    weights = {k: torch.randn(v.shape, dtype=torch.double).float().double() for k, v in
               {"outputs": out, "h": h, "c": c}.items()}
    loss = (out * weights["outputs"]).sum() + (h * weights["h"]).sum() + (c * weights["c"]).sum()
    loss.backward()
    return {
        "T": T, "B": B, "E": E, "H": H,
        "x": flat(x), "h0": flat(h0), "c0": flat(c0),
        "kernel": flat(lstm.weight_ih_l0.T), "recurrentKernel": flat(lstm.weight_hh_l0.T),
        "bias": flat(lstm.bias_ih_l0),
        "lossWeights": {k: flat(v) for k, v in weights.items()},
        "outputs": flat(out), "h": flat(h), "c": flat(c),
        "gradients": {
            "x": flat(x.grad), "h0": flat(h0.grad), "c0": flat(c0.grad),
            "kernel": flat(lstm.weight_ih_l0.grad.T), "recurrentKernel": flat(lstm.weight_hh_l0.grad.T),
            "bias": flat(lstm.bias_ih_l0.grad),
        },
    }


def training():
    """Ten steps of a two-layer model over one stream of ids, state carried and cut, Adam, gradients clipped."""
    V, E, H, B, T, STEPS = 7, 5, 8, 2, 4, 10
    options = {"learningRate": 0.02, "clipNorm": 0.25}
    emb, lstm, out = torch.nn.Embedding(V, E), torch.nn.LSTM(E, H, 2, batch_first=True), torch.nn.Linear(H, V)
    with torch.no_grad():
        for p in [*emb.parameters(), *lstm.parameters(), *out.parameters()]:
            p.copy_(torch.randn_like(p) * 0.4)
        for k in range(2):
            getattr(lstm, f"bias_hh_l{k}").zero_()
            getattr(lstm, f"bias_hh_l{k}").requires_grad_(False)
    start = {
        "embedding/table": emb.weight,
        **{f"lstm_{k + 1}/{ours}": transposed(getattr(lstm, f"{theirs}_l{k}")) for k in range(2) for ours, theirs in
           [("kernel", "weight_ih"), ("recurrent_kernel", "weight_hh"), ("bias", "bias_ih")]},
        "output/kernel": out.weight.T, "output/bias": out.bias,
    }
    start = {k: {"shape": list(v.shape), "values": flat(v)} for k, v in start.items()}
    parameters = [p for p in [*emb.parameters(), *lstm.parameters(), *out.parameters()] if p.requires_grad]
    adam = torch.optim.Adam(parameters, lr=options["learningRate"])
    ids = torch.randint(0, V, (B * T * STEPS + 1,))
    streams = ids[:-1].view(B, -1), ids[1:].view(B, -1)
    state, losses, norms = None, [], []
    for step in range(STEPS):
        window = slice(step * T, (step + 1) * T)
        h, state = lstm(emb(streams[0][:, window]), state)
        loss = F.cross_entropy(out(h).reshape(-1, V), streams[1][:, window].reshape(-1))
        state = tuple(s.detach() for s in state)
        adam.zero_grad()
        loss.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_(parameters, options["clipNorm"])))
        adam.step()
        losses.append(loss.item())
    return {
        "V": V, "E": E, "H": H, "B": B, "T": T, **options, "ids": ids.tolist(), "parameters": start,
        "losses": losses, "norms": norms, "outputBiasAfter": flat(out.bias),
    }


print(json.dumps({"torch": torch.__version__, "layer": layer(), "training": training()}))
