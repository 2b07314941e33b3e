/**
 * Stages that hold the surprise of the chosen tokens at a target, by cutting more or less of the tail.
 *
 * Basu et al., "Mirostat: A Neural Text Decoding Algorithm that Directly Controls Perplexity", 2021, algorithms 1 and 2, as
 * llama.cpp has them: surprise is in bits, of the probability among the tokens that were left, and the bound μ begins at 2τ.
 * Penalties and other rules on tokens do their work before it, which llama.cpp leaves out. Where version 1 estimates that
 * more tokens may stay than any number says, as for equal scores, all stay; llama.cpp's integer overflows and leaves one.
 *
 * @module
 */
import { checkOptionNames } from "../../text/options.ts";
import { leastReaching } from "./_reaches.ts";
import type { Candidates } from "./candidates.ts";
import { type ChainStage, needsSession, writeValue } from "./stage.ts";

/** Options of Mirostat. */
export interface MirostatOptions {
  /**
   * 1 estimates how the probabilities fall and keeps a number of tokens, 2 removes the tokens whose surprise is above the
   * bound.
   *
   * @default {2}
   */
  version?: 1 | 2;

  /**
   * Target of the surprise, bits a token, above 0.
   *
   * @default {5}
   */
  tau?: number;

  /**
   * How much of the difference from the target is made up for at each token, above 0.
   *
   * @default {0.1}
   */
  eta?: number;

  /**
   * From how many of the likeliest tokens version 1 estimates, from 2; without effect in version 2, which throws.
   *
   * @default {100}
   */
  m?: number;
}

/**
 * Makes the stage.
 *
 * @param options Version, target and rate.
 * @returns The stage, which works in a session.
 * @throws {TypeError} If an option is unknown or has no effect.
 * @throws {RangeError} If a number is out of range.
 */
export function mirostatStage(options: MirostatOptions): ChainStage {
  checkOptionNames("Cannot sample: mirostat", options, [
    "version",
    "tau",
    "eta",
    "m",
  ], "{ mirostat: { tau: 5 } }");
  const { version = 2, tau = 5, eta = 0.1, m = 100 } = options;
  const refuse = (name: string, rule: string, value: unknown): never => {
    throw new RangeError(
      `Cannot sample: mirostat.${name} must be ${rule}: ${writeValue(value)}`,
    );
  };
  const isPositive = (value: unknown) =>
    typeof value === "number" && value > 0 && value < Infinity;
  if (version !== 1 && version !== 2) refuse("version", "1 or 2", version);
  if (!isPositive(tau)) refuse("tau", "a number above 0", tau);
  if (!isPositive(eta)) refuse("eta", "a number above 0", eta);
  if (!Number.isSafeInteger(m) || m < 2) refuse("m", "an integer from 2", m);
  if (version === 2 && options.m !== undefined) {
    throw new TypeError(
      "Cannot sample: mirostat.m has no effect in version 2, leave it out",
    );
  }
  const cut = version === 1 ? fallCut(m) : keepBySurprise;
  return {
    name: "mirostat",
    description: `mirostat ${version}, tau ${tau}, eta ${eta}` +
      (version === 1 ? `, m ${m}` : ""),
    apply: needsSession("mirostat"),
    start() {
      let bound = 2 * tau;
      return {
        apply: (candidates) => cut(candidates, bound),
        chosen(_, probability): void {
          bound -= eta * (-Math.log2(probability) - tau);
        },
      };
    },
  };
}

/** Removes the tokens whose surprise is above the bound. */
function keepBySurprise(candidates: Candidates, bound: number): void {
  const { total } = candidates.weigh();
  candidates.keepFrom(candidates.weights, leastReaching(2 ** -bound) * total);
}

/** Makes what keeps so many tokens that the surprise would be the bound, if probabilities fell like a power of the rank. */
function fallCut(m: number): (candidates: Candidates, bound: number) => void {
  let all = new Int32Array(0); // the candidates, while the likeliest are taken out
  return (candidates, bound) => {
    const { count, logits } = candidates;
    if (count === 1) return;
    if (all.length < count) all = new Int32Array(logits.length);
    for (let i = 0; i < count; i++) all[i] = candidates.ids[i]!;
    candidates.keepLargest(m);
    const k = rankOfBound(candidates, bound);
    if (k <= candidates.count) return candidates.truncate(k);
    for (let i = 0; i < count; i++) candidates.ids[i] = all[i]!;
    candidates.count = count;
    candidates.sorted = false;
    if (k < count) candidates.keepLargest(k);
  };
}

/** How many tokens to keep, by the slope of the likeliest in a plot of both logarithms. */
function rankOfBound(candidates: Candidates, bound: number): number {
  const { ids, logits, count } = candidates;
  let [products, squares] = [0, 0];
  for (let i = 0; i + 1 < count; i++) {
    const step = Math.log((i + 2) / (i + 1));
    products += step * (logits[ids[i]!]! - logits[ids[i + 1]!]!);
    squares += step * step;
  }
  const fall = products / squares;
  const excess = fall - 1;
  // Where the fall is that of 1 / rank, both parts of the fraction are 0, and it tends to 2^μ / ln V.
  const ratio = Math.abs(excess) < 1e-9
    ? 2 ** bound / Math.log(logits.length)
    : excess * 2 ** bound / (1 - logits.length ** -excess);
  const k = Math.floor(ratio ** (1 / fall));
  return Number.isNaN(k) ? Infinity : Math.max(1, k); // NaN is 1 to the power of infinity
}
