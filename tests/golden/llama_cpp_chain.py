"""What llama.cpp's samplers leave to choose from, each alone and in the chains that its command line makes.

    npm pack @node-llama-cpp/linux-x64@3.22.1 && tar xf node-llama-cpp-linux-x64-3.22.1.tgz
    python llama_cpp_chain.py package/bins/linux-x64 > llama_cpp_chain.json

Written by llama.cpp 0.5.0 as that package has it; the offsets below are that version's. No model is needed: samplers work on
scores, and for the chains there is a file that has nothing but the size of a vocabulary. Defaults and order come from the
program too: its parser reads the options, its common_sampler_init() makes the chain, its own printing names both.

Lists of numbers are strings with blanks between them, which is shorter. The scores to begin with are written in full. Where
equal scores are on both sides of a border, which of them stay is not promised: there `scores` alone are kept, in falling order.
Draws are the program's: a run gives the token that it drew, and what it left at the next place.
"""

import json
import math
import os
import random
import struct
import sys
import tempfile
from ctypes import (CDLL, CFUNCTYPE, POINTER, RTLD_GLOBAL, Structure, byref, c_bool, c_char, c_char_p, c_float, c_int32, c_int64,
                    c_size_t, c_uint32, c_void_p, cast, create_string_buffer, string_at)

FOLDER = os.path.join(sys.argv[1], "")
LIBRARIES = {}
for short, file in {
    "base": "libggml-base.so",
    "ggml": "libggml.v0.5.0.so",
    "llama": "libllama.v0.5.0.so",
    "common": "libllama-common.so",
}.items():
    LIBRARIES[short] = CDLL(FOLDER + file, mode=RTLD_GLOBAL)

VOCAB_ONLY = 72  # offset in llama_model_params
MODEL_PARAMS = 96  # size of it
OPTIONS = 1776  # offset of common_params_sampling in common_params
EXAMPLE = 2  # whose options the parser takes


class Token(Structure):
    _fields_ = [("id", c_int32), ("logit", c_float), ("p", c_float)]


class Tokens(Structure):
    _fields_ = [("data", POINTER(Token)), ("size", c_size_t), ("selected", c_int64), ("sorted", c_bool)]


class Bias(Structure):
    _fields_ = [("token", c_int32), ("bias", c_float)]


class Vector(Structure):
    """A std::vector."""
    _fields_ = [("first", c_void_p), ("end", c_void_p), ("room", c_void_p)]


class ModelParams(Structure):
    _fields_ = [("bytes", c_char * MODEL_PARAMS)]


def function(library, name, result, *types):
    found = getattr(LIBRARIES[library], name)
    found.restype, found.argtypes = result, types
    return found


accept = function("llama", "llama_sampler_accept", None, c_void_p, c_int32)
work = function("llama", "llama_sampler_apply", None, c_void_p, POINTER(Tokens))
dist = function("llama", "llama_sampler_init_dist", c_void_p, c_uint32)
SAMPLERS = {
    name: function("llama", "llama_sampler_init_" + name, c_void_p, *types)
    for name, types in {
        "top_k": [c_int32],
        "top_p": [c_float, c_size_t],
        "min_p": [c_float, c_size_t],
        "typical": [c_float, c_size_t],
        "top_n_sigma": [c_float],
        "temp": [c_float],
        "temp_ext": [c_float, c_float, c_float],
        "xtc": [c_float, c_float, c_size_t, c_uint32],
        "penalties": [c_int32, c_int32, c_float, c_float, c_float],
        "logit_bias": [c_int32, c_int32, c_void_p],
        "mirostat": [c_int32, c_uint32, c_float, c_float, c_int32],
        "mirostat_v2": [c_uint32, c_float, c_float],
        "adaptive_p": [c_float, c_float, c_uint32],
    }.items()
}
dry = function("llama", "_Z30llama_sampler_init_dry_testingffiiRKSt6vectorIS_IiSaIiEESaIS1_EE",
               c_void_p, c_float, c_float, c_int32, c_int32, POINTER(Vector))

ROWS = {}


def make_rows():
    """Scores, None for -Infinity."""
    gauss = lambda size, width, step=1 / 16: [round(random.gauss(0, width) / step) * step for _ in range(size)]
    ROWS.update({
        "eight": gauss(8, 2),
        "forty": gauss(40, 2.5),
        "ties": gauss(30, 2, 0.5),
        "flat": [1] * 8,
        "halves": [c_float(math.log(2.0**-i)).value for i in [1, 2, 3, 4, 5, 5]],
        "banned": [None if i % 4 == 1 else score for i, score in enumerate(gauss(24, 2.5))],
        "extreme": [10000, -10000, 9999.375, 0, -0.1875, 9999, 5000, 0.0625, -5000, 9993.75],
        "steep": [-2.5 * i for i in range(12)],
        "large": gauss(500, 2, 1 / 1024),
    })


def tokens_of(row):
    scores = [float("-inf") if x is None else x for x in ROWS[row]]
    data = (Token * len(scores))(*[Token(i, score, 0) for i, score in enumerate(scores)])
    return Tokens(data, len(scores), -1, False), data  # the array must live as long


def read(tokens):
    """What is left: ids, their scores and their probabilities, by rising id."""
    found = [(t.id, t.logit, t.p) for t in (tokens.data[i] for i in range(tokens.size))]
    return sorted(found for found in found if found[1] > -float("inf"))


def list_of(numbers):
    return " ".join("-Infinity" if x is None else f"{x:.9g}" for x in numbers)


def is_clear(row, left):
    """Whether no token that is gone has the score of one that is left."""
    scores = ROWS[row]
    ids = {id for id, _, _ in left}
    gone = {scores[i] for i in range(len(scores)) if i not in ids}
    return gone.isdisjoint({scores[i] for i in ids})


def sampler(name, *values):
    return SAMPLERS[name](*values)


def biased(bias):
    entries = (Bias * len(bias))(*[Bias(id, float("-inf") if b is None else b) for id, b in bias])
    return SAMPLERS["logit_bias"](10**6, len(bias), cast(entries, c_void_p))


def dry_of(options):
    lists = [(c_int32 * len(ids))(*ids) for ids in options.get("breakers", [])]
    vectors = (Vector * max(1, len(lists)))()
    for vector, ids in zip(vectors, lists):
        vector.first = cast(ids, c_void_p).value
        vector.end = vector.room = vector.first + 4 * len(ids)
    first = cast(vectors, c_void_p).value
    end = first + 24 * len(lists)
    return dry(options["multiplier"], options["base"], options["allowedLength"], options["window"],
               byref(Vector(first, end, end)))


def stage_case(row, made, options, prompt=(), changes=False):
    """One sampler alone; `changes` where it gives new scores."""
    for id in prompt:
        accept(made, id)
    tokens, _data = tokens_of(row)
    work(made, byref(tokens))
    left = read(tokens)
    case = {"row": row, "options": options}
    if prompt:
        case["prompt"] = list_of(prompt)
    clear = changes or is_clear(row, left)
    if clear:
        case["kept"] = list_of(id for id, _, _ in left)
    if changes or not clear:
        scores = [score for _, score, _ in left]
        case["scores"] = list_of(scores if clear else sorted(scores, reverse=True))
    return case


def stages():
    for row, scores in ROWS.items():
        size = len(scores)
        few = row == "large"
        for k in [3] if few else [0, 1, 3, size, size + 5]:
            yield stage_case(row, sampler("top_k", k), {"topK": k})
        for p in [0.5] if few else [0, 0.3, 0.8, 0.95, 1]:
            yield stage_case(row, sampler("top_p", p, 0), {"topP": p})
        for p in [0.3] if few else [0, 0.05, 0.3, 1]:
            yield stage_case(row, sampler("min_p", p, 0), {"minP": p})
        if row == "halves":  # borders that sums of probabilities meet exactly
            for p in [0.5, 0.75, 0.875, 0.9375]:
                yield stage_case(row, sampler("top_p", p, 0), {"topP": p})
            for p in [0.5, 0.25, 0.125, 0.0625]:
                yield stage_case(row, sampler("min_p", p, 0), {"minP": p})
            for p in [0.125, 0.25, 0.5, 0.75, 0.875]:
                yield stage_case(row, sampler("typical", p, 0), {"typicalP": p})
            for threshold in [0.5, 0.25, 0.125]:
                yield stage_case(row, sampler("xtc", 1, threshold, 0, 7),
                                 {"xtc": {"probability": 1, "threshold": threshold}})
        if None not in scores and row != "extreme":  # else it takes the logarithm of 0
            for p in [0.3] if few else [0, 0.2, 0.6, 0.9, 1]:
                case = stage_case(row, sampler("typical", p, 0), {"typicalP": p})
                if "kept" in case or row == "flat":
                    yield case
        for n in [2.5] if few else [0, 0.5, 1, 2.5]:
            yield stage_case(row, sampler("top_n_sigma", n), {"topNSigma": n})
        for threshold in [0.02] if few else [0.05, 0.1, 0.2, 0.5]:
            options = {"xtc": {"probability": 1, "threshold": threshold}}
            yield stage_case(row, sampler("xtc", 1, threshold, 0, 7), options)
        if few:
            continue
        for t in [0, 0.3, 1, 1.7]:
            yield stage_case(row, sampler("temp", t), {"temperature": t}, changes=True)
        for t, spread, exponent in [(0.8, 0.5, 1), (0.5, 1, 2), (1.2, 0.4, 0.5), (0, 0.7, 1), (0.6, 0, 1)]:
            dynamic = {"range": spread, "exponent": exponent}
            if None not in scores:  # it counts tokens of -Infinity among those that could be chosen
                yield stage_case(row, sampler("temp_ext", t, spread, exponent),
                                 {"temperature": t, "dynamicTemperature": dynamic}, changes=True)
        prompt = [random.randrange(size) for _ in range(9)]
        for window, *penalties in [(64, 1.3, 0, 0), (64, 1, 0.5, 0), (64, 1, 0, 0.7), (4, 1.1, 0.2, 0.3), (1, 0.8, -0.5, 0),
                                   (9, 1.5, 0, -1), (64, 1, 0, 0)]:
            options = dict(zip(["repetitionPenalty", "frequencyPenalty", "presencePenalty"], penalties))
            yield stage_case(row, sampler("penalties", size, window, *penalties), {**options, "penaltyWindow": window},
                             prompt, changes=True)
        for bias in [[(0, 1.5), (3, -2)], [(1, None), (2, None), (5, 4.25)], [(size - 1, -100), (size - 1, 1)]]:
            yield stage_case(row, biased(bias), {"logitBias": bias}, changes=True)
    for size in [2, 3, 3, 4]:
        for options in [{"multiplier": 0.8, "base": 1.75, "allowedLength": 2, "window": 64},
                        {"multiplier": 0.5, "base": 2, "allowedLength": 1, "window": 20},
                        {"multiplier": 1, "base": 1, "allowedLength": 3, "window": 64, "breakers": [[1]]},
                        {"multiplier": 0.3, "base": 1.2, "allowedLength": 1, "window": 64, "breakers": [[0, 1], [2]]}]:
            prompt = [random.randrange(size) for _ in range(40)]
            yield stage_case("eight", dry_of(options), {"dry": options}, prompt, changes=True)
    for length in [60, 200]:  # a repeat whose penalty is as large as single precision allows
        options = {"multiplier": 0.1, "base": 6, "allowedLength": 2, "window": length}
        yield stage_case("eight", dry_of(options), {"dry": options}, [4] * length, changes=True)


def run(name, options, make):
    """A sampler that draws by itself, over ten places."""
    made = make()
    steps = []
    for place in range(10):
        row = ["forty", "steep", "eight", "large"][place % 4 if options.get("version") != 1 else 0]
        tokens, _data = tokens_of(row)
        work(made, byref(tokens))
        drawn = tokens.data[tokens.selected]
        left = read(tokens)
        step = {"row": row, "drawn": drawn.id, "share": float(f"{drawn.p:.9g}")}
        if name == "mirostat":
            step["count"] = len(left)
        else:
            step["scores"] = list_of(score for _, score, _ in left[:8])
        steps.append(step)
        accept(made, drawn.id)
    return {"stage": name, "options": options, "steps": steps}


def runs():
    size = len(ROWS["forty"])
    for version, tau, eta in [(1, 3, 0.1), (1, 1.5, 0.3), (1, 5, 0.1), (2, 3, 0.1), (2, 1.5, 0.3), (2, 5, 0.6)]:
        options = {"version": version, "tau": tau, "eta": eta, **({"m": 30} if version == 1 else {})}
        yield run("mirostat", options, lambda: sampler("mirostat", size, 3, tau, eta, 30) if version == 1
                  else sampler("mirostat_v2", 3, tau, eta))
    for target, decay in [(0.3, 0.9), (0.55, 0.5), (1, 0.99), (0, 0)]:
        yield run("adaptiveP", {"target": target, "decay": decay}, lambda: sampler("adaptive_p", target, decay, 5))


FLAGS = {
    "temperature": "--temp",
    "topK": "--top-k",
    "topP": "--top-p",
    "minP": "--min-p",
    "typicalP": "--typical",
    "topNSigma": "--top-nsigma",
    "repetitionPenalty": "--repeat-penalty",
    "frequencyPenalty": "--frequency-penalty",
    "presencePenalty": "--presence-penalty",
    "penaltyWindow": "--repeat-last-n",
    "dynamicTemperature.range": "--dynatemp-range",
    "dynamicTemperature.exponent": "--dynatemp-exp",
    "xtc.probability": "--xtc-probability",
    "xtc.threshold": "--xtc-threshold",
    "dry.multiplier": "--dry-multiplier",
    "dry.base": "--dry-base",
    "dry.allowedLength": "--dry-allowed-length",
    "dry.window": "--dry-penalty-last-n",
    "mirostat.version": "--mirostat",
    "mirostat.tau": "--mirostat-ent",
    "mirostat.eta": "--mirostat-lr",
    "adaptiveP.target": "--adaptive-target",
    "adaptiveP.decay": "--adaptive-decay",
}


class Program:
    """The program's own chains, without a model."""

    def __init__(self):
        function("ggml", "ggml_backend_load_all_from_path", None, c_char_p)(FOLDER.encode())
        self.parse = function("common", "_Z19common_params_parseiPPcR13common_params13llama_examplePFviS0_E",
                              c_bool, c_int32, POINTER(c_char_p), c_void_p, c_int32, c_void_p)
        self.make_params = function("common", "_ZN13common_paramsC1Ev", None, c_void_p)
        self.init = function("common", "_Z19common_sampler_initPK11llama_modelR22common_params_sampling",
                             c_void_p, c_void_p, c_void_p)
        self.chain_of = function("common", "_Z18common_sampler_getPK14common_sampler", c_void_p, c_void_p)
        self.load = function("llama", "llama_model_load_from_file", c_void_p, c_char_p, ModelParams)
        self.models = {}

    def model(self, size):
        if size not in self.models:
            def pair(key, kind, value):
                return struct.pack("<Q", len(key)) + key + struct.pack("<I", kind) + value
            text = lambda value: struct.pack("<Q", len(value)) + value
            pairs = [pair(b"general.architecture", 8, text(b"llama")), pair(b"tokenizer.ggml.model", 8, text(b"none")),
                     pair(b"llama.vocab_size", 4, struct.pack("<I", size))]
            params = create_string_buffer(256)
            function("llama", "llama_model_default_params", None, c_void_p)(params)
            params[VOCAB_ONLY] = 1
            with tempfile.NamedTemporaryFile(suffix=".gguf") as file:
                file.write(b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs)) + b"".join(pairs) + bytes(64))
                file.flush()
                self.models[size] = self.load(file.name.encode(), ModelParams.from_buffer(params))
        return self.models[size]

    def params(self, flags):
        params = create_string_buffer(1 << 20)
        self.make_params(params)
        words = ["llama", "--model", "none", *flags]  # it wants a name, and does not look yet
        if not self.parse(len(words), (c_char_p * (len(words) + 1))(*[w.encode() for w in words], None),
                          params, EXAMPLE, None):
            raise ValueError(flags)
        return params

    def text(self, name, subject):
        string = create_string_buffer(64)
        function("common", name, None, c_void_p, c_void_p)(string, subject)
        return string_at(cast(string, POINTER(c_void_p))[0], cast(string, POINTER(c_size_t))[1]).decode()

    def sampler(self, size, flags):
        params = self.params(flags)
        return self.init(self.model(size), byref(params, OPTIONS))

    def order(self, flags=()):
        return self.text("_Z20common_sampler_printB5cxx11PK14common_sampler", self.sampler(8, flags)).split(" -> ")

    def defaults(self):
        lines = self.text("_ZNK22common_params_sampling5printB5cxx11Ev", byref(self.params([]), OPTIONS))
        return {name: float(value) for name, value in
                (entry.split(" = ") for line in lines.split("\n") for entry in line.strip("\t, ").split(", "))}

    def case(self, row, options, prompt):
        flags = ["--dry-sequence-breaker", "none"]
        for name, value in options.items():
            if name == "logitBias":
                for id, bias in value:
                    flags += ["--logit-bias", f"{id}{bias:+}"]
            elif isinstance(value, dict):
                for part, number in value.items():
                    flags += [FLAGS[f"{name}.{part}"], str(number)]
            else:
                flags += [FLAGS[name], str(value)]
        if "adaptiveP" in options:
            flags += ["--samplers", "penalties;dry;top_n_sigma;top_k;typ_p;top_p;min_p;xtc;temperature;adaptive_p"]
        chain = self.chain_of(self.sampler(len(ROWS[row]), flags))
        for id in prompt:
            accept(chain, id)
        tokens, _data = tokens_of(row)
        work(chain, byref(tokens))
        left = read(tokens)
        return {"row": row, "prompt": list_of(prompt), "options": options}, left


def chain_options():
    number = lambda low, high: lambda: round(random.uniform(low, high), 2)
    choices = {
        "logitBias": lambda: [(random.randrange(8), round(random.uniform(-3, 3), 2))],
        "repetitionPenalty": number(0.8, 1.5),
        "frequencyPenalty": number(0, 0.6),
        "presencePenalty": number(0, 0.6),
        "dry": lambda: {"multiplier": number(0.1, 1)(), "base": number(1.1, 2)(), "allowedLength": random.randrange(1, 4),
                        "window": random.randrange(5, 60)},
        "topNSigma": number(0.5, 3),
        "topK": lambda: random.randrange(1, 30),
        "typicalP": number(0.2, 0.95),
        "topP": number(0.3, 0.99),
        "minP": number(0.01, 0.3),
        "xtc": lambda: {"probability": 1, "threshold": number(0.02, 0.4)()},
        "temperature": number(0.3, 2),
        "dynamicTemperature": lambda: {"range": number(0.1, 0.7)(), "exponent": number(0.5, 2)()},
    }
    yield "forty", {}, []
    yield "large", {}, []
    for count in range(70):
        row = ["eight", "forty", "large", "steep", "ties"][count % 5]
        options = {name: choices[name]() for name in choices if random.random() < 0.3}
        if "repetitionPenalty" in options:
            options["penaltyWindow"] = random.randrange(1, 30)
        prompt = [random.randrange(8) for _ in range(random.randrange(1, 40))]
        if "topNSigma" in options and "typicalP" in options:
            del options["typicalP"]  # 0 times the logarithm of 0 would decide
        yield row, options, prompt
    yield "forty", {"temperature": 0}, []
    best = max(range(40), key=lambda i: ROWS["forty"][i])
    yield "forty", {"temperature": 0, "repetitionPenalty": 3, "penaltyWindow": 9}, [best]
    for version in [1, 2]:
        for tau in [1, 3]:
            mirostat = {"version": version, "tau": tau, "eta": 0.2}
            yield "forty", {"mirostat": mirostat, "temperature": 1.3}, [1, 2, 3]
    for target in [0.2, 0.6]:
        yield "forty", {"adaptiveP": {"target": target, "decay": 0.8}, "temperature": 1.3}, []


def chains(program):
    """The chains of all those options, but for those in which which of equal tokens stays decides."""
    for row, options, prompt in chain_options():
        case, left = program.case(row, options, prompt)
        ids = {id for id, _, _ in left}
        changed = {*prompt, *(id for id, _ in options.get("logitBias", []))}
        gone = {ROWS[row][id] for id in set(range(len(ROWS[row]))) - ids - changed}
        if gone.isdisjoint({ROWS[row][id] for id in ids}):
            yield {**case, "kept": list_of(sorted(ids)), "p": list_of(p for _, _, p in left)}


def main():
    random.seed(3)
    make_rows()
    log = function("llama", "llama_log_set", None, c_void_p, c_void_p)
    log(QUIET, None)
    program = Program()
    parts = {
        "order": program.order(["--logit-bias", "1+1"]),
        "mirostatOrder": program.order(["--mirostat", "2"]),
        "defaults": program.defaults(),
        "rows": {name: list_of(row) for name, row in ROWS.items()},
        "stages": list(stages()),
        "runs": list(runs()),
        "chains": list(chains(program)),
    }
    lines = []
    for name, part in parts.items():
        inner = part if isinstance(part, list) and not isinstance(part[0], str) else None
        body = "[\n" + ",\n".join(json.dumps(x, separators=(",", ":")) for x in inner) + "]" if inner else \
            json.dumps(part, separators=(",", ":"))
        lines.append(f"{json.dumps(name)}:{body}")
    print("{" + ",\n".join(lines) + "}")


QUIET = CFUNCTYPE(None, c_int32, c_char_p, c_void_p)(lambda *_: None)
main()
