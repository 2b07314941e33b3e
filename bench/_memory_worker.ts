/**
 * A process that trains a model, or has it write, and prints what `summary()` says that takes, and what it took: at its peak
 * in training, in the end where it wrote.
 *
 * What was resident before is taken off, and what the same work takes on a tiny model: that is the compiler's. Linux alone
 * says how much memory a process had at most.
 *
 *     deno run -A --v8-flags=--expose-gc bench/_memory_worker.ts lstm train
 *
 * @module
 */
import { useEngine } from "../src/engine/engine.ts";
import type { ModelSummary } from "../src/evaluation/model_summary.ts";
import { summary } from "../src/evaluation/summary.ts";
import { buildCNN } from "../src/models/build_cnn.ts";
import { buildGRU } from "../src/models/build_gru.ts";
import { buildLSTM } from "../src/models/build_lstm.ts";
import { buildRNN } from "../src/models/build_rnn.ts";
import { buildTransformer } from "../src/models/build_transformer.ts";
import type { LanguageModel } from "../src/models/language_model.ts";
import { CharTokenizer } from "../src/tokenizers/char_tokenizer.ts";
import { fit } from "../src/training/fit.ts";
import type { OptimizerChoice } from "../src/training/optimizers/create_optimizer.ts";

/** A training that is measured: models of a size, and rows and tokens of a step. */
interface Measured {
  build: (tokens: number, size: number) => LanguageModel;
  /** Tokens of the vocabulary, V. */
  tokens: number;
  size: number;
  batchSize: number;
  sequenceLength: number;
  optimizer: OptimizerChoice;
}

/** Place of the first character in Unicode. */
const FIRST = 0x4e00;

/** So many different characters. */
const tokenizerOf = (tokens: number) =>
  CharTokenizer.train(
    String.fromCodePoint(
      ...Array.from({ length: tokens }, (_, i) => FIRST + i),
    ),
  );

const MEASURED: Record<string, Measured> = {
  lstm: {
    build: (tokens, units) =>
      buildLSTM({ tokenizer: tokenizerOf(tokens), units, embedding: 64 }),
    tokens: 100,
    size: 256,
    batchSize: 64,
    sequenceLength: 64,
    optimizer: "adam",
  },
  "lstm of many tokens": {
    build: (tokens, units) =>
      buildLSTM({ tokenizer: tokenizerOf(tokens), units, embedding: 64 }),
    tokens: 3_000,
    size: 64,
    batchSize: 64,
    sequenceLength: 64,
    optimizer: "sgd",
  },
  "lstm of many weights": {
    build: (tokens, units) =>
      buildLSTM({ tokenizer: tokenizerOf(tokens), units, embedding: 512 }),
    tokens: 100,
    size: 1_024,
    batchSize: 2,
    sequenceLength: 8,
    optimizer: "adam",
  },
  rnn: {
    build: (tokens, units) =>
      buildRNN({ tokenizer: tokenizerOf(tokens), units, embedding: 64 }),
    tokens: 100,
    size: 512,
    batchSize: 64,
    sequenceLength: 96,
    optimizer: { name: "sgd", momentum: 0.9 },
  },
  gru: {
    build: (tokens, units) =>
      buildGRU({
        tokenizer: tokenizerOf(tokens),
        units,
        embedding: 64,
        layers: 2,
      }),
    tokens: 100,
    size: 192,
    batchSize: 64,
    sequenceLength: 96,
    optimizer: "adam",
  },
  transformer: {
    build: (tokens, width) =>
      buildTransformer({
        tokenizer: tokenizerOf(tokens),
        width,
        layers: 2,
        heads: 4,
        context: 128,
      }),
    tokens: 100,
    size: 128,
    batchSize: 32,
    sequenceLength: 128,
    optimizer: "adamw",
  },
  cnn: {
    build: (tokens, filters) =>
      buildCNN({
        tokenizer: tokenizerOf(tokens),
        filters,
        embedding: 64,
        layers: 4,
      }),
    tokens: 100,
    size: 128,
    batchSize: 32,
    sequenceLength: 128,
    optimizer: "lion",
  },
};

/** A number of kilobytes of this process, in bytes. */
async function statusOf(name: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await Deno.readTextFile("/proc/self/status");
  return 1024 * Number(new RegExp(`${name}:\\s*(\\d+)`).exec(status)![1]);
}

/** The peak of some work, without what was resident before. */
async function peakOf(work: () => Promise<void>): Promise<number> {
  await Deno.writeTextFile("/proc/self/clear_refs", "5"); // the peak begins anew
  const before = await statusOf("VmRSS");
  await work();
  return await statusOf("VmHWM") - before;
}

/** What is resident after some work more than before it. */
async function restOf(work: () => Promise<void>): Promise<number> {
  const collect = (globalThis as unknown as { gc: () => void }).gc;
  collect();
  const before = await statusOf("VmRSS");
  await work();
  collect();
  return await statusOf("VmRSS") - before;
}

async function train(
  model: LanguageModel,
  sizes: Pick<Measured, "batchSize" | "sequenceLength" | "optimizer">,
): Promise<void> {
  const { vocabSize } = model.tokenizer;
  const length = sizes.batchSize * sizes.sequenceLength + 1;
  await fit(model, Int32Array.from({ length }, (_, i) => i % vocabSize), {
    ...sizes,
    steps: 20, // enough to be compiled
    guard: { every: 5 },
    validation: 0,
    sample: false,
    display: "none",
  });
}

async function write(model: LanguageModel): Promise<void> {
  const prompt = String.fromCodePoint(FIRST, FIRST + 1);
  await model.generate(prompt, { maxTokens: 1_100 }); // enough to be compiled
}

const [kind, work] = Deno.args as [string, "train" | "generate"];
const { build, tokens, size, ...sizes } = MEASURED[kind]!;
await useEngine("tensorflow");

/** The peak of the work on a model. */
async function measure(
  tokens: number,
  size: number,
  sizes: Pick<Measured, "batchSize" | "sequenceLength" | "optimizer">,
): Promise<{ peak: number; summary: ModelSummary }> {
  let said: ModelSummary;
  let model: LanguageModel;
  const measured = work === "train" ? peakOf : restOf;
  const peak = await measured(async () => {
    model = build(tokens, size);
    said = summary(model, sizes);
    await (work === "train" ? train(model, sizes) : write(model));
  });
  model!.dispose();
  return { peak, summary: said! };
}

const tiny = { ...sizes, batchSize: 4, sequenceLength: 4 };
await measure(5, 8, tiny); // starts the engine
const { peak: compiler } = await measure(6, 16, tiny); // what compiling takes, whatever the size
const { peak, summary: said } = await measure(tokens, size, sizes);
console.log(JSON.stringify({
  estimate: work === "train" ? said.training : said.generation,
  compiler,
  measured: peak - compiler,
}));
