"""Golden numbers of interpolated modified Kneser-Ney smoothing, straight from the formulas of Chen and Goodman, 1998, with
dictionaries of tuples and exact fractions: nothing but Python.

    python tests/golden/ngram.py > tests/golden/ngram.json && deno fmt tests/golden/ngram.json

The begin of a document is the token V: it is read, never predicted, and n-grams that begin with it keep their counts.
"""
import json
import random
from collections import Counter
from fractions import Fraction

V = 5
random.seed(3)


def document(length):
    """Tokens that depend on the two before them, so that all orders have something to tell."""
    ids = []
    for _ in range(length):
        last = sum(ids[-2:]) % V
        ids.append(random.choices(range(V), [6 if i == last else 2 if i == (last + 1) % V else 1 for i in range(V)])[0])
    return ids


DOCUMENTS = [document(60), document(35), document(1)]


class Model:
    def __init__(self, order):
        self.order = order
        raw = Counter()
        for ids in DOCUMENTS:
            padded = [V, *ids]
            for end in range(1, len(padded)):
                for length in range(1, order + 1):
                    if end - length + 1 >= 0:
                        raw[tuple(padded[end - length + 1:end + 1])] += 1
        before = Counter(gram[1:] for gram in raw if len(gram) > 1)
        self.count = {gram: raw[gram] if len(gram) == order or gram[0] == V else before[gram] for gram in raw}
        self.discounts = {n: self.discounts_of(n) for n in range(1, order + 1)}

    def discounts_of(self, n):
        n1, n2, n3, n4 = (sum(1 for g, c in self.count.items() if len(g) == n and c == k) for k in (1, 2, 3, 4))
        if 0 not in (n1, n2, n3, n4):
            y = Fraction(n1, n1 + 2 * n2)
            found = [1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
            if all(0 <= d <= k + 1 for k, d in enumerate(found)):
                return found
        return [Fraction(1, 2), Fraction(1), Fraction(3, 2)]

    def discount(self, n, count):
        return 0 if count == 0 else self.discounts[n][min(count, 3) - 1]

    def probability(self, context, token):
        context = tuple(context)[max(0, len(context) - self.order + 1):]
        shorter = self.probability(context[1:], token) if context else Fraction(1, V)
        n = len(context) + 1
        following = {w: self.count.get((*context, w), 0) for w in range(V)}
        total = sum(following.values())
        if total == 0:
            return shorter
        held = sum(self.discount(n, c) for c in following.values())
        own = following[token] - self.discount(n, following[token])
        return own / Fraction(total) + held / Fraction(total) * shorter


contexts = [[], [0], [4], [V], [1, 2], [V, 3], [3, 3, 1], [V, 0, 1], [2, 4, 0, 1], [1, 1, 1, 1]]
contexts += [DOCUMENTS[0][i:i + 4] for i in range(0, 40, 5)]
cases = []
for order in (1, 2, 3, 4):
    model = Model(order)
    losses = []
    for ids in DOCUMENTS:
        padded = [V, *ids]
        losses += [float(model.probability(padded[:i], padded[i])) for i in range(2, len(padded))]
    cases.append({
        "order": order,
        "discounts": [[float(d) for d in model.discounts[n]] for n in range(1, order + 1)],
        "probabilities": [[float(model.probability(context, w)) for w in range(V)] for context in contexts],
        "ofDocuments": losses,
    })
print(json.dumps({"vocabSize": V, "documents": DOCUMENTS, "contexts": contexts, "cases": cases}))
