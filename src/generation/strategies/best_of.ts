/**
 * Best of n: several texts are sampled, and the one that scores best comes first.
 *
 * Without a scorer the score is the text's log-probability over its length, as in Adiwardana et al., "Towards a Human-like
 * Open-Domain Chatbot", 2020, section 2.5 ("sample-and-rank"); the exponent of the length is that of Wu et al., "Google's
 * Neural Machine Translation System", 2016, as in beam search.
 *
 * @module
 */
import { Breather } from "../../engine/event_loop.ts";
import { checkOptionNames } from "../../text/options.ts";
import { checkSignal } from "../check_signal.ts";
import { MOST_TEXTS } from "../generate_options.ts";
import type { Predictor } from "../predictor.ts";
import { Sampler, type SamplerOptions } from "../sampler.ts";
import { shown } from "../../text/refusal.ts";
import { checkProcess, processed } from "./_processed.ts";
import {
  checkPredictor,
  checkPrompt,
  checkStopTokens,
  tokenIds,
} from "./_token_ids.ts";
import { logSumExp } from "./log_softmax.ts";
import { checkRoom, type NextLogits, rowLogits } from "./row_logits.ts";

/** A text that was sampled. */
export interface SampledText {
  /** The new tokens, without the prompt. */
  tokens: Int32Array;
  /** Sum of their natural log-probabilities by the model as it is, whatever the temperature. */
  logProbability: number;
  /** Which of the samples it is, from 0. */
  row: number;
}

/** A text with its score. */
export interface ScoredSample extends SampledText {
  /** What the texts are ranked by. */
  score: number;
}

/** Options of {@linkcode bestOf}. */
export interface BestOfOptions extends SamplerOptions {
  /** Token ids to go on from, one at least. */
  prompt: ArrayLike<number>;

  /**
   * How many texts to sample.
   *
   * @default {4}
   */
  n?: number;

  /**
   * How many tokens to write at most in each.
   *
   * @default {50}
   */
  maxTokens?: number;

  /**
   * Ids that end a text; they are part of it.
   *
   * @default {[]} so that all texts are as long as `maxTokens`
   */
  stopTokens?: readonly number[];

  /**
   * Scores a text; the highest score is the best.
   *
   * @param sample The text.
   * @returns A number, or a promise of one.
   * @default {undefined} which is the log-probability over the length to the power of `lengthPenalty`
   */
  scorer?: (sample: SampledText) => number | Promise<number>;

  /**
   * The exponent of the length that log-probabilities are divided by: above 0 it favours long texts. Only without `scorer`.
   *
   * @default {1}
   */
  lengthPenalty?: number;

  /**
   * Changes the logits of a row before a token is drawn; `logProbability` does not know of it.
   *
   * @param logits Scores of all tokens, shape (V,).
   * @param tokens The row, prompt and all.
   * @returns The new scores, shape (V,).
   */
  process?: (logits: Float32Array, tokens: Int32Array) => Float32Array;

  /** Stops the work between two tokens; the call then fails with the signal's reason. */
  signal?: AbortSignal;
}

const ACTION = "Cannot find the best text";

/** Names of the options. */
export const BEST_OF_OPTIONS: readonly string[] = [
  "prompt",
  "n",
  "maxTokens",
  "temperature",
  "topK",
  "seed",
  "stopTokens",
  "scorer",
  "lengthPenalty",
  "process",
  "signal",
] satisfies (keyof BestOfOptions)[];

/** A text under way. */
interface Writing {
  row: number;
  /** Which row of logits is its own. */
  place: number;
  tokens: number[];
  logProbability: number;
}

/**
 * Samples texts and ranks them. The same seed gives the same texts, row by row those that generation writes side by side.
 *
 * @param next A network, or any function from rows of tokens to logits.
 * @param options The prompt, how many texts, how they are sampled and scored.
 * @returns All of them, the best first; of equal ones the one sampled first.
 * @throws {RangeError} If an option is out of range, a score is no number, or if the logits are not numbers.
 * @throws {TypeError} If an option is unknown, of another type, or has no effect.
 * @throws The signal's reason, once it is aborted.
 *
 * @example The text with the most ones
 * ```ts
 * import { bestOf } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const next = (rows: readonly Int32Array[]) => rows.map(() => Float32Array.of(0, 0)); // 0 or 1, by chance
 * const ones = (tokens: Int32Array) => tokens.filter((id) => id === 1).length;
 * const texts = await bestOf(next, {
 *   prompt: [0],
 *   n: 8,
 *   maxTokens: 5,
 *   seed: 1,
 *   scorer: ({ tokens }) => ones(tokens),
 * });
 * assertEquals(texts.map(({ score }) => score), texts.map(({ tokens }) => ones(tokens)));
 * assertEquals(texts[0]!.score, Math.max(...texts.map(({ score }) => score)));
 * ```
 */
export async function bestOf(
  next: Predictor | NextLogits,
  options: BestOfOptions,
): Promise<ScoredSample[]> {
  checkPredictor(ACTION, next);
  const settings = settingsOf(options);
  const { prompt, maxTokens, lengthPenalty, scorer } = settings;
  checkRoom(next, prompt.length + maxTokens);
  const samples = await sample(next, settings);
  const scored: ScoredSample[] = [];
  for (const found of samples) {
    const score = scorer === undefined
      ? found.logProbability / found.tokens.length ** lengthPenalty
      : await scorer(found);
    if (typeof score !== "number" || Number.isNaN(score)) {
      throw new RangeError(
        `${ACTION}: the scorer must give a number: ${score} for sample ${found.row}`,
      );
    }
    scored.push({ ...found, score });
  }
  return scored.sort((a, b) => b.score - a.score || a.row - b.row);
}

/** Writes all texts side by side. */
async function sample(
  next: Predictor | NextLogits,
  settings: ReturnType<typeof settingsOf>,
): Promise<SampledText[]> {
  const { prompt, n, maxTokens, stopTokens, sampler, process, signal } =
    settings;
  const texts = Array.from(
    { length: n },
    (_, row): Writing => ({ row, place: 0, tokens: [], logProbability: 0 }),
  );
  const rows = rowLogits(next, maxTokens);
  try {
    let logits = await rows.begin([prompt]);
    checkStopTokens(ACTION, stopTokens, logits[0]!.length);
    let writing = texts;
    const breather = new Breather();
    for (let position = 0; position < maxTokens; position++) {
      signal?.throwIfAborted();
      const totals = logits.map(logSumExp);
      for (const text of writing) {
        const own = logits[text.place]!;
        const scores = processed(ACTION, process, own, prompt, text.tokens);
        const id = sampler.pick(scores, position, text.row);
        text.tokens.push(id);
        text.logProbability += own[id]! - totals[text.place]!;
      }
      writing = writing.filter(({ tokens }) => !stopTokens.has(tokens.at(-1)!));
      if (writing.length === 0 || position + 1 === maxTokens) break;
      logits = await rows.advance(
        writing.map(({ place }) => place),
        writing.map(({ tokens }) => tokens.at(-1)!),
      );
      for (const [place, text] of writing.entries()) text.place = place;
      await breather.pause();
    }
  } finally {
    rows.dispose();
  }
  return texts.map(({ row, tokens, logProbability }) => ({
    tokens: Int32Array.from(tokens),
    logProbability,
    row,
  }));
}

/** The options with every default filled in, checked. */
function settingsOf(options: BestOfOptions) {
  checkOptionNames(ACTION, options, BEST_OF_OPTIONS);
  const { n = 4, maxTokens = 50, stopTokens = [], lengthPenalty = 1 } = options;
  const { scorer, process, signal, temperature, topK, seed } = options;
  const prompt = tokenIds(ACTION, "prompt", options.prompt);
  checkPrompt(ACTION, prompt);
  for (const [name, value] of Object.entries({ n, maxTokens })) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new RangeError(
      `${ACTION}: ${name} must be a positive integer: ${shown(value)}`,
    );
  }
  if (n > MOST_TEXTS) {
    throw new RangeError(`${ACTION}: n must be at most ${MOST_TEXTS}: ${n}`);
  }
  if (!Number.isFinite(lengthPenalty)) {
    throw new RangeError(
      `${ACTION}: lengthPenalty must be a finite number: ${lengthPenalty}`,
    );
  }
  checkProcess(ACTION, process);
  checkSignal(ACTION, signal);
  if (scorer !== undefined && typeof scorer !== "function") {
    throw new TypeError(
      `${ACTION}: scorer must be a function: ${
        scorer === null ? null : typeof scorer
      }`,
    );
  }
  if (scorer !== undefined && options.lengthPenalty !== undefined) {
    throw new TypeError(
      `${ACTION}: lengthPenalty has no effect with a scorer, leave it out`,
    );
  }
  if (temperature === 0) {
    throw new TypeError(
      `${ACTION}: all texts are the same at temperature 0: give a temperature above 0, or search with beams`,
    );
  }
  const sampler = new Sampler({
    ...(temperature !== undefined && { temperature }),
    ...(topK !== undefined && { topK }),
    ...(seed !== undefined && { seed }),
  });
  return {
    prompt,
    n,
    maxTokens,
    stopTokens: new Set(tokenIds(ACTION, "stopTokens", stopTokens)),
    lengthPenalty,
    scorer,
    process,
    signal,
    sampler,
  };
}
