/**
 * What comes next: the distribution after each row of ids, or the most likely tokens after a text.
 *
 * @module
 */
import { compactIds } from "../data/compact_ids.ts";
import { ensureEngine } from "../engine/engine.ts";
import { nextTurn } from "../engine/event_loop.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { encodePrompt } from "../generation/encode_prompt.ts";
import type { Network } from "../networks/network.ts";
import type { NdArray } from "../text/nd_array.ts";
import { checkOptionNames } from "../text/options.ts";
import { shown, wrongNumber } from "../text/refusal.ts";
import type { UnknownPolicy } from "../tokenizers/tokenizer.ts";
import type { ArrayData } from "../training/fit_data.ts";
import { checkModel } from "./_checks.ts";
import type { EvaluatedModel } from "./evaluate.ts";

/** Options of {@linkcode predict} for ids. */
export interface PredictOptions {
  /**
   * Probabilities, which add up to 1, or the scores before the softmax.
   *
   * @default {"probabilities"}
   */
  output?: "probabilities" | "logits";

  /**
   * Whether to predict after every token, and not after the last of each row only.
   *
   * @default {false}
   */
  all?: boolean;
}

/** Options of {@linkcode predict} for a text. */
export interface PredictTextOptions {
  /**
   * How many of the most likely tokens to give.
   *
   * @default {10}
   */
  topK?: number;

  /**
   * What to do with characters that the tokenizer does not know.
   *
   * @default {"token" if the tokenizer has one, else "error"}
   */
  unknown?: UnknownPolicy;
}

/** A token that may come next. */
export interface PredictedToken {
  /** The token as the vocabulary has it. */
  readonly token: string;
  /** Its id. */
  readonly id: number;
  /** How likely it comes next. */
  readonly probability: number;
}

const ACTION = "Cannot predict";
/** Tokens that are read at a time, and rows side by side. */
const WINDOW = 64;
const MOST_ROWS = 64;
/** Numbers that a result has at most: 2 GB. */
const MOST_NUMBERS = 2 ** 29;

/**
 * Predicts the tokens that may come after a text.
 *
 * @param model A model, or a tokenizer and a network.
 * @param text The text; an empty one begins after a line break.
 * @param options How many tokens.
 * @returns The tokens, the most likely one first.
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If an option is out of range, or the text has characters that the tokenizer does not know.
 *
 * @example One of three characters
 * ```ts
 * import { buildLSTM, CharTokenizer, predict } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const model = buildLSTM({ tokenizer: CharTokenizer.train("abc"), units: 4, embedding: 4 });
 * const next = await predict(model, "ab", { topK: 2 });
 * assertEquals(next.length, 2);
 * const { shape } = await predict(model, [[0, 1], [2, 0]]); // ids: probabilities after each row
 * assertEquals(shape, [2, 3]);
 * model.dispose();
 * ```
 */
export function predict(
  model: EvaluatedModel,
  text: string,
  options?: PredictTextOptions,
): Promise<PredictedToken[]>;
/**
 * Predicts what comes after rows of ids, each row without memory of another. A row that is longer than the context of a
 * network that starts over is read as generation does for the last token, and with `all` starting over every context.
 *
 * @param model A model, or a tokenizer and a network.
 * @param ids Token ids of shape (B, T): nested arrays, or an array as `loadNpy()` reads.
 * @param options What to give.
 * @returns float32 of shape (B, V), or (B, T, V) with `all`.
 * @throws {TypeError} If the ids have another shape, or an option is unknown or of the wrong type.
 * @throws {RangeError} If an id is not in the vocabulary, there is none, or the result would take more than 2 GB.
 */
export function predict(
  model: EvaluatedModel,
  ids: readonly ArrayLike<number>[] | ArrayData,
  options?: PredictOptions,
): Promise<NdArray<"float32">>;
export async function predict(
  model: EvaluatedModel,
  input: string | readonly ArrayLike<number>[] | ArrayData,
  options: PredictOptions & PredictTextOptions = {},
): Promise<PredictedToken[] | NdArray<"float32">> {
  checkModel(ACTION, model);
  if (typeof input === "string") return await afterText(model, input, options);
  checkOptionNames(ACTION, options, ["output", "all"]);
  const { output = "probabilities", all = false } = options;
  if (output !== "probabilities" && output !== "logits") {
    const Type = typeof output === "string" ? RangeError : TypeError;
    throw new Type(
      `${ACTION}: output must be "probabilities" or "logits": ${shown(output)}`,
    );
  }
  if (typeof all !== "boolean") {
    throw new TypeError(`${ACTION}: all must be true or false: ${shown(all)}`);
  }
  const { ids, rows, width } = rowsOf(input, model.tokenizer.vocabSize);
  const { vocabSize } = model.tokenizer;
  const shape = all ? [rows, width, vocabSize] : [rows, vocabSize];
  const size = shape.reduce((product, length) => product * length, 1);
  if (size > MOST_NUMBERS) {
    throw new RangeError(
      `${ACTION}: the result must have at most ${MOST_NUMBERS} numbers: its shape would be [${shape}]; give fewer rows`,
    );
  }
  const data = new Float32Array(size);
  await ensureEngine();
  for (let from = 0; from < rows; from += MOST_ROWS) {
    const until = Math.min(rows, from + MOST_ROWS);
    const part = ids.subarray(from * width, until * width);
    const place = size / rows * from;
    const sizes = { rows: until - from, width, output };
    if (all) await readAll(model.network, part, sizes, data.subarray(place));
    else data.set(await readLast(model.network, part, sizes), place);
  }
  return { shape, dtype: "float32", data };
}

/** The most likely tokens after a text. */
async function afterText(
  { tokenizer, network }: EvaluatedModel,
  text: string,
  options: PredictTextOptions,
): Promise<PredictedToken[]> {
  checkOptionNames(ACTION, options, ["topK", "unknown"]);
  const { topK = 10, unknown } = options;
  if (!Number.isSafeInteger(topK) || topK < 1) {
    throw wrongNumber(`${ACTION}: topK must be a whole number from 1`, topK);
  }
  const ids = encodePrompt(tokenizer, text, unknown);
  await ensureEngine();
  const probabilities = await readLast(network, ids, {
    rows: 1,
    width: ids.length,
    output: "probabilities",
  });
  const { vocabulary } = tokenizer;
  return Array.from(probabilities, (probability, id) => ({
    token: vocabulary[id]!,
    id,
    probability,
  })).sort((a, b) => b.probability - a.probability || a.id - b.id)
    .slice(0, topK);
}

interface Sizes {
  rows: number;
  width: number;
  output: "probabilities" | "logits";
}

/** What is said after the last token of each row, shape (B, V). */
async function readLast(
  network: Network,
  ids: Int32Array,
  { rows, width, output }: Sizes,
): Promise<Float32Array> {
  const all = tf.tensor2d(ids, [rows, width], "int32"); // (B, T)
  let state = [...network.zeroState(rows)];
  try {
    const context = network.startsOverAfter ?? Infinity;
    const given = context - Math.floor(context / 2); // tokens that go each time that the context is full
    let at = width > context ? Math.ceil((width - context) / given) * given : 0;
    for (; at < width - 1; await nextTurn()) {
      const count = Math.min(WINDOW, width - 1 - at);
      const start = at;
      state = replace(state, (before) => {
        const window = tf.slice(all, [0, start], [rows, count]); // (B, W)
        return [...network.forward(window, before).state];
      });
      at += count;
    }
    const [said, ...rest] = replace(state, (before) => {
      const last = tf.reshape(tf.slice(all, [0, width - 1], [rows, 1]), [rows]);
      const { logits, state } = network.step(last, before); // (B, V)
      return [output === "logits" ? logits : tf.softmax(logits), ...state];
    });
    state = rest;
    try {
      return await said!.data() as Float32Array;
    } finally {
      said!.dispose();
    }
  } finally {
    tf.dispose([all, ...state]);
  }
}

/** What is said after every token, shape (B, T, V), written to `data`. */
async function readAll(
  network: Network,
  ids: Int32Array,
  { rows, width, output }: Sizes,
  data: Float32Array,
): Promise<void> {
  const all = tf.tensor2d(ids, [rows, width], "int32"); // (B, T)
  let state = [...network.zeroState(rows)];
  try {
    for (let at = 0; at < width; at += WINDOW) {
      const count = Math.min(WINDOW, width - at);
      const [said, ...rest] = replace(state, (before) => {
        const window = tf.slice(all, [0, at], [rows, count]); // (B, W)
        const { logits, state } = network.forward(window, before); // (B, W, V)
        return [output === "logits" ? logits : tf.softmax(logits), ...state];
      });
      state = rest;
      try {
        const values = await said!.data() as Float32Array;
        const size = values.length / rows; // W·V
        const vocabulary = size / count;
        for (let row = 0; row < rows; row++) {
          data.set(
            values.subarray(row * size, (row + 1) * size),
            (row * width + at) * vocabulary,
          );
        }
      } finally {
        said!.dispose();
      }
      await nextTurn();
    }
  } finally {
    tf.dispose([all, ...state]);
  }
}

/** Computes tensors from others, then frees those, and everything in between. */
function replace(
  before: Tensor[],
  compute: (before: Tensor[]) => Tensor[],
): Tensor[] {
  const after = tf.tidy(() => compute(before));
  tf.dispose(before);
  return after;
}

/** Rows of ids, checked. */
function rowsOf(
  input: readonly ArrayLike<number>[] | ArrayData,
  vocabSize: number,
): { ids: Int32Array; rows: number; width: number } {
  let shape: readonly number[];
  let flat: ArrayLike<number> | ArrayLike<bigint>;
  if (Array.isArray(input)) {
    const list: readonly ArrayLike<number>[] = input;
    const width = Number(list[0]?.length ?? 0);
    for (const [i, row] of list.entries()) {
      if (!Array.isArray(row) && !ArrayBuffer.isView(row)) {
        throw new TypeError(
          `${ACTION}: ids must be rows of one length: row ${i} is ${
            row === null ? "null" : typeof row
          }; put one row into an array of its own`,
        );
      }
      if (row.length === width) continue;
      throw new TypeError(
        `${ACTION}: ids must be rows of one length: row ${i} has ${row.length}, row 0 ${width}`,
      );
    }
    shape = [list.length, width];
    flat = list.flatMap((row) => Array.from(row));
  } else {
    const array = input as ArrayData | null;
    const isArray = typeof array === "object" && array !== null &&
      Array.isArray(array.shape) && array.data !== undefined;
    if (!isArray || array.shape.length !== 2 || array.dtype === "str") {
      throw new TypeError(
        `${ACTION}: the input must be a text, or ids of shape (B, T): ${
          isArray ? `${array.dtype} of shape [${array.shape}]` : typeof input
        }`,
      );
    }
    shape = array.shape;
    flat = array.data as ArrayLike<number>;
  }
  const [rows, width] = shape as [number, number];
  if (rows * width === 0 || flat.length !== rows * width) {
    throw new RangeError(
      `${ACTION}: there must be ids, as many as the shape says: shape [${shape}] and ${flat.length} ids`,
    );
  }
  const ids = compactIds(flat, vocabSize, {
    action: "predict",
    placeOf: (i) => `row ${Math.floor(i / width)}, column ${i % width}`,
  });
  return { ids: Int32Array.from(ids), rows, width };
}
