/**
 * Beam search: the likeliest continuations, found by keeping several at a time.
 *
 * In every step each of the k running beams is continued by every token, and of all continuations the likeliest are
 * kept: those that end with a stop token, if they are among the k best, go to the finished ones with the score
 *
 *     Σ ln p / (tokens ^ lengthPenalty)
 *
 * and the k best of the others run on. Wu et al., "Google's Neural Machine Translation System", 2016, section 7, in the
 * form that Hugging Face's `generate()` has. Diverse beams: Vijayakumar et al., "Diverse Beam Search", 2016. Sampled beams
 * are drawn without replacement: Kool et al., "Stochastic Beams and Where to Find Them", 2019, section 2.
 *
 * @module
 */
import { Breather } from "../../engine/event_loop.ts";
import { freshSeed, RandomStream } from "../../engine/random.ts";
import type { Predictor } from "../predictor.ts";
import { BeamGroup } from "./_beam_group.ts";
import { beamSearchSettings } from "./_beam_search_settings.ts";
import { processed } from "./_processed.ts";
import { checkPredictor, checkStopTokens } from "./_token_ids.ts";
import { checkRoom, type NextLogits, rowLogits } from "./row_logits.ts";

/** Options of {@linkcode beamSearch}. */
export interface BeamSearchOptions {
  /** Token ids to go on from, one at least. */
  prompt: ArrayLike<number>;

  /**
   * Beams that run side by side, k; with `groups` all of them together.
   *
   * @default {4}
   */
  beams?: number;

  /**
   * How many tokens to write at most.
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
   * The exponent of the length that scores are divided by: above 0 it favours long texts, below 0 short ones.
   *
   * @default {1}
   */
  lengthPenalty?: number;

  /**
   * When to end: `true` once as many texts as beams are finished; `false` when no running beam is better than the worst
   * finished text, its score taken at its present length; `"never"` when none can become better at any length.
   *
   * @default {false}
   */
  earlyStopping?: boolean | "never";

  /**
   * How many texts to return, the best first; at most as many as beams.
   *
   * @default {1}
   */
  returned?: number;

  /**
   * Groups that the beams are divided into; each avoids the tokens that the groups before it have just taken.
   *
   * @default {1}
   */
  groups?: number;

  /**
   * What is taken off a token's score for every beam of a group before that has just taken it. Needs `groups` from 2.
   *
   * @default {0.5 with groups, else without effect}
   */
  diversityPenalty?: number;

  /**
   * Draws the continuations by their probabilities, without replacement, in place of taking the likeliest.
   *
   * @default {false}
   */
  sample?: boolean;

  /**
   * Any safe integer, for `sample`.
   *
   * @default {undefined} which draws a fresh one
   */
  seed?: number;

  /**
   * Changes the logits of a row before they become probabilities.
   *
   * @param logits Scores of all tokens, shape (V,).
   * @param tokens The row, prompt and all.
   * @returns The new scores, shape (V,).
   */
  process?: (logits: Float32Array, tokens: Int32Array) => Float32Array;

  /** Stops the search between two steps; the call then fails with the signal's reason. */
  signal?: AbortSignal;
}

/** A text that beam search found. */
export interface Beam {
  /** The new tokens, without the prompt. */
  tokens: Int32Array;
  /** What texts are compared by: `logProbability` over the length to the power of `lengthPenalty`. */
  score: number;
  /** Sum of the tokens' natural log-probabilities, diversity penalties taken off. */
  logProbability: number;
}

/**
 * Searches for the likeliest continuations. It is deterministic unless it samples; of equal continuations, that of the
 * better beam and then the lower id comes first.
 *
 * @param next A network, or any function from rows of tokens to logits.
 * @param options The prompt, how many beams, when to end.
 * @returns The best texts, the best first.
 * @throws {RangeError} If an option is out of range, or if the logits are not numbers.
 * @throws {TypeError} If an option is unknown, of another type, or has no effect.
 *
 * @example Greedy search takes 1 first; two beams find the likelier text
 * ```ts
 * import { beamSearch } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * // After 0: token 1 has probability 0.6, token 2 has 0.4. After 1 all are alike, after 2 it is always 3.
 * const p = [[0, 0.6, 0.4, 0], [0.25, 0.25, 0.25, 0.25], [0, 0, 0, 1], [0.25, 0.25, 0.25, 0.25]];
 * const next = (rows: readonly Int32Array[]) =>
 *   rows.map((ids) => Float32Array.from(p[ids.at(-1)!]!, Math.log));
 * const search = (beams: number) => beamSearch(next, { prompt: [0], beams, maxTokens: 2 });
 * assertEquals([...(await search(1))[0]!.tokens], [1, 0]); // probability 0.15
 * assertEquals([...(await search(2))[0]!.tokens], [2, 3]); // probability 0.4
 * ```
 */
export async function beamSearch(
  next: Predictor | NextLogits,
  options: BeamSearchOptions,
): Promise<Beam[]> {
  checkPredictor("Cannot search", next);
  const settings = beamSearchSettings(options);
  const { prompt, groups, maxTokens, process, signal } = settings;
  checkRoom(next, prompt.length + maxTokens);
  const rows = rowLogits(next, maxTokens);
  const { seed = freshSeed() } = options;
  const searches = Array.from(
    { length: groups },
    (_, group) =>
      new BeamGroup(settings, new RandomStream(seed, `beams ${group}`)),
  );
  try {
    let logits = await rows.begin(searches.map(() => prompt));
    const breather = new Breather();
    checkStopTokens("Cannot search", settings.stopTokens, logits[0]!.length);
    for (let step = 1; step <= maxTokens; step++) {
      signal?.throwIfAborted();
      const taken: number[] = [];
      let first = 0;
      const parents: number[] = [];
      const tokens: number[] = [];
      for (const search of searches) {
        const own = search.over ? [] : logits.slice(first, first + search.rows);
        const chosen = search.advance(
          own.map((row, i) =>
            processed("Cannot search", process, row, prompt, search.tokensOf(i))
          ),
          taken,
        );
        taken.push(...chosen.map(({ token }) => token));
        parents.push(...chosen.map(({ parent }) => first + parent));
        tokens.push(...chosen.map(({ token }) => token));
        first += own.length;
      }
      if (tokens.length === 0) break;
      if (step === maxTokens) break;
      logits = await rows.advance(parents, tokens);
      await breather.pause();
    }
  } finally {
    rows.dispose();
  }
  return searches.flatMap((search) => search.best)
    .sort((a, b) => b.score - a.score)
    .slice(0, settings.returned);
}
