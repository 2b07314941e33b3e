import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import { Candidates } from "../../../src/generation/chain/candidates.ts";
import type { Knob } from "../../../src/generation/chain/stage.ts";
import {
  type TruncationEdges,
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
  edges: TruncationEdges = {},
): number[] {
  const candidates = new Candidates();
  candidates.begin(Float32Array.from(logits), {
    tokens: { length: position },
    promptLength: 0,
  });
  truncationStage(name, knob, edges).apply(candidates);
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

/** What a full sort and sums of probabilities by `Math.exp()` keep, ids in ascending order. */
function keptBySorting(
  name: TruncationName,
  value: number,
  edges: TruncationEdges,
  logits: Float32Array,
): number[] {
  const ids = [...logits.keys()];
  const best = ids.reduce((a, b) => logits[b]! > logits[a]! ? b : a);
  const weights = ids.map((id) => Math.exp(logits[id]! - logits[best]!));
  const total = weights.reduce((sum, weight) => sum + weight);
  const p = weights.map((weight) => weight / total);
  const surprise = ids.map((id) =>
    Math.log(total) - (logits[id]! - logits[best]!)
  );
  const entropy = ids.reduce((sum, id) => sum + p[id]! * surprise[id]!, 0);
  const until = (
    keys: number[],
    shares: number[],
    isEnough: (sum: number) => boolean,
  ): number[] => {
    const order = ids.toSorted((a, b) => keys[b]! - keys[a]! || a - b);
    let [sum, count] = [0, 0];
    while (count < order.length && !isEnough(sum)) {
      sum += shares[order[count++]!]!;
    }
    const last = keys[order[count - 1]!]!;
    while (edges.ties && count < order.length && keys[order[count]!] === last) {
      count++;
    }
    return order.slice(0, count);
  };
  const kept = (): number[] => {
    switch (name) {
      case "topP": {
        const enough = edges.pastTopP ? value + 1e-9 : value;
        return until([...logits], p, (sum) => sum >= enough);
      }
      case "typicalP":
        return until(
          surprise.map((each) => -Math.abs(each - entropy)),
          p,
          (sum) => sum >= value,
        );
      case "topH": {
        const shares = ids.map((id) => p[id]! * surprise[id]!);
        const isTooMuch = (sum: number) => sum > value * entropy;
        const all = until([...logits], shares, isTooMuch);
        const sum = all.reduce((sum, id) => sum + shares[id]!, 0);
        return all.length > 1 && isTooMuch(sum) ? all.slice(0, -1) : all;
      }
      case "epsilonCutoff":
        return ids.filter((id) => p[id]! >= value);
      default: {
        const least = Math.min(value, Math.sqrt(value) * Math.exp(-entropy));
        return ids.filter((id) => p[id]! >= least);
      }
    }
  };
  const found = new Set(kept());
  const isTop = (id: number) => logits[id] === logits[best];
  if (name.endsWith("Cutoff") && edges.ties) {
    for (const id of ids.filter(isTop)) found.add(id);
  }
  return found.size === 0 ? [best] : [...found].sort((a, b) => a - b);
}

Deno.test("truncationStage() of each kind of sum keeps what a full sort keeps, over flat, steep and tied scores", () => {
  const random = new RandomStream(33);
  const kinds: (() => number)[] = [
    () => 3 * random.normal(),
    () => 0.01 * random.normal(),
    () => 9 * random.normal(),
    () => random.integer(7) / 2,
    () => random.integer(20) === 0 ? -1e30 : random.normal(),
  ];
  let removed = 0;
  for (let round = 0; round < 400; round++) {
    const logits = Float32Array.from(
      { length: 2 + random.integer(round % 5 === 0 ? 4000 : 200) },
      kinds[round % kinds.length]!,
    );
    const names = [
      "topP",
      "typicalP",
      "topH",
      "epsilonCutoff",
      "etaCutoff",
    ] as const;
    const name = names[Math.floor(round / kinds.length) % names.length]!;
    const value = name.endsWith("Cutoff")
      ? 10 ** (-5 * random.uniform())
      : 0.01 + 0.98 * random.uniform();
    const edges: TruncationEdges = {
      ...random.integer(2) === 0 && name !== "topP" && name !== "topH" &&
        { ties: true },
      ...random.integer(2) === 0 && name === "topP" && { pastTopP: true },
    };
    const expected = keptBySorting(name, value, edges, logits);
    assertEquals(
      kept(name, value, logits, 0, edges),
      expected,
      `${name} ${value} of ${logits.length} in round ${round}`,
    );
    removed += logits.length - expected.length;
  }
  assert(removed > 10_000, `${removed} removed`);
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
