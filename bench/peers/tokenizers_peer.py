"""Hugging Face tokenizers on one thread: trains byte pairs and encodes, and prints what it took as one line of JSON.

    RAYON_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false python tokenizers_peer.py FOLDER VOCAB_SIZE

The folder has train.txt, encode.txt and the tokenizer.json that the library wrote. Encoding is timed in the quickest of
three ways: the whole text, its lines one by one, its lines as a batch without offsets.
"""
import array
import hashlib
import json
import os
import resource
import sys
import time

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

folder, vocab_size = sys.argv[1], int(sys.argv[2])


def read(name):
    with open(os.path.join(folder, name), encoding="utf-8", newline="") as file:
        return file.read()


def milliseconds(work):
    start = time.perf_counter()
    result = work()
    return (time.perf_counter() - start) * 1e3, result


def load():
    return Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))


corpus = read("train.txt").split("\n")
corpus = [line + "\n" for line in corpus[:-1]] + ([corpus[-1]] if corpus[-1] else [])
trained = Tokenizer(models.BPE())
trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
trainer = trainers.BpeTrainer(
    vocab_size=vocab_size, min_frequency=0, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
)
train, _ = milliseconds(lambda: trained.train_from_iterator(corpus, trainer))
merges = json.loads(trained.to_str())["model"]["merges"]
merges = "\n".join(" ".join(pair) for pair in merges)

text = read("encode.txt")
lines = text.split("\n")
ways = {
    "whole": lambda t: t.encode(text),
    "lines": lambda t: [t.encode(line) for line in lines],
    "batch": lambda t: t.encode_batch_fast(lines),
}
first, again = {}, {}
for name, way in ways.items():
    tokenizer = load()
    first[name], encoded = milliseconds(lambda: way(tokenizer))
    if name == "whole":
        ids = encoded.ids
        decode, _ = milliseconds(lambda: tokenizer.decode(ids))
    del encoded
    again[name], _ = milliseconds(lambda: way(tokenizer))

print(json.dumps({
    "train": train, "encode": min(first.values()), "again": min(again.values()), "decode": decode, "ids": len(ids),
    "digests": [
        hashlib.sha256(merges.encode()).hexdigest(), hashlib.sha256(array.array("i", ids).tobytes()).hexdigest(),
    ],
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "ways": first,
}))
