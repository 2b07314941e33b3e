"""Golden numbers of the optimizers, from PyTorch 2.13 and Keras 3.15 on TensorFlow 2.21, with a learning rate that changes.

    pip install torch==2.13.0 tensorflow-cpu==2.21.0 keras==3.15.1
    python tests/golden/optimizers.py > tests/golden/optimizers.json && deno fmt tests/golden/optimizers.json
"""
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import torch

rng = np.random.default_rng(5)
SHAPES = [(3, 2), (4,)]
START = [rng.normal(size=s).astype("float32") for s in SHAPES]
SCALES = [1, 1e-3, 10, 0, 0.1, 1, 1, 1e-2, 3, 1] * 2
GRADIENTS = [[(rng.normal(size=s) * k).astype("float32") for s in SHAPES] for k in SCALES]
RATES = [0.05 if i < 7 else 0.01 for i in range(20)]

flat = lambda arrays: [[float(f"{x:.9g}") for x in np.asarray(a).ravel()] for a in arrays]  # exact in float32


def with_torch(make):
    parameters = [torch.tensor(a.copy(), requires_grad=True) for a in START]
    optimizer, after = make(parameters), []
    for rate, gradients in zip(RATES, GRADIENTS):
        for group in optimizer.param_groups:
            group["lr"] = rate
        for p, g in zip(parameters, gradients):
            p.grad = torch.tensor(g)
        optimizer.step()
        after.append(flat(p.detach() for p in parameters))
    return after


def with_keras(optimizer):
    parameters = [keras.Variable(a.copy(), name=name) for a, name in zip(START, ["kernel", "norm_bias"])]
    after = []
    for rate, gradients in zip(RATES, GRADIENTS):
        optimizer.learning_rate = rate
        optimizer.apply([keras.ops.convert_to_tensor(g) for g in gradients], parameters)
        after.append(flat(p.numpy() for p in parameters))
    return after


def without_decay(optimizer, names):
    optimizer.exclude_from_weight_decay(var_names=names)
    return optimizer


T, K = torch.optim, keras.optimizers
CASES = [
    ({"name": "sgd"}, with_torch(lambda p: T.SGD(p, 0.1))),
    ({"name": "sgd", "weightDecay": 0.1}, with_torch(lambda p: T.SGD(p, 0.1, weight_decay=0.1))),
    ({"name": "sgd", "momentum": 0.9, "weightDecay": 0.1}, with_torch(lambda p: T.SGD(p, 0.1, 0.9, weight_decay=0.1))),
    ({"name": "sgd", "momentum": 0.9, "nesterov": True},
     with_torch(lambda p: T.SGD(p, 0.1, 0.9, nesterov=True))),
    ({"name": "sgd", "momentum": 0.9, "nesterov": True, "weightDecay": 0.1},
     with_torch(lambda p: T.SGD(p, 0.1, 0.9, nesterov=True, weight_decay=0.1))),
    ({"name": "sgd", "form": "keras"}, with_keras(K.SGD(0.1))),
    ({"name": "sgd", "weightDecay": 0.1, "form": "keras"}, with_keras(K.SGD(0.1, weight_decay=0.1))),
    ({"name": "sgd", "momentum": 0.9, "form": "keras"}, with_keras(K.SGD(0.1, 0.9))),
    ({"name": "sgd", "momentum": 0.9, "nesterov": True, "form": "keras"}, with_keras(K.SGD(0.1, 0.9, nesterov=True))),
    ({"name": "sgd", "momentum": 0.9, "nesterov": True, "weightDecay": 0.1, "form": "keras"},
     with_keras(K.SGD(0.1, 0.9, nesterov=True, weight_decay=0.1))),
    ({"name": "rmsprop"}, with_torch(lambda p: T.RMSprop(p))),
    ({"name": "rmsprop", "centered": True}, with_torch(lambda p: T.RMSprop(p, centered=True))),
    ({"name": "rmsprop", "momentum": 0.5, "weightDecay": 0.1},
     with_torch(lambda p: T.RMSprop(p, momentum=0.5, weight_decay=0.1))),
    ({"name": "rmsprop", "rho": 0.8, "momentum": 0.5, "centered": True, "epsilon": 1e-3},
     with_torch(lambda p: T.RMSprop(p, alpha=0.8, momentum=0.5, centered=True, eps=1e-3))),
    ({"name": "rmsprop", "form": "keras"}, with_keras(K.RMSprop())),
    ({"name": "rmsprop", "centered": True, "form": "keras"}, with_keras(K.RMSprop(centered=True))),
    ({"name": "rmsprop", "momentum": 0.5, "weightDecay": 0.1, "form": "keras"},
     with_keras(K.RMSprop(momentum=0.5, weight_decay=0.1))),
    ({"name": "rmsprop", "rho": 0.8, "momentum": 0.5, "centered": True, "epsilon": 1e-3, "form": "keras"},
     with_keras(K.RMSprop(rho=0.8, momentum=0.5, centered=True, epsilon=1e-3))),
    ({"name": "adagrad"}, with_torch(lambda p: T.Adagrad(p))),
    ({"name": "adagrad", "initialSum": 0.3, "epsilon": 1e-3, "weightDecay": 0.1},
     with_torch(lambda p: T.Adagrad(p, initial_accumulator_value=0.3, eps=1e-3, weight_decay=0.1))),
    ({"name": "adagrad", "form": "keras"}, with_keras(K.Adagrad())),
    ({"name": "adagrad", "initialSum": 0, "epsilon": 1e-3, "weightDecay": 0.1, "form": "keras"},
     with_keras(K.Adagrad(initial_accumulator_value=0.0, epsilon=1e-3, weight_decay=0.1))),
    ({"name": "lion"}, with_keras(K.Lion())),
    ({"name": "lion", "beta1": 0.8, "beta2": 0.95, "weightDecay": 0.2},
     with_keras(K.Lion(beta_1=0.8, beta_2=0.95, weight_decay=0.2))),
    ({"name": "adam"}, with_torch(lambda p: T.Adam(p))),
    ({"name": "adam", "weightDecay": 0.2}, with_torch(lambda p: T.Adam(p, weight_decay=0.2))),
    ({"name": "adam", "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3},
     with_torch(lambda p: T.Adam(p, betas=(0.8, 0.95), eps=1e-3))),
    # 1 - beta2 ** t is off by far more than the tolerance here unless it is taken with care in float32.
    ({"name": "adam", "beta2": 0.9999999}, with_torch(lambda p: T.Adam(p, betas=(0.9, 0.9999999)))),
    ({"name": "adam", "form": "keras"}, with_keras(K.Adam())),
    ({"name": "adam", "weightDecay": 0.2, "form": "keras"}, with_keras(K.Adam(weight_decay=0.2))),
    ({"name": "adam", "epsilon": 1e-3, "form": "keras"}, with_keras(K.Adam(epsilon=1e-3))),
    ({"name": "adamw"}, with_torch(lambda p: T.AdamW(p))),
    ({"name": "adamw", "weightDecay": 0.2}, with_torch(lambda p: T.AdamW(p, weight_decay=0.2))),
    # The second parameter, whose name is norm/bias here, decays not.
    ({"name": "adamw", "weightDecay": 0.2, "excludeFromDecay": ["bias"]},
     with_torch(lambda p: T.AdamW([{"params": p[:1]}, {"params": p[1:], "weight_decay": 0}], weight_decay=0.2))),
    ({"name": "sgd", "weightDecay": 0.2, "excludeFromDecay": ["norm", "embedding"], "form": "keras"},
     with_keras(without_decay(K.SGD(0.1, weight_decay=0.2), ["norm"]))),
    ({"name": "adamw", "form": "keras"}, with_keras(K.AdamW())),
    ({"name": "adamw", "weightDecay": 0.2, "form": "keras"}, with_keras(K.AdamW(weight_decay=0.2))),
]
print(json.dumps({
    "torch": torch.__version__, "keras": keras.__version__, "shapes": SHAPES, "start": flat(START),
    "gradients": [flat(g) for g in GRADIENTS], "rates": RATES,
    "cases": [{"choice": choice, "after": after} for choice, after in CASES],
}))
