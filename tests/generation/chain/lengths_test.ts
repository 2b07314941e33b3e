import { assertEquals, assertThrows } from "@std/assert";
import {
  type LengthDecay,
  lengthDecayStage,
  minTokensStage,
} from "../../../src/generation/chain/lengths.ts";
import { assertAllClose } from "../../close.ts";
import { after, keptIds } from "./_after.ts";

const NONE = -Infinity;

Deno.test("minTokensStage() lets no text end before it has so many new tokens", () => {
  const stage = minTokensStage(2, [0, 3]);
  assertEquals(keptIds(after(stage, [1, 1, 1], 3)), [1, 2, 4]);
  assertEquals(keptIds(after(stage, [1, 1, 1], 2)), [1, 2, 4]);
  assertEquals(keptIds(after(stage, [1, 1, 1], 1)), [0, 1, 2, 3, 4]);
});

Deno.test("minTokensStage() lets a text end early where there is nothing else to write", () => {
  const stage = minTokensStage(2, [0, 3]);
  assertEquals(keptIds(after(stage, [], 0, [1, NONE, NONE, 2, NONE])), [3]);
});

Deno.test("lengthDecayStage() makes the end likelier from place to place", () => {
  // Three tokens after the start: 1.1³ = 1.331; 2 + 2 · .331 = 2.662 and −1 + .331 = −.669.
  const stage = lengthDecayStage({ start: 1, factor: 1.1 }, [0, 4, 4]);
  assertAllClose(after(stage, [1, 1, 1, 1]), [2.662, 1, 0.5, 0, -0.669], 1e-7);
  assertEquals(after(stage, [1, 1, 1, 1], 3), [2, 1, 0.5, 0, -1]);
});

Deno.test("lengthDecayStage() keeps scores finite, and brings nothing back", () => {
  const stage = lengthDecayStage({ start: 0, factor: 1e200 }, [0, 1, 3]);
  const scores = after(stage, [1, 1, 1], 0, [2, NONE, 0.5, 0, -1]);
  assertEquals(scores[0], Math.fround(3.4e38));
  assertEquals(scores.slice(1), [NONE, 0.5, 0, -1]);
});

Deno.test("the stages about length change nothing at 0 tokens and factor 1", () => {
  const text = [1, 1, 1];
  const same = [2, 1, 0.5, 0, -1];
  assertEquals(after(minTokensStage(0, [0]), text, 3), same);
  const none = { start: 0, factor: 1 };
  assertEquals(after(lengthDecayStage(none, [0]), text), same);
});

Deno.test("the stages about length refuse what is out of range, and to work without stop tokens", () => {
  assertThrows(
    () => minTokensStage(1.5, [0]),
    RangeError,
    "Cannot sample: minTokens must be an integer from 0: 1.5",
  );
  assertThrows(
    () => minTokensStage("3" as unknown as number, [0]),
    RangeError,
    'Cannot sample: minTokens must be an integer from 0: "3"',
  );
  for (const stops of [undefined, []]) {
    assertThrows(
      () => minTokensStage(1, stops),
      TypeError,
      "Cannot sample: minTokens has no effect without stopTokens, the ids of tokens that end a text",
    );
  }
  assertThrows(
    () => minTokensStage(1, [-1]),
    RangeError,
    "Cannot sample: stopTokens must hold token ids, integers from 0: -1",
  );
  assertThrows(
    () => after(minTokensStage(1, [5])),
    RangeError,
    "Cannot sample: stopTokens must name tokens of the vocabulary, below 5: 5",
  );
  const refuses = (decay: unknown, message: string) =>
    assertThrows(
      () => lengthDecayStage(decay as LengthDecay, [0]),
      Error,
      message,
    );
  refuses(null, "Cannot sample: lengthDecay: options must be an object: null");
  refuses(
    true,
    "must be an object: boolean; give { lengthDecay: { start: 50, factor: 1.05 } }",
  );
  refuses(
    { start: 1, factor: 2, stop: 1 },
    'Cannot sample: lengthDecay: there is no option "stop" (known: start, factor)',
  );
  refuses(
    { factor: 2 },
    "Cannot sample: lengthDecay.start must be an integer from 0: undefined",
  );
  refuses(
    { start: 1, factor: 0 },
    "Cannot sample: lengthDecay.factor must be a number above 0: 0",
  );
  refuses(
    { start: 1, factor: "2" },
    'Cannot sample: lengthDecay.factor must be a number above 0: "2"',
  );
});
