import { assertEquals } from "@std/assert";
import { nearestKnown } from "../../src/tokenizers/unknown.ts";

const NEAREST: [
  unknown: string,
  known: string[],
  nearest: string | undefined,
][] = [
  ["É", ["e", "E"], "E"], // the same case before another
  ["É", ["e", "é"], "é"], // the same accent before none
  ["a", ["A"], "A"],
  ["’", ["'"], "'"],
  ["—", ["-"], "-"],
  ["ﬁ", ["f", "i", "fi"], "fi"],
  ["\u00A0", [" "], " "],
  ["ø", ["o"], "o"],
  ["ß", ["ss"], "ss"],
  ["Ａ", ["A"], "A"],
  ["CAFÉ", ["cafe"], "cafe"],
  ["don’t", ["don't"], "don't"],
  ["🐋", ["a"], undefined],
  ["", ["a"], undefined],
  ["\u0301", ["a"], undefined],
];

for (const [unknown, known, nearest] of NEAREST) {
  Deno.test(`nearestKnown() takes ${JSON.stringify(nearest)} for ${JSON.stringify(unknown)} from ${known.join(", ")}`, () => {
    assertEquals(
      nearestKnown(unknown, (text) => known.includes(text)),
      nearest,
    );
  });
}
