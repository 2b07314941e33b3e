"""PyTorch: nn.LSTM and scaled_dot_product_attention, the fused Adam; eager, or with --compile by torch.compile.

What is compiled is the forward pass with its loss and its gradient, and a step of the generation with the choice of the
token. torch.compile leaves nn.LSTM as it is, so its recurrent dropout (W3) and its step are written out for it.
"""
import os

from common import THREADS, WORKLOADS, asked, flag, time_generation, time_training, weights

os.environ["TORCHINDUCTOR_FORCE_DISABLE_CACHES"] = "1"  # the first call shows what compiling takes
import torch
from torch import nn
import torch.nn.functional as F

torch.set_num_threads(THREADS)
torch.manual_seed(0)
COMPILED = flag("compile")


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
        return self.head(x), state

    def head(self, x):
        return self.output(x if self.dense is None else torch.relu(self.dense(x)))

    def step(self, ids, states):
        """One token of every row, and the states after it."""
        x, after = self.embedding(ids), []
        for i, (h, c) in enumerate(states):
            z = F.linear(x, getattr(self.lstm, f"weight_ih_l{i}"), getattr(self.lstm, f"bias_ih_l{i}"))
            x, c = self.cell(z, h, c, getattr(self.lstm, f"weight_hh_l{i}"))
            after.append((x, c))
        return self.head(x), after

    def unrolled(self, ids, rate):
        """The one layer step by step, with a mask of recurrent dropout for each row."""
        b, t = ids.shape
        z = F.linear(self.embedding(ids.T), self.lstm.weight_ih_l0, self.lstm.bias_ih_l0)  # (T, B, 4H)
        h = c = z.new_zeros(b, self.lstm.hidden_size)
        mask = torch.empty_like(h).bernoulli_(1 - rate) / (1 - rate) if rate else None
        outputs = []
        for row in z.unbind(0):
            h, c = self.cell(row, h if mask is None else h * mask, c, self.lstm.weight_hh_l0)
            outputs.append(h)
        return self.head(torch.stack(outputs, 1))

    @staticmethod
    def cell(z, h, c, recurrent):
        i, f, g, o = torch.addmm(z, h, recurrent.T).chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


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
    rate, unrolled = WORKLOADS[workload].get("recurrentDropout", 0), COMPILED and workload == "W3"

    def make(dropout):
        model = build(workload)

        def loss_of(ids, targets):
            logits = model.unrolled(ids, rate if dropout else 0) if unrolled else model(ids)[0]
            return F.cross_entropy(logits.view(-1, logits.shape[-1]), targets.view(-1))
        loss_of = torch.compile(loss_of) if COMPILED else loss_of
        trained = [p for p in model.parameters() if p.requires_grad]
        optimizer = torch.optim.Adam(trained, lr=1e-3, fused=True)

        def step(inputs, targets):
            loss = loss_of(torch.from_numpy(inputs).long(), torch.from_numpy(targets).long())
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            return loss.item()
        return step
    return make


def choose(logits, seen):
    return torch.multinomial(logits.softmax(-1), 1)


def choose_by_chain(logits, seen):
    """Repetition penalty 1.1 for the tokens seen, top-k 40, top-p 0.95, min-p 0.05, temperature 0.8."""
    scores = logits.gather(1, seen)
    logits = logits.scatter(1, seen, torch.where(scores > 0, scores / 1.1, scores * 1.1))
    scores, ids = logits.topk(min(40, logits.shape[1]))  # in falling order
    p = scores.softmax(-1)
    removed = (p.cumsum(-1) - p >= 0.95) | (p < 0.05 * p[:, :1])
    p = (scores.masked_fill(removed, -torch.inf) / 0.8).softmax(-1)
    return ids.gather(1, torch.multinomial(p, 1))


class Seen:
    """The last 64 tokens of every row, which the penalty looks at."""

    def __init__(self, batch):
        self.ids, self.count = torch.zeros(batch, 64, dtype=torch.long), 0

    def add(self, token):
        self.count += 1
        self.ids[:, self.count % 64] = token.view(-1)


@torch.inference_mode()
def generate_lstm(model, s, batch, n):
    ids, token, state, seen = [], torch.zeros(batch, 1, dtype=torch.long), None, Seen(batch)
    for _ in range(n):
        logits, state = model(token, state)
        token = choose(logits[:, -1], seen.ids)
        seen.add(token)
        ids.append(token.tolist())
    return ids


@torch.inference_mode()
def generate_lstm_compiled(model, s, batch, n):
    ids, token, seen = [], torch.zeros(batch, dtype=torch.long), Seen(batch)
    states = [(torch.zeros(batch, s["units"]),) * 2 for _ in range(s["layers"])]
    for _ in range(n):
        token, states = lstm_step(model, token, states, seen.ids)
        seen.add(token)
        ids.append(token.tolist())
    return ids


def lstm_step(model, token, states, seen):
    logits, states = model.step(token, states)
    return choose(logits, seen)[:, 0], states


@torch.inference_mode()
def generate_decoder(model, s, batch, n):
    """With a ring of keys and values: past the context, the oldest position is overwritten."""
    t, size = s["steps"], s["width"] // s["heads"]
    caches = [[torch.zeros(batch, s["heads"], t, size) for _ in "kv"] for _ in range(s["layers"])]
    ids, token, seen = [], torch.zeros(batch, 1, dtype=torch.long), Seen(batch)
    for i in range(n):
        mask = (torch.arange(t) <= i).view(1, 1, 1, t)
        token = decoder_step(model, token, torch.tensor([i % t]), caches, mask, seen.ids)
        seen.add(token)
        ids.append(token.tolist())
    return ids


def decoder_step(model, token, place, caches, mask, seen):
    return choose(model.step(token, place, caches, mask)[:, -1], seen)


kind, workload, batch = asked()
name = "PyTorch, compiled" if COMPILED else "PyTorch"
if kind == "train":
    note = "without recurrent dropout, which nn.LSTM has not" if workload == "W3" and not COMPILED else ""
    time_training(name, workload, make_step(workload), note)
else:
    model, s = build(workload), WORKLOADS[workload]
    if kind == "chain":
        choose = choose_by_chain
    generate = generate_decoder if s["kind"] == "decoder" else generate_lstm
    if COMPILED:
        lstm_step, decoder_step = torch.compile(lstm_step), torch.compile(decoder_step)
        generate = generate_decoder if s["kind"] == "decoder" else generate_lstm_compiled
    time_generation(name, workload, lambda n: generate(model, s, batch, n), batch=batch, kind=kind)
