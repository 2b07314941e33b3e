"""The machine's best rate of matrix products, of a few sizes, by PyTorch."""
import json
import time

from common import THREADS
import torch

torch.set_num_threads(THREADS)
best = 0.0
for n in (512, 1024, 2048):
    a, b = torch.randn(n, n), torch.randn(n, n)
    for _ in range(12 if n < 2048 else 6):
        start = time.perf_counter()
        a @ b
        best = max(best, 2 * n ** 3 / (time.perf_counter() - start) / 1e9)
print(json.dumps({"peakGflops": best}))
