/**
 * Windows of a text in a random order, for models that keep no state from batch to batch.
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
import { Permutation } from "./permutation.ts";
import {
  type TokenArray,
  type TokenSource,
  toTokenSource,
} from "./token_source.ts";

/** What errors say cannot be done. */
const ACTION = "cut the text into windows";

/** Options of {@linkcode RandomWindows}. */
export interface RandomWindowsOptions {
  /** Windows in one batch, B; fewer where the text has not as many. */
  batchSize: number;

  /** Tokens in one window, T. */
  sequenceLength: number;

  /**
   * Tokens from the start of a window to the start of the next. With 1 an epoch visits every window that there is.
   *
   * @default {sequenceLength} which cuts the text into windows that do not overlap
   */
  stride?: number;

  /**
   * Chooses the order of the windows, and where the first one starts.
   *
   * @default {0}
   */
  seed?: number;
}

/**
 * Windows that start a stride apart. An epoch visits each of them once, in an order of its own that is computed by a
 * {@linkcode Permutation}: no list of windows is kept. The tokens left over, fewer than a stride, are left out at the
 * beginning or the end of the text, as the seed and the epoch say. Where the windows do not divide by B, the last batch
 * of an epoch has masked rows.
 *
 * @example Every window once
 * ```ts
 * import { RandomWindows } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const ids = Uint8Array.from({ length: 9 }, (_, i) => i);
 * const windows = new RandomWindows(ids, { batchSize: 2, sequenceLength: 2 });
 * assertEquals(windows.stepsPerEpoch, 2);
 * const read = [...windows.batch(0, 0).inputs, ...windows.batch(0, 1).inputs];
 * assertEquals(read.sort(), [0, 1, 2, 3, 4, 5, 6, 7]);
 * ```
 */
export class RandomWindows implements TokenBatches {
  /** Windows in one batch, B: the number asked for, or fewer for a small text. */
  readonly batchSize: number;
  /** Tokens in one window, T. */
  readonly sequenceLength: number;
  /** Tokens from the start of a window to the start of the next. */
  readonly stride: number;
  /** Windows that an epoch visits. */
  readonly windows: number;
  /** Batches that hold them. */
  readonly stepsPerEpoch: number;
  /** Targets that count in one epoch: each window has T. */
  readonly tokensPerEpoch: number;
  /** Each window begins without memory. */
  readonly carriesState = false;
  readonly #source: TokenSource;
  readonly #seed: number;
  /** The order of the epoch asked for last. */
  #order:
    | { epoch: number; phase: number; permutation: Permutation }
    | undefined;

  /**
   * Lays windows over a text's tokens.
   *
   * @param ids The text's tokens, in order: an array, or a source such as a cache.
   * @param options The shape of a batch, the stride and the seed.
   * @throws {RangeError} If an option is not a positive integer, or if the text is shorter than one window.
   * @throws {TypeError} If an option is unknown.
   */
  constructor(ids: TokenArray | TokenSource, options: RandomWindowsOptions) {
    const { batchSize, sequenceLength, stride = sequenceLength, seed = 0 } =
      options;
    checkNames(ACTION, options, [
      "batchSize",
      "sequenceLength",
      "stride",
      "seed",
    ]);
    checkSizes(ACTION, { batchSize, sequenceLength, stride });
    checkLongEnough(ACTION, sequenceLength, ids.length);
    this.sequenceLength = sequenceLength;
    this.stride = stride;
    this.windows = Math.floor((ids.length - 1 - sequenceLength) / stride) + 1;
    this.batchSize = Math.min(batchSize, this.windows);
    this.stepsPerEpoch = Math.ceil(this.windows / this.batchSize);
    this.tokensPerEpoch = this.windows * sequenceLength;
    this.#source = toTokenSource(ids);
    this.#seed = seed;
  }

  /**
   * The batch of one step; any step may be asked for, in any order.
   *
   * @param epoch From 0.
   * @param step From 0 up to but not `stepsPerEpoch`.
   * @returns Inputs and targets; a mask too where the windows do not divide by B.
   * @throws {RangeError} If there is no such step.
   */
  batch(epoch: number, step: number): TokenBatch {
    checkStep(ACTION, epoch, step, this.stepsPerEpoch);
    const [rows, width] = [this.batchSize, this.sequenceLength];
    const inputs = new Int32Array(rows * width); // (B, T)
    const targets = new Int32Array(rows * width); // (B, T)
    const mask = new Uint8Array(rows * width); // (B, T)
    for (let row = 0; row < rows; row++) {
      const index = step * rows + row;
      if (index >= this.windows) break;
      const start = this.startOf(epoch, index);
      const read = this.#source.read(start, start + width + 1); // (T + 1,)
      inputs.set(read.subarray(0, width), row * width);
      targets.set(read.subarray(1), row * width);
      mask.fill(1, row * width, (row + 1) * width);
    }
    const divides = this.windows % rows === 0;
    return divides ? { inputs, targets } : { inputs, targets, mask };
  }

  /**
   * Where a window starts.
   *
   * @param epoch From 0.
   * @param index Which window of the epoch, in its order, from 0 up to but not `windows`.
   * @returns Place of its first token.
   */
  startOf(epoch: number, index: number): number {
    if (this.#order?.epoch !== epoch) {
      const used = (this.windows - 1) * this.stride + this.sequenceLength;
      const leftOver = this.#source.length - 1 - used;
      const drawn = new RandomStream(this.#seed, "phase").uniformAt(epoch);
      this.#order = {
        epoch,
        phase: Math.floor(drawn * (leftOver + 1)),
        permutation: new Permutation(this.windows, this.#seed, {
          stream: "windows",
          epoch,
        }),
      };
    }
    const { phase, permutation } = this.#order;
    return phase + permutation.at(index) * this.stride;
  }
}
