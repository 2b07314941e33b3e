import { assertEquals, assertThrows } from "@std/assert";
import { trainWordPiece } from "../../../src/tokenizers/training/train_word_piece.ts";
import { readModelsGolden } from "../_models_golden.ts";

const golden = readModelsGolden().training;
const words = new Map(Object.entries(golden.words));

/** Names of the options here by those of the peer. */
const NAMES: Readonly<Record<string, string>> = {
  vocab_size: "vocabSize",
  special_tokens: "specialTokens",
  min_frequency: "minFrequency",
  limit_alphabet: "limitAlphabet",
  initial_alphabet: "initialAlphabet",
};

for (const { options, vocab } of golden.wordPiece) {
  Deno.test(`trainWordPiece() learns the vocabulary of Hugging Face for ${JSON.stringify(options)}`, () => {
    const model = trainWordPiece(words, {
      minFrequency: 0,
      ...Object.fromEntries(
        Object.entries(options).map(([name, value]) => [NAMES[name]!, value]),
      ),
    });
    // Here there is always a token for unknown words; the peer has it if it is among the special ones.
    const found = [...model.vocab.keys()].filter((token) =>
      token !== "[UNK]" || vocab.includes(token)
    );
    assertEquals(found.sort(), [...vocab].sort());
  });
}

Deno.test("trainWordPiece() joins the most frequent pair first, and numbers tokens in this order", () => {
  // Pairs: a ##b 5 + 2, ##b ##c 2; then ab ##c 2. Characters come in the order of Unicode, those within a word after them.
  const model = trainWordPiece(new Map([["ab", 5], ["abc", 2], ["", 3]]));
  assertEquals([...model.vocab.keys()], [
    "[UNK]",
    "a",
    "b",
    "c",
    "##b",
    "##c",
    "ab",
    "abc",
  ]);
  assertEquals(model.tokenize("abcb"), {
    ids: [7, 4],
    starts: [0, 3],
    ends: [3, 4],
  });
  assertEquals(model.tokenize("abx"), { ids: [0], starts: [0], ends: [3] });
});

Deno.test("trainWordPiece() gives the same whatever the order of the words", () => {
  const backwards = trainWordPiece(new Map([...words].reverse()));
  assertEquals([...backwards.vocab], [...trainWordPiece(words).vocab]);
});

Deno.test("trainWordPiece() keeps the most frequent characters, and of equals the first of Unicode", () => {
  const counts = new Map([["ca", 2], ["b🚢", 3], ["d", 2]]);
  const model = trainWordPiece(counts, { limitAlphabet: 3 });
  assertEquals([...model.vocab.keys()], [
    "[UNK]",
    "a",
    "b",
    "🚢",
    "##a",
    "##🚢",
    "b🚢",
  ]);
});

Deno.test("trainWordPiece() refuses options and words that make no sense", () => {
  const one = new Map([["ab", 1]]);
  const cases: [() => unknown, ErrorConstructor, string][] = [
    [
      () => trainWordPiece(new Map([["", 1]])),
      RangeError,
      "Cannot train WordPiece: there must be a word: none in 1 entries",
    ],
    [
      () => trainWordPiece(one, { vocabSize: 3 }),
      RangeError,
      "Cannot train WordPiece: vocabSize must have room for 4 characters and special tokens: 3; " +
      "limitAlphabet makes the characters fewer",
    ],
    [
      () => trainWordPiece(one, { limitAlphabet: 0 }),
      RangeError,
      "Cannot train WordPiece: limitAlphabet must be an integer from 1: 0",
    ],
    [
      () => trainWordPiece(one, { minFrequency: -1 }),
      RangeError,
      "Cannot train WordPiece: minFrequency must be an integer from 0: -1",
    ],
    [
      () => trainWordPiece(one, { prefix: "" }),
      TypeError,
      'Cannot train WordPiece: prefix must be a string that is not empty: ""',
    ],
    [
      () => trainWordPiece(one, { specialTokens: [""] }),
      TypeError,
      'Cannot train WordPiece: specialTokens must be an array of strings that are not empty: [""]',
    ],
    [
      () => trainWordPiece(one, { shrinkingFactor: 0.5 } as object),
      TypeError,
      'Cannot train WordPiece: there is no option "shrinkingFactor" (known: vocabSize, minFrequency, ',
    ],
  ];
  for (const [run, type, message] of cases) assertThrows(run, type, message);
});
