"""Golden numbers of gradient clipping and the cross-entropy, from PyTorch 2.13.

    pip install torch==2.13.0 && python tests/golden/loss_and_clip.py > tests/golden/loss_and_clip.json && deno fmt tests/golden/loss_and_clip.json
"""
import json

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


print(json.dumps({
    "torch": torch.__version__,
    "clip": [clip(1, 0.5), clip(0.01, 1.0), clip(0, 1.0)],
    "crossEntropy": [cross_entropy(1), cross_entropy(200)],
    "maskedCrossEntropy": [masked_cross_entropy(1), masked_cross_entropy(200)],
}))
