import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import { Candidates } from "../../../src/generation/chain/candidates.ts";
import type { Knob } from "../../../src/generation/chain/stage.ts";
import {
  type TruncationName,
  truncationStage,
} from "../../../src/generation/chain/truncation.ts";

/** p = .563, .207, .126, .076, .028; H = 1.206489 nats; the scores' deviation is 1. */
const LOGITS = [2, 1, 0.5, 0, -1];

function kept(
  name: TruncationName,
  knob: Knob,
  logits: ArrayLike<number> = LOGITS,
  position = 0,
): number[] {
  const candidates = new Candidates();
  candidates.begin(Float32Array.from(logits), {
    tokens: { length: position },
    promptLength: 0,
  });
  truncationStage(name, knob).apply(candidates);
  return [...candidates.toLogits().entries()]
    .filter(([, score]) => score > -Infinity).map(([id]) => id);
}

for (
  const [name, knob, ids] of [
    ["topH", 0.3, [0]], // −p ln p = .323, .326, .261, .196, .100
    ["topH", 0.5, [0]],
    ["topH", 0.8, [0, 1, 2]],
    ["topK", 2, [0, 1]],
    ["topK", 0, [0, 1, 2, 3, 4]],
    ["topP", 0.5, [0]],
    ["topP", 0.8, [0, 1, 2]],
    ["topP", 0.9, [0, 1, 2, 3]],
    ["minP", 0.05, [0, 1, 2, 3]], // e⁻³ = .0498
    ["minP", 0.2, [0, 1, 2]],
    ["minP", 0.3, [0, 1]],
    ["typicalP", 0.2, [1]], // |−ln p − H| = .63, .37, .87, 1.37, 2.37
    ["typicalP", 0.5, [0, 1]],
    ["typicalP", 0.9, [0, 1, 2, 3]],
    ["epsilonCutoff", 0.1, [0, 1, 2]],
    ["epsilonCutoff", 0.2, [0, 1]],
    ["epsilonCutoff", 0.3, [0]],
    ["etaCutoff", 0.1, [0, 1, 2]], // min(.1, √.1 · e⁻ᴴ) = .0946
    ["etaCutoff", 0.2, [0, 1]], // .1338
    ["etaCutoff", 0.3, [0, 1]], // .1639
    ["topNSigma", 0.5, [0]],
    ["topNSigma", 1, [0, 1]],
    ["topNSigma", 2, [0, 1, 2, 3]],
  ] as [TruncationName, Knob, number[]][]
) {
  Deno.test(`truncationStage() of ${name} ${knob} keeps ${ids}`, () => {
    assertEquals(kept(name, knob), ids);
  });
}

Deno.test("truncationStage() of topK keeps exactly k, the lower ids among equals", () => {
  assertEquals(kept("topK", 2, [0, 1, 1, 1]), [1, 2]);
});

Deno.test("truncationStage() of topP stops where the sum is reached exactly", () => {
  assertEquals(kept("topP", 0.5, [Math.log(2), 0, 0]), [0]);
});

Deno.test("truncationStage() takes a bound for met that is missed by the rounding of the scores alone", () => {
  const halves = [1 / 2, 1 / 4, 1 / 8, 1 / 8].map(Math.log);
  assertEquals(kept("minP", 1 / 2, halves), [0, 1]);
  assertEquals(kept("minP", 1 / 4, halves), [0, 1, 2, 3]);
  assertEquals(kept("epsilonCutoff", 1 / 4, halves), [0, 1]);
  assertEquals(kept("topP", 3 / 4, halves), [0, 1]);
  assertEquals(kept("topP", 7 / 8, halves), [0, 1, 2]);
  // H is 1.75 bits, which the surprises 1, 2, 3, 3 are .75, .25, 1.25, 1.25 away from.
  assertEquals(kept("typicalP", 1 / 4, halves), [1]);
  assertEquals(kept("typicalP", 3 / 4, halves), [0, 1]);
  // Three in ten and seven in ten of equal tokens.
  assertEquals(kept("topP", 0.3, Array(10).fill(1)).length, 3);
  assertEquals(kept("topP", 0.7, Array(10).fill(1)).length, 7);
  // What is missed by more is missed.
  assertEquals(kept("minP", 0.50001, halves), [0]);
  assertEquals(kept("topP", 0.75001, halves), [0, 1, 2]);
});

Deno.test("truncationStage() takes its number from a list, over and over, or from a function", () => {
  const sizes = [0, 1, 2].map((at) => kept("topK", [1, 3], LOGITS, at).length);
  assertEquals(sizes, [1, 3, 1]);
  assertEquals(kept("topK", (at, h) => h > 1.2 ? at : 1, LOGITS, 4).length, 4);
});

Deno.test("truncationStage() of topK keeps what a full sort keeps, and each stage keeps one token at least", () => {
  const random = new RandomStream(3);
  for (let round = 0; round < 200; round++) {
    const logits = Float32Array.from(
      { length: 1 + random.integer(60) },
      () => random.integer(9),
    ); // many ties
    const k = 1 + random.integer(60);
    const sorted = [...logits.keys()].sort((a, b) =>
      logits[b]! - logits[a]! || a - b
    );
    assertEquals(
      kept("topK", k, logits),
      sorted.slice(0, k).sort((a, b) => a - b),
    );
    for (const name of ["topP", "minP", "typicalP", "epsilonCutoff"] as const) {
      assert(kept(name, random.uniform(), logits).length > 0);
    }
  }
});

Deno.test("truncationStage() of topP keeps what a full sort and a sum of probabilities keep", () => {
  const random = new RandomStream(21);
  for (let round = 0; round < 60; round++) {
    const width = 5 * random.uniform();
    const logits = Float32Array.from(
      { length: 1 + random.integer(2000) },
      () => width * random.normal(),
    );
    const mass = [random.uniform(), 1 - 1e-7 * random.uniform(), 1e-6][
      round % 3
    ]!;
    const weights = Float64Array.from(logits, Math.exp);
    const total = weights.reduce((sum, weight) => sum + weight);
    const sorted = [...logits.keys()].sort((a, b) =>
      logits[b]! - logits[a]! || a - b
    );
    let [sum, count] = [0, 0];
    while (count < sorted.length && sum < mass * total) {
      sum += weights[sorted[count++]!]!;
    }
    assertEquals(
      kept("topP", mass, logits),
      sorted.slice(0, count).sort((a, b) => a - b),
      `${mass} of ${logits.length}`,
    );
  }
});

Deno.test("truncationStage() refuses what is out of range", () => {
  const refuses = (name: TruncationName, knob: unknown, message: string) =>
    assertThrows(() => truncationStage(name, knob as Knob), Error, message);
  refuses("topK", 1.5, "Cannot sample: topK must be an integer from 0: 1.5");
  refuses("topP", "0.9", 'topP must be a number from 0 to 1: "0.9"');
  refuses("minP", [0.1, NaN], "minP must be a number from 0 to 1: NaN");
  refuses("topP", [], "topP must have a value for one position at least: []");
  refuses("topH", 0, "Cannot sample: topH must be a number above 0, to 1: 0");
});
