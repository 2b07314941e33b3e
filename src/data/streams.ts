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
import {
  checkLongEnough,
  checkNames,
  checkSizes,
  checkStep,
} from "./_checks.ts";
import type { TokenBatch, TokenBatches } from "./batches.ts";
import {
  type TokenArray,
  type TokenSource,
  toTokenSource,
} from "./token_source.ts";

/** What errors say cannot be done. */
const ACTION = "cut the text into streams";

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
export class TokenStreams implements TokenBatches {
  /** Streams side by side, B: the number asked for, or fewer for a small text. */
  readonly batchSize: number;
  /** Tokens of a stream in one step, T. */
  readonly sequenceLength: number;
  /** Steps that all streams take in one epoch. */
  readonly stepsPerEpoch: number;
  /** Targets in one epoch: each of its steps has B · T. */
  readonly tokensPerEpoch: number;
  /** The streams go on from batch to batch. */
  readonly carriesState = true;
  readonly #source: TokenSource;
  readonly #seed: number;

  /**
   * Cuts a text's tokens into streams.
   *
   * @param ids The text's tokens, in order: an array, or a source such as a cache.
   * @param options The shape of a batch, and the seed.
   * @throws {RangeError} If an option is not a positive integer, or if the text is shorter than one window.
   * @throws {TypeError} If an option is unknown.
   */
  constructor(ids: TokenArray | TokenSource, options: TokenStreamsOptions) {
    const { batchSize, sequenceLength, seed = 0 } = options;
    checkNames(ACTION, options, ["batchSize", "sequenceLength", "seed"]);
    checkSizes(ACTION, { batchSize, sequenceLength });
    checkLongEnough(ACTION, sequenceLength, ids.length);
    const predictable = ids.length - 1; // the first token is read only
    this.sequenceLength = sequenceLength;
    this.batchSize = Math.min(
      batchSize,
      Math.floor(predictable / sequenceLength),
    );
    this.stepsPerEpoch = Math.floor(
      predictable / (this.batchSize * sequenceLength),
    );
    this.tokensPerEpoch = this.batchSize * this.stepsPerEpoch * sequenceLength;
    this.#source = toTokenSource(ids);
    this.#seed = seed;
  }

  /**
   * The batch of one step; any step may be asked for, in any order.
   *
   * @param epoch From 0.
   * @param step From 0 up to but not `stepsPerEpoch`.
   * @returns Inputs and targets.
   * @throws {RangeError} If there is no such step.
   */
  batch(epoch: number, step: number): TokenBatch {
    const [rows, width] = [this.batchSize, this.sequenceLength];
    checkStep(ACTION, epoch, step, this.stepsPerEpoch);
    const streamLength = this.stepsPerEpoch * width;
    const inputs = new Int32Array(rows * width); // (B, T)
    const targets = new Int32Array(rows * width); // (B, T)
    const phase = this.phase(epoch);
    for (let row = 0; row < rows; row++) {
      const start = phase + row * streamLength + step * width;
      const read = this.#source.read(start, start + width + 1); // (T + 1,)
      inputs.set(read.subarray(0, width), row * width);
      targets.set(read.subarray(1), row * width);
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
    const leftOver = this.#source.length - 1 - this.tokensPerEpoch;
    const drawn = new RandomStream(this.#seed, "phase").uniformAt(epoch);
    return Math.floor(drawn * (leftOver + 1));
  }
}
