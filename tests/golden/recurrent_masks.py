"""Golden numbers of recurrent dropout with a mask for each gate, from Keras 3.15 on PyTorch 2.13.

    pip install keras==3.15.1 torch==2.13.0
    KERAS_BACKEND=torch python tests/golden/recurrent_masks.py > tests/golden/recurrent_masks.json
    deno fmt tests/golden/recurrent_masks.json

Keras draws a mask for each gate where `recurrent_dropout` is not 0; here they are given to the cell before the call.
"""
import json

import keras
import numpy as np
import torch

rng = np.random.default_rng(3)
T, B, E, H = 4, 3, 3, 5
draw = lambda *shape: rng.normal(size=shape).astype("float32") * 0.7
flat = lambda a: [float(f"{x:.9g}") for x in np.asarray(a, dtype="float64").ravel()]
numpy = lambda tensor: tensor.detach().numpy()

CASES = {
    "lstm": (4, lambda: keras.layers.LSTM(H, return_sequences=True, recurrent_dropout=0.5)),
    "gru": (3, lambda: keras.layers.GRU(H, return_sequences=True, recurrent_dropout=0.5)),
    "gruResetBefore": (
        3,
        lambda: keras.layers.GRU(H, return_sequences=True, recurrent_dropout=0.5, reset_after=False),
    ),
}


def run(gates, make):
    layer = make()
    x = draw(B, T, E)
    layer.build(x.shape)
    layer.set_weights([draw(*w.shape) for w in layer.weights])
    masks = (rng.random((gates, B, H)) < 0.6).astype("float32") * 2
    layer.cell._recurrent_dropout_mask = [torch.tensor(mask) for mask in masks]
    state = [draw(B, H) for _ in range(2 if gates == 4 else 1)]
    inputs = torch.tensor(x, requires_grad=True)
    first = [torch.tensor(s, requires_grad=True) for s in state]
    weights = draw(B, T, H)
    outputs = layer(inputs, initial_state=first, training=True)
    (outputs * torch.tensor(weights)).sum().backward()
    time_first = lambda a: flat(np.transpose(a, (1, 0, 2)))
    names = ["kernel", "recurrentKernel", "bias"]
    return {
        "x": time_first(x),
        "state": [flat(s) for s in state],
        "masks": flat(np.concatenate(list(masks), axis=1)),
        "weights": {name: flat(w) for name, w in zip(names, layer.get_weights())},
        "lossWeights": time_first(weights),
        "outputs": time_first(numpy(outputs)),
        "gradients": {
            "x": time_first(inputs.grad.numpy()),
            "state": [flat(s.grad.numpy()) for s in first],
            **{name: flat(v.value.grad.numpy()) for name, v in zip(names, layer.trainable_weights)},
        },
    }


print(json.dumps({"sizes": {"T": T, "B": B, "E": E, "H": H}, "layers": {name: run(*case) for name, case in CASES.items()}}))
