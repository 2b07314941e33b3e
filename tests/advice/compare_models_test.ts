import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  compareModels,
  type CompareModelsOptions,
} from "../../src/advice/compare_models.ts";
import {
  type ComparedModel,
  ModelComparison,
} from "../../src/advice/model_comparison.ts";
import { buildGRU } from "../../src/models/build_gru.ts";
import { buildNGram } from "../../src/models/build_ngram.ts";
import type { LanguageModel } from "../../src/models/language_model.ts";
import { Corpus } from "../../src/text/corpus.ts";
import { BPETokenizer } from "../../src/tokenizers/bpe_tokenizer.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { UnknownCharacterError } from "../../src/tokenizers/tokenizer.ts";

const TEXT = "the whale and the sea, the white whale; ".repeat(60);
const CHARACTERS = CharTokenizer.train(TEXT);
const SMALL = { seconds: 1, sampleTokens: 20, timedTokens: 50 };

Deno.test("compareModels() gives each model its time, whatever its tokenizer, and sorts by bits per character", async () => {
  const models = [
    buildGRU({
      tokenizer: BPETokenizer.train(TEXT, { vocabSize: 270 }),
      units: 8,
      embedding: 4,
    }),
    buildNGram({ tokenizer: CHARACTERS, order: 5 }),
  ];
  const comparison = await compareModels(models, TEXT, {
    ...SMALL,
    prompt: "the wh",
    fit: { batchSize: 4, sequenceLength: 16 },
  });
  const [best, other] = comparison.models;
  assert(best!.bitsPerCharacter <= other!.bitsPerCharacter);
  const gru = comparison.models.find(({ model }) => model === models[0])!;
  const ngram = comparison.models.find(({ model }) => model === models[1])!;
  assert(gru.seconds >= 1 && gru.seconds < 10, `${gru.seconds}`);
  assertEquals(models[0]!.history[0]!.stopReason, "time");
  assertEquals(ngram.steps, 1);
  assertEquals(ngram.parameters, models[1]!.parameterCount);
  for (const each of comparison.models) {
    assert(each.trainedPerSecond > 0 && each.writtenPerSecond > 0);
    const [low, high] = each.interval!;
    assert(low <= each.bitsPerCharacter && each.bitsPerCharacter <= high);
    assert(each.sample.length >= 20);
  }
  // The end of the text is not learnt from.
  const cut = Math.floor(TEXT.length * 0.9);
  assertEquals(models[1]!.history[0]!.data!.tokens, cut);
  const { bitsPerCharacter } = await models[1]!.evaluate(TEXT.slice(cut));
  assertEquals(ngram.bitsPerCharacter, bitsPerCharacter);
  models[0]!.dispose();
});

Deno.test("compareModels() keeps documents apart as a whole", async () => {
  const models = [2, 3].map((order) =>
    buildNGram({ tokenizer: CHARACTERS, order })
  );
  const documents = Array.from({ length: 20 }, (_, i) => TEXT.slice(i, 40 + i));
  const options = { ...SMALL, validation: 0.25 };
  const listed = await compareModels(models, documents, options);
  assertEquals(models[0]!.history[0]!.data!.documents, 15);
  const others = [2, 3].map((order) =>
    buildNGram({ tokenizer: CHARACTERS, order })
  );
  const corpus = new Corpus(
    documents.map((text) => ({ text, source: "a list", metadata: {} })),
  );
  const again = await compareModels(others, corpus, options);
  assertEquals(
    again.models.map(({ bitsPerCharacter }) => bitsPerCharacter),
    listed.models.map(({ bitsPerCharacter }) => bitsPerCharacter),
  );
});

Deno.test("ModelComparison writes a table and the samples, the best first", () => {
  const each = (
    description: string,
    bitsPerCharacter: number,
    interval: [number, number],
  ): ComparedModel => ({
    model: {} as LanguageModel,
    description,
    bitsPerCharacter,
    interval,
    parameters: 10,
    steps: 1_200,
    seconds: 60.04,
    trainedPerSecond: 123_456,
    writtenPerSecond: 8_765,
    sample: "ale <b>\n",
  });
  const comparison = new ModelComparison([
    each("RNN", 2.5, [2.4, 2.6]),
    each("LSTM", 2, [1.9, 2.1]),
    each("GRU", 2.05, [1.95, 2.15]),
  ], "wh");
  assertEquals(comparison.behind.map(({ description }) => description), [
    "RNN",
  ]);
  assertEquals(
    String(comparison),
    "  model  bits per character  95 % interval   steps  seconds  trained/s  written/s\n" +
      "  LSTM   2.000               1.900 to 2.100  1,200  60.0     120,000    8,800\n" +
      "  GRU    2.050               1.950 to 2.150  1,200  60.0     120,000    8,800\n" +
      "  RNN    2.500               2.400 to 2.600  1,200  60.0     120,000    8,800\n" +
      "\n" +
      "  LSTM:\n    whale <b>\uFFFD\n  GRU:\n    whale <b>\uFFFD\n  RNN:\n    whale <b>\uFFFD",
  );
  const shown = (comparison as unknown as Record<
    symbol,
    () => Record<string, string>
  >)[Symbol.for("Jupyter.display")]!();
  assert(shown["text/html"]!.includes("whale &lt;b&gt;"));
  assert(!JSON.stringify(comparison).includes('"model":'));
});

for (
  const [models, data, options, error, message] of [
    [1, TEXT, {}, RangeError, "there must be two at least: 1"],
    [
      2,
      TEXT,
      { seconds: 0 },
      RangeError,
      "seconds must be a positive number: 0",
    ],
    [
      2,
      TEXT,
      { validation: 0 },
      RangeError,
      "validation must be above 0 and below 1: 0",
    ],
    [
      2,
      TEXT,
      { timedTokens: 0.5 },
      RangeError,
      "timedTokens must be a positive integer: 0.5",
    ],
    [
      2,
      TEXT,
      { seconds: "64" as never },
      TypeError,
      'seconds must be a positive number: "64"',
    ],
    [
      2,
      TEXT,
      { validation: "0.1" as never },
      TypeError,
      'validation must be above 0 and below 1: "0.1"',
    ],
    [2, TEXT, { prompt: 5 as never }, TypeError, "prompt must be a string: 5"],
    [2, TEXT, { seed: NaN }, RangeError, "seed must be a safe integer: NaN"],
    [
      2,
      TEXT,
      { signal: {} as never },
      TypeError,
      "signal must be an AbortSignal: object",
    ],
    [2, TEXT, { fit: null as never }, TypeError, "fit must be an object: null"],
    [
      2,
      TEXT,
      { fit: { epochs: 2 } as never },
      TypeError,
      "fit.epochs has no effect, give seconds to compareModels() instead",
    ],
    [
      2,
      TEXT.slice(0, 10),
      {},
      RangeError,
      "the validation part needs 2 tokens, one to read and one to predict: 1 for 2-gram, modified Kneser–Ney",
    ],
    [
      2,
      TEXT,
      { epochs: 3 },
      TypeError,
      'there is no option "epochs" (known: seconds, validation, fit,',
    ],
    [
      2,
      [[1, 2]],
      {},
      TypeError,
      "the data must be a text, a list of texts, or a corpus",
    ],
  ] as [number, string, CompareModelsOptions, typeof RangeError, string][]
) {
  Deno.test(`compareModels() refuses ${models} models, ${JSON.stringify(options)}, ${typeof data}`, async () => {
    const built = Array.from(
      { length: models },
      () => buildNGram({ tokenizer: CHARACTERS, order: 2 }),
    );
    await assertRejects(
      () => compareModels(built, data, options),
      error,
      `Cannot compare models: ${message}`,
    );
  });
}

Deno.test("compareModels() trains no model before it knows that all can read what they are given", async () => {
  const [first, second] = [2, 3].map((order) =>
    buildNGram({ tokenizer: CHARACTERS, order })
  );
  const poor = buildNGram({ tokenizer: CharTokenizer.train("the"), order: 2 });
  await assertRejects(
    () => compareModels([first!, null as never], TEXT, SMALL),
    TypeError,
    "Cannot compare models: each must be a LanguageModel, such as buildLSTM() gives: null at place 1",
  );
  await assertRejects(
    () => compareModels([first!, poor], TEXT, SMALL),
    UnknownCharacterError,
    "the tokenizer does not know these characters",
  );
  await assertRejects(
    () => compareModels([first!, second!], TEXT, { ...SMALL, prompt: "§" }),
    UnknownCharacterError,
    '"§" U+00A7',
  );
  await assertRejects(
    () =>
      compareModels([first!, second!], TEXT, {
        ...SMALL,
        fit: { batchSize: 0 },
      }),
    RangeError,
    "Cannot train: batchSize must be a positive integer: 0",
  );
  assertEquals(first!.history, []);
});
