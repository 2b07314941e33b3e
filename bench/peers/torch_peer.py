"""PyTorch, eager: nn.LSTM and scaled_dot_product_attention, the fused Adam."""
from common import THREADS, WORKLOADS, asked, time_generation, time_training, weights
import torch
from torch import nn
import torch.nn.functional as F

torch.set_num_threads(THREADS)
torch.manual_seed(0)


class LSTMModel(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.embedding = nn.Embedding(s["vocabSize"], s["embedding"])
        self.lstm = nn.LSTM(s["embedding"], s["units"], s["layers"], batch_first=True)
        self.dense = nn.Linear(s["units"], s["dense"]) if "dense" in s else None
        self.output = nn.Linear(s.get("dense", s["units"]), s["vocabSize"])

    def load(self, w):
        self.embedding.weight.copy_(w["embedding"])
        for i in range(self.lstm.num_layers):
            getattr(self.lstm, f"weight_ih_l{i}").copy_(w[f"{i}/kernel"].T)
            getattr(self.lstm, f"weight_hh_l{i}").copy_(w[f"{i}/recurrent"].T)
            getattr(self.lstm, f"bias_ih_l{i}").copy_(w[f"{i}/bias"])
            # One bias is trained, not two of which each takes the same step.
            getattr(self.lstm, f"bias_hh_l{i}").zero_().requires_grad_(False)
        for name, layer in (("dense", self.dense), ("output", self.output)):
            if layer is not None:
                layer.weight.copy_(w[name + "/kernel"].T)
                layer.bias.copy_(w[name + "/bias"])

    def forward(self, ids, state=None):
        x, state = self.lstm(self.embedding(ids), state)
        if self.dense is not None:
            x = torch.relu(self.dense(x))
        return self.output(x), state


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm_1, self.norm_2 = nn.LayerNorm(width, bias=False), nn.LayerNorm(width, bias=False)
        self.qkv, self.project = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.up, self.down = nn.Linear(width, 4 * width, bias=False), nn.Linear(4 * width, width, bias=False)

    def forward(self, x, cache=None, place=None, mask=None):
        b, t, width = x.shape
        q, k, v = (y.view(b, t, self.heads, -1).transpose(1, 2) for y in self.qkv(self.norm_1(x)).split(width, 2))
        if cache is not None:
            for kept, new in zip(cache, (k, v)):
                kept.index_copy_(2, place, new)
            k, v = cache
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=cache is None)
        x = x + self.project(y.transpose(1, 2).reshape(b, t, width))
        return x + self.down(F.gelu(self.up(self.norm_2(x))))


class Decoder(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(s["vocabSize"], s["width"]), nn.Embedding(s["steps"], s["width"])
        self.blocks = nn.ModuleList(Block(s["width"], s["heads"]) for _ in range(s["layers"]))
        self.norm = nn.LayerNorm(s["width"], bias=False)

    def load(self, w):
        self.tokens.weight.copy_(w["tokens"])
        self.positions.weight.copy_(w["positions"])
        for i, block in enumerate(self.blocks):
            for name in ("norm_1", "qkv", "project", "norm_2", "up", "down"):
                given = w[f"{i}/{name}"]
                getattr(block, name).weight.copy_(given.T if given.dim() == 2 else given)
        self.norm.weight.copy_(w["norm"])

    def forward(self, ids):
        x = self.tokens(ids) + self.positions.weight[: ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        return F.linear(self.norm(x), self.tokens.weight), None

    def step(self, ids, place, caches, mask):
        x = self.tokens(ids) + self.positions(place)
        for block, cache in zip(self.blocks, caches):
            x = block(x, cache, place, mask)
        return F.linear(self.norm(x), self.tokens.weight)


def build(workload):
    s = WORKLOADS[workload]
    model = (Decoder if s["kind"] == "decoder" else LSTMModel)(s)
    with torch.no_grad():
        model.load({name: torch.from_numpy(a) for name, a in weights(workload).items()})
    return model


def make_step(workload):
    def make(_dropout):
        model = build(workload)
        trained = [p for p in model.parameters() if p.requires_grad]
        optimizer = torch.optim.Adam(trained, lr=1e-3, fused=True)

        def step(inputs, targets):
            logits, _ = model(torch.from_numpy(inputs).long())
            loss = F.cross_entropy(logits.view(-1, logits.shape[-1]), torch.from_numpy(targets).long().view(-1))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            return loss.item()
        return step
    return make


@torch.inference_mode()
def generate_lstm(model, n):
    ids, token, state = [], torch.zeros(1, 1, dtype=torch.long), None
    for _ in range(n):
        logits, state = model(token, state)
        token = torch.multinomial(logits[:, -1].softmax(-1), 1)
        ids.append(token.item())
    return ids


@torch.inference_mode()
def generate_decoder(model, s, n):
    """With a ring of keys and values: past the context, the oldest position is overwritten."""
    t, size = s["steps"], s["width"] // s["heads"]
    caches = [[torch.zeros(1, s["heads"], t, size) for _ in "kv"] for _ in range(s["layers"])]
    ids, token = [], torch.zeros(1, 1, dtype=torch.long)
    for i in range(n):
        mask = (torch.arange(t) <= i).view(1, 1, 1, t)
        logits = model.step(token, torch.tensor([i % t]), caches, mask)
        token = torch.multinomial(logits[:, -1].softmax(-1), 1)
        ids.append(token.item())
    return ids


kind, workload = asked()
if kind == "train":
    note = "without recurrent dropout, which nn.LSTM has not" if workload == "W3" else ""
    time_training("PyTorch", workload, make_step(workload), note)
else:
    model, s = build(workload), WORKLOADS[workload]
    time_generation("PyTorch", workload,
                    lambda n: generate_decoder(model, s, n) if s["kind"] == "decoder" else generate_lstm(model, n))
