"""Beam search of Hugging Face transformers over a GPT-2 with the library's weights.

    beams_peer.py WEIGHTS.safetensors JOB

JOB is JSON: sizes, prompt, beams, maxTokens, calls. Prints one line of JSON: milliseconds of each call, tokens and score
of the best text.
"""
import json
import os
import sys
import time

THREADS = int(os.environ.get("BENCH_THREADS", os.cpu_count()))
os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(THREADS)
import torch  # noqa: E402  (after the numbers of threads)
from safetensors.torch import load_file  # noqa: E402
from transformers import GenerationConfig, GPT2Config, GPT2LMHeadModel  # noqa: E402

torch.set_num_threads(THREADS)
job = json.loads(sys.argv[2])
model = GPT2LMHeadModel(GPT2Config(
    vocab_size=job["vocabSize"], n_positions=job["context"], n_embd=job["width"], n_layer=job["layers"],
    n_head=job["heads"])).eval()
given = load_file(sys.argv[1])
names = {"transformer.wte.weight": "embedding/table", "transformer.wpe.weight": "positions/table",
         "transformer.ln_f.weight": "norm/gain", "transformer.ln_f.bias": "norm/bias"}
for i in range(job["layers"]):
    for theirs, ours in {
        "ln_1": "norm_1", "attn.c_attn": "attention/qkv", "attn.c_proj": "attention/projection", "ln_2": "norm_2",
        "mlp.c_fc": "feed_forward/up", "mlp.c_proj": "feed_forward/down",
    }.items():
        kernel = "gain" if theirs.startswith("ln") else "kernel"
        names[f"transformer.h.{i}.{theirs}.weight"] = f"block_{i + 1}/{ours}/{kernel}"
        names[f"transformer.h.{i}.{theirs}.bias"] = f"block_{i + 1}/{ours}/bias"
with torch.no_grad():
    parameters = dict(model.named_parameters())
    assert parameters.keys() == names.keys(), parameters.keys() ^ names.keys()
    for theirs, ours in names.items():
        parameters[theirs].copy_(given[ours])

prompt = torch.tensor([job["prompt"]])
config = GenerationConfig(
    num_beams=job["beams"], max_new_tokens=job["maxTokens"], do_sample=False, eos_token_id=None, pad_token_id=0,
    return_dict_in_generate=True, output_scores=True)
times = []
with torch.inference_mode():
    for _ in range(job["calls"]):
        start = time.perf_counter()
        out = model.generate(prompt, attention_mask=torch.ones_like(prompt), generation_config=config)
        times.append((time.perf_counter() - start) * 1000)
print(json.dumps({"ms": times, "tokens": out.sequences[0, prompt.shape[1]:].tolist(),
                  "score": out.sequences_scores[0].item()}))
