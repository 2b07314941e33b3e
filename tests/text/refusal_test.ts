import { assert, assertEquals } from "@std/assert";
import { shown, wrongNumber } from "../../src/text/refusal.ts";

Deno.test("shown() tells values apart that look alike, and shows those that JSON cannot", () => {
  for (
    const [value, expected] of [
      ["64", '"64"'],
      [64, "64"],
      [64n, "64n"],
      [NaN, "NaN"],
      [Infinity, "Infinity"],
      [null, "null"],
      [undefined, "undefined"],
      [Symbol("x"), "Symbol(x)"],
      [[], "an array"],
      [{}, "object"],
      [() => 1, "function"],
    ] as const
  ) assertEquals(shown(value), expected);
});

Deno.test("wrongNumber() is a RangeError for a number and a TypeError for anything else", () => {
  const wrong = wrongNumber("Cannot build: units must be positive", -1);
  assert(wrong instanceof RangeError);
  assertEquals(wrong.message, "Cannot build: units must be positive: -1");
  const none = wrongNumber("Cannot build: units must be positive", "1");
  assert(none instanceof TypeError);
  assertEquals(none.message, 'Cannot build: units must be positive: "1"');
});
