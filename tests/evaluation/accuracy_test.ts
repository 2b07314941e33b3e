import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { accuracy } from "../../src/evaluation/accuracy.ts";
import golden from "../golden/classification.json" with { type: "json" };

for (const [i, known] of golden.cases.entries()) {
  Deno.test(`accuracy() is scikit-learn's, case ${i}`, () => {
    const { truth, predicted } = known;
    assertAlmostEquals(accuracy(truth, predicted), known.accuracy, 1e-15);
  });
}

for (
  const [truth, predicted, message] of [
    [[], [], "there must be a label: the array is empty"],
    [[1], [1, 2], "both arrays must have one length: 1 and 2"],
    [null, [1], "truth must be an array of labels: null"],
  ] as [number[], number[], string][]
) {
  Deno.test(`accuracy() refuses ${JSON.stringify(truth)} beside ${JSON.stringify(predicted)}`, () => {
    const error = assertThrows(() => accuracy(truth, predicted), Error);
    assertEquals(error.message, `Cannot measure the accuracy: ${message}`);
  });
}
