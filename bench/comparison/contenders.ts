/**
 * The models of the comparison: one of each kind, of a size that two cores train well in three minutes.
 *
 * @module
 */
import {
  buildCNN,
  buildGRU,
  buildLSTM,
  buildNGram,
  buildRNN,
  buildTransformer,
  type FitOptions,
  type LanguageModel,
  type Tokenizer,
} from "@textloom/textloom";

/** A model of the comparison. */
export interface Contender {
  /** What the table calls it. */
  title: string;
  /** Builds it, untrained. */
  build(tokenizer: Tokenizer): LanguageModel;
  /** How it is trained, beside what all have in common; undefined for a model that only counts. */
  fit?: FitOptions;
}

const SEED = 1;

/** Warms up for 3 % of the time and falls to a hundredth. */
function cosine(peak: number): FitOptions {
  const schedule = { name: "cosine", peak, warmup: 0.03, end: peak / 100 };
  return { learningRate: schedule } as FitOptions;
}

/** The contenders by name. */
export const CONTENDERS: Readonly<Record<string, Contender>> = {
  ngram: {
    title: "7-gram",
    build: (tokenizer) => buildNGram({ tokenizer, order: 7 }),
  },
  rnn: {
    title: "RNN",
    build: (tokenizer) =>
      buildRNN({ tokenizer, units: 512, embedding: 64, seed: SEED }),
    fit: cosine(1e-3),
  },
  gru: {
    title: "GRU",
    build: (tokenizer) =>
      buildGRU({ tokenizer, units: 384, embedding: 64, seed: SEED }),
    fit: cosine(3e-3),
  },
  lstm: {
    title: "LSTM",
    build: (tokenizer) =>
      buildLSTM({ tokenizer, units: 384, embedding: 64, seed: SEED }),
    fit: cosine(4e-3),
  },
  attention: {
    title: "LSTM with attention",
    build: (tokenizer) =>
      buildLSTM({
        tokenizer,
        units: 256,
        embedding: 64,
        attention: true,
        seed: SEED,
      }),
    fit: cosine(4e-3),
  },
  cnn: {
    title: "CNN",
    build: (tokenizer) =>
      buildCNN({ tokenizer, filters: 96, embedding: 64, seed: SEED }),
    fit: { ...cosine(3e-3), batchSize: 32 },
  },
  transformer: {
    title: "Transformer",
    build: (tokenizer) =>
      buildTransformer({
        tokenizer,
        width: 128,
        heads: 4,
        layers: 4,
        context: 128,
        seed: SEED,
      }),
    fit: { ...cosine(3e-3), batchSize: 32 },
  },
};
