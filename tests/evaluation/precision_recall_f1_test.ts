import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
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

Deno.test("precisionRecallF1() refuses what are no labels, and another zeroDivision", () => {
  const refused = (work: () => unknown, message: string): void => {
    assertEquals(assertThrows(work, Error).message, message);
  };
  refused(
    () => precisionRecallF1([1], [-1]),
    "Cannot measure precision, recall and F1: labels must be whole numbers from 0: -1 at place 0 of predicted",
  );
  refused(
    () => precisionRecallF1([1], [1], { zeroDivision: 2 }),
    "Cannot measure precision, recall and F1: zeroDivision must be 0, 1 or NaN: 2",
  );
});
