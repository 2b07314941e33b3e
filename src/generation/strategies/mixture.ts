/**
 * Several models as one: their log-probabilities, weighted and added up.
 *
 *     logits = Σ wᵢ · ln softmax(logitsᵢ)
 *
 * With weights that add up to 1 this is the product of experts (Hinton, "Training Products of Experts by Minimizing
 * Contrastive Divergence", 2002); a negative weight takes an amateur's habits off (Li et al., "Contrastive Decoding", 2023).
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/tf.ts";
import type { Predictor, PredictorState, Stepper } from "../predictor.ts";
import { checkPredictor } from "./_token_ids.ts";

/** A model of a mixture. */
export interface MixturePart {
  /** Predicts the next token, over the same vocabulary as the others. */
  predictor: Predictor;
  /** How much it counts; a finite number other than 0. */
  weight: number;
}

/**
 * Mixes models.
 *
 * @param parts The models, one at least.
 * @returns A model that predicts what they predict together.
 * @throws {RangeError} If there is none, or if a weight is 0 or not finite.
 * @throws {TypeError} If one is no network.
 *
 * @example Two models of one tokenizer, half and half
 * ```ts
 * import { beamSearch, buildGRU, buildLSTM, CharTokenizer, mixture } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const tokenizer = CharTokenizer.train("abc");
 * const models = [buildLSTM({ tokenizer, units: 8 }), buildGRU({ tokenizer, units: 8 })];
 * const both = mixture(models.map(({ network }) => ({ predictor: network, weight: 0.5 })));
 * const [best] = await beamSearch(both, { prompt: tokenizer.encode("a"), maxTokens: 3 });
 * assertEquals(best!.tokens.length, 3);
 * ```
 */
export function mixture(parts: readonly MixturePart[]): Predictor {
  if (!Array.isArray(parts)) {
    throw new TypeError(
      `Cannot mix models: they must be in a list, with their weights: ${
        parts === null ? null : typeof parts
      }`,
    );
  }
  if (parts.length === 0) {
    throw new RangeError("Cannot mix models: there must be one at least: 0");
  }
  for (const { predictor, weight } of parts as readonly MixturePart[]) {
    checkPredictor("Cannot mix models", predictor, false);
    if (!Number.isFinite(weight) || weight === 0) {
      throw new RangeError(
        `Cannot mix models: a weight must be a finite number other than 0: ${weight}`,
      );
    }
  }
  return new Mixture(parts);
}

class Mixture implements Predictor {
  readonly startsOverAfter?: number;
  readonly isCompilable: boolean;
  readonly #parts: readonly MixturePart[];
  /** How many tensors the state of each part has, once it is known. */
  #lengths: readonly number[] | undefined;

  constructor(parts: readonly MixturePart[]) {
    this.#parts = parts;
    this.isCompilable = parts.every(({ predictor }) =>
      predictor.isCompilable === true
    );
    const limits = parts.map(({ predictor }) =>
      predictor.startsOverAfter ?? Infinity
    );
    if (Math.min(...limits) < Infinity) {
      this.startsOverAfter = Math.min(...limits);
    }
  }

  zeroState(batch: number): PredictorState {
    return this.#parts.flatMap(({ predictor }) => predictor.zeroState(batch));
  }

  forward(ids: Tensor, state: PredictorState): ReturnType<Stepper> {
    return this.#ask(
      this.#parts.map(({ predictor }) => (ids, state) =>
        predictor.forward(ids, state)
      ),
      ids,
      state,
    );
  }

  step(ids: Tensor, state: PredictorState): ReturnType<Stepper> {
    return this.#ask(
      this.#parts.map(({ predictor }) => (ids, state) =>
        predictor.step(ids, state)
      ),
      ids,
      state,
    );
  }

  stepper(): Stepper {
    const steppers = this.#parts.map(({ predictor }) =>
      predictor.stepper?.() ??
        ((ids: Tensor, state: PredictorState) => predictor.step(ids, state))
    );
    return (ids, state) => this.#ask(steppers, ids, state);
  }

  /** Asks every part, and adds up what they say. */
  #ask(
    parts: readonly Stepper[],
    ids: Tensor,
    state: PredictorState,
  ): ReturnType<Stepper> {
    const lengths = this.#lengths ??= this.#parts.map(({ predictor }) =>
      stateLength(predictor)
    );
    let from = 0;
    const answers = parts.map((ask, i) =>
      ask(ids, state.slice(from, from += lengths[i]!))
    );
    const weighted = answers.map(({ logits }, i) =>
      tf.mul(tf.logSoftmax(logits), this.#parts[i]!.weight)
    );
    return {
      logits: tf.addN(weighted),
      state: answers.flatMap(({ state }) => state),
    };
  }
}

/**
 * @param predictor A model.
 * @returns How many tensors its state has.
 */
export function stateLength(predictor: Predictor): number {
  return tf.tidy(() => predictor.zeroState(1).length);
}
