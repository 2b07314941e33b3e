"""Golden numbers of Adam, gradient clipping and the cross-entropy, from PyTorch 2.13.

    pip install torch==2.13.0 && python tests/golden/optimizer.py > tests/golden/optimizer.json && deno fmt tests/golden/optimizer.json
"""
import json

import torch
import torch.nn.functional as F

torch.manual_seed(11)
torch.set_num_threads(1)


def flat(t):
    return [float(x) for x in t.detach().double().flatten()]


def adam(**options):
    """Eight steps over two parameters with given gradients, of very different sizes, one of them zero."""
    parameters = [torch.randn(3, 2).requires_grad_(), torch.randn(4).requires_grad_()]
    start = [flat(p) for p in parameters]
    optimizer = torch.optim.Adam(parameters, **{"lr" if k == "learningRate" else "eps" if k == "epsilon" else k: v
                                                for k, v in options.items() if not k.startswith("beta")},
                                 betas=(options.get("beta1", 0.9), options.get("beta2", 0.999)))
    gradients, after = [], []
    for step in range(8):
        scale = 10.0 ** ((step % 4) * 2 - 4)
        for p in parameters:
            p.grad = torch.randn_like(p) * scale * (0 if step == 5 else 1)
        gradients.append([flat(p.grad) for p in parameters])
        optimizer.step()
        after.append([flat(p) for p in parameters])
    return {"options": options, "shapes": [list(p.shape) for p in parameters], "start": start,
            "gradients": gradients, "after": after}


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


print(json.dumps({
    "torch": torch.__version__,
    "adam": [adam(), adam(learningRate=0.05, beta1=0.8, beta2=0.95, epsilon=1e-3)],
    "clip": [clip(1, 0.5), clip(0.01, 1.0), clip(0, 1.0)],
    "crossEntropy": [cross_entropy(1), cross_entropy(200)],
}))
