import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { score } from "../../src/evaluation/score.ts";
import { ScoredText } from "../../src/evaluation/scored_text.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { buildTransformer } from "../../src/models/build_transformer.ts";
import type { LanguageModel } from "../../src/models/language_model.ts";
import { BPETokenizer } from "../../src/tokenizers/bpe_tokenizer.ts";
import { ByteTokenizer } from "../../src/tokenizers/byte_tokenizer.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import type { Tokenizer } from "../../src/tokenizers/tokenizer.ts";
import { UnigramTokenizer } from "../../src/tokenizers/unigram_tokenizer.ts";
import { WordPieceTokenizer } from "../../src/tokenizers/word_piece_tokenizer.ts";
import { WordTokenizer } from "../../src/tokenizers/word_tokenizer.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const TEXT = "call me ishmael, call me a whale, a white whale\n".repeat(4);

/** The log-probability of every token but the first, step by step. */
function slowScores(model: LanguageModel, ids: Int32Array): number[] {
  return tf.tidy(() => {
    let state = model.network.zeroState(1);
    return [...ids.subarray(1)].map((target, i) => {
      const said = model.network.step(tf.tensor1d([ids[i]!], "int32"), state);
      state = said.state;
      const row = tf.logSoftmax(said.logits).dataSync();
      return row[target]!;
    });
  });
}

const TOKENIZERS: Record<string, Tokenizer> = {
  char: CharTokenizer.train(TEXT),
  byte: new ByteTokenizer(),
  word: WordTokenizer.train(TEXT),
  bpe: BPETokenizer.train(TEXT, { vocabSize: 270 }),
  wordPiece: WordPieceTokenizer.train(TEXT, { vocabSize: 40 }),
  unigram: UnigramTokenizer.train(TEXT, { vocabSize: 40 }),
};

for (const [name, tokenizer] of Object.entries(TOKENIZERS)) {
  Deno.test(`score() is the chain rule, step by step, with a ${name} tokenizer`, async () => {
    const model = buildLSTM({ tokenizer, units: 5, embedding: 4, seed: 2 });
    const scored = await score(model, TEXT);
    const ids = tokenizer.encode(TEXT);
    const expected = slowScores(model, ids);
    assertEquals(scored.tokens.map(({ id }) => id), [...ids]);
    assertEquals(scored.tokens[0]!.logProbability, undefined);
    for (const [i, value] of expected.entries()) {
      assertAlmostEquals(scored.tokens[i + 1]!.logProbability!, value, 1e-5);
    }
    const sum = expected.reduce((a, b) => a + b);
    assertAlmostEquals(scored.logProbability, sum, 1e-3);
    assertAlmostEquals(scored.meanLogProbability, sum / expected.length, 1e-5);
    const characters = TEXT.length - scored.tokens[0]!.end;
    assertAlmostEquals(
      scored.bitsPerCharacter,
      -sum / Math.LN2 / characters,
      1e-4,
    );
    model.dispose();
  });
}

Deno.test("score() of several texts scores each by itself, whatever their order and length", async () => {
  const tokenizer = TOKENIZERS["char"]!;
  const model = buildLSTM({ tokenizer, units: 5, embedding: 4, seed: 2 });
  const texts = ["call me", TEXT, "whale", "white"];
  const all = await score(model, texts);
  for (const [i, text] of texts.entries()) {
    const alone = await score(model, text);
    assertEquals(all[i]!.text, text);
    assertAlmostEquals(all[i]!.logProbability, alone.logProbability, 1e-4);
  }
  assertEquals(await score(model, []), []);
  model.dispose();
});

Deno.test("score() reads a text that is longer than a transformer's context as its steps do", async () => {
  const tokenizer = TOKENIZERS["char"]!;
  for (const preset of ["gpt2", "llama"] as const) {
    const model = buildTransformer({
      tokenizer,
      preset,
      width: 8,
      heads: 2,
      layers: 1,
      context: 16,
      seed: 1,
    });
    const text = TEXT.slice(0, 90);
    const scored = await score(model, text);
    for (
      const [i, value] of slowScores(model, tokenizer.encode(text)).entries()
    ) {
      assertAlmostEquals(scored.tokens[i + 1]!.logProbability!, value, 1e-5);
    }
    model.dispose();
  }
});

Deno.test("ScoredText shows log-probabilities as a table, in colours and as HTML", () => {
  const scored = new ScoredText("a<b", [
    {
      id: 0,
      token: "a",
      text: "a",
      start: 0,
      end: 1,
      logProbability: undefined,
      rank: undefined,
    },
    {
      id: 1,
      token: "<",
      text: "<",
      start: 1,
      end: 2,
      logProbability: -Math.LN2,
      rank: 0,
    },
    {
      id: 2,
      token: "b",
      text: "b",
      start: 2,
      end: 3,
      logProbability: -9 * Math.LN2,
      rank: 4,
    },
  ]);
  assertEquals(scored.bitsPerCharacter, 5);
  assertAlmostEquals(scored.perplexity, 32, 1e-9);
  assertEquals(
    scored.toString({ color: false }),
    "log-probability -6.931, -3.466 per token, perplexity 32.00, 5.000 bits per character\n" +
      "  token  log-probability  rank\n" +
      '  "a"    read only\n' +
      '  "<"    -0.693           1\n' +
      '  "b"    -6.238           5',
  );
  assert(
    scored.toString({ color: true }).startsWith(
      "a\x1b[38;5;16;48;5;229m<\x1b[0m\x1b[38;5;16;48;5;203mb\x1b[0m\n",
    ),
  );
  const html = scored.toHTML();
  assert(html.includes("&lt;</span>"));
  assert(!html.includes("<script"));
  assert(html.includes("hsla(14,90%,50%,0.54)")); // 9 of 10 bits
});

Deno.test("score() leaves no tensor behind, and refuses what it cannot score", async () => {
  const model = buildLSTM({
    tokenizer: TOKENIZERS["char"]!,
    units: 5,
    embedding: 4,
  });
  await score(model, "call");
  await assertNoLeak(async () => void await score(model, ["call", "me"]));
  const cases: [unknown, unknown, string][] = [
    [
      "a",
      {},
      "Cannot score: a text needs 2 tokens, one to read and one to predict: it has 1",
    ],
    [
      ["me", ""],
      {},
      "Cannot score: a text needs 2 tokens, one to read and one to predict: it has 0 at place 1",
    ],
    [null, {}, "Cannot score: a text must be a string: null"],
    [["me", 5], {}, "Cannot score: a text must be a string: number at place 1"],
    [
      "me",
      { topK: 1 },
      'Cannot score: there is no option "topK" (known: unknown, signal)',
    ],
    [
      "me",
      { signal: 5 },
      "Cannot score: signal must be an AbortSignal: 5",
    ],
  ];
  for (const [text, options, message] of cases) {
    const error = await assertRejects(
      () => score(model, text as string, options as Record<string, never>),
      Error,
    );
    assertEquals(error.message, message);
  }
  await assertRejects(
    () => score(undefined as never, "me"),
    TypeError,
    "Cannot score: the model must be one, such as buildLSTM() gives: undefined",
  );
  await assertRejects(
    () =>
      score(model, "call", { signal: AbortSignal.abort(new Error("enough")) }),
    Error,
    "enough",
  );
  model.dispose();
  await assertRejects(
    () => score(model, "call"),
    Error,
    "its model has been disposed",
  );
});
