import {
  assertAlmostEquals,
  assertEquals,
  assertStrictEquals,
} from "@std/assert";
import {
  DetailsOfScores,
  inspectToken,
} from "../../src/generation/_inspect.ts";
import { assertAllClose } from "../close.ts";

Deno.test("inspectToken() gives natural log-probabilities and the likeliest tokens, the lower ids first among equals", () => {
  // e^0 : e^ln2 : e^ln4 : e^ln2 is 1 : 2 : 4 : 2 of 9.
  const logits = Float32Array.of(0, Math.LN2, 2 * Math.LN2, Math.LN2);
  const details = inspectToken(logits, 0, 3);
  assertEquals([...details.alternatives], [2, 1, 3]);
  assertAlmostEquals(Math.exp(details.logProbabilities[0]!), 1 / 9, 1e-6);
  for (const [i, p] of [4 / 9, 2 / 9, 2 / 9].entries()) {
    assertAlmostEquals(
      Math.exp(details.alternativeLogProbabilities[i]!),
      p,
      1e-6,
    );
  }
});

Deno.test("inspectToken() names no more tokens than there are, and none where none are asked for", () => {
  assertEquals([...inspectToken(Float32Array.of(1, 3), 1, 5).alternatives], [
    1,
    0,
  ]);
  assertEquals(
    inspectToken(Float32Array.of(1, 3), 1, 0).alternatives.length,
    0,
  );
});

Deno.test("DetailsOfScores tells of every token of a block what inspectToken() does", () => {
  const places = [
    { id: 2, logits: [1, 3, -2, 3] },
    { id: 1, logits: [0, 5, 1, -3] },
  ];
  for (const alternatives of [1, 3, 9]) {
    const expected = places.map(({ id, logits }) =>
      inspectToken(Float32Array.from(logits), id, alternatives)
    );
    const details = new DetailsOfScores({
      ids: Int32Array.from(places, ({ id }) => id),
      logProbabilities: Float32Array.from(
        expected,
        ({ logProbabilities }) => logProbabilities[0]!,
      ),
      scores: Float32Array.from(places.flatMap(({ logits }) => logits)),
      alternatives,
    });
    assertEquals(
      [...details.alternatives],
      expected.flatMap(({ alternatives }) => [...alternatives]),
    );
    assertAllClose(
      details.alternativeLogProbabilities,
      expected.flatMap((each) => [...each.alternativeLogProbabilities]),
      1e-6,
    );
    assertStrictEquals(details.alternatives, details.alternatives); // looked for once
  }
});
