"""Golden numbers of gradient clipping, the cross-entropy and label smoothing, from PyTorch 2.13; of the focal loss, from
Keras 3.15, with its gradient by PyTorch.

    pip install torch==2.13.0 keras==3.15.1
    python tests/golden/loss_and_clip.py > tests/golden/loss_and_clip.json && deno fmt tests/golden/loss_and_clip.json
"""
import json
import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import torch
import torch.nn.functional as F

torch.manual_seed(11)
torch.set_num_threads(1)


def flat(t):
    return [float(x) for x in t.detach().double().flatten()]


def clip(scale, max_norm):
    tensors = [torch.zeros(2, 3), torch.zeros(5)]
    for t in tensors:
        t.grad = torch.randn_like(t) * scale
    before = [flat(t.grad) for t in tensors]
    norm = torch.nn.utils.clip_grad_norm_(tensors, max_norm)
    return {"maxNorm": max_norm, "shapes": [list(t.shape) for t in tensors], "gradients": before,
            "norm": float(norm), "clipped": [flat(t.grad) for t in tensors]}


def cross_entropy(scale):
    logits = (torch.randn(6, 5) * scale).requires_grad_()
    targets = torch.tensor([0, 4, 2, 2, 1, 3])
    loss = F.cross_entropy(logits, targets)
    loss.backward()
    return {"shape": [6, 5], "logits": flat(logits), "targets": targets.tolist(), "mean": loss.item(),
            "losses": flat(F.cross_entropy(logits, targets, reduction="none")), "gradient": flat(logits.grad)}


def masked_cross_entropy(scale):
    """The mean over the rows whose target is not to be ignored."""
    logits = (torch.randn(6, 5) * scale).requires_grad_()
    targets, mask = torch.tensor([0, 4, 2, 2, 1, 3]), torch.tensor([1, 0, 1, 1, 0, 1])
    loss = F.cross_entropy(logits, torch.where(mask == 1, targets, -100), ignore_index=-100)
    loss.backward()
    return {"shape": [6, 5], "logits": flat(logits), "targets": targets.tolist(), "mask": mask.tolist(),
            "mean": loss.item(), "gradient": flat(logits.grad)}


def smoothed_cross_entropy(scale, smoothing):
    """The mean over all rows, and over those whose target is not to be ignored."""
    logits = (torch.randn(6, 5) * scale).requires_grad_()
    targets, mask = torch.tensor([0, 4, 2, 2, 1, 3]), torch.tensor([1, 0, 1, 1, 0, 1])
    found = {"shape": [6, 5], "logits": flat(logits), "targets": targets.tolist(), "mask": mask.tolist(),
             "smoothing": smoothing}
    for name, wanted in [("all", targets), ("masked", torch.where(mask == 1, targets, -100))]:
        loss = F.cross_entropy(logits, wanted, label_smoothing=smoothing)
        logits.grad = None
        loss.backward()
        found[name] = {"mean": loss.item(), "gradient": flat(logits.grad)}
    return found


def focal(scale, gamma):
    """Keras's loss, without its weight alpha, in float64."""
    logits = (torch.randn(6, 5) * scale).double().requires_grad_()
    targets = torch.tensor([0, 4, 2, 2, 1, 3])
    one_hot = F.one_hot(targets, 5).double()
    keras.config.set_floatx("float64")
    # Keras keeps probabilities from 0 and 1 by this much, which would be seen in extreme rows.
    keras.config.set_epsilon(1e-300)
    loss = keras.losses.CategoricalFocalCrossentropy(alpha=1.0, gamma=gamma, from_logits=True)(one_hot, logits)
    loss.backward()
    return {"shape": [6, 5], "logits": flat(logits), "targets": targets.tolist(), "gamma": gamma,
            "mean": loss.item(), "gradient": flat(logits.grad)}


def clip_value(scale, max_value):
    tensors = [torch.zeros(2, 3), torch.zeros(5)]
    for t in tensors:
        t.grad = torch.randn_like(t) * scale
    before = [flat(t.grad) for t in tensors]
    torch.nn.utils.clip_grad_value_(tensors, max_value)
    return {"maxValue": max_value, "shapes": [list(t.shape) for t in tensors], "gradients": before,
            "clipped": [flat(t.grad) for t in tensors]}


print(json.dumps({
    "torch": torch.__version__,
    "clip": [clip(1, 0.5), clip(0.01, 1.0), clip(0, 1.0)],
    "crossEntropy": [cross_entropy(1), cross_entropy(200)],
    "maskedCrossEntropy": [masked_cross_entropy(1), masked_cross_entropy(200)],
    "smoothed": [smoothed_cross_entropy(1, 0.1), smoothed_cross_entropy(20, 0.4)],
    "focal": [focal(1, 2.0), focal(3, 1.0), focal(2, 0.5), focal(1, 0.0)],
    "clipValue": [clip_value(1, 0.5), clip_value(0.01, 1.0)],
}))
