"""Golden tokenizers: small tokenizer.json files built as the well-known families build theirs, and what Hugging Face
`tokenizers` makes of the texts below: ids, offsets in code points, and the decoded text.

    pip install tokenizers==0.23.3 sentencepiece==0.2.3 protobuf
    python tests/golden/tokenizer_cases.py

Writes tokenizers/FAMILY.json (the tokenizer.json), tokenizers/cases.json, tokenizers/parts.json and
tokenizers/bpe_training.json beside itself.
"""
import base64
import functools
import json
import os

from tokenizer_models import charsmap  # a few of SentencePiece's rules
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tokenizers")

TRAINING = """\
The harbour was quiet when the old ferry came in, and nobody on the quay looked up from the nets they were mending.
"You're late," said the harbour master. "We'd have waited until three o'clock, but the tide wouldn't have."
It's not the tide that I'm worried about, she thought; it's the 1,250 crates of oranges we've left behind in port.
They'll be counting them now: 12 rows of 104, and 2 more for the cook. He'd said as much in his letter of 4 May 1887.
Naïve travellers from Zürich, São Paulo and Ångström's café keep asking whether the ferry takes a detour; it doesn't.
She wrote (in a small, neat hand) that the weather was fair -- 21 degrees at noon -- and that the coffee was terrible.
On the other side of the water the lights of the town went on one after another, the lower ones first, the tower last.
    for (let i = 0; i < 10; i++) { total += i * 2; }	// tabs and    spaces
渡船靠岸的时候，港口很安静。老人抬起头来，说：“今天的风不大。”
海面上有三只白色的鸟，船上有两个人，桌子上有一本书。
Море было спокойно, и паром пришёл вовремя. Никто не ждал его на берегу.
The ferry whistled twice 🚢🚢 and the children waved 👋🏽 until it had gone round the cape, where the lighthouse stands.
Nothing else happened that day. The harbour was quiet again, and the nets were mended, and the oranges were counted.
"""

TEXTS = [
    "",
    " ",
    "The harbour was quiet.",
    " The harbour  was   quiet. ",
    "It's THEY'LL we'd I'm you've 's 'S can't",
    "the ferry,the FERRY;the Ferry",
    "counted 1250 oranges, 12345678 of them, ½ of ² and ٣",
    "Zürich café Ångström naïve façade",
    "Zu\u0308rich cafe\u0301 A\u030Angstro\u0308m",
    "渡船靠岸的时候，风不大。",
    "паром пришёл! МОРЕ",
    "🚢 👋🏽 👩🏽‍🚀 🏳️‍🌈 🇳🇴",
    "line one\nline two\r\nline three\n\n\nline six\t\ttabs",
    "   leading and trailing   ",
    "\n\n  \n mixed \t white\u00A0space\u2003here\u3000there\u0085now\uFEFFthen\u200Bend",
    "for (let i = 0; i < 10; i++) { total += i*2; } // done",
    "don't stop -- \"quoted\" (bracketed) [cut] {curly} <tag/> a_b c-d e.f@g",
    "שלום مرحبا हिन्दी ไทย 한글 かな",
    "\u1112\u1161\u11AB ﬁne ① Ｆｕｌｌ ㌀ ™ İstanbul ΣΑΣ straße",
    "a\u0000b\u0001c\u007Fd\uFFFDe\u00ADf",
    "<s> is not a bos, </s> nor <pad>",
    "before <mask> after<mask>. <|endoftext|>next<|endoftext|> [MASK] [SEP]",
    "<|begin_of_text|>system<|eot_id|>\n\nuser",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "supercalifragilisticexpialidocious",
    "▁under▁ _score_ Ġ",
    "𝔸𝕓𝕔 \U0010FFFF x\u0301\u0323\u0327 \u0301alone",
    "ends with space \n",
    "ſ'ſ 'ſ it'S it’s ’s",
    "a\u2028b\u2029c\u180Ed",
]

GPT2_REGEX = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3_REGEX = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def words():
    return [line + "\n" for line in TRAINING.split("\n")[:-1]]


def gpt2():
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=440, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
        special_tokens=["<|endoftext|>"],
    )
    t.train_from_iterator(words(), trainer)
    t.decoder = decoders.ByteLevel()
    t.post_processor = processors.ByteLevel(trim_offsets=False)
    return t


def roberta():
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    mask = AddedToken("<mask>", lstrip=True, special=True)
    trainer = trainers.BpeTrainer(
        vocab_size=400, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", mask],
    )
    t.train_from_iterator(words(), trainer)
    t.decoder = decoders.ByteLevel()
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=True)
    return t


@functools.cache  # trained once: characters that are equally frequent come in any order
def llama2():
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=300, limit_alphabet=60, show_progress=False)
    t.train_from_iterator(words(), trainer)
    trained = json.loads(t.to_str())["model"]
    names = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)]
    tokens = names + [token for token, _ in sorted(trained["vocab"].items(), key=lambda x: x[1])]
    vocab = {token: i for i, token in enumerate(tokens)}
    t = Tokenizer(models.BPE(
        vocab=vocab, merges=[tuple(m) for m in trained["merges"]], unk_token="<unk>", fuse_unk=True, byte_fallback=True,
    ))
    t.add_special_tokens(["<unk>", "<s>", "</s>"])
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    t.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0),
    ])
    t.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    return t


def llama3():
    t = Tokenizer(models.BPE(ignore_merges=True))
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(LLAMA3_REGEX), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    trainer = trainers.BpeTrainer(
        vocab_size=400, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
    )
    t.train_from_iterator(words(), trainer)
    # A token that no merges lead to, which only ignore_merges finds.
    state = json.loads(t.to_str())
    state["model"]["vocab"]["Ġlighthouse"] = len(state["model"]["vocab"])
    state["model"]["ignore_merges"] = True
    t = Tokenizer.from_str(json.dumps(state))
    t.add_special_tokens(["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"])
    begin = t.token_to_id("<|begin_of_text|>")
    t.decoder = decoders.ByteLevel()
    t.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(
            single="<|begin_of_text|> $A", pair="<|begin_of_text|> $A <|begin_of_text|>:1 $B:1",
            special_tokens=[("<|begin_of_text|>", begin)],
        ),
    ])
    return t


def qwen():
    t = Tokenizer(models.BPE())
    t.normalizer = normalizers.NFC()
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(LLAMA3_REGEX.replace("{1,3}", "")), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    trainer = trainers.BpeTrainer(
        vocab_size=380, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
    )
    t.train_from_iterator(words(), trainer)
    t.decoder = decoders.ByteLevel()
    t.add_tokens([AddedToken("<tool>", single_word=True), AddedToken("ferry", rstrip=True, normalized=True)])
    t.post_processor = processors.ByteLevel(trim_offsets=True)
    return t


def bert():
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=True)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=420, limit_alphabet=80, show_progress=False, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
    )
    t.train_from_iterator(words(), trainer)
    t.decoder = decoders.WordPiece()
    t.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return t


def t5():
    t = Tokenizer(models.Unigram())
    t.normalizer = normalizers.Sequence([
        normalizers.Precompiled(base64.b64decode(charsmap())), normalizers.Strip(left=False, right=True),
        normalizers.Replace(Regex(" {2,}"), "▁"),
    ])
    t.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=400, show_progress=False, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>",
    )
    t.train_from_iterator(words(), trainer)
    t.decoder = decoders.Metaspace()
    t.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)],
    )
    return t


def mistral():
    """SentencePiece-like BPE with a Metaspace pre-tokenizer that does not cut."""
    t = Tokenizer.from_str(llama2().to_str())
    t.normalizer = None
    t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    return t


def word_level():
    t = Tokenizer(models.WordLevel(unk_token="<unk>"))
    t.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()])
    t.pre_tokenizer = pre_tokenizers.Whitespace()
    t.train_from_iterator(words(), trainers.WordLevelTrainer(vocab_size=120, show_progress=False, special_tokens=["<unk>"]))
    return t


FAMILIES = [gpt2, roberta, llama2, llama3, qwen, bert, t5, mistral, word_level]


def offsets(encoding):
    return [x for pair in encoding.offsets for x in pair]


def families():
    cases = {"texts": TEXTS}
    for build in FAMILIES:
        t = build()
        name = build.__name__
        with open(os.path.join(HERE, f"{name}.json"), "w") as file:
            state = json.loads(t.to_str())
            if "byte_fallback" in state["model"] and name == "mistral":
                state["model"] = "llama2"  # the same model: not kept twice
            file.write(json.dumps(state, ensure_ascii=False, separators=(",", ":")) + "\n")
        rows = []
        for text in TEXTS:
            e = t.encode(text)
            bare = t.encode(text, add_special_tokens=False)
            rows.append({
                "ids": e.ids, "offsets": offsets(e), "bare": len(bare.ids),
                "decoded": t.decode(e.ids), "decodedAll": t.decode(e.ids, skip_special_tokens=False),
            })
        cases[name] = rows
    write("cases.json", cases)


def parts():
    """Single normalizers, pre-tokenizers and decoders."""
    texts = [TEXTS[i] for i in (0, 1, 3, 4, 6, 8, 11, 12, 14, 17, 18, 19, 26, 29)]
    N, P, D = normalizers, pre_tokenizers, decoders
    # (normalizer, what to normalize before cutting into characters to see the offsets)
    normal = [
        N.NFC(), N.NFD(), N.NFKC(), N.NFKD(), N.Lowercase(), N.StripAccents(), N.Strip(), N.Strip(left=False),
        N.Replace("e", "xyz"), N.Replace(Regex(r"\s+"), " "), N.Prepend("▁"), N.Nmt(), N.ByteLevel(),
        N.Sequence([N.NFD(), N.StripAccents(), N.Lowercase()]), N.Sequence([N.Strip(), N.Replace(" ", ""), N.NFKC()]),
    ]
    pre = [
        P.ByteLevel(add_prefix_space=False), P.ByteLevel(add_prefix_space=True), P.ByteLevel(False, use_regex=False),
        P.Metaspace(), P.Metaspace(prepend_scheme="never"), P.Metaspace(prepend_scheme="first", split=False),
        P.BertPreTokenizer(), P.Whitespace(), P.WhitespaceSplit(), P.Punctuation(), P.Punctuation("removed"),
        P.Punctuation("merged_with_previous"), P.Digits(True), P.Digits(False), P.CharDelimiterSplit(","),
        P.Split(" ", "removed"), P.Split(" ", "merged_with_previous"), P.Split(" ", "merged_with_next"),
        P.Split(Regex(r"\s"), "contiguous"), P.Split(Regex(r"\w+"), "isolated", invert=True),
        P.Split(Regex(r"\w+|[^\w\s]+"), "removed", invert=True), P.Split(Regex(LLAMA3_REGEX), "isolated"),
        P.Split(Regex(r"[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"), "isolated"),
        P.Split(Regex(r"[\p{Han}\p{Hiragana}]|\d\h*|^.|[[:upper:]]+"), "isolated"),
        P.Sequence([P.WhitespaceSplit(), P.Digits(True), P.Punctuation()]), P.FixedLength(5),
    ]
    words_ = ["▁Hello", ",", "▁wor", "##ld", "<0xE6>", "<0xB8>", "<0xA1>", "<0xFF>", "a</w>", "b", "Ġc", "Ã©", " ", "", " n't", "'s", "."]
    decode = [
        D.ByteLevel(), D.WordPiece(), D.WordPiece("##", False), D.Metaspace(), D.Metaspace(prepend_scheme="never"),
        D.ByteFallback(), D.Fuse(), D.BPEDecoder(), D.Replace("l", "L"), D.Strip("▁", 1, 0), D.CTC(pad_token="b"),
        D.Sequence([D.Replace("▁", " "), D.ByteFallback(), D.Fuse(), D.Strip(" ", 1, 0)]),
        D.Sequence([D.Fuse(), D.Replace(Regex("[ol]+"), "0"), D.Strip(".", 0, 1)]),
    ]
    out = {"texts": texts, "tokens": words_, "normalizers": [], "preTokenizers": [], "decoders": []}
    for n in normal:
        t = Tokenizer(models.WordLevel({"?": 0}, unk_token="?"))
        t.normalizer = n
        t.pre_tokenizer = P.Split(Regex("(?m:.)"), "isolated")
        out["normalizers"].append({
            "config": json.loads(t.to_str())["normalizer"],
            "texts": [n.normalize_str(text) for text in texts],
            "offsets": [offsets(t.encode(text)) for text in texts],
        })
    for p in pre:
        t = Tokenizer(models.BPE())
        t.pre_tokenizer = p
        out["preTokenizers"].append({
            "config": json.loads(t.to_str())["pre_tokenizer"],
            "pieces": [[piece(text, s, o) for s, o in p.pre_tokenize_str(text)] for text in texts],
        })
    for d in decode:
        t = Tokenizer(models.BPE())
        t.decoder = d
        out["decoders"].append({"config": json.loads(t.to_str())["decoder"], "text": d.decode(words_)})
    every = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    punctuation = "".join(piece for piece, _ in P.Punctuation("removed").pre_tokenize_str("".join(every)))
    bert = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    bert_marks, bert_clean = N.BertNormalizer(**{**bert, "strip_accents": True}), N.BertNormalizer(**{**bert, "clean_text": True})
    out["sets"] = {
        "punctuation": ranges(set(every) - set(punctuation)),
        "marks": ranges(set(every) - set(N.StripAccents().normalize_str("".join(every)))),
        "bertMarks": ranges(c for c in every if bert_marks.normalize_str(c) == ""),
        "bertRemoved": ranges(c for c in every if bert_clean.normalize_str(c) == ""),
    }
    write("parts.json", out)


def ranges(characters):
    """Characters as hexadecimal ranges of code points, such as "41-5A 5F"."""
    found = []
    for code in sorted(map(ord, characters)):
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return " ".join(f"{a:X}" if a == b else f"{a:X}-{b:X}" for a, b in found)


def piece(text, changed, offsets):
    """Where a piece stands, and what it says where that is not what the text says there."""
    start, end = offsets
    return [start, end] if text[start:end] == changed else [start, end, changed]


def bpe_training():
    """Merges of byte-level BPE by vocabulary size, minimum frequency and text."""
    texts = {
        "prose": words(),
        "ties": ["ab ba ab ba cd dc cd dc abab baba", "abc bca cab abc bca cab", "aaaa aaa aa a aaaaaaa bbbb bbb"],
        "again": ["the then there these he her here hers the the t h e th he", "xthe xth xhe xt he"] * 3,
    }
    out = []
    for name, size, frequency, special in [
        ("prose", 500, 2, ["<|endoftext|>"]), ("prose", 900, 0, []), ("ties", 400, 0, []), ("ties", 300, 3, []),
        ("again", 420, 0, []), ("prose", 200, 0, ["<a>", "<b>"]),
    ]:
        t = Tokenizer(models.BPE())
        t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        t.train_from_iterator(texts[name], trainers.BpeTrainer(
            vocab_size=size, min_frequency=frequency, special_tokens=special, show_progress=False,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        ))
        model = json.loads(t.to_str())["model"]
        out.append({
            "text": name, "vocabSize": size, "minFrequency": frequency, "specialTokens": special,
            "merges": [" ".join(m) for m in model["merges"]],
            "first": [token for token, _ in sorted(model["vocab"].items(), key=lambda x: x[1])][:3],
            "size": len(model["vocab"]),
        })
    write("bpe_training.json", {"texts": texts, "runs": out})


def write(name, content):
    with open(os.path.join(HERE, name), "w") as file:
        file.write(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    os.makedirs(HERE, exist_ok=True)
    families()
    parts()
    bpe_training()
