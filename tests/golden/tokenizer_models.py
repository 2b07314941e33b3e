"""Golden numbers of the models WordPiece and Unigram, of their trainers and of two normalizers, by Hugging Face
`tokenizers`; the compiled rules are SentencePiece's.

    pip install tokenizers==0.23.3 sentencepiece==0.2.3
    python tests/golden/tokenizer_models.py
    deno fmt tests/golden/tokenizer_models.json

Writes tokenizer_models.json beside itself. The counts of the training words are drawn at random, so that no two pairs
are equally frequent: the peer decides ties by the order of a hash table, which changes from run to run.
"""
import base64
import io
import json
import os
import random
import tempfile

import sentencepiece as spm
from sentencepiece import sentencepiece_model_pb2 as spm_model
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

HERE = os.path.dirname(os.path.abspath(__file__))

PROSE = """\
The harbour was quiet when the old ferry came in, and nobody on the quay looked up from the nets they were mending.
You're late, said the harbour master. We'd have waited until three o'clock, but the tide wouldn't have waited for us.
It's not the tide that worries me, she thought; it's the 1,250 crates of oranges left behind in the northern port.
They were counting them now: 12 rows of 104, and 2 more for the cook, who had written so in his letter of 4 May 1887.
Naïve travellers from Zürich and Ångström's café keep asking whether the ferry takes a detour; it doesn't, they say.
On the other side of the water the lights of the town went on, one after another, the lower ones first, the tower last.
The children waved and whistled until the ferry had gone round the cape, where the lighthouse stands unlit and waiting.
渡船靠岸的时候，港口很安静。风不大。 Море было спокойно, и паром пришёл вовремя. 🚢🚢🛟 🚢
"""


def words():
    draw = random.Random(7)
    return {word: draw.randrange(1, 3000) for word in dict.fromkeys(PROSE.split())}


def made_up_words():
    """Words of random syllables, from which a unigram model begins with many more pieces than it keeps."""
    draw = random.Random(5)
    syllables = [a + b + c for a in ("b", "d", "st", "渡") for b in ("a", "e", "o") for c in ("", "n", "🚢")]
    return {"".join(draw.choices(syllables, k=draw.randrange(1, 5))): draw.randrange(1, 500) for _ in range(250)}


def repeated(counts):
    for word, count in counts.items():
        yield from [" ".join([word] * 100)] * (count // 100)
        yield " ".join([word] * (count % 100))


def pieces_of(tokenizer, text):
    """Ids and offsets in code points of one piece."""
    e = tokenizer.encode(text, add_special_tokens=False)
    return {"ids": e.ids, "offsets": [x for pair in e.offsets for x in pair]}


def word_piece():
    vocab = ["[UNK]", "un", "##aff", "##able", "##a", "a", "##ble", "##b", "harbour", "har", "##bour", "##🚢", "🚢", "##", "##e", "é", "e",
             "##é", "## ", "渡", "##船", "船", "b", "#", "###", "h"]
    texts = ["unaffable", "unaffablé", "harbour", "harbours", "harhar", "🚢🚢🚢", "a🚢e", "##a", "##", "###", "#a", "ab ble", "渡船", "船渡",
             "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "é", "unx", "x", "b🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢", "b🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢"]
    t = Tokenizer(models.WordPiece({token: i for i, token in enumerate(vocab)}, unk_token="[UNK]", max_input_chars_per_word=15))
    return {"model": json.loads(t.to_str())["model"], "texts": texts, "tokens": [pieces_of(t, text) for text in texts]}


def unigram():
    """Three models over the same texts: plain, with bytes, with scores that make ties."""
    draw = random.Random(3)
    tokens = ["<unk>", "a", "b", "c", "ab", "bc", "abc", "ca", "cab", "▁", "▁a", "▁the", "t", "h", "e", "he", "é", "🚢", "🚢🚢", "船", "<0x0A>"]
    plain = [(token, round(-1 - 4 * draw.random(), 4)) for token in tokens]
    some_bytes = [(f"<0x{byte:02X}>", -7.5) for byte in range(256) if byte not in (10, 0xF0)]
    ties = [(token, -float(len(token))) for token in tokens]
    good = [("<unk>", 0.0), ("a", 30.0), ("xy", 1.0), ("b", 25.0)]
    texts = ["abc", "abcabcab", "▁the▁the", "the", "hehe", "cabcabca", "xyz", "axyzb", "é🚢🚢🚢", "🚢a🚢🚢", "船船x船", "<unk>", "a<unk>x",
             "\n", "a\nb", "ÿ", "ÿ🛟b", "x", "xy", "axyb", "xyxy", "▁", "▁▁a"]
    out = []
    for vocab, unk, fallback in ((plain, 0, False), (plain + some_bytes, 0, True), (ties, 0, False), (good, 0, False), (plain[1:] + plain[:1], 20, False)):
        t = Tokenizer(models.Unigram(vocab, unk, fallback))
        out.append({"model": json.loads(t.to_str())["model"], "tokens": [pieces_of(t, text) for text in texts]})
    return {"texts": texts, "models": out}


def training():
    counts = words()
    made_up = made_up_words()
    out = {"words": counts, "madeUp": made_up, "wordPiece": [], "unigram": []}
    for options in (
        {"vocab_size": 185, "special_tokens": ["[PAD]", "[UNK]"]},
        {"vocab_size": 400, "special_tokens": ["[UNK]"], "limit_alphabet": 40, "min_frequency": 3000},
        {"vocab_size": 1000, "min_frequency": 3000},
        {"vocab_size": 190, "special_tokens": ["[UNK]"], "initial_alphabet": ["q", "ß"]},
    ):
        runs = []
        for _ in range(3):
            t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
            t.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
            t.train_from_iterator(repeated(counts), trainers.WordPieceTrainer(show_progress=False, **options))
            runs.append(sorted(t.get_vocab()))
        assert runs[0] == runs[1] == runs[2], "the peer's vocabulary changes from run to run"
        out["wordPiece"].append({"options": options, "vocab": runs[0]})
    for options in (
        {"vocab_size": 150, "special_tokens": ["<pad>", "<unk>"], "unk_token": "<unk>"},
        {"vocab_size": 250, "unk_token": "<unk>", "max_piece_length": 5, "shrinking_factor": 0.6, "n_sub_iterations": 3},
        {"vocab_size": 120, "unk_token": "<unk>", "initial_alphabet": ["q", "ß"]},
        {"vocab_size": 40, "unk_token": "<unk>"},
        {"vocab_size": 60, "unk_token": "<unk>", "shrinking_factor": 0.9, "n_sub_iterations": 1},
    ):
        source = "madeUp" if options["vocab_size"] < 100 else "words"
        t = Tokenizer(models.Unigram())
        t.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
        t.train_from_iterator(repeated(out[source]), trainers.UnigramTrainer(show_progress=False, **options))
        model = json.loads(t.to_str())["model"]
        out["unigram"].append({"options": options, "words": source, "pieces": model["vocab"], "unknownId": model["unk_id"]})
    return out


TEXTS = [
    "", "Plain text.", "É\u0301cole\tÀ LA\r\n carte\u00A0\u3000x", "a\u0000b\uFFFDc\u200Bd\u00ADe\u007Ff", "渡船ferry船", "ÅNGSTRÖM İstanbul ΣΑΣ",
    "e\u0301e\u0301", "\U00020000x\U0001F6A2", "ﬁne ①② Ｆｕｌｌ ㌀ …", "\r\n\r\n\n", "a\u0301\u0327b", "한글 \u1112\u1161\u11AB", "e\u0301\u0301\u0301\u0301", "👩🏽‍🚀 ﬁ 🇳🇴",
    "\u0600a\u0600é", "xﬁ\r\nﬁy", "क्षि", "ab",
]

RULES = [  # what is replaced, by what: code points
    ("\u00A0", " "), ("\u3000", " "), ("\t", " "), ("\n", " "), ("\r", " "), ("ﬁ", "fi"), ("①", "1"), ("Ｆ", "F"), ("ｕ", "u"),
    ("㌀", "アパート"), ("…", "..."), ("e\u0301", "é"), ("E\u0301", "É"), ("a\u0301", "á"), ("\u200B", ""), ("\u00AD", ""), ("\uFFFD", ""), ("A", "a"), ("ab", "c"),
    ("\u1112\u1161\u11AB", "한"), ("🇳🇴", "NO"), ("👩", "W"), ("\U00020000", "丽"),
]


def charsmap():
    with tempfile.TemporaryDirectory() as folder:
        rules = os.path.join(folder, "rules.tsv")
        with open(rules, "w") as file:
            for source, target in RULES:
                file.write("\t".join(" ".join(f"{ord(c):X}" for c in part) for part in (source, target)) + "\n")
        model = io.BytesIO()
        spm.SentencePieceTrainer.train(
            sentence_iterator=iter(PROSE.split("\n")), model_writer=model, vocab_size=150, normalization_rule_tsv=rules, minloglevel=2,
        )
    proto = spm_model.ModelProto()
    proto.ParseFromString(model.getvalue())
    return base64.b64encode(proto.normalizer_spec.precompiled_charsmap).decode()


def normal():
    out = []
    compiled = charsmap()
    for config in (
        {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
        {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": False, "strip_accents": None, "lowercase": False},
        {"type": "BertNormalizer", "clean_text": False, "handle_chinese_chars": True, "strip_accents": True, "lowercase": False},
        {"type": "BertNormalizer", "clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": True},
        {"type": "Precompiled", "precompiled_charsmap": compiled},
    ):
        state = json.loads(Tokenizer(models.WordLevel({"?": 0}, unk_token="?")).to_str())
        state["normalizer"] = config
        state["pre_tokenizer"] = {"type": "Split", "pattern": {"Regex": "(?m:.)"}, "behavior": "Isolated", "invert": False}
        t = Tokenizer.from_str(json.dumps(state))
        assert json.loads(t.to_str())["normalizer"] == config
        out.append({
            "config": config,
            "texts": [t.normalizer.normalize_str(text) for text in TEXTS],
            "offsets": [[x for pair in t.encode(text).offsets for x in pair] for text in TEXTS],
        })
    return {"texts": TEXTS, "normalizers": out}


if __name__ == "__main__":
    golden = {"wordPiece": word_piece(), "unigram": unigram(), "training": training(), "normalizers": normal()}
    with open(os.path.join(HERE, "tokenizer_models.json"), "w") as file:
        json.dump(golden, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")
