import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { accuracy } from "../../src/evaluation/accuracy.ts";
import { confusionMatrix } from "../../src/evaluation/confusion_matrix.ts";
import {
  precisionRecallF1,
  scoresOfCounts,
} from "../../src/evaluation/precision_recall_f1.ts";
import golden from "../golden/classification.json" with { type: "json" };

const NAMES = ["precision", "recall", "f1"] as const;

function assertValue(actual: number, expected: number | null): void {
  if (expected === null) assertEquals(actual, NaN);
  else assertAlmostEquals(actual, expected, 1e-12);
}

for (const [i, known] of golden.cases.entries()) {
  Deno.test(`accuracy() and confusionMatrix() are scikit-learn's, case ${i}`, () => {
    const { truth, predicted } = known;
    assertAlmostEquals(accuracy(truth, predicted), known.accuracy, 1e-15);
    assertEquals(confusionMatrix(truth, predicted), {
      labels: known.labels,
      matrix: known.confusion,
    });
  });

  for (const zeroDivision of [0, 1, NaN]) {
    Deno.test(`precisionRecallF1() is scikit-learn's, case ${i}, zeroDivision ${zeroDivision}`, () => {
      const expected = known.scores as Record<string, unknown[]>;
      const scores = precisionRecallF1(
        Int32Array.from(known.truth),
        known.predicted,
        { zeroDivision },
      );
      assertEquals(scores.labels.map(({ label }) => label), known.labels);
      for (const [place, name] of NAMES.entries()) {
        const each = expected[`${zeroDivision} None`]![place] as number[];
        for (const [j, label] of scores.labels.entries()) {
          assertValue(label[name], each[j]!);
        }
        for (const average of ["macro", "micro", "weighted"] as const) {
          const value = expected[`${zeroDivision} ${average}`]![place];
          assertValue(scores[average][name], value as number);
        }
      }
    });
  }
}

Deno.test("scoresOfCounts() of nothing is what a division by zero gives", () => {
  assertEquals(scoresOfCounts([], 1).macro, { precision: 1, recall: 1, f1: 1 });
});

Deno.test("accuracy(), confusionMatrix() and precisionRecallF1() refuse what are no labels", () => {
  const refused = (work: () => unknown, message: string): void => {
    assertEquals(assertThrows(work, Error).message, message);
  };
  refused(
    () => accuracy([], []),
    "Cannot measure the accuracy: there must be a label: the array is empty",
  );
  refused(
    () => accuracy([1], [1, 2]),
    "Cannot measure the accuracy: both arrays must have one length: 1 and 2",
  );
  refused(
    () => accuracy(null as unknown as number[], [1]),
    "Cannot measure the accuracy: truth must be an array of labels: null",
  );
  refused(
    () => confusionMatrix([1, 2], [1, NaN]),
    "Cannot make a confusion matrix: labels must be whole numbers from 0: NaN at place 1 of predicted",
  );
  refused(
    () =>
      confusionMatrix(
        Int32Array.from({ length: 10_001 }, (_, i) => i),
        new Int32Array(10_001),
      ),
    "Cannot make a confusion matrix: there must be at most 10000 different labels: 10001",
  );
  refused(
    () => precisionRecallF1([1], [1], { zeroDivision: 2 }),
    "Cannot measure precision, recall and F1: zeroDivision must be 0, 1 or NaN: 2",
  );
});
