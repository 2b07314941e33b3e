/**
 * Speculative sampling: a small model drafts some tokens, the large one reads them all at once and keeps as many as it
 * would have written itself.
 *
 * A drafted token x with probability q(x) by the draft and p(x) by the target is kept with probability min(1, p/q). The
 * first that is not kept is drawn anew from max(0, p − q), normalised; where all are kept, one more comes from the target.
 * What is written has the target's distribution exactly. Leviathan, Kalman and Matias, "Fast Inference from Transformers
 * via Speculative Decoding", 2023; Chen et al., "Accelerating Large Language Model Decoding with Speculative Sampling",
 * 2023.
 *
 * @module
 */
import { ensureEngine } from "../../engine/engine.ts";
import { Breather } from "../../engine/event_loop.ts";
import { freshSeed, RandomStream } from "../../engine/random.ts";
import { tf } from "../../engine/tf.ts";
import { checkOptionNames } from "../../text/options.ts";
import { checkSignal } from "../check_signal.ts";
import type { Predictor, PredictorState } from "../predictor.ts";
import { shown } from "../../text/refusal.ts";
import { checkProcess, processed } from "./_processed.ts";
import { checkPredictor, checkPrompt, tokenIds } from "./_token_ids.ts";
import { logSoftmax } from "./log_softmax.ts";
import { checkRoom, type NextLogits } from "./row_logits.ts";

/** Options of {@linkcode speculate}. */
export interface SpeculateOptions {
  /** Token ids to go on from, one at least. */
  prompt: ArrayLike<number>;

  /** How many tokens to write. */
  maxTokens: number;

  /** The model that drafts: a network or any function from rows of tokens to logits, over the same vocabulary. */
  draft: Predictor | NextLogits;

  /**
   * How many tokens are drafted at a time.
   *
   * @default {5}
   */
  drafted?: number;

  /**
   * Any safe integer.
   *
   * @default {undefined} which draws a fresh one
   */
  seed?: number;

  /**
   * Changes the logits of both models before they become probabilities, by a temperature for instance.
   *
   * @param logits Scores of all tokens, shape (V,).
   * @param tokens The row, prompt and all.
   * @returns The new scores, shape (V,).
   */
  process?: (logits: Float32Array, tokens: Int32Array) => Float32Array;

  /** Stops the work between two rounds; the call then fails with the signal's reason. */
  signal?: AbortSignal;
}

const ACTION = "Cannot speculate";

const OPTIONS: readonly string[] = [
  "prompt",
  "maxTokens",
  "draft",
  "drafted",
  "seed",
  "process",
  "signal",
] satisfies (keyof SpeculateOptions)[];

/** Tokens that were written in one round. */
export interface SpeculatedTokens {
  /** The new tokens, one at least. */
  tokens: number[];
  /** How many of them the draft had written. */
  kept: number;
}

/**
 * Writes with a target, faster by a draft.
 *
 * @param target The model to write with: a network, or any function from rows of tokens to logits.
 * @param options The prompt, the draft, how many tokens.
 * @returns The new tokens, round by round.
 * @throws {RangeError} If an option is out of range, or if the logits are not numbers.
 * @throws The signal's reason, once it is aborted.
 *
 * @example A draft that is right whenever it is sure
 * ```ts
 * import { speculate } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const next = (rows: readonly Int32Array[]) => // after 0 comes 1, after 1 comes 0
 *   rows.map((ids) => ids.at(-1) === 0 ? Float32Array.of(-Infinity, 0) : Float32Array.of(0, -Infinity));
 * const rounds = await Array.fromAsync(
 *   speculate(next, { prompt: Int32Array.of(0), draft: next, drafted: 3, maxTokens: 8 }),
 * );
 * assertEquals(rounds, [{ tokens: [1, 0, 1, 0], kept: 3 }, { tokens: [1, 0, 1, 0], kept: 3 }]);
 * ```
 */
export async function* speculate(
  target: Predictor | NextLogits,
  options: SpeculateOptions,
): AsyncGenerator<SpeculatedTokens, void, undefined> {
  checkOptionNames(ACTION, options, OPTIONS);
  const { maxTokens, drafted = 5, signal, process } = options;
  const prompt = tokenIds(ACTION, "prompt", options.prompt);
  checkPrompt(ACTION, prompt);
  checkProcess(ACTION, process);
  checkSignal(ACTION, signal);
  checkPredictor(ACTION, target);
  checkPredictor(ACTION, options.draft);
  if (!Number.isSafeInteger(maxTokens) || maxTokens < 0) {
    throw new RangeError(
      `Cannot speculate: maxTokens must be an integer from 0: ${
        shown(maxTokens)
      }`,
    );
  }
  if (!Number.isSafeInteger(drafted) || drafted < 1) {
    throw new RangeError(
      `Cannot speculate: drafted must be a positive integer: ${drafted}`,
    );
  }
  const { seed = freshSeed() } = options;
  const random = new RandomStream(seed, "speculation");
  checkRoom(target, prompt.length + maxTokens);
  checkRoom(options.draft, prompt.length + maxTokens);
  const probabilities = (logits: Float32Array, row: number[]): Float64Array =>
    logSoftmax(processed(ACTION, process, logits, row)).map(Math.exp);
  const writers = { target: reader(target), draft: reader(options.draft) };
  const row = Array.from(prompt);
  const breather = new Breather();
  try {
    while (row.length - prompt.length < maxTokens) {
      signal?.throwIfAborted();
      const left = maxTokens - (row.length - prompt.length);
      const guesses: number[] = [];
      const q: Float64Array[] = [];
      while (guesses.length < Math.min(drafted, left - 1)) {
        const known = [...row, ...guesses];
        const [logits] = await writers.draft.after(known, 1, row.length);
        q.push(probabilities(logits!, known));
        guesses.push(pick(q.at(-1)!, random.uniform()));
      }
      const all = [...row, ...guesses];
      const count = guesses.length + 1;
      const scores = await writers.target.after(all, count, row.length);
      const p = scores.map((logits, i) =>
        probabilities(logits, all.slice(0, row.length + i))
      );
      const { tokens, kept } = judge(guesses, p, q, random);
      row.push(...tokens);
      yield { tokens, kept };
      await breather.pause();
    }
  } finally {
    writers.target.dispose();
    writers.draft.dispose();
  }
}

/** Keeps guesses as long as they pass, and adds one token of the target. */
function judge(
  guesses: readonly number[],
  p: readonly Float64Array[],
  q: readonly Float64Array[],
  random: RandomStream,
): SpeculatedTokens {
  for (const [i, guess] of guesses.entries()) {
    const share = p[i]![guess]! / q[i]![guess]!;
    if (random.uniform() < share) continue;
    const rest = p[i]!.map((value, id) => Math.max(0, value - q[i]![id]!));
    const token = pick(rest, random.uniform());
    return { tokens: [...guesses.slice(0, i), token], kept: i };
  }
  const token = pick(p[guesses.length]!, random.uniform());
  return { tokens: [...guesses, token], kept: guesses.length };
}

/** The token at a share of the total weight, in the order of the ids. */
function pick(weights: Float64Array, share: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let [cumulative, choice] = [0, 0];
  for (const [id, weight] of weights.entries()) {
    if (weight === 0) continue;
    choice = id;
    cumulative += weight;
    if (cumulative > share * total) break;
  }
  return choice;
}

/** Tells the logits after the last tokens of a row that grows, and may lose its end. */
interface Reader {
  /**
   * @param row All tokens.
   * @param count How many places, from the end: after how many of the last tokens.
   * @param staying How many tokens, from the beginning, will stay.
   * @returns The logits after each of them, shape (V,) each.
   */
  after(
    row: readonly number[],
    count: number,
    staying: number,
  ): Promise<Float32Array[]>;
  dispose(): void;
}

function reader(source: Predictor | NextLogits): Reader {
  if (typeof source !== "function") return new NetworkReader(source);
  return {
    after: async (row, count) => {
      const rows = Array.from(
        { length: count },
        (_, i) => Int32Array.from(row.slice(0, row.length - count + 1 + i)),
      );
      return [...await source(rows)];
    },
    dispose: () => {},
  };
}

/** Carries a network's state over the tokens that will stay, and reads the others from there each time. */
class NetworkReader implements Reader {
  readonly #predictor: Predictor;
  /** How many tokens the state has read. */
  #read = 0;
  #state: PredictorState | undefined;
  readonly #breather = new Breather();

  constructor(predictor: Predictor) {
    this.#predictor = predictor;
  }

  async after(
    row: readonly number[],
    count: number,
    staying: number,
  ): Promise<Float32Array[]> {
    await ensureEngine();
    await this.#settle(row.slice(0, staying - 1));
    const end = Int32Array.from(row.slice(staying - 1));
    const logits = tf.tidy(() => {
      const ids = tf.tensor2d(end, [1, end.length], "int32");
      const { logits } = this.#predictor.forward(ids, this.#state!);
      const last = tf.slice(logits, [0, end.length - count, 0]);
      return tf.reshape(last, [count, -1]);
    });
    const width = logits.shape[1]!;
    const values = await logits.data() as Float32Array;
    logits.dispose();
    return Array.from(
      { length: count },
      (_, i) => values.subarray(i * width, (i + 1) * width),
    );
  }

  /** Moves the state on to the end of some tokens, which begin with those before. */
  async #settle(row: readonly number[]): Promise<void> {
    const before = this.#state ?? this.#predictor.zeroState(1);
    this.#state = before;
    const fresh = row.slice(this.#read);
    this.#read = row.length;
    if (fresh.length === 0) return;
    this.#state = tf.tidy(() => {
      const ids = tf.tensor2d(fresh, [1, fresh.length], "int32");
      return [...this.#predictor.forward(ids, before).state];
    });
    tf.dispose([...before]);
    await this.#breather.pause();
  }

  dispose(): void {
    tf.dispose([...this.#state ?? []]);
    this.#state = undefined;
  }
}
