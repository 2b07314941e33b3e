"""Golden texts of beam search from Hugging Face transformers 5.23.

    pip install torch==2.13.0 transformers==5.23.0
    python tests/golden/beam_search.py > tests/golden/beam_search.json && deno fmt tests/golden/beam_search.json

The model is a table: the logits of a token to come next depend on the two tokens before it.
"""
import json

import torch
from transformers import GenerationConfig, GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutput

V, EOS = 7, 6
torch.manual_seed(5)
TABLE = (torch.randn(V, V, V) * 2).mul(256).round().div(256)


class Config(PretrainedConfig):
    model_type = "table"
    vocab_size, hidden_size, num_hidden_layers, num_attention_heads = V, 1, 1, 1


class Table(PreTrainedModel, GenerationMixin):
    config_class = Config

    def __init__(self, config):
        super().__init__(config)
        self.unused = torch.nn.Parameter(torch.zeros(1))
        self.post_init()

    def forward(self, input_ids, **_):
        before = torch.cat([torch.zeros_like(input_ids[:, :1]), input_ids[:, :-1]], 1)
        return CausalLMOutput(logits=TABLE[before, input_ids])

    def prepare_inputs_for_generation(self, input_ids, **_):
        return {"input_ids": input_ids}


model = Table(Config())
cases = []
for prompt in ([1], [3, 2]):
    for beams in (1, 2, 4, 5):
        for penalty in (1.0, 0.0, 2.0, -1.0):
            for early in (False, True, "never"):
                if beams == 1 and (penalty, early) != (1.0, False):
                    continue
                options = dict(num_beams=beams, length_penalty=penalty, early_stopping=early, max_new_tokens=9)
                out = model.generate(
                    torch.tensor([prompt]),
                    generation_config=GenerationConfig(
                        **(options if beams > 1 else dict(max_new_tokens=9)), do_sample=False, eos_token_id=EOS,
                        pad_token_id=EOS, num_return_sequences=beams, use_cache=False, return_dict_in_generate=True,
                        output_scores=True))
                texts = []
                for row in out.sequences.tolist():
                    row = row[len(prompt):]
                    texts.append(row[: row.index(EOS) + 1] if EOS in row else row)
                case = {"prompt": prompt, "beams": beams, "lengthPenalty": penalty, "earlyStopping": early, "tokens": texts}
                if beams > 1:
                    case["scores"] = [float(f"{x:.7g}") for x in out.sequences_scores.tolist()]
                cases.append(case)

print(json.dumps({"vocabSize": V, "stop": EOS, "maxTokens": 9, "table": TABLE.flatten().tolist(), "cases": cases}))
