/**
 * What training asks of a model: text to tokens, a network over them, and a place for what was learnt when.
 *
 * @module
 */
import type { StreamOptions } from "../generation/generate_options.ts";
import type { EncodeModelOptions } from "./checkpoint_content.ts";
import type { Network } from "../networks/network.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { FitOptions } from "./fit_options.ts";
import type { TrainingHistory } from "./history.ts";

/** What `model.compile()` settles before `fit()`. */
export type TrainingDefaults = Pick<
  FitOptions,
  | "loss"
  | "labelSmoothing"
  | "optimizer"
  | "learningRate"
  | "clipNorm"
  | "clipValue"
  | "metrics"
>;

/** A model that `fit()` trains; a `LanguageModel` is one. */
export interface TrainableModel {
  /** Turns text into token ids and back. */
  readonly tokenizer: Tokenizer;
  /** Predicts the next token. */
  readonly network: Network;
  /** How it was trained, run by run; a run adds itself. */
  readonly history: TrainingHistory[];
  /**
   * What `fit()` takes where its options say nothing.
   *
   * @default {{}}
   */
  readonly trainingDefaults?: TrainingDefaults;

  /**
   * Goes on from a prompt, for the samples of a run.
   *
   * @param prompt The text to go on from.
   * @param options How much to write and how freely.
   * @returns The new text, piece by piece.
   */
  stream(
    prompt: string,
    options?: StreamOptions,
  ): AsyncGenerator<string, void, undefined>;

  /**
   * The bytes of the model's file, for checkpoints; a model without it is trained without them.
   *
   * @param options The run under way, and what a checkpoint has beside the model.
   * @returns The whole file.
   */
  encode?(options?: EncodeModelOptions): Promise<Uint8Array>;

  /** One line, such as `LSTM, 1 layer of 256 units, 353,110 parameters`. */
  toString(): string;
}
