/**
 * Batches for truncated back-propagation with the state carried on, as char-rnn cuts them (Karpathy, 2015).
 *
 * The tokens are cut into B streams of equal length that run side by side. Step s of an epoch gives the s-th window of
 * every stream, so that row b of one batch goes on where row b of the batch before it stopped, and the hidden state
 * that the model ends with is the one to start the next step from.
 *
 * @module
 */
import { RandomStream } from "../engine/random.ts";

/** Options of {@linkcode TokenStreams}. */
export interface TokenStreamsOptions {
  /** Streams that run side by side, B; fewer where the text has no window for each. */
  batchSize: number;

  /** Tokens that a stream moves on in one step, T. */
  sequenceLength: number;

  /**
   * Chooses where the streams of each epoch begin.
   *
   * @default {0}
   */
  seed?: number;
}

/** One step's tokens, row by row. */
export interface TokenBatch {
  /** What the model reads, shape (B, T). */
  inputs: Int32Array;

  /** What it must predict: the token after each input, shape (B, T). */
  targets: Int32Array;
}

/**
 * Contiguous streams over a text's tokens.
 *
 * Every epoch takes as many whole windows as fit. The tokens left over, fewer than one step's, are left out at the
 * beginning or the end of the text: where the streams begin slides with the epoch, drawn from the seed. A text with
 * fewer than B windows is cut into fewer streams.
 *
 * @example Two streams over the numbers from 0 to 8
 * ```ts
 * import { TokenStreams } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const streams = new TokenStreams(Int32Array.from({ length: 9 }, (_, i) => i), { batchSize: 2, sequenceLength: 2 });
 * assertEquals(streams.stepsPerEpoch, 2);
 * assertEquals([...streams.batch(0, 0).inputs], [0, 1, 4, 5]);
 * assertEquals([...streams.batch(0, 1).inputs], [2, 3, 6, 7]);
 * assertEquals([...streams.batch(0, 1).targets], [3, 4, 7, 8]);
 * ```
 */
export class TokenStreams {
  /** Streams side by side, B: the number asked for, or fewer for a small text. */
  readonly batchSize: number;
  /** Tokens of a stream in one step, T. */
  readonly sequenceLength: number;
  /** Steps that all streams take in one epoch. */
  readonly stepsPerEpoch: number;
  readonly #ids: Int32Array;
  readonly #seed: number;

  /**
   * Cuts a text's tokens into streams.
   *
   * @param ids The text's tokens, in order.
   * @param options The shape of a batch, and the seed.
   * @throws {RangeError} If an option is not a positive integer, or if the text is shorter than one window.
   */
  constructor(ids: Int32Array, options: TokenStreamsOptions) {
    const { batchSize, sequenceLength, seed = 0 } = options;
    for (const [name, value] of Object.entries({ batchSize, sequenceLength })) {
      if (!Number.isSafeInteger(value) || value < 1) {
        throw new RangeError(
          `Cannot cut the text into streams: ${name} must be a positive integer: ${value}`,
        );
      }
    }
    const predictable = ids.length - 1; // the first token is read only
    if (predictable < sequenceLength) {
      throw new RangeError(
        `Cannot cut the text into streams: a window of ${sequenceLength} tokens and the token that follows need ` +
          `${
            sequenceLength + 1
          }: there are ${ids.length}; give a longer text or a smaller sequenceLength`,
      );
    }
    this.sequenceLength = sequenceLength;
    this.batchSize = Math.min(
      batchSize,
      Math.floor(predictable / sequenceLength),
    );
    this.stepsPerEpoch = Math.floor(
      predictable / (this.batchSize * sequenceLength),
    );
    this.#ids = ids;
    this.#seed = seed;
  }

  /**
   * The batch of one step; any step may be asked for, in any order.
   *
   * @param epoch From 0.
   * @param step From 0 up to but not `stepsPerEpoch`.
   * @returns Inputs and targets.
   */
  batch(epoch: number, step: number): TokenBatch {
    const [rows, width] = [this.batchSize, this.sequenceLength];
    const streamLength = this.stepsPerEpoch * width;
    const inputs = new Int32Array(rows * width); // (B, T)
    const targets = new Int32Array(rows * width); // (B, T)
    for (let row = 0; row < rows; row++) {
      const start = this.phase(epoch) + row * streamLength + step * width;
      inputs.set(this.#ids.subarray(start, start + width), row * width);
      targets.set(
        this.#ids.subarray(start + 1, start + 1 + width),
        row * width,
      );
    }
    return { inputs, targets };
  }

  /**
   * Where the streams of an epoch begin.
   *
   * @param epoch From 0.
   * @returns How many tokens the epoch leaves out at the beginning of the text.
   */
  phase(epoch: number): number {
    const used = this.batchSize * this.stepsPerEpoch * this.sequenceLength;
    const leftOver = this.#ids.length - 1 - used;
    const drawn = new RandomStream(this.#seed, "phase").uniformAt(epoch);
    return Math.floor(drawn * (leftOver + 1));
  }
}
