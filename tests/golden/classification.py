"""Prints accuracy, confusion matrices, precision, recall, F1 and top-k accuracy of scikit-learn, as JSON.

pip install scikit-learn==1.9.1; python classification.py > classification.json
"""

import json

import numpy as np
import sklearn
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support, top_k_accuracy_score

random = np.random.default_rng(5)
cases = []
for n, labels in [(1, 1), (40, 3), (60, 12), (200, 40)]:
    truth, predicted = random.integers(0, labels, n), random.integers(0, labels, n)
    predicted = np.where(random.random(n) < 0.5, truth, predicted)
    names = np.union1d(truth, predicted)
    scores = {}
    for zero, key in [(0, "0"), (1, "1"), (np.nan, "NaN")]:
        for average in [None, "macro", "micro", "weighted"]:
            values = precision_recall_fscore_support(truth, predicted, average=average, zero_division=zero)[:3]
            scores[f"{key} {average}"] = [np.where(np.isnan(v), None, v).tolist() for v in np.array(values, float)]
    cases.append({
        "truth": truth.tolist(), "predicted": predicted.tolist(), "accuracy": accuracy_score(truth, predicted),
        "labels": names.tolist(), "confusion": confusion_matrix(truth, predicted).tolist(), "scores": scores,
    })

logits = random.normal(size=(50, 9))
truth = random.integers(0, 9, 50)
top = {k: top_k_accuracy_score(truth, logits, k=k, labels=np.arange(9)) for k in [1, 2, 5]}
log = logits - np.log(np.exp(logits).sum(1, keepdims=True))
print(json.dumps({
    "sklearn": sklearn.__version__, "cases": cases,
    "top": {"logits": logits.round(6).tolist(), "truth": truth.tolist(), "accuracy": top,
            "loss": -log[np.arange(50), truth].mean()},
}))
