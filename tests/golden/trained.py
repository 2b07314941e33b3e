"""Golden numbers of a training with everything at once, from PyTorch 2.13: two batches a step, the state carried over both,
a cosine schedule with warm-up, label smoothing, AdamW that leaves biases and the embedding alone, gradients clipped.

The model and its weights are those of lstm.json.

    pip install torch==2.13.0 && python tests/golden/trained.py > tests/golden/trained.json && deno fmt tests/golden/trained.json
"""
import json
import math
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(3)
torch.set_num_threads(1)
MODEL = json.loads(pathlib.Path(__file__).with_name("lstm.json").read_text())["training"]
V, E, H, B, T = (MODEL[name] for name in "VEHBT")
STEPS, ACCUMULATE = 20, 2
OPTIONS = {"accumulate": ACCUMULATE, "labelSmoothing": 0.1, "clipNorm": 0.25}
RATE = {"name": "cosine", "peak": 0.03, "warmup": 4, "start": 0.005, "end": 0.001}
DECAY = {"name": "adamw", "weightDecay": 0.3, "excludeFromDecay": ["bias", "embedding"]}

emb, lstm, out = torch.nn.Embedding(V, E), torch.nn.LSTM(E, H, 2, batch_first=True), torch.nn.Linear(H, V)
named = {"embedding/table": emb.weight, "output/kernel": out.weight, "output/bias": out.bias}
for k in range(2):
    for ours, theirs in [("kernel", "weight_ih"), ("recurrent_kernel", "weight_hh"), ("bias", "bias_ih")]:
        named[f"lstm_{k + 1}/{ours}"] = getattr(lstm, f"{theirs}_l{k}")
with torch.no_grad():
    for name, parameter in named.items():
        values = torch.tensor(MODEL["parameters"][name]["values"])
        parameter.copy_(values.view(MODEL["parameters"][name]["shape"]).T if name.endswith("kernel") else values.view_as(parameter))
    for k in range(2):
        getattr(lstm, f"bias_hh_l{k}").zero_()
        getattr(lstm, f"bias_hh_l{k}").requires_grad_(False)

spared = [p for name, p in named.items() if "bias" in name or "embedding" in name]
decayed = [p for name, p in named.items() if not ("bias" in name or "embedding" in name)]
adamw = torch.optim.AdamW([{"params": decayed}, {"params": spared, "weight_decay": 0}], weight_decay=DECAY["weightDecay"])
ids = torch.randint(0, V, (B * T * STEPS * ACCUMULATE + 1,))
ids[1::3] = ids[0::3][:len(ids[1::3])]  # something to learn
streams = ids[:-1].view(B, -1), ids[1:].view(B, -1)
state, losses, norms, correct = None, [], [], []
for step in range(STEPS):
    rising = RATE["warmup"]
    rate = RATE["start"] + (RATE["peak"] - RATE["start"]) * step / rising if step < rising else \
        RATE["end"] + (RATE["peak"] - RATE["end"]) * (1 + math.cos(math.pi * (step - rising) / (STEPS - rising))) / 2
    for group in adamw.param_groups:
        group["lr"] = rate
    adamw.zero_grad()
    total, right = 0, 0
    for k in range(ACCUMULATE):
        window = slice((step * ACCUMULATE + k) * T, (step * ACCUMULATE + k + 1) * T)
        h, state = lstm(emb(streams[0][:, window]), state)
        state = tuple(s.detach() for s in state)
        logits, wanted = out(h).reshape(-1, V), streams[1][:, window].reshape(-1)
        loss = F.cross_entropy(logits, wanted, label_smoothing=OPTIONS["labelSmoothing"]) / ACCUMULATE
        loss.backward()
        total, right = total + loss.item(), right + int((logits.argmax(1) == wanted).sum())
    norms.append(float(torch.nn.utils.clip_grad_norm_(list(named.values()), OPTIONS["clipNorm"])))
    adamw.step()
    losses.append(total)
    correct.append(right)
flat = lambda t: [float(x) for x in t.detach().double().flatten()]
print(json.dumps({
    "torch": torch.__version__, "options": OPTIONS, "learningRate": RATE, "optimizer": DECAY, "ids": ids.tolist(),
    "losses": losses, "norms": norms, "correct": correct,
    "after": {"output/bias": flat(out.bias), "lstm_1/recurrent_kernel": flat(lstm.weight_hh_l0.T)},
}))
