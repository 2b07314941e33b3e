"""Keras 3: the ordinary layers and `train_on_batch` on TensorFlow, compiled as Keras chooses (`jit_compile="auto"`).

--jit compiles by XLA, --jax computes with JAX instead. Generation is `predict` for every token; with --jit it is one
compiled loop. An LSTM carries its state from token to token; the decoder's layers know no cache of keys and values, so
that the whole context is read again for every token.
"""
import itertools
import os

from common import THREADS, TOKENS, WORKLOADS, asked, flag, time_generation, time_training, weights

JAX, JIT = flag("jax"), flag("jit")
os.environ["KERAS_BACKEND"] = "jax" if JAX else "tensorflow"
os.environ.setdefault("JAX_PLATFORMS", "cpu")
import numpy as np

if not JAX:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(THREADS)
import keras
from keras import layers, ops


class Adam(keras.optimizers.Adam):
    """Adam as the other programs have it, in two points that part the losses of W3 by 0.085 within 20 steps.

    Keras adds ε to the root of the uncorrected mean square, which is up to 30 times as much; and where the gradient of an
    embedding comes as rows, it squares the rows of a repeated token one by one, not their sum.
    """

    def update_step(self, gradient, variable, learning_rate):
        self.epsilon = 1e-8 * ops.sqrt(1 - self.beta_2 ** ops.cast(self.iterations + 1, "float32"))
        super().update_step(gradient if JAX else tf.convert_to_tensor(gradient), variable, learning_rate)


class Positions(layers.Layer):
    def build(self, shape):
        self.table = self.add_weight(shape=(shape[1], shape[2]))

    def call(self, x):
        return x + self.table


def build(workload, dropout):
    s = WORKLOADS[workload]
    inputs = keras.Input((s["steps"],), dtype="int32")
    if s["kind"] == "decoder":
        d = s["width"]
        tokens = layers.ReversibleEmbedding(s["vocabSize"], d)
        x = Positions()(tokens(inputs))
        for _ in range(s["layers"]):
            y = layers.LayerNormalization(center=False, epsilon=1e-5)(x)
            x = x + layers.MultiHeadAttention(s["heads"], d // s["heads"], use_bias=False)(y, y, use_causal_mask=True)
            y = layers.LayerNormalization(center=False, epsilon=1e-5)(x)
            y = layers.Dense(4 * d, activation="gelu", use_bias=False)(y)
            x = x + layers.Dense(d, use_bias=False)(y)
        outputs = tokens(layers.LayerNormalization(center=False, epsilon=1e-5)(x), reverse=True)
    else:
        x = layers.Embedding(s["vocabSize"], s["embedding"])(inputs)
        for _ in range(s["layers"]):
            rate = s.get("recurrentDropout", 0.0) if dropout else 0.0
            x = layers.LSTM(s["units"], return_sequences=True, recurrent_dropout=rate)(x)
        if "dense" in s:
            x = layers.Dense(s["dense"], activation="relu")(x)
        outputs = layers.Dense(s["vocabSize"])(x)
    model = keras.Model(inputs, outputs)
    load(model, workload)
    model.compile(Adam(1e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                  jit_compile=True if JIT else "auto")
    return model


def load(model, workload):
    given = []
    for name, array in weights(workload).items():
        given += list(array.reshape(len(array), 3, -1).swapaxes(0, 1)) if name.endswith("/qkv") else [array]
    own = model.trainable_weights
    assert len(own) == len(given)
    for variable, array in zip(own, given):
        variable.assign(array.reshape(variable.shape))


def make_step(workload):
    def make(dropout):
        model = build(workload, dropout)

        def step(inputs, targets):
            model.reset_metrics()  # train_on_batch gives a mean over the steps since
            return float(model.train_on_batch(inputs, targets))
        return step
    return make


def choose(logits):
    """A token for every row, in NumPy, by the largest of the logits with Gumbel noise."""
    return (logits + np.random.default_rng().gumbel(size=logits.shape)).argmax(-1).astype("int32")


def predict_lstm(workload, batch):
    """`predict` of a stateful model that sees one token."""
    s = WORKLOADS[workload]
    inputs = keras.Input(batch_shape=(batch, 1), dtype="int32")
    x = layers.Embedding(s["vocabSize"], s["embedding"])(inputs)
    for _ in range(s["layers"]):
        x = layers.LSTM(s["units"], stateful=True)(x)
    model = keras.Model(inputs, layers.Dense(s["vocabSize"])(x))
    load(model, workload)

    def generate(n):
        ids, token = [], np.zeros(batch, "int32")
        for _ in range(n):
            token = choose(model.predict(token[:, None], batch_size=batch, verbose=0))
            ids.append(token)
        return ids
    return generate


def predict_decoder(workload, batch):
    """`predict` of the whole context."""
    model, t = build(workload, False), WORKLOADS[workload]["steps"]

    def generate(n):
        ids = np.zeros((batch, n + 1), "int32")
        for i in range(n):
            first = max(0, i + 1 - t)
            window = np.zeros((batch, t), "int32")
            window[:, : i + 1 - first] = ids[:, first : i + 1]
            ids[:, i + 1] = choose(model.predict(window, batch_size=batch, verbose=0)[:, i - first])
        return ids[:, 1:].T
    return generate


def compiled_loop(workload, batch, length):
    """The whole generation as one `ops.while_loop`, compiled by XLA."""
    s, model = WORKLOADS[workload], build(workload, False)
    if s["kind"] == "decoder":
        start = [ops.zeros((batch, s["steps"]), "int32")]

        def advance(i, token, window):
            t, i = s["steps"], ops.cast(i, "int32")
            full = ops.concatenate([window[:, 1:], token[:, None]], 1)
            begun = ops.where(ops.arange(t) == i, token[:, None], window)
            window = ops.where(i < t, begun, full)
            return ops.take(model(window), ops.minimum(i, t - 1), 1), window
    else:
        _, embedding, *recurrent, output = model.layers
        start = [ops.zeros((batch, s["units"])) for _ in range(2 * s["layers"])]

        def advance(_i, token, *state):
            x, after = embedding(token), []
            for k, layer in enumerate(recurrent):
                x, states = layer.cell(x, state[2 * k : 2 * k + 2])
                after += states
            return output(x), *after

    @tf.function(jit_compile=True)
    def whole(seed):
        def body(i, token, ids, *state):
            logits, *state = advance(i, token, *state)
            uniform = tf.random.stateless_uniform(logits.shape, tf.stack([seed, i]))
            token = ops.argmax(logits - ops.log(-ops.log(uniform + 1e-20)), -1)
            return i + 1, token, ops.slice_update(ids, (i, 0), token[None]), *state
        ids = ops.zeros((length, batch), "int32")
        return ops.while_loop(lambda i, *_: i < length, body,
                              [ops.zeros((), "int32"), ops.zeros(batch, "int32"), ids, *start])[2]
    seeds = itertools.count()
    return lambda _n: whole(tf.constant(next(seeds))).numpy()


kind, workload, batch = asked()
name = "Keras on JAX" if JAX else "Keras, XLA" if JIT else "Keras"
if kind == "train":
    time_training(name, workload, make_step(workload))
else:
    decoder = WORKLOADS[workload]["kind"] == "decoder"
    note = "reads the whole context for every token" if decoder else ""
    if JIT:
        tokens, repeats = (100, 3) if decoder else (TOKENS, 7)
        time_generation(name, workload, compiled_loop(workload, batch, tokens), note, batch, tokens, repeats)
    else:
        make = predict_decoder if decoder else predict_lstm
        time_generation(name, workload, make(workload, batch), note, batch, tokens=25, repeats=3)
