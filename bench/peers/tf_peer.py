"""TensorFlow without Keras: one `tf.function` under XLA for a training step, the LSTM as `tf.scan`; another for the whole
generation, a `tf.while_loop`."""
import itertools

from common import THREADS, TOKENS, WORKLOADS, asked, time_generation, time_training, weights
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(THREADS)
tf.config.threading.set_inter_op_parallelism_threads(THREADS)


def cell(z, c):
    i, f, g, o = tf.split(z, 4, -1)
    c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
    return tf.sigmoid(o) * tf.tanh(c), c


def lstm_logits(w, ids, s, mask):
    x = tf.gather(w["embedding"], tf.transpose(ids))  # (T, B, E)
    for i in range(s["layers"]):
        t, b, n = x.shape
        from_inputs = tf.reshape(tf.reshape(x, (t * b, n)) @ w[f"{i}/kernel"] + w[f"{i}/bias"], (t, b, -1))

        def body(state, row, recurrent=w[f"{i}/recurrent"]):
            h, c = state
            return cell(row + (h if mask is None else h * mask) @ recurrent, c)
        zeros = tf.zeros((b, s["units"]))
        x = tf.scan(body, from_inputs, (zeros, zeros))[0]
    x = tf.reshape(x, (-1, s["units"]))
    if "dense" in s:
        x = tf.nn.relu(x @ w["dense/kernel"] + w["dense/bias"])
    return x @ w["output/kernel"] + w["output/bias"]  # (TB, V)


def norm(x, gain):
    d = x - tf.reduce_mean(x, -1, keepdims=True)
    return d * tf.math.rsqrt(tf.reduce_mean(d * d, -1, keepdims=True) + 1e-5) * gain


def decoder_logits(w, ids, s):
    b, t = ids.shape
    d, heads = s["width"], s["heads"]
    x = tf.reshape(tf.gather(w["tokens"], ids) + w["positions"][:t], (b * t, d))
    unseen = (tf.linalg.band_part(tf.ones((t, t)), -1, 0) - 1) * 1e9
    for i in range(s["layers"]):
        qkv = tf.reshape(norm(x, w[f"{i}/norm_1"]) @ w[f"{i}/qkv"], (b, t, 3, heads, d // heads))
        q, k, v = tf.unstack(tf.transpose(qkv, (2, 0, 3, 1, 4)))
        mixed = tf.nn.softmax(tf.matmul(q, k, transpose_b=True) * (d // heads) ** -0.5 + unseen) @ v
        x += tf.reshape(tf.transpose(mixed, (0, 2, 1, 3)), (b * t, d)) @ w[f"{i}/project"]
        x += tf.nn.gelu(norm(x, w[f"{i}/norm_2"]) @ w[f"{i}/up"]) @ w[f"{i}/down"]
    return tf.matmul(norm(x, w["norm"]), w["tokens"], transpose_b=True)  # (BT, V)


def make_step(workload):
    s = WORKLOADS[workload]

    def make(dropout):
        rate = s.get("recurrentDropout", 0) if dropout else 0
        variables = {name: tf.Variable(a) for name, a in weights(workload).items()}
        slots = [[tf.Variable(tf.zeros_like(p)) for p in variables.values()] for _ in "mv"]
        steps = tf.Variable(0.0)

        @tf.function(jit_compile=True)
        def update(inputs, targets):
            steps.assign_add(1)
            with tf.GradientTape() as tape:
                w = {name: tf.convert_to_tensor(variable) for name, variable in variables.items()}
                if s["kind"] == "decoder":
                    logits = decoder_logits(w, inputs, s)
                else:
                    uniform = tf.random.stateless_uniform((s["batch"], s["units"]), tf.stack([1, tf.cast(steps, tf.int32)]))
                    mask = tf.where(uniform < rate, 0.0, 1 / (1 - rate)) if rate else None
                    logits, targets = lstm_logits(w, inputs, s, mask), tf.transpose(targets)
                loss = tf.reduce_mean(
                    tf.nn.sparse_softmax_cross_entropy_with_logits(tf.reshape(targets, (-1,)), logits))
            gradients = tape.gradient(loss, list(variables.values()))
            for p, m, v, g in zip(variables.values(), *slots, gradients):
                g = tf.convert_to_tensor(g)
                m.assign(0.9 * m + 0.1 * g)
                v.assign(0.999 * v + 0.001 * g * g)
                p.assign_sub(1e-3 * (m / (1 - 0.9 ** steps)) / (tf.sqrt(v / (1 - 0.999 ** steps)) + 1e-8))
            return loss
        return lambda inputs, targets: float(update(tf.constant(inputs), tf.constant(targets)))
    return make


def generator(workload, batch, n):
    s = WORKLOADS[workload]
    w = {name: tf.constant(a) for name, a in weights(workload).items()}
    if s["kind"] == "decoder":
        d, heads, t = s["width"], s["heads"], s["steps"]
        start = [tf.zeros((t, batch, heads, d // heads)) for _ in range(2 * s["layers"])]

        def advance(i, token, caches):
            """With a ring of keys and values: past the context, the oldest position is overwritten."""
            place, after = i % t, []
            x = tf.gather(w["tokens"], token) + tf.gather(w["positions"], place)
            for k in range(s["layers"]):
                qkv = tf.reshape(norm(x, w[f"{k}/norm_1"]) @ w[f"{k}/qkv"], (batch, 3, heads, d // heads))
                q, *new = tf.unstack(qkv, axis=1)  # (B, heads, D / heads)
                keys, values = (tf.tensor_scatter_nd_update(cache, [[place]], row[None])
                                for cache, row in zip(caches[2 * k : 2 * k + 2], new))
                scores = tf.einsum("bhd,tbhd->bht", q, keys) * (d // heads) ** -0.5
                shares = tf.nn.softmax(tf.where(tf.range(t) <= i, scores, -1e9))
                x += tf.reshape(tf.einsum("bht,tbhd->bhd", shares, values), (batch, d)) @ w[f"{k}/project"]
                x += tf.nn.gelu(norm(x, w[f"{k}/norm_2"]) @ w[f"{k}/up"]) @ w[f"{k}/down"]
                after += [keys, values]
            return tf.matmul(norm(x, w["norm"]), w["tokens"], transpose_b=True), after
    else:
        start = [tf.zeros((batch, s["units"])) for _ in range(2 * s["layers"])]

        def advance(_i, token, states):
            x, after = tf.gather(w["embedding"], token), []
            for k in range(s["layers"]):
                h, c = states[2 * k : 2 * k + 2]
                x, c = cell(x @ w[f"{k}/kernel"] + w[f"{k}/bias"] + h @ w[f"{k}/recurrent"], c)
                after += [x, c]
            return x @ w["output/kernel"] + w["output/bias"], after

    @tf.function(jit_compile=True)
    def whole(seed):
        def body(i, token, ids, *state):
            logits, state = advance(i, token, state)
            uniform = tf.random.stateless_uniform(logits.shape, tf.stack([seed, i]), minval=1e-20)
            token = tf.argmax(logits - tf.math.log(-tf.math.log(uniform)), -1, tf.int32)
            return i + 1, token, ids.write(i, token), *state
        ids = tf.TensorArray(tf.int32, n, element_shape=(batch,))
        return tf.while_loop(lambda i, *_: i < n, body, (0, tf.zeros(batch, tf.int32), ids, *start))[2].stack()
    seeds = itertools.count()
    return lambda _n: whole(tf.constant(next(seeds))).numpy()


kind, workload, batch = asked()
if kind == "train":
    time_training("TensorFlow", workload, make_step(workload))
else:
    time_generation("TensorFlow", workload, generator(workload, batch, TOKENS), batch=batch)
