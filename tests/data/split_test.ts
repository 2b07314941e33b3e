import { assertEquals, assertThrows } from "@std/assert";
import { splitTokens } from "../../src/data/split.ts";

function count(length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => i);
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
