/**
 * Runs of every kind, small, that are interrupted and go on.
 *
 * @module
 */
import { join } from "@std/path";
import { TokenCache } from "../../src/data/token_cache.ts";
import { buildGRU } from "../../src/models/build_gru.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { buildTransformer } from "../../src/models/build_transformer.ts";
import type { LanguageModel } from "../../src/models/language_model.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import type { FitData } from "../../src/training/fit_data.ts";
import type { FitOptions } from "../../src/training/fit_options.ts";

const TEXT =
  "Call me Ishmael. Some years ago - never mind how long precisely - having little or no money in my purse, and nothing " +
  "particular to interest me on shore, I thought I would sail about a little and see the watery part of the world. ";
const DOCUMENTS = TEXT.repeat(2).split(/(?<=[.,-]) /).map((text, i) =>
  text.slice(0, 8 + 5 * (i % 7))
);
const TOKENIZER = CharTokenizer.train(TEXT);

/** A run, and after how many steps it is interrupted. */
export interface ResumeCase {
  build: () => LanguageModel;
  /** What it learns from, or what opens it in a folder of the run's own. */
  data: FitData | ((folder: string) => Promise<TokenCache>);
  options: FitOptions;
  cut: number;
}

const lstm = () =>
  buildLSTM({
    tokenizer: TOKENIZER,
    units: 6,
    embedding: 4,
    layers: 2,
    dropout: 0.3,
    recurrentDropout: 0.2,
  });
const gru = () => buildGRU({ tokenizer: TOKENIZER, units: 6, embedding: 4 });
const transformer = () =>
  buildTransformer({
    tokenizer: TOKENIZER,
    layers: 1,
    width: 8,
    heads: 2,
    context: 12,
    dropout: 0.2,
  });

const SAMPLE = { maxTokens: 12 };
const SMALL = { batchSize: 4, sequenceLength: 8, seed: 7, sample: SAMPLE };

/** The runs by what is special about them. */
export const CASES: Readonly<Record<string, ResumeCase>> = {
  "an LSTM with dropout, in the middle of an epoch": {
    build: lstm,
    data: TEXT,
    options: { ...SMALL, epochs: 5 }, // 6 steps an epoch
    cut: 13,
  },
  "an LSTM at the end of an epoch": {
    build: lstm,
    data: TEXT,
    options: { ...SMALL, epochs: 4, optimizer: "rmsprop", gap: 3 },
    cut: 12,
  },
  "an LSTM after its first step": {
    build: lstm,
    data: TEXT,
    options: { ...SMALL, steps: 21, optimizer: { name: "sgd", momentum: 0.9 } },
    cut: 1,
  },
  "a transformer with AdamW and one cycle": {
    build: transformer,
    data: TEXT,
    options: {
      ...SMALL,
      sequenceLength: 12,
      steps: 24,
      optimizer: { name: "adamw", weightDecay: 0.1 },
      learningRate: { name: "one-cycle", peak: 0.01 },
      metrics: ["accuracy"],
    },
    cut: 11,
  },
  "windows in a random order, with Lion": {
    build: gru,
    data: TEXT,
    options: { ...SMALL, batches: "windows", epochs: 5, optimizer: "lion" },
    cut: 12,
  },
  "documents, with Adagrad": {
    build: gru,
    data: DOCUMENTS,
    options: { ...SMALL, epochs: 8, optimizer: "adagrad", labelSmoothing: 0.1 },
    cut: 9,
  },
  "accumulated gradients": {
    build: lstm,
    data: TEXT,
    options: { ...SMALL, batchSize: 2, accumulate: 3, epochs: 6 },
    cut: 7,
  },
  "accumulated gradients, before the step of one batch that ends an epoch": {
    build: gru,
    data: TEXT,
    options: { ...SMALL, sequenceLength: 7, accumulate: 6, epochs: 11 }, // 7 batches an epoch: steps of 6 and 1
    cut: 9,
  },
  "a plateau schedule, early stopping and the best weights": {
    build: gru,
    data: TEXT,
    options: {
      ...SMALL,
      epochs: 20,
      validateEvery: 2,
      learningRate: { name: "plateau", peak: 0.3, patience: 1, factor: 0.5 },
      earlyStopping: { patience: 8 },
      optimizer: "sgd",
      sampleEvery: 4,
    },
    cut: 64, // after the best validation, and in the middle of one
  },
  "a token cache, in windows, which the first process makes": {
    build: gru,
    data: async (folder) => {
      const path = join(folder, "text.txt");
      await Deno.writeTextFile(path, TEXT.repeat(3));
      return await TokenCache.open(path, { tokenizer: TOKENIZER });
    },
    options: { ...SMALL, batches: "windows", steps: 26 },
    cut: 13,
  },
  "a token cache, in streams": {
    build: lstm,
    data: async (folder) => {
      const path = join(folder, "streams.txt");
      await Deno.writeTextFile(path, TEXT);
      return await TokenCache.open(path, { tokenizer: TOKENIZER });
    },
    options: { ...SMALL, epochs: 4 },
    cut: 9,
  },
  "validation data of its own, few steps that are not compiled": {
    build: lstm,
    data: TEXT,
    options: {
      ...SMALL,
      validation: TEXT.slice(0, 60),
      steps: 9,
      clipValue: 0.1,
    },
    cut: 4,
  },
};
