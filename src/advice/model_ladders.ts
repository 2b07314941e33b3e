/**
 * The sizes that are suggested of each kind of model.
 *
 * @module
 */
import { buildCNN } from "../models/build_cnn.ts";
import { buildGRU } from "../models/build_gru.ts";
import { buildLSTM } from "../models/build_lstm.ts";
import { buildTransformer } from "../models/build_transformer.ts";
import type { LanguageModel } from "../models/language_model.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";

/** A size of a kind of model. */
export interface ModelSize {
  /** Options of the builder, beside the tokenizer. */
  readonly options: Readonly<Record<string, number>>;
  /** Builds the model, untrained. */
  build(tokenizer: Tokenizer): LanguageModel;
}

/** Kinds of models that learn by gradients. */
export type LadderName =
  | "buildLSTM"
  | "buildGRU"
  | "buildCNN"
  | "buildTransformer";

/** How the cost of a kind grows, and why one would take it. */
export interface ModelLadder {
  /** In one sentence, what speaks for it. */
  readonly reason: string;
  /** From the smallest. */
  readonly sizes: readonly ModelSize[];
}

const UNITS = [64, 128, 192, 256, 384, 512, 768, 1024];
const FILTERS = [32, 64, 96, 128, 192, 256, 384];
const WIDTHS = [[64, 2], [128, 4], [192, 4], [256, 6], [384, 6], [512, 8]];

/** Vectors of tokens: no wider than the units, nor than there are tokens to tell apart. */
const embeddingOf = (units: number): number => Math.min(128, units);

/** The ladders by the name of the builder. */
export const LADDERS: Readonly<Record<LadderName, ModelLadder>> = {
  buildLSTM: {
    reason:
      "its state carries a text for as long as it goes on, and a step costs the same anywhere: time grows with the text alone",
    sizes: UNITS.map((units) => {
      const options = { units, embedding: embeddingOf(units) };
      return {
        options,
        build: (tokenizer) => buildLSTM({ tokenizer, ...options }),
      };
    }),
  },
  buildGRU: {
    reason:
      "as an LSTM with three gates in place of four, so a quarter fewer weights for the same units",
    sizes: UNITS.map((units) => {
      const options = { units, embedding: embeddingOf(units) };
      return {
        options,
        build: (tokenizer) => buildGRU({ tokenizer, ...options }),
      };
    }),
  },
  buildCNN: {
    reason:
      "all places of a window are computed at once, and what it remembers is bounded by its receptive field",
    sizes: FILTERS.map((filters) => {
      const options = { filters };
      return {
        options,
        build: (tokenizer) => buildCNN({ tokenizer, ...options }),
      };
    }),
  },
  buildTransformer: {
    reason:
      "every token looks at every other in its context, which takes time with the square of the context; it gains most from much text",
    sizes: WIDTHS.map(([width, layers]) => {
      const options = {
        width: width!,
        layers: layers!,
        heads: width! / 32,
        context: 128,
      };
      return {
        options,
        build: (tokenizer) => buildTransformer({ tokenizer, ...options }),
      };
    }),
  },
};
