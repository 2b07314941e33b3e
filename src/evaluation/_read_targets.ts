/**
 * Reads a text or documents with a network and says of every token how well it was predicted. What is measured is
 * computed where the logits are: a few numbers a token come back, never a row of the vocabulary's size.
 *
 * @module
 */
import {
  documentWindows,
  evaluationWindows,
} from "../data/evaluation_windows.ts";
import { type TokenSource, toTokenSource } from "../data/token_source.ts";
import { compile, runAsItIs } from "../engine/compile.ts";
import { ensureEngine } from "../engine/engine.ts";
import { nextTurn } from "../engine/event_loop.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import type { PredictorState } from "../generation/predictor.ts";
import type { Network } from "../networks/network.ts";
import { type FitTokens, textsOf } from "../training/fit_data.ts";
import { oneHot, tokenLosses } from "../training/loss.ts";

/** Tokens that a stream has at least, and streams side by side at most: as a run's validation reads a text. */
const SHORTEST_STREAM = 256;
const MOST_STREAMS = 64;
/** Tokens of a stream that are read at a time, at most, and logits at a time. */
const WIDEST = 64;
const MOST_LOGITS = 2 ** 24;
/** Fewer tokens are read before compiling would pay. */
const COMPILED_FROM_TOKENS = 20_000;

/** Options of {@linkcode readTargets}. */
export interface ReadTargetsOptions {
  /** Whether to look which token was most likely, and at what rank the right one was. */
  ranks: boolean;

  /** Stops the work between two windows. */
  signal?: AbortSignal | undefined;

  /**
   * Whether to compile.
   *
   * @default {undefined} which compiles from 20,000 tokens on
   */
  compiled?: boolean;
}

/** What is known of the targets of a window; places that are not counted are padding. */
export interface TargetReading {
  /** Ids of the targets, shape (BT,). */
  targets: Int32Array;
  /** Whether a target is a token of the text, shape (BT,). */
  counted: Uint8Array;
  /** Minus the log-probability of each, in nats, shape (BT,). */
  losses: ArrayLike<number>;
  /** The most likely token at each place, shape (BT,), and how many were more likely than the target, shape (BT,). */
  predicted?: ArrayLike<number>;
  ranks?: ArrayLike<number>;
  /** Tokens of a row in this window, T. */
  width: number;
  /**
   * @param row A row, from 0.
   * @returns Which text it reads, and the number of the row's first target in this window there, from 0.
   */
  placeOf(row: number): { text: number; target: number };
}

interface Window {
  inputs: Tensor;
  targets: Tensor;
  state: Tensor[];
}

interface Reading {
  measured: Tensor[];
  state: Tensor[];
}

/**
 * @param tokens What is measured.
 * @returns The texts that have a token to predict, in the order in which `text` counts them: documents from the longest on.
 */
export function predictableTexts(tokens: FitTokens): TokenSource[] {
  return textsOf(tokens).map(toTokenSource).filter(({ length }) => length >= 2)
    .sort((a, b) => b.length - a.length);
}

/**
 * @param network What predicts.
 * @param tokens A text, read as contiguous streams with the state carried on, or documents, each by itself.
 * @param options What to look at, and how.
 * @returns The readings, every target in exactly one.
 * @throws The signal's reason, once it is aborted.
 */
export async function* readTargets(
  network: Network,
  tokens: FitTokens,
  { ranks, signal, compiled }: ReadTargetsOptions,
): AsyncGenerator<TargetReading, void, undefined> {
  signal?.throwIfAborted();
  await ensureEngine();
  const texts = predictableTexts(tokens);
  const size = texts.reduce((sum, { length }) => sum + length, 0);
  const isText = tokens.kind === "text";
  const vocabulary = Number(network.config["vocabSize"]);
  const streams = Math.max(
    1,
    Math.min(
      MOST_STREAMS,
      isText ? Math.ceil(size / SHORTEST_STREAM) : texts.length,
    ),
  );
  const sequenceLength = Math.max(
    1,
    Math.min(WIDEST, Math.floor(MOST_LOGITS / (streams * vocabulary))),
  );
  const options = { streams, sequenceLength };
  const windows = isText
    ? evaluationWindows(texts[0]!, options)
    : documentWindows(texts, options);
  const streamLength = Math.ceil((size - 1) / streams);
  const read = (window: Window): Reading => readWindow(network, window, ranks);
  const pays = network.counting === undefined && size >= COMPILED_FROM_TOKENS;
  const reader = compiled ?? pays
    ? compile(read, { name: "evaluation" })
    : undefined;
  let state: PredictorState = [];
  let [from, group] = [0, -1];
  try {
    for (const { inputs, targets, counted, width, begins } of windows) {
      signal?.throwIfAborted();
      if (begins) {
        tf.dispose([...state]);
        state = network.zeroState(streams);
        [from, group] = [0, group + 1];
      }
      const window: Window = {
        inputs: tf.tensor2d(inputs, [streams, width], "int32"),
        targets: tf.tensor1d(targets, "int32"),
        state: [...state],
      };
      let reading: Reading;
      try {
        reading = reader === undefined
          ? runAsItIs(read, window)
          : await reader.inBackground(window);
      } finally {
        tf.dispose([window.inputs, window.targets]);
      }
      tf.dispose([...state]);
      state = reading.state;
      let values: ArrayLike<number>[];
      try {
        values = await Promise.all(reading.measured.map((each) => each.data()));
      } finally {
        tf.dispose(reading.measured);
      }
      const [losses, predicted, rank] = values;
      const [start, round] = [from, group];
      yield {
        targets,
        counted,
        losses: losses!,
        ...(ranks && { predicted: predicted!, ranks: rank! }),
        width,
        placeOf: (row) =>
          isText
            ? { text: 0, target: row * streamLength + start }
            : { text: round * streams + row, target: start },
      };
      from += width;
      await nextTurn();
    }
  } finally {
    tf.dispose([...state]);
    reader?.dispose();
  }
}

function readWindow(
  network: Network,
  { inputs, targets, state }: Window,
  withRanks: boolean,
): Reading {
  const next = network.forward(inputs, state); // logits (B, T, V)
  const rows = tf.reshape(next.logits, [targets.size, -1]) as tf.Tensor2D; // (BT, V)
  const measured: Tensor[] = [tokenLosses(rows, targets)]; // (BT,)
  if (withRanks) {
    const depth = rows.shape[1];
    const isTarget = oneHot(targets, depth); // (BT, V)
    const score = tf.sum(tf.mul(rows, isTarget), 1, true); // (BT, 1)
    const isFirst = tf.logicalAnd(
      tf.equal(rows, score),
      tf.less(tf.range(0, depth, 1, "int32"), tf.expandDims(targets, 1)),
    ); // (BT, V): of two tokens with one score, that of the smaller id comes first
    const before = tf.logicalOr(tf.greater(rows, score), isFirst); // (BT, V)
    measured.push(
      tf.cast(tf.argMax(rows, 1), "int32"), // (BT,)
      tf.sum(tf.cast(before, "float32"), 1), // (BT,)
    );
  }
  return { measured, state: [...next.state] };
}
