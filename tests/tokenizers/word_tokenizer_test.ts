import { assertEquals, assertThrows } from "@std/assert";
import { UnknownCharacterError } from "../../src/tokenizers/tokenizer.ts";
import { WordTokenizer } from "../../src/tokenizers/word_tokenizer.ts";
import { testTokenizerContract } from "./_contract.ts";

testTokenizerContract("WordTokenizer", (text) => WordTokenizer.train(text), {
  leavesSpaceOut: true,
});

/** The tokens of a text that a tokenizer was trained on. */
function tokens(text: string): string[] {
  const tokenizer = WordTokenizer.train(text);
  const ids = tokenizer.encode(text);
  assertEquals(tokenizer.decode(ids), text);
  return [...ids].map((id) => tokenizer.vocabulary[id]!);
}

const CUTS: [text: string, tokens: string][] = [
  [`"Don't," she said.`, `"|Don't|,|"|she|said|.`],
  ["a (small) house [sic]", "a|(|small|)|house|[|sic|]"],
  ["well-known and/or", "well|-|known|and|/|or"],
  ["one  two", "one| | |two"],
  ["one\ntwo\n", "one|\n|two|\n"],
  ["3.14 km", "3|.|<join>|14|km"],
  ["wait , what", "wait| |,|what"],
  ["x+y = z", "x|<join>|+|<join>|y|=|z"],
  ["桌上有一本书，很好。", "桌|上|有|一|本|书|，|很|好|。"],
  ["un café 🐋 à Zürich", "un|café|🐋|à|Zürich"],
  [" leading", " |leading"],
];

for (const [text, expected] of CUTS) {
  Deno.test(`WordTokenizer writes ${JSON.stringify(text)} as ${JSON.stringify(expected)}`, () => {
    assertEquals(tokens(text), expected.split("|"));
  });
}

Deno.test("WordTokenizer.train() keeps the most frequent words, in order", () => {
  const text = "the sea, the ship, the sea, a whale";
  // the 3, comma 3, sea 2, then ship, a, whale once each
  assertEquals(WordTokenizer.train(text).vocabulary, [
    "<unk>",
    "<join>",
    "the",
    ",",
    "sea",
    "ship",
    "a",
    "whale",
  ]);
  assertEquals(
    WordTokenizer.train(text, { vocabSize: 4 }).vocabulary.slice(2),
    [
      "the",
      ",",
    ],
  );
  assertEquals(
    WordTokenizer.train([text, "the ship"], { minFrequency: 2 }).vocabulary
      .slice(2),
    ["the", ",", "sea", "ship"],
  );
});

Deno.test("WordTokenizer.encode() does with unknown words what it is told to", () => {
  const tokenizer = WordTokenizer.train("the cafe and Ahab don't sleep");
  const text = "The café and ahab’s don’t";
  const error = assertThrows(
    () => tokenizer.encode(text, { unknown: "error" }),
    UnknownCharacterError,
    'the tokenizer does not know these words: "The", "café", "ahab’s", "don’t"; the first is at code point 0 (line 1)',
  );
  assertEquals(error.characters, ["The", "café", "ahab’s", "don’t"]);
  assertEquals(tokenizer.decode(tokenizer.encode(text)), "and");
  assertEquals(
    tokenizer.decode(tokenizer.encode("The cafe"), {
      skipSpecialTokens: false,
    }),
    "<unk> cafe",
  );
  assertEquals(
    tokenizer.decode(tokenizer.encode(text, { unknown: "skip" })),
    "and",
  );
  assertEquals(
    tokenizer.decode(
      tokenizer.encode("The CAFÉ and ahab don’t", { unknown: "nearest" }),
    ),
    "the cafe and Ahab don't",
  );
  assertThrows(
    () => tokenizer.encode("The whale", { unknown: "nearest" }),
    UnknownCharacterError,
    'these words: "whale"; the first is at code point 4',
  );
});

Deno.test("WordTokenizer refuses what it cannot use", () => {
  assertThrows(
    () => WordTokenizer.train("a", { vocabsize: 5 } as never),
    TypeError,
    'Cannot train WordTokenizer: there is no option "vocabsize", did you mean "vocabSize"? (known: vocabSize, minFrequency)',
  );
  assertThrows(
    () => WordTokenizer.train("a", { vocabSize: 1 }),
    RangeError,
    "Cannot train WordTokenizer: vocabSize must be an integer from 2: 1",
  );
  assertThrows(
    () => WordTokenizer.train([]),
    RangeError,
    "Cannot train WordTokenizer: a text must have a character: there is none",
  );
  assertThrows(
    () => WordTokenizer.train(5 as never),
    TypeError,
    "Cannot train WordTokenizer: texts must be a string or an array of strings: number",
  );
  assertThrows(
    () => new WordTokenizer(["<unk>", "a"]),
    RangeError,
    "Cannot build WordTokenizer: the vocabulary must have <join>: it is missing",
  );
  assertThrows(
    () => new WordTokenizer(["<unk>", "<join>", "a", "a"]),
    RangeError,
    'Cannot build WordTokenizer: entries must be well-formed, not empty, and all different: "a" at 3',
  );
  assertThrows(
    () => WordTokenizer.fromJSON({ kind: "word", vocabulary: [], x: 1 }),
    RangeError,
    'Cannot build WordTokenizer: JSON must have the members kind: "word" and vocabulary: {',
  );
});
