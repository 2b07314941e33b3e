/**
 * The loss on text that was kept apart, every token counted once.
 *
 * @module
 */
import {
  documentWindows,
  type EvaluationWindow,
  evaluationWindows,
} from "../data/evaluation_windows.ts";
import {
  sliceTokens,
  type TokenArray,
  type TokenSource,
} from "../data/token_source.ts";
import {
  compile,
  type CompiledFunction,
  runAsItIs,
} from "../engine/compile.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import type { PredictorState } from "../generation/predictor.ts";
import type { Network } from "../networks/network.ts";
import { tokenLosses } from "./loss.ts";

/** Tokens that a stream has at least: each stream begins without memory, so there must not be too many. */
const SHORTEST_STREAM = 256;
/** Streams side by side, at most. */
const MOST_STREAMS = 64;
/** Tokens of a stream that are read at a time. */
const WINDOW = 64;

/** What is measured: the tokens of a text, or of documents. */
export type ValidationTokens =
  | TokenArray
  | TokenSource
  | readonly (TokenArray | TokenSource)[];

/** A window of every stream. */
interface Window {
  /** int32, shape (B, T). */
  inputs: Tensor;
  /** int32, shape (BT,). */
  targets: Tensor;
  /** What the network remembers. */
  state: Tensor[];
}

/** What a window says. */
interface Reading {
  /** The loss of every target, shape (BT,); where they are counted, then 1 for each that was predicted right, (2BT,). */
  losses: Tensor;
  /** What the network remembers now. */
  state: Tensor[];
}

/** Reads windows; compiled once and used for all validations of a run. */
export type WindowReader = CompiledFunction<[Window], Reading>;

/** What was measured. */
export interface Measurement {
  /** Mean loss in nats per token. */
  loss: number;
  /** Share of the tokens that were the most likely ones; where that was asked for. */
  accuracy?: number;
}

/** Options of {@linkcode measure}. */
export interface MeasureOptions {
  /** Awaited after every window; the measurement is given up when it says `true`. */
  pause: () => Promise<boolean>;

  /**
   * The compiled reader.
   *
   * @default {undefined} which reads the windows uncompiled; that is quicker for a few of them
   */
  reader?: WindowReader;

  /**
   * Whether to count the tokens that were predicted right; the reader must be compiled for the same.
   *
   * @default {false}
   */
  counted?: boolean;
}

/**
 * @param network What will be measured.
 * @param counted Whether the tokens that were predicted right are counted.
 * @returns How its windows are read, compiled; the caller disposes it.
 */
export function compileReader(
  network: Network,
  counted = false,
): WindowReader {
  return compile((window: Window) => readWindow(network, window, counted), {
    name: "validation",
  });
}

function readWindow(
  network: Network,
  { inputs, targets, state }: Window,
  counted: boolean,
): Reading {
  const next = network.forward(inputs, state); // logits (B, T, V)
  const rows = tf.reshape(next.logits, [targets.size, -1]); // (BT, V)
  const losses = tokenLosses(rows, targets); // (BT,)
  if (!counted) return { losses, state: [...next.state] };
  const hits = tf.cast(tf.equal(tf.argMax(rows, 1), targets), "float32");
  return { losses: tf.concat([losses, hits]), state: [...next.state] };
}

/** Cuts what is measured: the number of rows, and the windows. */
function cut(
  tokens: ValidationTokens,
): { rows: number; windows: Generator<EvaluationWindow> } {
  const isText = !Array.isArray(tokens);
  const rows = rowsOf(tokens);
  const options = { streams: rows, sequenceLength: WINDOW };
  return {
    rows,
    windows: isText
      ? evaluationWindows(tokens as TokenArray | TokenSource, options)
      : documentWindows(tokens, options),
  };
}

/** How many streams are read side by side. */
function rowsOf(tokens: ValidationTokens): number {
  const most = Array.isArray(tokens)
    ? tokens.length
    : Math.ceil(tokens.length / SHORTEST_STREAM);
  return Math.min(MOST_STREAMS, most);
}

/**
 * What begins without memory where tokens are measured: the streams of a text, or documents.
 *
 * @param tokens The text's tokens, two at least, or those of documents.
 * @returns The tokens of each; a stream of a text ends with the token that the next one begins with.
 */
export function streamsOf(
  tokens: ValidationTokens,
): readonly (TokenArray | TokenSource)[] {
  if (Array.isArray(tokens)) return tokens;
  const text = tokens as TokenArray | TokenSource;
  const predictable = text.length - 1;
  const length = Math.ceil(predictable / rowsOf(text));
  return Array.from(
    { length: Math.ceil(predictable / length) },
    (_, row) =>
      sliceTokens(
        text,
        row * length,
        Math.min((row + 1) * length, predictable) + 1,
      ),
  );
}

/**
 * Mean loss over tokens, read as contiguous streams with the state carried on; documents each by itself. The way the
 * text is cut depends on its length alone, so the result does not depend on the batches that training uses.
 *
 * @param network What to measure.
 * @param tokens The text's tokens, two at least, or those of documents, one of which has two.
 * @param pause Awaited after every window; the measurement is given up when it says `true`.
 * @param reader The compiled reader; without it the windows are read uncompiled, which is quicker for a few of them.
 * @returns Nats per token; undefined when it was given up.
 */
export async function validate(
  network: Network,
  tokens: ValidationTokens,
  pause: () => Promise<boolean>,
  reader?: WindowReader,
): Promise<number | undefined> {
  const options = { pause, ...(reader && { reader }) };
  return (await measure(network, tokens, options))?.loss;
}

/**
 * Mean loss over tokens, as {@linkcode validate} has it, and how many were predicted right where that is asked for.
 *
 * @param network What to measure.
 * @param tokens The text's tokens, two at least, or those of documents, one of which has two.
 * @param options How to read, and what to count.
 * @returns What was measured; undefined when it was given up.
 */
export async function measure(
  network: Network,
  tokens: ValidationTokens,
  { pause, reader, counted = false }: MeasureOptions,
): Promise<Measurement | undefined> {
  const { rows, windows } = cut(tokens);
  let state: PredictorState = [];
  let [sum, count, correct] = [0, 0, 0];

  /** Reads a window in every stream: moves the state on and gives what {@linkcode Reading} has of every target. */
  async function read(
    inputs: Int32Array,
    targets: Int32Array,
    width: number,
  ): Promise<ArrayLike<number>> {
    const window: Window = {
      inputs: tf.tensor2d(inputs, [rows, width], "int32"),
      targets: tf.tensor1d(targets, "int32"),
      state: [...state],
    };
    try {
      const { losses, state: next } = reader === undefined
        ? runAsItIs(readWindow, network, window, counted)
        : await reader.inBackground(window);
      tf.dispose([...state]);
      state = next;
      try {
        return await losses.data();
      } finally {
        losses.dispose();
      }
    } finally {
      tf.dispose([window.inputs, window.targets]);
    }
  }

  try {
    for (
      const { inputs, targets, counted: valid, width, begins } of windows
    ) {
      if (begins) {
        tf.dispose([...state]);
        state = network.zeroState(rows);
      }
      const found = await read(inputs, targets, width); // (BT,), or (2BT,)
      for (const [place, isValid] of valid.entries()) {
        if (!isValid) continue;
        sum += found[place]!;
        correct += found[targets.length + place] ?? 0;
        count++;
      }
      if (await pause()) return undefined;
    }
  } finally {
    tf.dispose([...state]);
  }
  return { loss: sum / count, ...(counted && { accuracy: correct / count }) };
}
