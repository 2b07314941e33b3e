"""Golden numbers of interpolated modified Kneser-Ney smoothing, straight from the formulas of Chen and Goodman, 1998, with
dictionaries of tuples and exact fractions: nothing but Python.

    python tests/golden/ngram.py > tests/golden/ngram.json && deno fmt tests/golden/ngram.json

The begin of a document is the token V: it is read, never predicted, and n-grams that begin with it keep their counts.
"""
import json
import random
from collections import Counter
from fractions import Fraction

FALLBACK = [Fraction(1, 2), Fraction(1), Fraction(3, 2)]


class Model:
    def __init__(self, vocabulary, documents, order):
        self.begin = self.size = vocabulary
        self.order = order
        raw = Counter()
        for ids in documents:
            padded = [self.begin, *ids]
            for end in range(1, len(padded)):
                for length in range(1, order + 1):
                    if end - length + 1 >= 0:
                        raw[tuple(padded[end - length + 1:end + 1])] += 1
        before = Counter(gram[1:] for gram in raw if len(gram) > 1)
        keeps = {gram for gram in raw if len(gram) == order or gram[0] == self.begin}
        self.count = {gram: raw[gram] if gram in keeps else before[gram] for gram in raw}
        self.discounts = {n: self.discounts_of(n) for n in range(1, order + 1)}

    def discounts_of(self, n):
        n1, n2, n3, n4 = (sum(1 for g, c in self.count.items() if len(g) == n and c == k) for k in (1, 2, 3, 4))
        if 0 not in (n1, n2, n3, n4):
            y = Fraction(n1, n1 + 2 * n2)
            found = [1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
            if all(0 < d <= k + 1 for k, d in enumerate(found)):
                return found
        return FALLBACK

    def discount(self, n, count):
        return 0 if count == 0 else self.discounts[n][min(count, 3) - 1]

    def probability(self, context, token):
        context = tuple(context)[max(0, len(context) - self.order + 1):]
        shorter = self.probability(context[1:], token) if context else Fraction(1, self.size)
        n = len(context) + 1
        following = {w: self.count.get((*context, w), 0) for w in range(self.size)}
        total = sum(following.values())
        if total == 0:
            return shorter
        held = sum(self.discount(n, c) for c in following.values())
        own = following[token] - self.discount(n, following[token])
        return own / Fraction(total) + held / Fraction(total) * shorter


def corpus(vocabulary, documents, contexts, orders):
    cases = []
    for order in orders:
        model = Model(vocabulary, documents, order)
        losses = []
        for ids in documents:
            padded = [vocabulary, *ids]
            losses += [float(model.probability(padded[:i], padded[i])) for i in range(2, len(padded))]
        cases.append({
            "order": order,
            "isFallback": [model.discounts[n] is FALLBACK for n in range(1, order + 1)],
            "discounts": [[float(d) for d in model.discounts[n]] for n in range(1, order + 1)],
            "probabilities": [[float(model.probability(c, w)) for w in range(vocabulary)] for c in contexts],
            "ofDocuments": losses,
        })
    return {"vocabSize": vocabulary, "documents": documents, "contexts": contexts, "cases": cases}


def small():
    """Five tokens that depend on the two before them, so that all orders have something to tell; few counts of counts."""
    random.seed(3)

    def document(length):
        ids = []
        for _ in range(length):
            last = sum(ids[-2:]) % 5
            ids.append(random.choices(range(5), [6 if i == last else 2 if i == (last + 1) % 5 else 1 for i in range(5)])[0])
        return ids

    documents = [document(60), document(35), document(1)]
    contexts = [[], [0], [4], [5], [1, 2], [5, 3], [3, 3, 1], [5, 0, 1], [2, 4, 0, 1], [1, 1, 1, 1]]
    contexts += [documents[0][i:i + 4] for i in range(0, 40, 5)]
    return corpus(5, documents, contexts, (1, 2, 3, 4))


def zipf():
    """Thirty tokens, the first ones often and the last ones once or never: enough counts of counts for every order."""
    random.seed(10)

    def document(length):
        ids = []
        for _ in range(length):
            favourite = (3 * sum(ids[-2:]) + 1) % 30
            ids.append(random.choices(range(30), [1 / (i + 1) ** 1.3 + (i == favourite) / 2 for i in range(30)])[0])
        return ids

    documents = [document(300), document(150), document(2)]
    contexts = [[], [0], [30], [0, 1], [30, documents[0][0]], [29, 28, 27]]
    contexts += [documents[0][i:i + 3] for i in range(10, 210, 50)]
    return corpus(30, documents, contexts, (1, 2, 3, 4))


print(json.dumps([small(), zipf()]))
