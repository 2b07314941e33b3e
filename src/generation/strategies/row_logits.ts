/**
 * What a strategy searches with: rows of tokens that grow, fork and end, and the scores of what may come next in each.
 *
 * @module
 */
import { ensureEngine } from "../../engine/engine.ts";
import { type Tensor, tf } from "../../engine/tf.ts";
import type { Predictor, PredictorState } from "../predictor.ts";
import { RowSteps } from "./row_steps.ts";

/**
 * Any function from rows of token ids to a row of logits for each, shape (V,): the scores of the token to come next. It
 * gets whole rows, prompt and all.
 */
export type NextLogits = (
  rows: readonly Int32Array[],
) => readonly Float32Array[] | Promise<readonly Float32Array[]>;

/** Rows of tokens and the scores of what may come next. */
export interface RowLogits {
  /**
   * Begins.
   *
   * @param prompts Token ids of every row, one at least.
   * @returns The logits of every row, shape (V,) each.
   */
  begin(prompts: readonly Int32Array[]): Promise<readonly Float32Array[]>;

  /**
   * Goes on: every new row is one of the rows before with a token more.
   *
   * @param parents Of every new row, which of the rows before it goes on from.
   * @param tokens The new token of every row.
   * @returns The logits of every new row, shape (V,) each.
   */
  advance(
    parents: readonly number[],
    tokens: readonly number[],
  ): Promise<readonly Float32Array[]>;

  /** Frees what it holds. */
  dispose(): void;
}

/**
 * @param source A model's network, or any function from rows of tokens to logits.
 * @param steps How often rows may go on.
 * @returns Rows over it.
 */
export function rowLogits(
  source: Predictor | NextLogits,
  steps: number,
): RowLogits {
  return typeof source === "function"
    ? new FunctionRows(source)
    : new PredictorRows(source, steps);
}

/**
 * @param source A model's network, or any function from rows of tokens to logits.
 * @param tokens How many tokens a row will have in the end.
 * @throws {RangeError} If that is more than a network can read before it starts over.
 */
export function checkRoom(
  source: Predictor | NextLogits,
  tokens: number,
): void {
  if (typeof source === "function") return;
  const { startsOverAfter = Infinity } = source;
  if (tokens > startsOverAfter) {
    throw new RangeError(
      `Cannot generate: prompt and text together must have at most the ${startsOverAfter} tokens that the model reads ` +
        `before it starts over: ${tokens}; lower maxTokens, or sample, which reads the last half again`,
    );
  }
}

/** Rows of a function, which reads them from the beginning each time. */
class FunctionRows implements RowLogits {
  readonly #next: NextLogits;
  #rows: readonly Int32Array[] = [];

  constructor(next: NextLogits) {
    this.#next = next;
  }

  async begin(
    prompts: readonly Int32Array[],
  ): Promise<readonly Float32Array[]> {
    this.#rows = prompts;
    return await this.#read();
  }

  async advance(
    parents: readonly number[],
    tokens: readonly number[],
  ): Promise<readonly Float32Array[]> {
    this.#rows = parents.map((parent, i) =>
      Int32Array.of(...this.#rows[parent]!, tokens[i]!)
    );
    return await this.#read();
  }

  async #read(): Promise<readonly Float32Array[]> {
    const logits = await this.#next(this.#rows);
    const isWhole = Array.isArray(logits) &&
      logits.length === this.#rows.length &&
      logits.every((row) =>
        row instanceof Float32Array && row.length === logits[0].length
      );
    if (!isWhole) {
      throw new TypeError(
        `Cannot generate: the function must give a Float32Array of logits for each of ${this.#rows.length} rows, all of one length`,
      );
    }
    return logits;
  }

  dispose(): void {
    this.#rows = [];
  }
}

/** Rows of a network, whose memory of each is carried on. */
class PredictorRows implements RowLogits {
  readonly #steps: RowSteps;
  readonly #most: number;
  #state: PredictorState = [];

  constructor(predictor: Predictor, most: number) {
    this.#most = most;
    this.#steps = RowSteps.of(predictor, false);
  }

  async begin(
    prompts: readonly Int32Array[],
  ): Promise<readonly Float32Array[]> {
    await ensureEngine();
    const read = new Map<string, Tensor[]>(); // a prompt that comes again is read once
    try {
      for (const ids of prompts) {
        const key = ids.join();
        if (!read.has(key)) read.set(key, this.#read(ids));
      }
      const results = prompts.map((ids) => read.get(ids.join())!);
      const [logits, ...state] = tf.tidy(() =>
        results[0]!.map((_, i) =>
          tf.concat(results.map((tensors) => tensors[i]!))
        )
      );
      return await this.#take(logits!, state, prompts.length);
    } finally {
      tf.dispose([...read.values()]);
    }
  }

  async advance(
    parents: readonly number[],
    tokens: readonly number[],
  ): Promise<readonly Float32Array[]> {
    const next = await this.#steps.take(
      this.#state,
      parents,
      tokens,
      this.#most,
    );
    return await this.#take(next.logits, next.state, parents.length);
  }

  dispose(): void {
    tf.dispose([...this.#state]);
    this.#state = [];
  }

  /** The logits after a prompt, shape (1, V), and what the model remembers of it. */
  #read(ids: Int32Array): Tensor[] {
    const { logits, state } = this.#steps.read(ids);
    return [logits, ...state];
  }

  /** Keeps the state and takes the first rows of logits, shape (B, V), to the host. */
  async #take(
    logits: Tensor,
    state: PredictorState,
    rows: number,
  ): Promise<readonly Float32Array[]> {
    this.dispose();
    this.#state = state;
    const width = logits.shape[1]!;
    const values = await logits.data() as Float32Array;
    logits.dispose();
    return Array.from(
      { length: rows },
      (_, row) => values.subarray(row * width, (row + 1) * width),
    );
  }
}
