"""Golden texts of contrastive search over an LSTM of PyTorch 2.13 and a GPT-2 of Hugging Face transformers 5.23.

    pip install torch==2.13.0 transformers==5.23.0
    python tests/golden/contrastive_search.py > tests/golden/contrastive_search.json \
      && deno fmt tests/golden/contrastive_search.json

The search is written here as its definition says, every row read from the beginning each time, in double precision.
The weights are numbers that single precision holds, under the library's names.
"""
import json

import torch
from torch import nn
from transformers import GPT2Config, GPT2LMHeadModel

torch.manual_seed(21)
torch.set_num_threads(1)
torch.set_default_dtype(torch.double)
V, MOST = 9, 12


def single(*shape, scale):
    return (torch.randn(*shape) * scale).mul(1024).round().div(1024)


def flat(t):
    return [float(f"{x:.8g}") for x in t.detach().flatten().tolist()]


def lstm():
    """Logits and hidden vectors of a row, shape (T, V) and (T, H), with the weights."""
    E, H = 5, 6
    embedding, layer, output = nn.Embedding(V, E), nn.LSTM(E, H, batch_first=True), nn.Linear(H, V)
    p = {
        "embedding/table": single(V, E, scale=1.5), "lstm_1/kernel": single(E, 4 * H, scale=0.9),
        "lstm_1/recurrent_kernel": single(H, 4 * H, scale=0.9), "lstm_1/bias": single(4 * H, scale=0.5),
        "output/kernel": single(H, V, scale=2.5), "output/bias": single(V, scale=0.5),
    }
    with torch.no_grad():
        embedding.weight.copy_(p["embedding/table"])
        layer.weight_ih_l0.copy_(p["lstm_1/kernel"].T)
        layer.weight_hh_l0.copy_(p["lstm_1/recurrent_kernel"].T)
        layer.bias_ih_l0.copy_(p["lstm_1/bias"])
        layer.bias_hh_l0.zero_()
        output.weight.copy_(p["output/kernel"].T)
        output.bias.copy_(p["output/bias"])

    def read(row):
        hidden, _ = layer(embedding(torch.tensor([row])))
        return output(hidden)[0], hidden[0]
    return {"kind": "lstm", "config": {"vocabSize": V, "embedding": E, "units": H, "layers": 1}, "parameters": p}, read


def gpt():
    """The same of a GPT-2; its hidden vectors are those after the last norm, which the output layer reads."""
    D, HEADS, LAYERS, CONTEXT = 8, 2, 2, 16
    model = GPT2LMHeadModel(GPT2Config(
        vocab_size=V, n_positions=CONTEXT, n_embd=D, n_layer=LAYERS, n_head=HEADS, attn_implementation="eager")).eval()
    names = {"transformer.wte.weight": "embedding/table", "transformer.wpe.weight": "positions/table"}
    for i in range(LAYERS):
        for theirs, ours in {
            "ln_1": "norm_1", "attn.c_attn": "attention/qkv", "attn.c_proj": "attention/projection", "ln_2": "norm_2",
            "mlp.c_fc": "feed_forward/up", "mlp.c_proj": "feed_forward/down",
        }.items():
            weight = "gain" if theirs.startswith("ln") else "kernel"
            names[f"transformer.h.{i}.{theirs}.weight"] = f"block_{i + 1}/{ours}/{weight}"
            names[f"transformer.h.{i}.{theirs}.bias"] = f"block_{i + 1}/{ours}/bias"
    names |= {"transformer.ln_f.weight": "norm/gain", "transformer.ln_f.bias": "norm/bias"}
    given, p = dict(model.named_parameters()), {}
    assert given.keys() == names.keys(), given.keys() ^ names.keys()
    with torch.no_grad():
        for theirs, ours in names.items():
            p[ours] = single(*given[theirs].shape, scale=0.7) + ours.endswith("gain")
            given[theirs].copy_(p[ours])
    config = {
        "vocabSize": V, "context": CONTEXT, "layers": LAYERS, "heads": HEADS, "keyValueHeads": HEADS, "width": D,
        "feedForward": 4 * D, "positions": "learned", "rotaryBase": 10000, "norm": "layer", "epsilon": 1e-5,
        "activation": "gelu_tanh", "bias": True, "tied": True, "dropout": 0,
    }

    def read(row):
        out = model(torch.tensor([row]), output_hidden_states=True, use_cache=False)
        return out.logits[0], out.hidden_states[-1][0]
    return {"kind": "transformer", "config": config, "parameters": p}, read


@torch.inference_mode()
def search(read, prompt, k, alpha, stop):
    """The new tokens and their scores."""
    row, scores = list(prompt), []
    while len(scores) < MOST:
        logits, past = read(row)
        p, ids = logits[-1].softmax(-1).topk(k)
        found = []
        for probability, token in zip(p, ids):
            _, hidden = read(row + [token.item()])
            likeness = torch.cosine_similarity(hidden[-1:], past).max()
            found.append((1 - alpha) * probability - alpha * likeness)
        found = torch.stack(found)
        ordered = found.sort(descending=True).values
        assert k == 1 or ordered[0] - ordered[1] > 1e-5, "too close for single precision"
        row.append(ids[found.argmax()].item())
        scores.append(found.max().item())
        if row[-1] == stop:
            break
    return {"prompt": prompt, "topK": k, "alpha": alpha, "stop": stop, "tokens": row[len(prompt):],
            "scores": [float(f"{x:.8g}") for x in scores]}


models = []
for make in (lstm, gpt):
    model, read = make()
    cases = [search(read, prompt, k, alpha, stop)
             for prompt in ([1], [3, 2, 5]) for k, alpha in ((4, 0.6), (3, 0.3), (V, 0.9), (2, 0.5))
             for stop in (-1, 4)]
    logits, hidden = read([3, 2, 5, 0])
    models.append({**model, "parameters": {name: flat(t) for name, t in model["parameters"].items()},
                   "row": [3, 2, 5, 0], "hidden": flat(hidden), "cases": cases})

print(json.dumps({"torch": torch.__version__, "maxTokens": MOST, "models": models}))
