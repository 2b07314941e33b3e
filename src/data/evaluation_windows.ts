/**
 * Windows that measure every token of a text, or of documents, exactly once, with the state carried on.
 *
 * @module
 */

import {
  type TokenArray,
  type TokenSource,
  toTokenSource,
} from "./token_source.ts";

/** Options of {@linkcode evaluationWindows}. */
export interface EvaluationWindowsOptions {
  /** Streams that run side by side, B. */
  streams: number;

  /** Tokens of a stream in one window, T; the last window may be narrower. */
  sequenceLength: number;
}

/** One window of every stream. */
export interface EvaluationWindow {
  /** What the model reads, shape (B, T); places after the text's end hold id 0. */
  inputs: Int32Array;

  /** What it must predict, shape (B, T). */
  targets: Int32Array;

  /** 1 where the target is a token of the text, 0 after its end, shape (B, T). */
  counted: Uint8Array;

  /** Tokens of a stream in this window, T. */
  width: number;

  /** Whether the rows begin here, without memory of the window before. */
  begins: boolean;
}

/**
 * Cuts tokens into B streams and goes through them window by window. The first token of the text is read only; every
 * other token is a counted target in exactly one window. The streams differ in length by what does not divide: the
 * ends of the last ones are padded and not counted.
 *
 * @param ids The tokens, in order, two at least: an array, or a source such as a cache.
 * @param options The number of streams and the width of a window.
 * @returns The windows, first to last.
 */
export function* evaluationWindows(
  ids: TokenArray | TokenSource,
  options: EvaluationWindowsOptions,
): Generator<EvaluationWindow> {
  const { streams, sequenceLength } = options;
  const source = toTokenSource(ids);
  const predictable = ids.length - 1;
  const streamLength = Math.ceil(predictable / streams);
  for (let from = 0; from < streamLength; from += sequenceLength) {
    const width = Math.min(sequenceLength, streamLength - from);
    const inputs = new Int32Array(streams * width); // (B, T)
    const targets = new Int32Array(streams * width); // (B, T)
    const counted = new Uint8Array(streams * width); // (B, T)
    for (let row = 0; row < streams; row++) {
      const start = row * streamLength + from;
      const end = Math.min(start + width, predictable);
      if (end <= start) continue;
      const read = source.read(start, end + 1);
      inputs.set(read.subarray(0, -1), row * width);
      targets.set(read.subarray(1), row * width);
      counted.fill(1, row * width, row * width + end - start);
    }
    yield { inputs, targets, counted, width, begins: from === 0 };
  }
}

/**
 * Goes through documents, B of similar length side by side, each with its state carried on from its beginning to its
 * end. The first token of a document is read only; every other token is a counted target in exactly one window. All
 * windows have the same shape.
 *
 * @param documents The ids of each.
 * @param options The number of rows and the width of a window.
 * @returns The windows; `begins` says where other documents begin.
 */
export function* documentWindows(
  documents: readonly (TokenArray | TokenSource)[],
  options: EvaluationWindowsOptions,
): Generator<EvaluationWindow> {
  const { streams, sequenceLength: width } = options;
  const sources = documents.map(toTokenSource)
    .filter(({ length }) => length >= 2)
    .sort((a, b) => b.length - a.length);
  for (let first = 0; first < sources.length; first += streams) {
    const rows = sources.slice(first, first + streams);
    for (let from = 0; from < rows[0]!.length - 1; from += width) {
      const inputs = new Int32Array(streams * width); // (B, T)
      const targets = new Int32Array(streams * width); // (B, T)
      const counted = new Uint8Array(streams * width); // (B, T)
      for (const [row, source] of rows.entries()) {
        const end = Math.min(from + width, source.length - 1);
        if (end <= from) continue;
        const read = source.read(from, end + 1);
        inputs.set(read.subarray(0, -1), row * width);
        targets.set(read.subarray(1), row * width);
        counted.fill(1, row * width, row * width + end - from);
      }
      yield { inputs, targets, counted, width, begins: from === 0 };
    }
  }
}
