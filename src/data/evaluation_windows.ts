/**
 * Windows that measure every token of a text exactly once, with the state carried on.
 *
 * @module
 */

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
}

/**
 * Cuts tokens into B streams and goes through them window by window. The first token of the text is read only; every
 * other token is a counted target in exactly one window. The streams differ in length by what does not divide: the
 * ends of the last ones are padded and not counted.
 *
 * @param ids The tokens, in order, two at least.
 * @param options The number of streams and the width of a window.
 * @returns The windows, first to last.
 */
export function* evaluationWindows(
  ids: Int32Array,
  options: EvaluationWindowsOptions,
): Generator<EvaluationWindow> {
  const { streams, sequenceLength } = options;
  const predictable = ids.length - 1;
  const streamLength = Math.ceil(predictable / streams);
  for (let from = 0; from < streamLength; from += sequenceLength) {
    const width = Math.min(sequenceLength, streamLength - from);
    const inputs = new Int32Array(streams * width); // (B, T)
    const targets = new Int32Array(streams * width); // (B, T)
    const counted = new Uint8Array(streams * width); // (B, T)
    for (let row = 0; row < streams; row++) {
      for (let t = 0; t < width; t++) {
        const position = row * streamLength + from + t;
        if (position >= predictable) continue;
        inputs[row * width + t] = ids[position]!;
        targets[row * width + t] = ids[position + 1]!;
        counted[row * width + t] = 1;
      }
    }
    yield { inputs, targets, counted, width };
  }
}
