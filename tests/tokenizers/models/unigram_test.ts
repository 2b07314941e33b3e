import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { JsonMembers } from "../../../src/tokenizers/json_members.ts";
import { UnigramModel } from "../../../src/tokenizers/models/unigram.ts";
import { RandomStream } from "../../../src/engine/random.ts";
import { readModelsGolden, toGolden } from "../_models_golden.ts";

const golden = readModelsGolden().unigram;

function load(model: unknown): UnigramModel {
  return UnigramModel.fromJSON(new JsonMembers(model, "model"));
}

for (const [number, { model, tokens }] of golden.models.entries()) {
  Deno.test(`UnigramModel cuts pieces as Hugging Face does with model ${number}`, () => {
    const unigram = load(model);
    for (const [i, text] of golden.texts.entries()) {
      const found = toGolden(text, unigram.tokenize(text));
      assertEquals(found, tokens[i], JSON.stringify(text));
    }
    assertEquals(unigram.toJSON(), model);
  });
}

Deno.test("UnigramModel leaves out unknown characters if there is no token for them", () => {
  const model = new UnigramModel({ pieces: [["a", -1], ["ab", -2]] });
  assertEquals(model.unknownId, undefined);
  assertEquals(model.tokenize("xabx"), { ids: [1], starts: [1], ends: [3] });
  assertEquals(model.tokenize(""), { ids: [], starts: [], ends: [] });
});

Deno.test("UnigramModel cuts pieces of any length", () => {
  const model = new UnigramModel({
    pieces: [["<unk>", 0], ["ab", -1], ["a", -1.5], ["b", -1.5]],
    unknownId: 0,
  });
  const { ids, ends } = model.tokenize("ab".repeat(5000) + "b");
  assertEquals(ids.length, 5001);
  assertEquals(ends.at(-1), 10001);
  assertEquals(model.tokenize("ab").ids, [1]); // the long one left nothing behind
});

/** All ways to cut a piece, as lists of ends with their scores; a character that is no token costs `unknown`. */
function* cut(
  piece: string,
  scores: ReadonlyMap<string, number>,
  unknown: number,
  start = 0,
): Generator<{ ends: number[]; score: number }> {
  if (start === piece.length) {
    yield { ends: [], score: 0 };
    return;
  }
  const single = start + (piece.codePointAt(start)! > 0xFFFF ? 2 : 1);
  for (let end = single; end <= piece.length; end++) {
    const score = scores.get(piece.slice(start, end)) ??
      (end === single ? unknown : undefined);
    if (score === undefined) continue;
    for (const rest of cut(piece, scores, unknown, end)) {
      yield { ends: [end, ...rest.ends], score: score + rest.score };
    }
  }
}

Deno.test("UnigramModel finds the best of all ways to cut a piece", () => {
  const random = new RandomStream(11, 2);
  const letters = ["a", "b", "c", "🚢"];
  const below = (count: number) => Math.floor(random.uniform() * count);
  const word = (most: number) =>
    Array.from({ length: 1 + below(most) }, () => letters[below(4)]!).join("");
  for (let round = 0; round < 300; round++) {
    const scores = new Map<string, number>();
    for (let i = 0; i < 10; i++) scores.set(word(3), -1 - 9 * random.uniform());
    const unknown = Math.min(-5, ...scores.values()) - 10;
    const model = new UnigramModel({
      pieces: [["<unk>", -5], ...scores],
      unknownId: 0,
    });
    const piece = word(8);
    const { ids, starts, ends } = model.tokenize(piece);
    assertEquals(starts, [0, ...ends.slice(0, -1)]);
    assertEquals(ends.at(-1), piece.length);
    let score = 0;
    for (const [i, id] of ids.entries()) {
      const text = piece.slice(starts[i], ends[i]);
      score += id === 0 ? unknown * Array.from(text).length : scores.get(text)!;
    }
    const best = [...cut(piece, scores, unknown)]
      .reduce((best, { score }) => Math.max(best, score), -Infinity);
    assertAlmostEquals(score, best, 1e-9, `${round}: ${piece}`);
  }
});

Deno.test("UnigramModel.fromJSON() says what is wrong with a model", () => {
  const vocab = [["a", -1]];
  const cases: [unknown, ErrorConstructor, string][] = [
    [
      {},
      TypeError,
      "Cannot load tokenizer: model.vocab must be an array: undefined",
    ],
    [
      { vocab: { a: 1 } },
      TypeError,
      'Cannot load tokenizer: model.vocab must be an array: {"a":1}',
    ],
    [
      { vocab: [] },
      RangeError,
      "Cannot build UnigramModel: the vocabulary must have a token: []",
    ],
    [
      { vocab: [["a", -1], ["b"]] },
      TypeError,
      'Cannot load tokenizer: model.vocab[1] must be a token and its score: ["b"]',
    ],
    [
      { vocab: [[1, "a"]] },
      TypeError,
      'Cannot load tokenizer: model.vocab[0] must be a token and its score: [1,"a"]',
    ],
    [
      { vocab: [["a", -1], ["b", -1], ["a", -2]] },
      RangeError,
      'Cannot build UnigramModel: the vocabulary must have no duplicates: "a" at 0 and 2',
    ],
    [
      { vocab, unk_id: 1 },
      RangeError,
      "Cannot build UnigramModel: the unknown id must be from 0 to 0: 1",
    ],
    [
      { vocab, unk_id: -1 },
      TypeError,
      "Cannot load tokenizer: model.unk_id must be a whole number from 0: -1",
    ],
    [
      { vocab, byte_fallback: "yes" },
      TypeError,
      'Cannot load tokenizer: model.byte_fallback must be true or false: "yes"',
    ],
  ];
  for (const [json, type, message] of cases) {
    assertThrows(() => load(json), type, message);
  }
  assertThrows(
    () => new UnigramModel({ pieces: [["a", NaN]] }),
    RangeError,
    'Cannot build UnigramModel: a score must be finite: NaN for "a"',
  );
});
