"""JAX by hand: one jitted step with donated buffers, the LSTM as lax.scan, generation as one jitted lax.scan."""
import os

from common import WORKLOADS, asked, time_generation, time_training, weights

os.environ.setdefault("JAX_PLATFORMS", "cpu")
import jax
import jax.numpy as jnp
from jax import lax


def cell(z, c):
    i, f, g, o = jnp.split(z, 4, -1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c


def lstm_logits(w, ids, s, mask):
    x = w["embedding"][ids.T]  # (T, B, E)
    for i in range(s["layers"]):
        t, b, n = x.shape
        from_inputs = (x.reshape(t * b, n) @ w[f"{i}/kernel"] + w[f"{i}/bias"]).reshape(t, b, -1)

        def body(state, row, recurrent=w[f"{i}/recurrent"]):
            h, c = state
            h, c = cell(row + (h if mask is None else h * mask) @ recurrent, c)
            return (h, c), h
        zeros = jnp.zeros((b, s["units"]))
        x = lax.scan(body, (zeros, zeros), from_inputs)[1]
    x = x.reshape(-1, s["units"])
    if "dense" in s:
        x = jax.nn.relu(x @ w["dense/kernel"] + w["dense/bias"])
    return x @ w["output/kernel"] + w["output/bias"]  # (TB, V)


def norm(x, gain):
    d = x - x.mean(-1, keepdims=True)
    return d * lax.rsqrt((d * d).mean(-1, keepdims=True) + 1e-5) * gain


def decoder_logits(w, ids, s):
    b, t = ids.shape
    d, heads = s["width"], s["heads"]
    x = (w["tokens"][ids] + w["positions"][:t]).reshape(b * t, d)
    causal = jnp.tril(jnp.ones((t, t), bool))
    for i in range(s["layers"]):
        qkv = (norm(x, w[f"{i}/norm_1"]) @ w[f"{i}/qkv"]).reshape(b, t, 3, heads, d // heads)
        q, k, v = qkv.transpose(2, 0, 3, 1, 4)
        scores = jnp.where(causal, q @ k.swapaxes(2, 3) * (d // heads) ** -0.5, -1e9)
        y = (jax.nn.softmax(scores) @ v).transpose(0, 2, 1, 3).reshape(b * t, d)
        x = x + y @ w[f"{i}/project"]
        x = x + jax.nn.gelu(norm(x, w[f"{i}/norm_2"]) @ w[f"{i}/up"], approximate=False) @ w[f"{i}/down"]
    return norm(x, w["norm"]) @ w["tokens"].T  # (BT, V)


def make_step(workload):
    s = WORKLOADS[workload]

    def make(dropout):
        rate = s.get("recurrentDropout", 0) if dropout else 0

        def loss_of(w, inputs, targets, key):
            if s["kind"] == "decoder":
                logits, targets = decoder_logits(w, inputs, s), targets.reshape(-1, 1)
            else:
                mask = jax.random.bernoulli(key, 1 - rate, (s["batch"], s["units"])) / (1 - rate) if rate else None
                logits, targets = lstm_logits(w, inputs, s, mask), targets.T.reshape(-1, 1)
            return -jnp.take_along_axis(jax.nn.log_softmax(logits), targets, 1).mean()

        def update(state, inputs, targets):
            w, m, v, t = state
            t = t + 1
            loss, g = jax.value_and_grad(loss_of)(w, inputs, targets, jax.random.fold_in(jax.random.key(0), t))
            m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
            v = jax.tree.map(lambda a, b: 0.999 * a + 0.001 * b * b, v, g)
            w = jax.tree.map(lambda p, a, b: p - 1e-3 * (a / (1 - 0.9 ** t)) / (jnp.sqrt(b / (1 - 0.999 ** t)) + 1e-8),
                             w, m, v)
            return (w, m, v, t), loss
        jitted = jax.jit(update, donate_argnums=0)
        w = {name: jnp.asarray(a) for name, a in weights(workload).items()}
        zeros = lambda: jax.tree.map(jnp.zeros_like, w)
        state = [(w, zeros(), zeros(), jnp.float32(0))]

        def step(inputs, targets):
            state[0], loss = jitted(state[0], inputs, targets)
            return float(loss)
        return step
    return make


def generator(workload, batch):
    s = WORKLOADS[workload]
    w = {name: jnp.asarray(a) for name, a in weights(workload).items()}
    key = jax.random.key(0)
    if s["kind"] == "decoder":
        d, heads, t = s["width"], s["heads"], s["steps"]
        state = [tuple(jnp.zeros((batch, heads, t, d // heads)) for _ in "kv") for _ in range(s["layers"])]

        def advance(state, token, place):
            x, after = w["tokens"][token] + w["positions"][place % t], []
            for i, (keys, values) in enumerate(state):
                qkv = (norm(x, w[f"{i}/norm_1"]) @ w[f"{i}/qkv"]).reshape(batch, 3, heads, 1, d // heads)
                q, k, v = qkv.swapaxes(0, 1)  # (B, heads, 1, D / heads)
                keys = lax.dynamic_update_slice(keys, k, (0, 0, place % t, 0))
                values = lax.dynamic_update_slice(values, v, (0, 0, place % t, 0))
                scores = jnp.where(jnp.arange(t) <= place, (q @ keys.swapaxes(2, 3)) * (d // heads) ** -0.5, -1e9)
                x = x + (jax.nn.softmax(scores) @ values).reshape(batch, d) @ w[f"{i}/project"]
                x = x + jax.nn.gelu(norm(x, w[f"{i}/norm_2"]) @ w[f"{i}/up"], approximate=False) @ w[f"{i}/down"]
                after.append((keys, values))
            return after, norm(x, w["norm"]) @ w["tokens"].T
    else:
        state = [tuple(jnp.zeros((batch, s["units"])) for _ in "hc") for _ in range(s["layers"])]

        def advance(state, token, _place):
            x, after = w["embedding"][token], []
            for i, (h, c) in enumerate(state):
                x, c = cell(x @ w[f"{i}/kernel"] + w[f"{i}/bias"] + h @ w[f"{i}/recurrent"], c)
                after.append((x, c))
            return after, x @ w["output/kernel"] + w["output/bias"]

    def whole(state, places):
        def body(carry, place):
            state, logits = advance(*carry, place)
            token = jax.random.categorical(jax.random.fold_in(key, place), logits)
            return (state, token), token
        return lax.scan(body, (state, jnp.zeros(batch, int)), places)[1]
    jitted = jax.jit(whole)
    return lambda n: jitted(state, jnp.arange(n)).tolist()


kind, workload, batch = asked()
if kind == "train":
    time_training("JAX", workload, make_step(workload))
else:
    time_generation("JAX", workload, generator(workload, batch), batch=batch)
