"""Keras 3 on TensorFlow: the ordinary layers, `train_on_batch`, compiled as Keras chooses (`jit_compile="auto"`)."""
import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
from common import THREADS, WORKLOADS, asked, time_training, weights
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(THREADS)
tf.config.threading.set_inter_op_parallelism_threads(THREADS)
import keras
from keras import layers


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
    given = []
    for name, array in weights(workload).items():
        given += list(array.reshape(s["width"], 3, -1).swapaxes(0, 1)) if name.endswith("/qkv") else [array]
    own = model.trainable_weights
    assert len(own) == len(given)
    for variable, array in zip(own, given):
        variable.assign(array.reshape(variable.shape))
    model.compile(keras.optimizers.Adam(1e-3, epsilon=1e-8),
                  keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def make_step(workload):
    def make(dropout):
        model = build(workload, dropout)

        def step(inputs, targets):
            model.reset_metrics()  # train_on_batch gives a mean over the steps since
            return float(model.train_on_batch(inputs, targets))
        return step
    return make


kind, workload = asked()
assert kind == "train", "Keras has no compiled generation loop of its own"
time_training("Keras", workload, make_step(workload))
