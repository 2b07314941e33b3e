import { assertEquals, assertThrows } from "@std/assert";
import { JsonMembers } from "../../../src/tokenizers/json_members.ts";
import { WordPieceModel } from "../../../src/tokenizers/models/word_piece.ts";
import { RandomStream } from "../../../src/engine/random.ts";
import { readModelsGolden, toGolden } from "../_models_golden.ts";

const golden = readModelsGolden().wordPiece;

function load(model: unknown): WordPieceModel {
  return WordPieceModel.fromJSON(new JsonMembers(model, "model"));
}

Deno.test("WordPieceModel cuts pieces as Hugging Face does", () => {
  const model = load(golden.model);
  for (const [i, text] of golden.texts.entries()) {
    const tokens = toGolden(text, model.tokenize(text));
    assertEquals(tokens, golden.tokens[i], JSON.stringify(text));
  }
});

Deno.test("WordPieceModel.toJSON() gives the member that it was read from", () => {
  assertEquals(load(golden.model).toJSON(), golden.model);
});

Deno.test("WordPieceModel has the defaults of BERT", () => {
  const model = new WordPieceModel({
    vocab: new Map([["[UNK]", 0], ["a", 1]]),
  });
  assertEquals(model.toJSON(), {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: { "[UNK]": 0, a: 1 },
  });
  assertEquals(model.unknownId, 0);
});

Deno.test("WordPieceModel leaves out what it cannot cut if there is no unknown token", () => {
  const model = new WordPieceModel({ vocab: new Map([["a", 0]]) });
  assertEquals(model.unknownId, undefined);
  assertEquals(model.tokenize("ab"), { ids: [], starts: [], ends: [] });
  assertEquals(model.tokenize("a"), { ids: [0], starts: [0], ends: [1] });
});

Deno.test("WordPieceModel takes the longest token at every place, and covers every piece", () => {
  const random = new RandomStream(5, 1);
  const letters = ["a", "b", "🚢"];
  for (let round = 0; round < 300; round++) {
    const word = (most: number) =>
      Array.from(
        { length: 1 + Math.floor(random.uniform() * most) },
        () => letters[Math.floor(random.uniform() * letters.length)]!,
      ).join("");
    const tokens = new Set(["[UNK]"]);
    for (let i = 0; i < 12; i++) {
      tokens.add((random.uniform() < 0.6 ? "##" : "") + word(3));
    }
    const vocab = new Map([...tokens].map((token, i) => [token, i]));
    const piece = word(9);
    const { ids, starts, ends } = new WordPieceModel({ vocab }).tokenize(piece);
    // The same by its definition, string by string.
    const expected: number[] = [];
    let rest = piece;
    while (rest !== "") {
      const prefix = rest === piece ? "" : "##";
      const cuts = Array.from(
        { length: rest.length },
        (_, i) => rest.length - i,
      );
      const cut = cuts.find((end) => vocab.has(prefix + rest.slice(0, end)));
      if (cut === undefined) break;
      expected.push(vocab.get(prefix + rest.slice(0, cut))!);
      rest = rest.slice(cut);
    }
    assertEquals(ids, rest === "" ? expected : [0], `${round}: ${piece}`);
    assertEquals(starts, [0, ...ends.slice(0, -1)]);
    assertEquals(ends.at(-1), piece.length);
  }
});

Deno.test("WordPieceModel.fromJSON() says what is wrong with a model", () => {
  const cases: [unknown, ErrorConstructor, string][] = [
    [
      {},
      TypeError,
      "Cannot load tokenizer: model.vocab must be an object: undefined",
    ],
    [
      { vocab: [] },
      TypeError,
      "Cannot load tokenizer: model.vocab must be an object: []",
    ],
    [
      { vocab: {} },
      RangeError,
      "Cannot load tokenizer: model.vocab must have a token: {}",
    ],
    [
      { vocab: { a: -1 } },
      TypeError,
      'Cannot load tokenizer: model.vocab must have ids from 0 to 4194304: -1 for "a"',
    ],
    [
      { vocab: { a: 1, b: 1 } },
      RangeError,
      'Cannot load tokenizer: model.vocab must have an id for one token only: 1 for "a" and "b"',
    ],
    [
      { vocab: { a: 0 }, unk_token: 3 },
      TypeError,
      "Cannot load tokenizer: model.unk_token must be a string: 3",
    ],
    [
      { vocab: { a: 0 }, max_input_chars_per_word: -1 },
      TypeError,
      "Cannot load tokenizer: model.max_input_chars_per_word must be a whole number from 0: -1",
    ],
  ];
  for (const [json, type, message] of cases) {
    assertThrows(() => load(json), type, message);
  }
});
