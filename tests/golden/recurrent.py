"""Golden numbers of the simple RNN, both forms of the GRU, layer normalisation and the Keras stack, from PyTorch 2.13 and
Keras 3.15 on TensorFlow 2.21.

    pip install torch==2.13.0 tensorflow-cpu==2.21.0 keras==3.15.1
    python tests/golden/recurrent.py > tests/golden/recurrent.json && deno fmt tests/golden/recurrent.json

torch.nn.GRU keeps its gates in the order reset, update, candidate (ours, as Keras's: update, reset, candidate) and its
matrices transposed; torch.nn.RNN has two biases, of which the second is zero here.

The gradient of the embedding goes to Keras's Adam as a dense tensor, as on its other backends: on TensorFlow, Keras squares
the parts of a row that come from several places one by one, before it adds them up.
"""
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
import torch

rng = np.random.default_rng(11)
torch.set_num_threads(1)
T, B, E, H = 5, 3, 4, 6
draw = lambda *shape, scale=1.0: (rng.normal(size=shape) * scale).astype("float32")
flat = lambda a: [float(f"{x:.9g}") for x in np.asarray(a, dtype="float64").ravel()]


def swap(gates):
    """Exchanges PyTorch's reset and update gate, in rows."""
    r, z, n = np.split(gates, 3)
    return np.concatenate([z, r, n])


def layer_of_torch(kind):
    """Outputs and gradients of a layer, in double precision."""
    gates = {"rnn": 1, "gru": 3}[kind]
    order = swap if kind == "gru" else (lambda rows: rows)
    given = {"x": draw(T, B, E), "h0": draw(B, H), "kernel": draw(E, gates * H, scale=0.4),
             "recurrentKernel": draw(H, gates * H, scale=0.4), "bias": draw(gates * H, scale=0.4)}
    if kind == "gru":
        given["recurrentBias"] = draw(gates * H, scale=0.4)
    theirs = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU}[kind](E, H).double()
    with torch.no_grad():
        theirs.weight_ih_l0.copy_(torch.tensor(order(given["kernel"].T)))
        theirs.weight_hh_l0.copy_(torch.tensor(order(given["recurrentKernel"].T)))
        theirs.bias_ih_l0.copy_(torch.tensor(order(given["bias"])))
        theirs.bias_hh_l0.copy_(torch.tensor(order(given["recurrentBias"])) if kind == "gru" else torch.zeros(H))
    x = torch.tensor(given["x"], dtype=torch.double, requires_grad=True)
    h0 = torch.tensor(given["h0"], dtype=torch.double, requires_grad=True)
    outputs, h = theirs(x, h0[None])
    # Different weights for every number, so that no gradient is hidden by symmetry.
    weights = {"outputs": draw(T, B, H), "h": draw(B, H)}
    ((outputs * torch.tensor(weights["outputs"])).sum() + (h[0] * torch.tensor(weights["h"])).sum()).backward()
    gradients = {"x": x.grad, "h0": h0.grad, "kernel": order(theirs.weight_ih_l0.grad.numpy()).T,
                 "recurrentKernel": order(theirs.weight_hh_l0.grad.numpy()).T,
                 "bias": order(theirs.bias_ih_l0.grad.numpy())}
    if kind == "gru":
        gradients["recurrentBias"] = order(theirs.bias_hh_l0.grad.numpy())
    return described(given, weights, outputs.detach(), h.detach(), gradients)


def layer_of_keras(layer, gates):
    """The same from Keras, in double precision, for a layer of one bias."""
    given = {"x": draw(T, B, E), "h0": draw(B, H), "kernel": draw(E, gates * H, scale=0.4),
             "recurrentKernel": draw(H, gates * H, scale=0.4), "bias": draw(gates * H, scale=0.4)}
    weights = {"outputs": draw(T, B, H), "h": draw(B, H)}
    x = tf.Variable(np.swapaxes(given["x"], 0, 1).astype("float64"))  # Keras's axes: rows first
    h0 = tf.Variable(given["h0"].astype("float64"))
    layer.build(x.shape)
    layer.set_weights([given[name] for name in ("kernel", "recurrentKernel", "bias")])
    with tf.GradientTape() as tape:
        outputs, h = layer(x, initial_state=h0)
        loss = tf.reduce_sum(outputs * np.swapaxes(weights["outputs"], 0, 1)) + tf.reduce_sum(h * weights["h"])
    names = ["x", "h0", "kernel", "recurrentKernel", "bias"]
    gradients = dict(zip(names, tape.gradient(loss, [x, h0, *[v.value for v in layer.trainable_variables]])))
    gradients["x"] = np.swapaxes(gradients["x"], 0, 1)
    return described(given, weights, np.swapaxes(outputs, 0, 1), h, gradients)


def described(given, weights, outputs, h, gradients):
    return {"given": {k: flat(v) for k, v in given.items()}, "lossWeights": {k: flat(v) for k, v in weights.items()},
            "outputs": flat(outputs), "h": flat(h), "gradients": {k: flat(v) for k, v in gradients.items()}}


def layer_norm(bias):
    """Outputs and gradients of torch.nn.LayerNorm."""
    given = {"x": draw(5, 8, scale=3.0), "gain": draw(8)}
    if bias:
        given["bias"] = draw(8)
    theirs = torch.nn.LayerNorm(8, bias=bias).double()
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(given["gain"]))
        if bias:
            theirs.bias.copy_(torch.tensor(given["bias"]))
    x = torch.tensor(given["x"], dtype=torch.double, requires_grad=True)
    y, weights = theirs(x), draw(5, 8)
    (y * torch.tensor(weights)).sum().backward()
    gradients = {"x": x.grad, "gain": theirs.weight.grad, **({"bias": theirs.bias.grad} if bias else {})}
    return {"given": {k: flat(v) for k, v in given.items()}, "lossWeights": flat(weights), "y": flat(y.detach()),
            "gradients": {k: flat(v) for k, v in gradients.items()}}


V, W, U, D = 7, 5, 6, 9  # vocabulary, embedding, units, dense
ROWS, STEPS, RATE, TRAINED = 2, 4, 0.02, 20
IDS = rng.integers(0, V, ROWS * STEPS * TRAINED + 1)


def training(kind, layers=1, dense=0, residual=False, norm=False, reset_after=None):
    """The losses of the first steps of a Keras model that carries its state, with Adam and no clipping."""
    config = {"vocabSize": V, "embedding": W, "units": U, "layers": layers, "dense": dense, "residual": residual,
              "layerNorm": norm, **({} if reset_after is None else {"resetAfter": reset_after})}
    L = keras.layers
    options = {"return_sequences": True, "stateful": True, "dtype": "float32"}
    make = {"rnn": lambda: L.SimpleRNN(U, **options), "lstm": lambda: L.LSTM(U, **options),
            "gru": lambda: L.GRU(U, reset_after=reset_after, **options)}[kind]
    ids = keras.Input((STEPS,), batch_size=ROWS, dtype="int32")
    named = [("embedding", L.Embedding(V, W))]
    x = named[0][1](ids)
    for i in range(layers):
        named.append((f"{kind}_{i + 1}", make()))
        y = named[-1][1](x)
        x = L.Add()([x, y]) if residual and i > 0 else y
        if norm:
            named.append((f"norm_{i + 1}", L.LayerNormalization(epsilon=1e-5)))
            x = named[-1][1](x)
    if dense:
        named.append(("dense", L.Dense(dense, activation="relu")))
        x = named[-1][1](x)
    named.append(("output", L.Dense(V)))
    model = keras.Model(ids, named[-1][1](x))

    parameters = {}
    for name, layer in named:
        arrays = [draw(*w.shape, scale=0.4) for w in layer.get_weights()]
        layer.set_weights(arrays)
        ours = {"embedding": ["table"], "norm": ["gain", "bias"], "dense": ["kernel", "bias"],
                "output": ["kernel", "bias"]}.get(name.split("_")[0], ["kernel", "recurrent_kernel", "bias"])
        for key, array in zip(ours, arrays):
            if key == "bias" and array.ndim == 2:  # the GRU's two biases lie in one array
                parameters[f"{name}/bias"], parameters[f"{name}/recurrent_bias"] = map(flat, array)
            else:
                parameters[f"{name}/{key}"] = flat(array)
    optimizer = keras.optimizers.Adam(RATE)
    streams = IDS[:-1].reshape(ROWS, -1), IDS[1:].reshape(ROWS, -1)
    losses = []
    for step in range(TRAINED):
        window = slice(step * STEPS, (step + 1) * STEPS)
        with tf.GradientTape() as tape:
            logits = model(streams[0][:, window], training=True)
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(
                streams[1][:, window], logits, from_logits=True))
        variables = model.trainable_variables
        gradients = tape.gradient(loss, [v.value for v in variables])
        optimizer.apply([tf.convert_to_tensor(g) for g in gradients], variables)
        losses.append(float(loss))
    return {"kind": kind, "config": config, "parameters": parameters, "losses": flat(losses),
            "outputBiasAfter": flat(named[-1][1].get_weights()[1])}


keras.config.set_floatx("float64")
layers = {
    "rnn": layer_of_torch("rnn"),
    "gru": layer_of_torch("gru"),
    "gruResetBefore": layer_of_keras(
        keras.layers.GRU(H, reset_after=False, return_sequences=True, return_state=True), 3),
}
keras.config.set_floatx("float32")
print(json.dumps({
    "torch": torch.__version__, "keras": keras.__version__,
    "sizes": {"T": T, "B": B, "E": E, "H": H},
    "layers": layers,
    "layerNorm": [layer_norm(True), layer_norm(False)],
    "training": {
        "batchSize": ROWS, "sequenceLength": STEPS, "learningRate": RATE, "ids": [int(i) for i in IDS],
        "cases": [
            training("rnn", layers=2),
            training("gru", reset_after=True),
            training("gru", reset_after=False),
            training("lstm", dense=D),
            training("lstm", layers=3, residual=True, norm=True),
        ],
    },
}))
