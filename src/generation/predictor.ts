/**
 * What text generation asks of a model: logits for the next token, and a state that carries what was read.
 *
 * @module
 */
import type { Tensor } from "../engine/tf.ts";

/** All that a model remembers of the tokens it has read: a list of tensors that only the model understands. */
export type PredictorState = readonly Tensor[];

/** What a model says after reading tokens. */
export interface Prediction {
  /** Scores of every token of the vocabulary to come next; the softmax of a row is its distribution. */
  logits: Tensor;
  /** The state after the last token read; new tensors, to be disposed by the caller. */
  state: PredictorState;
}

/** What a model says after reading tokens, and the vectors that it says it from. */
export interface HiddenPrediction extends Prediction {
  /**
   * What the output layer reads for each row of logits: shape (B, T, D) of a sequence, (B, D) of a step. It may be a tensor
   * of the state, so it is not to be disposed before the state is.
   */
  hidden: Tensor;
}

/** A model that predicts the next token. */
export interface Predictor {
  /**
   * Tokens after which the model starts over, without memory of them. Generation reads the last half of them again then.
   *
   * @default {undefined} for a model whose memory slides or fades
   */
  readonly startsOverAfter?: number;

  /**
   * Whether `forward()`, `step()` and the two that tell hidden vectors are made of operations on tensors alone, so that
   * strategies may compile them; a model that reads values or counts its calls must not say so.
   *
   * @default {undefined} for a model that runs as it is
   */
  readonly isCompilable?: boolean;

  /**
   * Begins without memory.
   *
   * @param batch Rows, B.
   * @returns The state before any token.
   */
  zeroState(batch: number): PredictorState;

  /**
   * Reads a sequence.
   *
   * @param ids Token ids, int32, shape (B, T).
   * @param state The state before them.
   * @returns Logits of shape (B, T, V), after each token, and the state.
   */
  forward(ids: Tensor, state: PredictorState): Prediction;

  /**
   * Reads one token in every row.
   *
   * @param ids Token ids, int32, shape (B,).
   * @param state The state before it.
   * @returns Logits of shape (B, V), and the state.
   */
  step(ids: Tensor, state: PredictorState): Prediction;

  /**
   * Prepares to read many tokens, one after the other, while the weights stay: what does not depend on the tokens is
   * computed once. For models that have no such part it is left out.
   *
   * @returns Does what {@linkcode Predictor.step} does.
   */
  stepper?(): Stepper;

  /**
   * Does what {@linkcode Predictor.forward} does, and tells the hidden vectors. Left out by models that have none.
   *
   * @param ids Token ids, int32, shape (B, T).
   * @param state The state before them.
   * @returns Logits of shape (B, T, V), hidden vectors of shape (B, T, D), and the state.
   */
  forwardHidden?(ids: Tensor, state: PredictorState): HiddenPrediction;

  /**
   * Does what {@linkcode Predictor.step} does, and tells the hidden vectors. Left out by models that have none.
   *
   * @param ids Token ids, int32, shape (B,).
   * @param state The state before it.
   * @returns Logits of shape (B, V), hidden vectors of shape (B, D), and the state.
   */
  stepHidden?(ids: Tensor, state: PredictorState): HiddenPrediction;
}

/** Reads one token in every row, see {@linkcode Predictor.step}. */
export type Stepper = (ids: Tensor, state: PredictorState) => Prediction;
