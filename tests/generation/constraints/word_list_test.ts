import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  oneOf,
  wordsOf,
} from "../../../src/generation/constraints/word_list.ts";
import { accepts, costOf } from "./_walk.ts";

Deno.test("oneOf() has the words of its list and no others", () => {
  const words = ["whale", "whales", "wharf", "a", "🐋", "a b"];
  const language = oneOf([...words, "a"]);
  for (const word of words) {
    assert(accepts(language, word), word);
    assert(!accepts(language, `${word}x`), word);
    assert(!accepts(language, `x${word}`), word);
  }
  assert(!accepts(language, "whal") && !accepts(language, ""));
  assertEquals(
    language.description,
    'one of "a", "a b", "whale", "whales", "wharf", "🐋"',
  );
  assertEquals(language.distance(language.start, costOf("a")), 1);
  assertEquals(language.distance(language.start, costOf("whales")), 1);
  assertEquals(language.distance(language.start, costOf("whles")), Infinity);
  assertEquals(language.distance(language.start, costOf("whrf a")), 1);
});

Deno.test("oneOf() with 20,000 words is read in no more ways than letters may come", () => {
  const words = Array.from(
    { length: 20_000 },
    (_, i) => (i * 7919).toString(26),
  );
  const language = oneOf(words);
  for (const word of words.slice(0, 500)) assert(accepts(language, word), word);
  let state = language.start as { ways: unknown[] };
  for (const character of words.at(-1)!) {
    state = language.next(state, character.codePointAt(0)!) as typeof state;
    assert(state.ways.length <= 27, `${state.ways.length} ways`);
  }
  const named = words.toSorted().slice(0, 8).map((word) => `"${word}"`);
  assertEquals(
    language.description,
    `one of ${named.join(", ")} and 19992 more`,
  );
});

Deno.test("wordsOf() has rows of words with a separator", () => {
  const plain = wordsOf(["call", "me"]);
  for (const text of ["call", "me", "call me call"]) {
    assert(accepts(plain, text));
  }
  for (const text of ["", " ", "call ", "callme", "call  me"]) {
    assert(!accepts(plain, text), text);
  }
  const some = wordsOf(["a", "b"], { separator: ", ", min: 2, max: 3 });
  for (const text of ["a, b", "b, b, a"]) assert(accepts(some, text), text);
  for (const text of ["a", "a, b, a, b", "a,b"]) {
    assert(!accepts(some, text), text);
  }
  const close = wordsOf(["a", "ab"], { separator: "", min: 0 });
  for (const text of ["", "a", "aab", "abab"]) {
    assert(accepts(close, text), text);
  }
  assert(!accepts(close, "abb"));
  const none = wordsOf(["a"], { min: 0, max: 0 });
  assert(accepts(none, "") && !accepts(none, "a"));
  assertEquals(plain.distance(plain.start, costOf("calme ")), 2);
  assertEquals(some.description, 'words of "a", "b"');
});

for (
  const [call, type, message] of [
    [() => oneOf([]), RangeError, "words must have one text at least"],
    [
      () => oneOf("ab" as unknown as string[]),
      TypeError,
      "words must be an array of texts: string",
    ],
    [
      () => oneOf(null as unknown as string[]),
      TypeError,
      "words must be an array of texts: null",
    ],
    [
      () => oneOf(["a", 1 as unknown as string]),
      TypeError,
      "words must be texts of whole characters: 1 at 1",
    ],
    [
      () => oneOf(["a", "\ud83d"]),
      TypeError,
      'words must be texts of whole characters: "\\ud83d" at 1',
    ],
    [() => oneOf(["a", ""]), RangeError, 'words must not be empty: "" at 1'],
    [
      () => wordsOf(["a"], { min: -1 }),
      RangeError,
      "min must be an integer from 0: -1",
    ],
    [
      () => wordsOf(["a"], { min: 3, max: 2 }),
      RangeError,
      "max must be an integer from min (3), or Infinity: 2",
    ],
    [
      () => wordsOf(["a"], { max: NaN }),
      RangeError,
      "max must be an integer from min (1), or Infinity: NaN",
    ],
    [
      () => wordsOf(["a"], { separator: 1 as unknown as string }),
      TypeError,
      "the separator must be a text of whole characters: 1",
    ],
    [
      () =>
        wordsOf(["a"], { seperator: "," } as unknown as { separator: string }),
      TypeError,
      'there is no option "seperator", did you mean "separator"? (known: separator, min, max)',
    ],
  ] as const
) {
  Deno.test(`Word lists say: ${message}`, () => {
    assertThrows(call, type, `Cannot constrain: ${message}`);
  });
}
