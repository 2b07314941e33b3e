import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { UnknownCharacterError } from "../../src/tokenizers/tokenizer.ts";
import { testTokenizerContract } from "./_contract.ts";

testTokenizerContract("CharTokenizer", (text) => CharTokenizer.train(text), {
  characters: (text) => Array.from(text),
});

testTokenizerContract(
  'CharTokenizer of unit "grapheme"',
  (text) => CharTokenizer.train(text, { unit: "grapheme" }),
  {
    characters: (text) =>
      Array.from(
        new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text),
        ({ segment }) => segment,
      ),
  },
);

Deno.test("CharTokenizer.train() keeps graphemes whole on demand", () => {
  const text = "e\u0301 e🏳️‍🌈\r\n한";
  const tokenizer = CharTokenizer.train(text, { unit: "grapheme" });
  assertEquals(tokenizer.vocabulary, [
    "\r\n",
    " ",
    "e",
    "e\u0301",
    "한",
    "🏳️‍🌈",
  ]);
  assertEquals(tokenizer.encode(text), Int32Array.of(3, 1, 2, 5, 0, 4));
  const copy = CharTokenizer.fromJSON(tokenizer.toJSON());
  assertEquals(copy.unit, "grapheme");
  const { utf16 } = copy.encodeWithOffsets("🏳️‍🌈e");
  assertEquals([utf16.starts[1], utf16.ends[1]], [6, 7]);
});

Deno.test("CharTokenizer.train() finds the end of graphemes longer than any window", () => {
  const long = `e${"\u0301".repeat(1000)}`;
  const tokenizer = CharTokenizer.train(`${long}a${long}`, {
    unit: "grapheme",
  });
  assertEquals(tokenizer.vocabulary, ["a", long]);
});

Deno.test("CharTokenizer.encode() takes what is nearest to an unknown character", () => {
  const tokenizer = CharTokenizer.train("cafe'- x");
  const text = tokenizer.decode(
    tokenizer.encode("CAFÉ’—X\u00A0ﬀ", { unknown: "nearest" }),
  );
  assertEquals(text, "cafe'-x ff");
  const { ids, utf16 } = tokenizer.encodeWithOffsets("ﬀx", {
    unknown: "nearest",
  });
  assertEquals(tokenizer.decode(ids), "ffx");
  assertEquals([...utf16.starts], [0, 0, 1]);
  const error = assertThrows(
    () => tokenizer.encode("É z", { unknown: "nearest" }),
    UnknownCharacterError,
  );
  assertEquals(error.index, 0); // named as it would be without "nearest"
  assertThrows(
    () => tokenizer.encode("a", { unknown: "token" }),
    RangeError,
    'Cannot encode text: unknown must be "error", "skip" or "nearest", as the tokenizer has no token for the unknown: "token"',
  );
});

Deno.test("CharTokenizer takes Chinese character by character", () => {
  const text = "海上生明月，天涯共此时。船上的人说：“明天有风。”";
  const tokenizer = CharTokenizer.train(text);
  assertEquals(tokenizer.vocabSize, new Set(text).size);
  assertEquals(tokenizer.encode(text).length, 25);
  assertEquals(tokenizer.decode(tokenizer.encode("明月有船")), "明月有船");
});

Deno.test("CharTokenizer refuses options that it does not know", () => {
  assertThrows(
    () => CharTokenizer.train("a", { unit: "word" as never }),
    RangeError,
    'Cannot train CharTokenizer: unit must be "codepoint" or "grapheme": "word"',
  );
  assertThrows(
    () => CharTokenizer.train("a", { units: "grapheme" } as never),
    TypeError,
    'Cannot train CharTokenizer: there is no option "units", did you mean "unit"? (known: unit)',
  );
  assertThrows(
    () => new CharTokenizer(["e\u0301x"], { unit: "grapheme" }),
    RangeError,
    'Cannot build CharTokenizer: an entry must be one grapheme: "e\u0301x" at 0',
  );
});

Deno.test("CharTokenizer.train() sorts by code point, not by UTF-16 unit", () => {
  // U+000A, U+0061, U+FB01, U+FFFD, U+1F40B; by units the whale (U+D83D U+DC0B) would come third.
  const tokenizer = CharTokenizer.train("🐋a\uFFFDﬁ\na🐋");
  assertEquals(tokenizer.vocabulary, ["\n", "a", "ﬁ", "\uFFFD", "🐋"]);
  assertEquals(tokenizer.vocabSize, 5);
  assertEquals(tokenizer.encode("a🐋\n"), Int32Array.of(1, 4, 0));
  assertEquals(tokenizer.decode([4, 4, 1]), "🐋🐋a");
});

Deno.test("CharTokenizer.train() takes a lone surrogate for U+FFFD", () => {
  const tokenizer = CharTokenizer.train("a\uD83D");
  assertEquals(tokenizer.vocabulary, ["a", "\uFFFD"]);
  assertEquals(tokenizer.encode("\uDC0B\uD83D\uFFFD"), Int32Array.of(1, 1, 1));
});

Deno.test("CharTokenizer.train() refuses an empty text and what is no text", () => {
  assertThrows(
    () => CharTokenizer.train(""),
    RangeError,
    "Cannot train CharTokenizer: the text must have a character: it is empty",
  );
  assertThrows(
    () => CharTokenizer.train(5 as unknown as string),
    TypeError,
    "Cannot train CharTokenizer: text must be a string: number",
  );
});

Deno.test("CharTokenizer.encode() names unknown characters, their place and the way out", () => {
  const tokenizer = CharTokenizer.train("whale\n ");
  const error = assertThrows(
    () => tokenizer.encode("whale\n🐋é whale é\u0301\u200F"),
    UnknownCharacterError,
  );
  assertInstanceOf(error, RangeError);
  // w h a l e \n are code points 0 to 5
  assertEquals(
    error.message,
    'Cannot encode text: the tokenizer does not know these characters: "🐋" U+1F40B, "é" U+00E9, U+0301, U+200F; ' +
      'the first is at code point 6 (line 2); leave them out with unknown: "skip"',
  );
  assertEquals(error.name, "UnknownCharacterError");
  assertEquals(error.characters, ["🐋", "é", "\u0301", "\u200F"]);
  assertEquals(error.index, 6);
});

Deno.test("CharTokenizer.encode() names ten unknown characters and counts the others", () => {
  const error = assertThrows(
    () => CharTokenizer.train("x").encode("xabcdefghijklm"),
    UnknownCharacterError,
  );
  assertEquals(
    error.message,
    'Cannot encode text: the tokenizer does not know these characters: "a" U+0061, "b" U+0062, "c" U+0063, ' +
      '"d" U+0064, "e" U+0065, "f" U+0066, "g" U+0067, "h" U+0068, "i" U+0069, "j" U+006A and 3 more; ' +
      'the first is at code point 1 (line 1); leave them out with unknown: "skip"',
  );
  assertEquals(error.characters.length, 13);
});

Deno.test("CharTokenizer.encode() leaves unknown characters out on demand", () => {
  const tokenizer = CharTokenizer.train("whale");
  assertEquals(tokenizer.vocabulary, ["a", "e", "h", "l", "w"]);
  assertEquals(
    tokenizer.encode("w🐋h!", { unknown: "skip" }),
    Int32Array.of(4, 2),
  );
  assertEquals(tokenizer.encode("🐋", { unknown: "skip" }), new Int32Array());
});

Deno.test("CharTokenizer.encode() gives an array with a buffer of its own size", () => {
  const ids = CharTokenizer.train("🐋").encode("🐋🐋");
  assertEquals([ids.length, ids.buffer.byteLength], [2, 8]);
});

Deno.test("CharTokenizer.decode() names the id, its position and the size of the vocabulary", () => {
  assertThrows(
    () => CharTokenizer.train("abc").decode(Int32Array.of(0, 1, 3)),
    RangeError,
    "Cannot decode ids: each must be an integer from 0 to 2, as the vocabulary has 3 tokens: 3 at position 2",
  );
});

Deno.test("CharTokenizer.vocabulary cannot be changed", () => {
  const given = ["a", "b"];
  const tokenizer = new CharTokenizer(given);
  given[0] = "z";
  assertThrows(() => (tokenizer.vocabulary as string[]).push("c"), TypeError);
  assertEquals(tokenizer.vocabulary, ["a", "b"]);
  (tokenizer.toJSON().vocabulary as string[])[0] = "z";
  assertEquals(tokenizer.decode([0]), "a");
});

Deno.test("CharTokenizer keeps the order of a vocabulary that it is given", () => {
  assertEquals(
    CharTokenizer.fromJSON({ kind: "char", vocabulary: ["b", "a"] }).encode(
      "ab",
    ),
    Int32Array.of(1, 0),
  );
});

const REFUSED: [
  json: unknown,
  error: typeof TypeError | typeof RangeError,
  message: string,
][] = [
  [null, TypeError, "JSON must be an object: null"],
  ["char", TypeError, 'JSON must be an object: "char"'],
  [["char"], TypeError, 'JSON must be an object: ["char"]'],
  [{ vocabulary: ["a"] }, RangeError, 'kind must be "char": undefined'],
  [
    { kind: "word", vocabulary: ["a"] },
    RangeError,
    'kind must be "char": "word"',
  ],
  [
    { kind: "char" },
    TypeError,
    "vocabulary must be an array of strings: undefined",
  ],
  [
    { kind: "char", vocabulary: "abc" },
    TypeError,
    'vocabulary must be an array of strings: "abc"',
  ],
  [
    { kind: "char", vocabulary: [] },
    RangeError,
    "the vocabulary must have a character: it is empty",
  ],
  [
    { kind: "char", vocabulary: ["a", 5] },
    TypeError,
    "vocabulary must hold strings: 5 at 1",
  ],
  [
    { kind: "char", vocabulary: ["a", null] },
    TypeError,
    "vocabulary must hold strings: null at 1",
  ],
  [
    { kind: "char", vocabulary: ["a", ""] },
    RangeError,
    'an entry must be one code point: "" at 1',
  ],
  [
    { kind: "char", vocabulary: ["ab"] },
    RangeError,
    'an entry must be one code point: "ab" at 0',
  ],
  [
    { kind: "char", vocabulary: ["e\u0301"] },
    RangeError,
    "an entry must be one code point",
  ],
  [
    { kind: "char", vocabulary: ["\uD83D"] },
    RangeError,
    'an entry must be one code point: "\\ud83d" at 0',
  ],
  [
    { kind: "char", vocabulary: ["a", "b", "a"] },
    RangeError,
    'the vocabulary must have no duplicates: "a" at 0 and 2',
  ],
  [
    { kind: "char", vocabulary: ["a"], lowercase: true },
    RangeError,
    "JSON has members that this version does not know: lowercase",
  ],
];

for (const [json, error, message] of REFUSED) {
  Deno.test(`CharTokenizer.fromJSON() refuses ${JSON.stringify(json)}`, () => {
    assertThrows(
      () => CharTokenizer.fromJSON(json),
      error,
      `Cannot build CharTokenizer: ${message}`,
    );
  });
}

Deno.test("CharTokenizer shows itself in one line, not its vocabulary", () => {
  const tokenizer = CharTokenizer.train("abc");
  assertEquals(String(tokenizer), "CharTokenizer { vocabSize: 3 }");
  assertEquals(Deno.inspect(tokenizer), "CharTokenizer { vocabSize: 3 }");
  assertEquals(
    Deno.inspect({ tokenizer }),
    "{ tokenizer: CharTokenizer { vocabSize: 3 } }",
  );
});
