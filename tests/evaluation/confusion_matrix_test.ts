import { assertEquals, assertThrows } from "@std/assert";
import { confusionMatrix } from "../../src/evaluation/confusion_matrix.ts";
import golden from "../golden/classification.json" with { type: "json" };

for (const [i, known] of golden.cases.entries()) {
  Deno.test(`confusionMatrix() is scikit-learn's, case ${i}`, () => {
    assertEquals(confusionMatrix(known.truth, known.predicted), {
      labels: known.labels,
      matrix: known.confusion,
    });
  });
}

Deno.test("confusionMatrix() refuses what are no labels, and too many different ones", () => {
  const refused = (work: () => unknown, message: string): void => {
    assertEquals(assertThrows(work, Error).message, message);
  };
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
});
