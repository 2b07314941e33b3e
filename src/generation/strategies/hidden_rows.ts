/**
 * One row of tokens with its hidden vectors, and what becomes of it with each of several tokens more.
 *
 * @module
 */
import { ensureEngine } from "../../engine/engine.ts";
import { type Tensor, tf } from "../../engine/tf.ts";
import type { Predictor, PredictorState } from "../predictor.ts";
import { RowSteps } from "./row_steps.ts";

/** What a model says after a row of tokens. */
export interface RowPrediction {
  /** Scores of the token to come next, shape (V,). */
  logits: Float32Array;
  /** The vector that they come from, shape (D,). */
  hidden: Float32Array;
}

/**
 * Any function from rows of token ids to a row of logits and a hidden vector for each. It gets whole rows, prompt and
 * all.
 */
export type NextHidden = (
  rows: readonly Int32Array[],
) => readonly RowPrediction[] | Promise<readonly RowPrediction[]>;

/** A row of tokens that grows by one of those that were tried. */
export interface HiddenRows {
  /**
   * Begins.
   *
   * @param prompt Token ids, one at least.
   * @returns What is said after each of them, of the logits only the last needed: the others may be missing.
   */
  begin(prompt: Int32Array): Promise<{
    logits: Float32Array;
    hidden: Float32Array[];
  }>;

  /**
   * Reads the row with one token more, for each of some tokens. One of them must be kept before others are tried.
   *
   * @param tokens The tokens.
   * @returns What is said after each.
   */
  tryOut(tokens: readonly number[]): Promise<readonly RowPrediction[]>;

  /**
   * Goes on with one of the tokens tried last.
   *
   * @param place Its place among them.
   */
  keep(place: number): void;

  /** Frees what it holds. */
  dispose(): void;
}

/** A predictor that tells its hidden vectors. */
export type HiddenPredictor =
  & Predictor
  & Required<Pick<Predictor, "forwardHidden" | "stepHidden">>;

/**
 * @param source A model's network, or any function from rows of tokens to logits and hidden vectors.
 * @param steps How often the row may go on.
 * @returns A row over it.
 */
export function hiddenRows(
  source: HiddenPredictor | NextHidden,
  steps: number,
): HiddenRows {
  return typeof source === "function"
    ? new FunctionRows(source)
    : new PredictorRows(source, steps);
}

/** A row of a function, which reads it from the beginning each time. */
class FunctionRows implements HiddenRows {
  readonly #next: NextHidden;
  #row: Int32Array = new Int32Array();
  #tried: readonly number[] = [];

  constructor(next: NextHidden) {
    this.#next = next;
  }

  async begin(prompt: Int32Array): ReturnType<HiddenRows["begin"]> {
    this.#row = prompt;
    const said = await this.#read(
      Array.from(prompt, (_, i) => prompt.slice(0, i + 1)),
    );
    return {
      logits: said.at(-1)!.logits,
      hidden: said.map(({ hidden }) => hidden),
    };
  }

  tryOut(tokens: readonly number[]): Promise<readonly RowPrediction[]> {
    this.#tried = tokens;
    return this.#read(tokens.map((token) => this.#with(token)));
  }

  keep(place: number): void {
    this.#row = this.#with(this.#tried[place]!);
  }

  #with(token: number): Int32Array<ArrayBuffer> {
    return Int32Array.of(...this.#row, token);
  }

  async #read(rows: readonly Int32Array[]): Promise<readonly RowPrediction[]> {
    const said = await this.#next(rows);
    const isWhole = Array.isArray(said) && said.length === rows.length &&
      said.every((row) =>
        row?.logits instanceof Float32Array &&
        row.hidden instanceof Float32Array &&
        row.logits.length === said[0].logits.length &&
        row.hidden.length === said[0].hidden.length
      );
    if (!isWhole) {
      throw new TypeError(
        `Cannot search: the function must give { logits, hidden }, Float32Arrays of one length each, for each of ${rows.length} rows`,
      );
    }
    return said;
  }

  dispose(): void {
    this.#row = new Int32Array();
  }
}

/** A row of a network, whose memory of it is carried on. */
class PredictorRows implements HiddenRows {
  readonly #steps: RowSteps;
  /** After the tokens tried last, a row each; after the prompt before any were. */
  #state: PredictorState = [];
  /** Which of these rows goes on. */
  #kept = 0;
  readonly #most: number;

  constructor(predictor: HiddenPredictor, most: number) {
    this.#most = most;
    this.#steps = RowSteps.of(predictor, true);
  }

  async begin(prompt: Int32Array): ReturnType<HiddenRows["begin"]> {
    await ensureEngine();
    const { logits, hidden, state } = this.#steps.read(prompt);
    this.#state = state;
    return {
      logits: (await rowsOf(logits))[0]!,
      hidden: await rowsOf(hidden!),
    };
  }

  async tryOut(tokens: readonly number[]): Promise<readonly RowPrediction[]> {
    const parents = tokens.map(() => this.#kept);
    const next = await this.#steps.take(
      this.#state,
      parents,
      tokens,
      this.#most,
    );
    this.dispose();
    this.#state = next.state;
    const logits = await rowsOf(next.logits);
    const hidden = await rowsOf(next.hidden!);
    return tokens.map((_, i) => ({ logits: logits[i]!, hidden: hidden[i]! }));
  }

  keep(place: number): void {
    this.#kept = place;
  }

  dispose(): void {
    tf.dispose([...this.#state]);
    this.#state = [];
  }
}

/** Takes a tensor to the host, by rows along its last axis, and frees it. */
async function rowsOf(x: Tensor): Promise<Float32Array[]> {
  const width = x.shape.at(-1)!;
  const rows = x.size / width;
  const values = await x.data() as Float32Array;
  x.dispose();
  return Array.from(
    { length: rows },
    (_, row) => values.subarray(row * width, (row + 1) * width),
  );
}
