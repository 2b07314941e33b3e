"""Golden numbers of learning rate schedules, from PyTorch 2.13 and Keras 3.15.

    pip install torch==2.13.0 keras==3.15.1
    python tests/golden/schedules.py > tests/golden/schedules.json && deno fmt tests/golden/schedules.json
"""
import json
import os
import types
import warnings

os.environ["KERAS_BACKEND"] = "torch"
warnings.simplefilter("ignore")
import keras
import torch

S, K = torch.optim.lr_scheduler, keras.optimizers.schedules


def with_torch(peak, steps, make):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=peak)
    scheduler, rates = make(optimizer), []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def with_keras(steps, schedule):
    return [float(schedule(step)) for step in range(steps)]


def warm_up_and(fall, start, peak, warmup):
    return lambda o: S.SequentialLR(o, [S.LinearLR(o, start / peak, 1, warmup), fall(o)], [warmup])


def one_cycle(steps, **options):
    """OneCycleLR must not be stepped beyond its end, so the last rate is read without a step."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=1)
    scheduler, rates = S.OneCycleLR(optimizer, total_steps=steps, **options), []
    for step in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step + 1 < steps:
            scheduler.step()
    return rates


LOSSES = [3.0, 2.5, 2.5, 2.49999, 2.6, 2.4, 2.4, 2.41, 2.5, 2.4, 2.39, 2.5, 2.5, 2.5, 2.3, 2.3, 2.2999, 2.3, 2.4, 2.3, 2.3,
          2.3, 2.3, 2.3, 2.3, 2.3, 2.3, 2.2, 2.2, 2.2]


def plateau_of_torch(peak, **options):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=peak)
    scheduler, rates = S.ReduceLROnPlateau(optimizer, **options), []
    for loss in LOSSES:
        scheduler.step(loss)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def plateau_of_keras(peak, **options):
    callback, rates = keras.callbacks.ReduceLROnPlateau(**options), []
    optimizer = types.SimpleNamespace(learning_rate=peak)
    callback.set_model(types.SimpleNamespace(optimizer=optimizer))
    callback.on_train_begin()
    for epoch, loss in enumerate(LOSSES):
        callback.on_epoch_end(epoch, {"val_loss": loss})
        rates.append(float(optimizer.learning_rate))
    return rates


CASES = [
    ({"name": "constant", "peak": 0.5, "warmup": 4, "start": 0.1},
     with_torch(0.5, 12, lambda o: S.LinearLR(o, 0.2, 1, 4))),
    ({"name": "linear", "peak": 0.5, "end": 0.05}, with_torch(0.5, 12, lambda o: S.LinearLR(o, 1, 0.1, 12))),
    ({"name": "linear", "peak": 0.5}, with_keras(12, K.PolynomialDecay(0.5, 12, 0.0, 1.0))),
    ({"name": "linear", "peak": 0.5, "warmup": 3, "start": 0.1, "end": 0.05},
     with_torch(0.5, 12, warm_up_and(lambda o: S.LinearLR(o, 1, 0.1, 9), 0.1, 0.5, 3))),
    ({"name": "cosine", "peak": 0.5, "end": 0.02}, with_torch(0.5, 12, lambda o: S.CosineAnnealingLR(o, 12, 0.02))),
    ({"name": "cosine", "peak": 0.5, "warmup": 4, "start": 0.1, "end": 0.02},
     with_torch(0.5, 12, warm_up_and(lambda o: S.CosineAnnealingLR(o, 8, 0.02), 0.1, 0.5, 4))),
    ({"name": "cosine", "peak": 0.5, "warmup": 4, "end": 0.02},
     with_keras(12, K.CosineDecay(0.0, 8, alpha=0.02 / 0.5, warmup_target=0.5, warmup_steps=4))),
    ({"name": "cosine", "peak": 0.5, "warmup": 0.25}, with_keras(12, K.CosineDecay(0.0, 9, warmup_target=0.5, warmup_steps=3))),
    ({"name": "one-cycle", "peak": 0.5}, one_cycle(12, max_lr=0.5)),
    ({"name": "one-cycle", "peak": 0.5, "anneal": "linear"}, one_cycle(12, max_lr=0.5, anneal_strategy="linear")),
    ({"name": "one-cycle", "peak": 0.5, "warmup": 0.5, "startDivisor": 10, "endDivisor": 100},
     one_cycle(11, max_lr=0.5, pct_start=0.5, div_factor=10, final_div_factor=100)),
    # Too short to rise.
    ({"name": "one-cycle", "peak": 0.5}, one_cycle(2, max_lr=0.5)),
]
PLATEAUS = [
    ({"peak": 0.5}, plateau_of_torch(0.5)),
    ({"peak": 0.5, "patience": 2, "factor": 0.5}, plateau_of_torch(0.5, patience=2, factor=0.5)),
    ({"peak": 0.5, "patience": 0, "factor": 0.5, "threshold": 0.01}, plateau_of_torch(0.5, patience=0, factor=0.5, threshold=0.01)),
    ({"peak": 0.5, "patience": 1, "factor": 0.3, "cooldown": 2, "min": 0.01},
     plateau_of_torch(0.5, patience=1, factor=0.3, cooldown=2, min_lr=0.01)),
    ({"peak": 2e-8, "patience": 0, "factor": 0.5}, plateau_of_torch(2e-8, patience=0, factor=0.5)),
    ({"peak": 0.5, "form": "keras"}, plateau_of_keras(0.5)),
    ({"peak": 0.5, "patience": 2, "factor": 0.5, "form": "keras"}, plateau_of_keras(0.5, patience=2, factor=0.5)),
    ({"peak": 0.5, "patience": 0, "factor": 0.5, "threshold": 0.01, "form": "keras"},
     plateau_of_keras(0.5, patience=0, factor=0.5, min_delta=0.01)),
    ({"peak": 0.5, "patience": 1, "factor": 0.3, "cooldown": 2, "min": 0.01, "form": "keras"},
     plateau_of_keras(0.5, patience=1, factor=0.3, cooldown=2, min_lr=0.01)),
    ({"peak": 0.5, "patience": 3, "factor": 0.5, "cooldown": 3, "form": "keras"},
     plateau_of_keras(0.5, patience=3, factor=0.5, cooldown=3)),
]
print(json.dumps({
    "torch": torch.__version__, "keras": keras.__version__,
    "cases": [{"choice": choice, "rates": rates} for choice, rates in CASES],
    "validationLosses": LOSSES,
    "plateaus": [{"options": options, "rates": rates} for options, rates in PLATEAUS],
}))
