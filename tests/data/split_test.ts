import { assert, assertEquals, assertThrows } from "@std/assert";
import { evaluationWindows } from "../../src/data/evaluation_windows.ts";
import { RandomWindows } from "../../src/data/random_windows.ts";
import { splitTokens } from "../../src/data/split.ts";
import { TokenStreams } from "../../src/data/streams.ts";
import type { TokenArray, TokenSource } from "../../src/data/token_source.ts";
import { RandomStream } from "../../src/engine/random.ts";
import { count, countingSource } from "./_tokens.ts";

/** Every token that training on a part reads or predicts, in any of three epochs; the ids are places. */
function trainedOn(
  part: TokenArray | TokenSource,
  sequenceLength: number,
): Set<number> {
  const options = { batchSize: 4, sequenceLength, seed: 1 };
  const seen = new Set<number>();
  for (
    const batches of [
      new TokenStreams(part, options),
      new RandomWindows(part, { ...options, stride: 3 }),
    ]
  ) {
    for (const epoch of [0, 1, 2]) {
      for (let step = 0; step < batches.stepsPerEpoch; step++) {
        const { inputs, targets, mask } = batches.batch(epoch, step);
        for (const [i, id] of inputs.entries()) {
          if (mask === undefined || mask[i] === 1) {
            seen.add(id).add(targets[i]!);
          }
        }
      }
    }
  }
  return seen;
}

/** Every token that a measurement reads or predicts. */
function measuredOn(part: TokenArray | TokenSource): Set<number> {
  const seen = new Set<number>();
  const options = { streams: 3, sequenceLength: 5 };
  for (const { inputs, targets, counted } of evaluationWindows(part, options)) {
    for (const [i, counts] of counted.entries()) {
      if (counts) seen.add(inputs[i]!).add(targets[i]!);
    }
  }
  return seen;
}

Deno.test("splitTokens() keeps the end of the text apart, in one piece and without overlap", () => {
  const { train, validation } = splitTokens(count(100), { validation: 0.25 });
  assertEquals([...train], [...count(75)]);
  assertEquals([...validation], [...count(100)].slice(75));
});

Deno.test("splitTokens() keeps a tenth by default, and nothing at 0", () => {
  assertEquals(splitTokens(count(40)).validation.length, 4);
  const all = splitTokens(count(40), { validation: 0 });
  assertEquals([all.train.length, all.validation.length], [40, 0]);
});

Deno.test("splitTokens() gives views, not copies", () => {
  const ids = count(40);
  assertEquals(splitTokens(ids).validation.buffer, ids.buffer);
});

Deno.test("splitTokens() takes a training part of exactly one window and its follower", () => {
  assertEquals(
    splitTokens(count(20), { validation: 0.1, sequenceLength: 17 }).train
      .length,
    18,
  );
});

Deno.test("splitTokens() refuses a training part shorter than that, with the counts and the way out", () => {
  assertThrows(
    () => splitTokens(count(20), { validation: 0.1, sequenceLength: 18 }),
    RangeError,
    "Cannot split the text: a window of 18 tokens and the token that follows need 19: the training part has 18 of " +
      "the text's 20 tokens; give a longer text, a smaller sequenceLength or validation: 0",
  );
  assertThrows(
    () => splitTokens(count(18), { validation: 0, sequenceLength: 18 }),
    RangeError,
    "the training part has 18 of the text's 18 tokens; give a longer text or a smaller sequenceLength",
  );
});

Deno.test("splitTokens() refuses a validation part without anything to predict", () => {
  assertThrows(
    () => splitTokens(count(10), { validation: 0.1 }),
    RangeError,
    "Cannot split the text: the validation part needs 2 tokens: a share of 0.1 leaves it 1 of 10; " +
      "give a longer text, a larger share or validation: 0",
  );
});

Deno.test("splitTokens() refuses an empty text and a share outside [0, 1)", () => {
  assertThrows(
    () => splitTokens(count(0)),
    RangeError,
    "Cannot split the text: it has no tokens",
  );
  for (const validation of [1, -0.1, NaN]) {
    assertThrows(
      () => splitTokens(count(10), { validation }),
      RangeError,
      `Cannot split the text: validation must be a share from 0 up to but not 1: ${validation}`,
    );
  }
});

Deno.test("splitTokens() keeps a test part at the end, and a gap before each border", () => {
  for (const ids of [count(100), countingSource(100)]) {
    const { train, validation, test } = splitTokens(ids, {
      validation: 0.2,
      test: 0.1,
      gap: 6,
    });
    const ends = [train, validation, test].map((part) => part.length);
    assertEquals(ends, [58, 20, 10]); // 100 − 10 − 6 − 20 − 6
    const read = (
      part: TokenArray | TokenSource,
    ): number[] => [
      ...ArrayBuffer.isView(part) ? part : part.read(0, part.length),
    ];
    assertEquals(read(train).at(-1), 57);
    assertEquals([read(validation)[0], read(validation).at(-1)], [64, 83]);
    assertEquals([read(test)[0], read(test).at(-1)], [90, 99]);
  }
});

Deno.test("splitTokens() never lets training see a token that is measured, nor one within the gap of it", () => {
  const random = new RandomStream(11, "splits");
  for (let trial = 0; trial < 40; trial++) {
    const length = 120 + random.integer(200);
    const sequenceLength = 1 + random.integer(12);
    const gap = random.integer(20);
    const { train, validation, test } = splitTokens(count(length), {
      validation: 0.1 + 0.2 * random.uniform(),
      test: 0.1,
      gap,
      sequenceLength,
    });
    const trained = [...trainedOn(train, sequenceLength)];
    const measured = [...measuredOn(validation), ...measuredOn(test)];
    assertEquals(Math.min(...measured) > Math.max(...trained) + gap, true);
    assertEquals(new Set(measured).size, validation.length + test.length);
    assert(
      Math.min(...measuredOn(test)) > Math.max(...measuredOn(validation)) + gap,
    );
  }
});

Deno.test("splitTokens() refuses shares that leave nothing, and gaps that are none", () => {
  assertThrows(
    () => splitTokens(count(100), { validation: 0.5, test: 0.5 }),
    RangeError,
    "Cannot split the text: validation and test together must be below 1: 1",
  );
  assertThrows(
    () => splitTokens(count(100), { test: -0.1 }),
    RangeError,
    "Cannot split the text: test must be a share from 0 up to but not 1: -0.1",
  );
  assertThrows(
    () => splitTokens(count(100), { gap: 1.5 }),
    RangeError,
    "Cannot split the text: gap must be an integer from 0: 1.5",
  );
  assertThrows(
    () => splitTokens(count(100), { gap: 95 }),
    RangeError,
    "need 2: the training part has 0 of the text's 100 tokens; give a longer text, a smaller sequenceLength, a smaller gap " +
      "or validation: 0",
  );
  assertThrows(
    () => splitTokens(count(100), { validation: 0, gap: 5 }),
    TypeError,
    "Cannot split the text: gap has no effect with a single part, leave it out",
  );
  assertThrows(
    () => splitTokens(count(100), { test: 0.01 }),
    RangeError,
    "Cannot split the text: the test part needs 2 tokens: a share of 0.01 leaves it 1 of 100; " +
      "give a longer text, a larger share or test: 0",
  );
  assertThrows(
    () => splitTokens(count(100), { valid: 0.1 } as never),
    TypeError,
    'Cannot split the text: there is no option "valid" (known: validation, test, gap, sequenceLength)',
  );
});
