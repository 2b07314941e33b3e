"""Which tokens Hugging Face's generate() leaves to choose from, for random scores and options, in its own order.

    pip install transformers torch
    python huggingface_chain.py > huggingface_chain.json

Written by transformers 5.24.0 and torch 2.13.0. The model is a stand-in that gives the scores of the case at every place; what
generate() made of them comes back as `scores`. Scores are sixteenths, so that they are the same in JSON; in every third case
they are halves, so that many are equal. A case in which one of several equal tokens would have to be left out is not used:
torch does not promise which.
"""

import json
import random

import torch
from transformers import GPT2Config, GPT2LMHeadModel
from transformers.modeling_outputs import CausalLMOutputWithPast

VOCAB = 40
NAMES = {
    "temperature": "temperature",
    "topH": "top_h",
    "topK": "top_k",
    "topP": "top_p",
    "minP": "min_p",
    "typicalP": "typical_p",
    "epsilonCutoff": "epsilon_cutoff",
    "etaCutoff": "eta_cutoff",
    "repetitionPenalty": "repetition_penalty",
}


class Fixed(GPT2LMHeadModel):
    """Gives the same scores at every place."""

    row = None

    def forward(self, input_ids=None, **_):
        logits = self.row.expand(*input_ids.shape, -1)
        return CausalLMOutputWithPast(logits=logits)


def main():
    random.seed(7)
    torch.manual_seed(7)
    config = GPT2Config(vocab_size=VOCAB, n_embd=4, n_layer=1, n_head=1, bos_token_id=0, eos_token_id=None)
    model = Fixed(config).eval()
    cases = []
    while len(cases) < 60:
        step = 8 if len(cases) % 3 == 0 else 1
        sixteenths = [round(random.gauss(0, 40) / step) * step for _ in range(VOCAB)]
        prompt = [random.randrange(VOCAB) for _ in range(random.randrange(1, 9))]
        choices = {
            "temperature": round(random.uniform(0.3, 2), 2),
            "topH": round(random.uniform(0.3, 0.95), 2),
            "topK": random.randrange(1, VOCAB),
            "topP": round(random.uniform(0.3, 0.99), 2),
            "minP": round(random.uniform(0, 0.3), 2),
            "typicalP": round(random.uniform(0.3, 0.99), 2),
            "epsilonCutoff": round(random.uniform(0.001, 0.1), 3),
            "etaCutoff": round(random.uniform(0.001, 0.2), 3),
            "repetitionPenalty": round(random.uniform(0.7, 1.8), 2),
        }
        options = {name: choices[name] for name in random.sample(list(NAMES), random.randrange(1, 6))}
        model.row = torch.tensor(sixteenths, dtype=torch.float32) / 16
        given = {NAMES[name]: value for name, value in options.items()}
        scores = model.generate(
            torch.tensor([prompt]),
            attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
            pad_token_id=0,
            do_sample=True,
            max_new_tokens=1,
            use_cache=False,
            output_scores=True,
            return_dict_in_generate=True,
            **{"top_k": 50, **given},
        ).scores[0][0]
        kept = [i for i in range(VOCAB) if scores[i] > -float("inf")]
        seen = {(sixteenths[i], i in prompt) for i in kept}
        if any((sixteenths[i], i in prompt) in seen for i in set(range(VOCAB)) - set(kept)):
            continue
        cases.append({"sixteenths": sixteenths, "prompt": prompt, "options": options,
                      "kept": kept, "scores": [round(float(scores[i]), 4) for i in kept]})
    print("[" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "]")


main()
