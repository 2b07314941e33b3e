/**
 * Chooses a token from one row of logits.
 *
 * The logits are divided by the temperature, all but the k largest are dropped (Fan, Lewis and Dauphin, "Hierarchical
 * Neural Story Generation", 2018), and the softmax of the rest is sampled through its cumulative distribution in the
 * order of the ids. The random number belongs to (seed, position), so a position draws the same whatever came before.
 *
 * @module
 */
import { freshSeed, RandomStream, seedNumber } from "../engine/random.ts";
import type { PenaltyWindow } from "./chain/scores.ts";

/**
 * The random numbers' stream that tokens are chosen with.
 *
 * @param row Which of the texts side by side, from 0.
 * @returns Its name.
 */
export function samplingStream(row = 0): string {
  return row === 0 ? "sampling" : `sampling row ${row}`;
}

/** Penalties for tokens that were there before, as plain numbers. */
export interface SamplingPenalties {
  /** Above 0; 1 changes nothing. */
  readonly repetition: number;
  /** 0 changes nothing. */
  readonly frequency: number;
  /** 0 changes nothing. */
  readonly presence: number;
  /** Which tokens count as seen. */
  readonly window: PenaltyWindow;
}

/**
 * How tokens are chosen, for those who do it elsewhere than in a {@linkcode Sampler}: penalties, top-k, top-p, min-p,
 * temperature, in this order.
 */
export interface Sampling {
  /** From 0, where the likeliest token is taken and what removes others has no effect. */
  readonly temperature: number;
  /** From 0, which keeps all. */
  readonly topK: number;
  /**
   * From 0 to 1.
   *
   * @default {1} which keeps all
   */
  readonly topP?: number | undefined;
  /**
   * From 0 to 1.
   *
   * @default {0} which keeps all
   */
  readonly minP?: number | undefined;
  /**
   * Penalties.
   *
   * @default {undefined} for none
   */
  readonly penalties?: SamplingPenalties | undefined;

  /**
   * What a token is drawn with.
   *
   * @param row Which of the texts side by side, from 0.
   * @param position Which token of the text, from 0.
   * @returns A number from 0 up to but not 1; 0 at temperature 0.
   */
  uniformAt(row: number, position: number): number;
}

/** Options of {@linkcode Sampler}. */
export interface SamplerOptions {
  /**
   * Divides the logits: below 1 the likely tokens grow likelier, above 1 the choice grows freer. 0 takes the likeliest
   * token always, the one of the lowest id among equals.
   *
   * @default {1}
   */
  temperature?: number;

  /**
   * Keeps this many tokens, the likeliest, the lower ids among equals; 0 keeps all, and so does a number as large as
   * the vocabulary.
   *
   * @default {0}
   */
  topK?: number;

  /** Any safe integer. A fresh one is drawn when left out; at temperature 0 there is nothing to seed. */
  seed?: number;
}

/**
 * Picks tokens by the given options.
 *
 * @example The likeliest token
 * ```ts
 * import { Sampler } from "./sampler.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new Sampler({ temperature: 0 }).pick(new Float32Array([0.1, 2, 2]), 0), 1);
 * ```
 */
export class Sampler implements Sampling {
  /** Divides the logits. */
  readonly temperature: number;
  /** How many tokens are kept; 0 for all. */
  readonly topK: number;
  /** What random numbers are drawn with; undefined at temperature 0. */
  readonly seed: number | undefined;
  /** Of every row, its random numbers. */
  readonly #streams: RandomStream[] = [];

  /**
   * @param options Temperature, top-k and seed.
   * @throws {RangeError} If an option is out of range.
   * @throws {TypeError} If an option has no effect because the temperature is 0.
   */
  constructor(options: SamplerOptions = {}) {
    const { temperature = 1, topK = 0, seed } = options;
    if (!(Number.isFinite(temperature) && temperature >= 0)) {
      throw new RangeError(
        `Cannot sample: temperature must be a number from 0: ${temperature}`,
      );
    }
    if (!Number.isSafeInteger(topK) || topK < 0) {
      throw new RangeError(
        `Cannot sample: topK must be an integer from 0: ${topK}`,
      );
    }
    if (temperature === 0) {
      for (
        const [name, given] of [["topK", topK > 0], [
          "seed",
          seed !== undefined,
        ]]
      ) {
        if (given) {
          throw new TypeError(
            `Cannot sample: ${name} has no effect at temperature 0, leave it out`,
          );
        }
      }
    }
    this.temperature = temperature;
    this.topK = topK;
    this.seed = temperature === 0
      ? undefined
      : seed === undefined
      ? freshSeed()
      : seed;
    if (this.seed !== undefined) seedNumber(this.seed);
  }

  /**
   * What a token is drawn with.
   *
   * @param row Which of the texts side by side, from 0.
   * @param position Which token of the text, from 0.
   * @returns A number from 0 up to but not 1; 0 at temperature 0.
   */
  uniformAt(row: number, position: number): number {
    if (this.seed === undefined) return 0;
    const stream = this.#streams[row] ??= new RandomStream(
      this.seed,
      samplingStream(row),
    );
    return stream.uniformAt(position);
  }

  /** How tokens are chosen, in words. */
  get description(): string {
    const { temperature, topK } = this;
    if (temperature === 0) return "temperature 0: the likeliest token";
    return `${topK > 0 ? `topK ${topK} → ` : ""}temperature ${temperature}`;
  }

  /**
   * @param logits One score for every token of the vocabulary, shape (V,); −Infinity excludes a token.
   * @param position Which token of the text this is, from 0.
   * @param row Which of the texts side by side it is, from 0.
   * @returns The id of the chosen token.
   * @throws {RangeError} If a score is NaN or Infinity, or if every token is excluded.
   */
  pick(logits: Float32Array, position: number, row = 0): number {
    const best = likeliest(logits, position);
    const { topK, temperature } = this;
    if (temperature === 0) return best;
    const kept = topK > 0 && topK < logits.length
      ? largest(logits, topK)
      : undefined;
    const weights = Float64Array.from(
      kept ?? logits.keys(),
      (id) => Math.exp((logits[id]! - logits[best]!) / temperature),
    );
    const threshold = this.uniformAt(row, position) *
      weights.reduce((sum, weight) => sum + weight, 0);
    let [cumulative, choice] = [0, best];
    for (const [place, weight] of weights.entries()) {
      if (weight === 0) continue;
      choice = kept ? kept[place]! : place; // stays the last possible one, should rounding leave the sum below
      cumulative += weight;
      if (cumulative > threshold) break;
    }
    return choice;
  }
}

/** The id of the largest score, the lowest among equals; refuses scores that give no distribution. */
function likeliest(logits: Float32Array, position: number): number {
  let best = 0;
  for (let id = 0; id < logits.length; id++) {
    const score = logits[id]!;
    if (Number.isNaN(score) || score === Infinity) {
      throw new RangeError(
        `Cannot sample token ${position}: the logits must be numbers below Infinity: ${score} for id ${id}; ` +
          "the model's weights may have diverged in training",
      );
    }
    if (score > logits[best]!) best = id;
  }
  if (!(logits[best]! > -Infinity)) {
    throw new RangeError(
      `Cannot sample token ${position}: no token is left to choose from: every logit is -Infinity`,
    );
  }
  return best;
}

/** The ids of the k largest scores, the lower ids among equals, in ascending order. */
function largest(logits: Float32Array, k: number): Int32Array {
  const ids = Int32Array.from(logits.keys());
  ids.sort((a, b) => logits[b]! - logits[a]! || a - b);
  return ids.subarray(0, k).sort();
}
