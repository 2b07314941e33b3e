"""Golden numbers of modified Kneser-Ney smoothing by KenLM's lmplz (https://github.com/kpu/kenlm, commit 4cb443e), whose path
is the first argument:

    python tests/golden/ngram_kenlm.py lmplz > tests/golden/ngram_kenlm.json && deno fmt tests/golden/ngram_kenlm.json

KenLM ends every sentence with </s> and knows <unk>, which never occurs: here they are the last two ids. The begin <s> is
the id after them. A file of KenLM has 7 digits of a logarithm, worked out in single precision.

Its discounts are estimated even where no n-gram has the count 4, which takes all of the count off those that have 3. These
texts have such n-grams in every order, or in an order none with the count 1, 2 or 3, where it falls back to 0.5, 1 and 1.5.
"""
import json
import random
import subprocess
import sys

WORDS = 30


def sentences(count):
    """Words that depend on the two before them, the first ones often; numbered in the order in which they appear."""
    random.seed(10)
    numbers = {}
    found = []
    for _ in range(count):
        ids = []
        for _ in range(random.randint(1, 14)):
            favourite = (3 * sum(ids[-2:]) + 1) % WORDS
            weights = [1 / (i + 1) ** 1.3 + (i == favourite) / 2 for i in range(WORDS)]
            ids.append(random.choices(range(WORDS), weights)[0])
        found.append([numbers.setdefault(i, len(numbers)) for i in ids])
    return found, len(numbers)


def train(texts, names, order):
    """Log10 probabilities and backoffs by n-gram, from the file that lmplz writes; and in how many orders it fell back."""
    text = "".join(" ".join(names[i] for i in ids) + "\n" for ids in texts)
    command = [sys.argv[1], "-o", str(order), "-S", "64M", "-T", "/tmp", "--discount_fallback"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    table = {}
    for line in done.stdout.splitlines():
        fields = line.split("\t")
        if len(fields) >= 2:
            gram = tuple(names.index(name) for name in fields[1].split())
            table[gram] = (float(fields[0]), float(fields[2]) if len(fields) > 2 else 0.0)
    return table, done.stderr.count("Substituting fallback discounts")


def log10(table, context, token):
    """The rule of backoff models: the longest n-gram that is there, times the backoffs of the longer contexts."""
    if (*context, token) in table:
        return table[(*context, token)][0]
    return table.get(context, (0, 0.0))[1] + log10(table, context[1:], token)


def corpus(count, orders):
    texts, words = sentences(count)
    names = [*(f"w{i}" for i in range(words)), "</s>", "<unk>", "<s>"]
    size, begin = words + 2, words + 2
    contexts = [[], [0], [begin], [0, 1], [begin, texts[0][0]], [words - 1, 1, words - 2]]
    contexts += [ids[:4] for ids in texts if len(ids) > 6][:5]
    cases = []
    for order in orders:
        table, fallbacks = train(texts, names, order)
        rows = [[log10(table, tuple(c[max(0, len(c) - order + 1):]), w) for w in range(size)] for c in contexts]
        cases.append({"order": order, "fallbacks": fallbacks, "log10": [[round(x, 7) for x in row] for row in rows]})
    return {"vocabSize": size, "documents": [[*ids, words] for ids in texts], "contexts": contexts, "cases": cases}


print(json.dumps(corpus(43, (2, 3, 4, 5))))
