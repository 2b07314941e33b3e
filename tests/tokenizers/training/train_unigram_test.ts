import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { trainUnigram } from "../../../src/tokenizers/training/train_unigram.ts";
import { readModelsGolden } from "../_models_golden.ts";

const golden = readModelsGolden().training;

/** Names of the options here by those of the peer. */
const NAMES: Readonly<Record<string, string>> = {
  vocab_size: "vocabSize",
  special_tokens: "specialTokens",
  unk_token: "unknownToken",
  max_piece_length: "maxPieceLength",
  shrinking_factor: "shrinkingFactor",
  n_sub_iterations: "subIterations",
  initial_alphabet: "initialAlphabet",
};

for (const { options, words, pieces, unknownId } of golden.unigram) {
  Deno.test(`trainUnigram() learns the pieces and scores of Hugging Face for ${JSON.stringify(options)}`, () => {
    const model = trainUnigram(
      new Map(Object.entries(golden[words])),
      Object.fromEntries(
        Object.entries(options).map(([name, value]) => [NAMES[name]!, value]),
      ),
    );
    assertEquals(model.unknownId, unknownId);
    assertEquals(model.pieces.length, pieces.length);
    assertEquals(
      model.pieces.map(([, score]) => score),
      model.pieces.map(([, score]) => score).sort((a, b) => b - a),
    );
    const expected = new Map(pieces);
    assertEquals(
      model.pieces.map(([piece]) => piece).sort(),
      [...expected.keys()].sort(),
    );
    for (const [piece, score] of model.pieces) {
      const wanted = expected.get(piece)!;
      assertAlmostEquals(score, wanted, 1e-4 * Math.abs(wanted), piece);
    }
  });
}

Deno.test("trainUnigram() keeps all characters, halves of none, whatever the order of the words", () => {
  const counts = new Map([
    ["🚢🚢🛟", 3],
    ["🛟🚢", 2],
    ["\u{1F6A2}\u{1F6A3}", 4],
    ["a\0b", 1],
  ]);
  const model = trainUnigram(counts, { vocabSize: 12 });
  for (const character of ["🚢", "🛟", "\u{1F6A3}", "a", "b", "\0"]) {
    assert(model.vocab.has(character), character);
  }
  assert([...model.vocab.keys()].every((token) => token.isWellFormed()));
  const again = trainUnigram(new Map([...counts].reverse()), { vocabSize: 12 });
  assertEquals([...again.vocab.keys()].sort(), [...model.vocab.keys()].sort());
});

Deno.test("trainUnigram() refuses options and words that make no sense", () => {
  const one = new Map([["ab", 1]]);
  const cases: [() => unknown, ErrorConstructor, string][] = [
    [
      () => trainUnigram(new Map()),
      RangeError,
      "Cannot train unigram model: there must be a word: none in 0 entries",
    ],
    [
      () => trainUnigram(new Map([["a", 0]])),
      TypeError,
      'Cannot train unigram model: counts must be whole numbers from 1: 0 for "a"',
    ],
    [
      () => trainUnigram(one, { vocabSize: 2 }),
      RangeError,
      "Cannot train unigram model: vocabSize must have room for 2 characters and 1 special tokens: 2",
    ],
    [
      () => trainUnigram(one, { shrinkingFactor: 1 }),
      RangeError,
      "Cannot train unigram model: shrinkingFactor must be between 0 and 1: 1",
    ],
    [
      () => trainUnigram(one, { maxPieceLength: 0 }),
      RangeError,
      "Cannot train unigram model: maxPieceLength must be an integer from 1: 0",
    ],
    [
      () => trainUnigram(one, { specialTokens: ["<s>", "<s>"] }),
      RangeError,
      'Cannot train unigram model: specialTokens must have no duplicates: ["<s>","<s>"]',
    ],
    [
      () => trainUnigram(one, { unknownToken: "" }),
      TypeError,
      'Cannot train unigram model: unknownToken must be a string that is not empty: ""',
    ],
    [
      () => trainUnigram(one, { initialAlphabet: ["ab"] }),
      RangeError,
      'Cannot train unigram model: initialAlphabet must have single characters: "ab"',
    ],
    [
      () => trainUnigram(one, { vocab_size: 5 } as object),
      TypeError,
      'Cannot train unigram model: there is no option "vocab_size", did you mean "vocabSize"? (known: vocabSize, specialTokens, ',
    ],
  ];
  for (const [run, type, message] of cases) assertThrows(run, type, message);
});
