"""Golden numbers of layers models with convolutions that pad in front alone or have gaps, from Keras 3.15 on PyTorch 2.13.

    pip install keras==3.15.1 torch==2.13.0
    KERAS_BACKEND=torch python tests/golden/layers_convolution.py > tests/golden/layers_convolution.json
    deno fmt tests/golden/layers_convolution.json
"""
import json

import keras
import numpy as np

rng = np.random.default_rng(5)
V, T, B, STEPS = 5, 6, 3, 3
flat = lambda a: [float(f"{x:.9g}") for x in np.asarray(a, dtype="float64").ravel()]
numpy = keras.ops.convert_to_numpy
L = keras.layers

MODELS = {
    "causal": [
        L.Embedding(V, 4),
        L.Conv1D(6, 3, padding="causal", activation="relu"),
        L.Conv1D(7, 2, padding="causal", dilation_rate=2, activation="tanh", use_bias=False),
        L.Dense(V),
    ],
    "gaps": [
        L.Embedding(V, 4),
        L.Conv1D(6, 3, dilation_rate=2, activation="tanh"),
        L.GlobalMaxPooling1D(),
        L.Dense(V),
    ],
}


def run(layers):
    model = keras.Sequential([keras.Input((T,), dtype="int32"), *layers])
    model.set_weights([rng.normal(size=w.shape).astype("float32") * 0.6 for w in model.weights])
    weights = [flat(w) for w in model.get_weights()]
    ids = rng.integers(0, V, size=(B, T)).astype("int32")
    targets = rng.integers(0, V, size=(B, T)).astype("int32")
    logits = flat(numpy(model(ids)))
    model.compile(
        optimizer=keras.optimizers.SGD(0.5),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    is_everywhere = len(model.output_shape) == 3
    wanted = targets if is_everywhere else targets[:, -1]
    losses = [float(model.train_on_batch(ids, wanted)) for _ in range(STEPS)]
    return {
        "weights": weights,
        "ids": ids.tolist(),
        "targets": targets.tolist(),
        "logits": logits,
        "losses": flat(losses),
        "trained": [flat(w) for w in model.get_weights()],
    }


print(json.dumps({"vocabSize": V, "context": T, "models": {name: run(layers) for name, layers in MODELS.items()}}))
