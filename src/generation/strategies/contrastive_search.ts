/**
 * Contrastive search: of the likeliest tokens, the one that the model is sure of and that does not say again what has
 * been said.
 *
 *     x = argmax over v among the k likeliest of (1 − α) · p(v) − α · max over j of cos(h_v, h_j)
 *
 * where h_v is the hidden vector after the token v and h_j are those after all tokens before, prompt and all. Su et al.,
 * "A Contrastive Framework for Neural Text Generation", 2022, equation 5. It is deterministic.
 *
 * @module
 */
import { Breather } from "../../engine/event_loop.ts";
import { checkOptionNames } from "../../text/options.ts";
import { checkSignal } from "../check_signal.ts";
import type { Predictor } from "../predictor.ts";
import { shown } from "../../text/refusal.ts";
import { checkProcess, processed } from "./_processed.ts";
import {
  checkPredictor,
  checkPrompt,
  checkStopTokens,
  tokenIds,
} from "./_token_ids.ts";
import {
  type HiddenPredictor,
  hiddenRows,
  type NextHidden,
} from "./hidden_rows.ts";
import { logSoftmax } from "./log_softmax.ts";
import { checkRoom } from "./row_logits.ts";

/** Options of {@linkcode contrastiveSearch}. */
export interface ContrastiveSearchOptions {
  /** Token ids to go on from, one at least. */
  prompt: ArrayLike<number>;

  /**
   * How many tokens to write at most.
   *
   * @default {50}
   */
  maxTokens?: number;

  /**
   * How many of the likeliest tokens are tried, k; the lower ids among equals. 1 takes the likeliest token always.
   *
   * @default {4}
   */
  topK?: number;

  /**
   * How much likeness to what was before counts, α, from 0 to 1; 0 takes the likeliest token always.
   *
   * @default {0.6}
   */
  alpha?: number;

  /**
   * Ids that end a text; they are part of it.
   *
   * @default {[]} so that a text is as long as `maxTokens`
   */
  stopTokens?: readonly number[];

  /**
   * Changes the logits before they become probabilities.
   *
   * @param logits Scores of all tokens, shape (V,).
   * @param tokens The row, prompt and all.
   * @returns The new scores, shape (V,).
   */
  process?: (logits: Float32Array, tokens: Int32Array) => Float32Array;

  /** Stops the search between two tokens; the call then fails with the signal's reason. */
  signal?: AbortSignal;
}

/** A text that contrastive search wrote. */
export interface ContrastiveText {
  /** The new tokens, without the prompt. */
  tokens: Int32Array;
  /** Of each token, (1 − α) · p − α · max cos. */
  scores: Float64Array;
}

const ACTION = "Cannot search";

/** Names of the options. */
export const CONTRASTIVE_SEARCH_OPTIONS: readonly string[] = [
  "prompt",
  "maxTokens",
  "topK",
  "alpha",
  "stopTokens",
  "process",
  "signal",
] satisfies (keyof ContrastiveSearchOptions)[];

/**
 * Writes by contrastive search. Of tokens that are equally good the likelier is taken, and of equally likely ones that of
 * the lower id. A hidden vector of zeros is like no other.
 *
 * @param next A network that tells its hidden vectors, or any function from rows of tokens to logits and hidden vectors.
 * @param options The prompt, how many tokens, how they are chosen.
 * @returns The text.
 * @throws {RangeError} If an option is out of range, or if logits or hidden vectors are not numbers.
 * @throws {TypeError} If an option is unknown, of another type, or has no effect, or if the network does not tell its
 * hidden vectors.
 * @throws The signal's reason, once it is aborted.
 *
 * @example The likeliest token would say the same again
 * ```ts
 * import { contrastiveSearch } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * // Token 0 is a little likelier than token 1, always; their hidden vectors are at a right angle.
 * const next = (rows: readonly Int32Array[]) =>
 *   rows.map((ids) => ({
 *     logits: Float32Array.of(0.1, 0),
 *     hidden: ids.at(-1) === 0 ? Float32Array.of(1, 0) : Float32Array.of(0, 1),
 *   }));
 * const write = async (alpha: number) =>
 *   [...(await contrastiveSearch(next, { prompt: [0], alpha, maxTokens: 1 })).tokens];
 * assertEquals(await write(0), [0]);
 * assertEquals(await write(0.5), [1]);
 * ```
 */
export async function contrastiveSearch(
  next: Predictor | NextHidden,
  options: ContrastiveSearchOptions,
): Promise<ContrastiveText> {
  checkPredictor(ACTION, next);
  const { prompt, topK, alpha, maxTokens, stopTokens, process, signal } =
    settingsOf(options);
  checkHidden(next);
  if (typeof next !== "function") {
    checkRoom(next, prompt.length + maxTokens);
  }
  const tokens: number[] = [];
  const scores: number[] = [];
  const rows = hiddenRows(next, maxTokens);
  try {
    const begun = await rows.begin(prompt);
    const past = begun.hidden.map(unit);
    let { logits } = begun;
    const breather = new Breather();
    checkStopTokens(ACTION, stopTokens, logits.length);
    while (tokens.length < maxTokens) {
      signal?.throwIfAborted();
      const scored = processed(ACTION, process, logits, prompt, tokens);
      const candidates = likeliest(logSoftmax(scored), topK);
      const tried = await rows.tryOut(candidates.map(({ id }) => id));
      const vectors = tried.map(({ hidden }) => unit(hidden));
      const all = candidates.map(({ probability }, i) =>
        (1 - alpha) * probability - alpha * greatestCosine(vectors[i]!, past)
      );
      const best = all.indexOf(Math.max(...all));
      rows.keep(best);
      past.push(vectors[best]!);
      tokens.push(candidates[best]!.id);
      scores.push(all[best]!);
      logits = tried[best]!.logits;
      if (stopTokens.has(tokens.at(-1)!)) break;
      await breather.pause();
    }
  } finally {
    rows.dispose();
  }
  return { tokens: Int32Array.from(tokens), scores: Float64Array.from(scores) };
}

/** The options with every default filled in, checked. */
function settingsOf(options: ContrastiveSearchOptions) {
  checkOptionNames(ACTION, options, CONTRASTIVE_SEARCH_OPTIONS);
  const { maxTokens = 50, topK = 4, alpha = 0.6, stopTokens = [] } = options;
  const prompt = tokenIds(ACTION, "prompt", options.prompt);
  checkPrompt(ACTION, prompt);
  for (const [name, value] of Object.entries({ maxTokens, topK })) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new RangeError(
      `${ACTION}: ${name} must be a positive integer: ${shown(value)}`,
    );
  }
  checkProcess(ACTION, options.process);
  checkSignal(ACTION, options.signal);
  if (typeof alpha !== "number" || !(alpha >= 0 && alpha <= 1)) {
    throw new RangeError(
      `${ACTION}: alpha must be a number from 0 to 1: ${alpha}`,
    );
  }
  if (alpha === 0 && options.topK !== undefined) {
    throw new TypeError(
      `${ACTION}: topK has no effect with alpha 0, leave it out`,
    );
  }
  if (topK === 1 && options.alpha !== undefined) {
    throw new TypeError(
      `${ACTION}: alpha has no effect with topK 1, leave it out`,
    );
  }
  return {
    ...options,
    prompt,
    maxTokens,
    topK,
    alpha,
    stopTokens: new Set(tokenIds(ACTION, "stopTokens", stopTokens)),
  };
}

function checkHidden(
  next: Predictor | NextHidden,
): asserts next is HiddenPredictor | NextHidden {
  if (typeof next === "function") return;
  if (next.forwardHidden !== undefined && next.stepHidden !== undefined) return;
  throw new TypeError(
    `${ACTION}: the network must tell its hidden vectors, as recurrent networks, CNNs and transformers do: ` +
      "forwardHidden() and stepHidden() are missing",
  );
}

/** The likeliest tokens, the likeliest first, the lower ids among equals; none that is excluded. */
function likeliest(
  logProbabilities: Float64Array,
  count: number,
): { id: number; probability: number }[] {
  const best: number[] = [];
  for (let id = 0; id < logProbabilities.length; id++) {
    const score = logProbabilities[id]!;
    if (score === -Infinity) continue;
    if (best.length === count && score <= logProbabilities[best.at(-1)!]!) {
      continue;
    }
    let place = best.length;
    while (place > 0 && logProbabilities[best[place - 1]!]! < score) place--;
    best.splice(place, 0, id);
    if (best.length > count) best.pop();
  }
  return best.map((id) => ({
    id,
    probability: Math.exp(logProbabilities[id]!),
  }));
}

/** A vector divided by its length, in double precision; zeros stay zeros. */
function unit(vector: Float32Array): Float64Array {
  let sum = 0;
  for (const x of vector) sum += x * x;
  if (!Number.isFinite(sum)) {
    throw new RangeError(
      `${ACTION}: hidden vectors must be finite numbers: their squares add up to ${sum}; ` +
        "the model's weights may have diverged in training",
    );
  }
  const scale = sum === 0 ? 0 : 1 / Math.sqrt(sum);
  return Float64Array.from(vector, (x) => x * scale);
}

/** The greatest cosine between a vector and others, all of length 1. */
function greatestCosine(
  vector: Float64Array,
  others: readonly Float64Array[],
): number {
  let greatest = -Infinity;
  for (const other of others) {
    let sum = 0;
    for (let i = 0; i < vector.length; i++) sum += vector[i]! * other[i]!;
    if (sum > greatest) greatest = sum;
  }
  return greatest;
}
