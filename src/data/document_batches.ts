/**
 * Batches of documents: each begins without memory, none is mixed up with another, and padding does not count.
 *
 * @module
 */
import { checkNames, checkSizes, checkStep } from "./_checks.ts";
import { pack } from "./_pack.ts";
import type { TokenBatch, TokenBatches } from "./batches.ts";
import { Permutation } from "./permutation.ts";
import {
  type TokenArray,
  type TokenSource,
  toTokenSource,
} from "./token_source.ts";

/** What errors say cannot be done. */
const ACTION = "make batches of documents";

/** Narrower rows are padded to this width, so that there are few widths to compile a step for. */
const NARROWEST = 8;

/** Options of {@linkcode DocumentBatches}. */
export interface DocumentBatchesOptions {
  /** Rows of a batch, B. */
  batchSize: number;

  /** Most tokens in a row, T; longer documents are cut into several pieces. */
  sequenceLength: number;

  /**
   * `"bucketed"` puts pieces of similar length together, one a row, in batches as wide as a power of two from 8, or T;
   * `"packed"` puts several pieces one after the other into rows of T, for models that can tell them apart by
   * `segments`.
   *
   * @default {"bucketed"}
   */
  layout?: "bucketed" | "packed";

  /**
   * The id that stands in padding, where nothing counts.
   *
   * @default {0}
   */
  padId?: number;

  /**
   * Chooses the order of the pieces and of the batches in each epoch.
   *
   * @default {0}
   */
  seed?: number;
}

/** Rows of one width. */
interface Bucket {
  /** Tokens in a row. */
  width: number;
  /** The pieces of each row. */
  rows: number[][];
  /** Steps of an epoch that are made of these rows. */
  steps: number;
}

/**
 * Padded batches of documents with masks. Every token of a document but its first is a counted target once an epoch.
 * Documents of fewer than two tokens have nothing to predict and are left out.
 *
 * @example Two documents, one row each, in an order by chance
 * ```ts
 * import { DocumentBatches } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const documents = [Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6, 7, 8, 9)];
 * const batches = new DocumentBatches(documents, { batchSize: 2, sequenceLength: 4 });
 * const { inputs, targets, mask } = batches.batch(0, 0); // (B, T) = (2, 4)
 * const row = inputs[0] === 1 ? 0 : 4; // where the first document stands
 * assertEquals([...inputs.subarray(row, row + 4)], [1, 2, 3, 0]);
 * assertEquals([...targets.subarray(row, row + 4)], [2, 3, 4, 0]);
 * assertEquals([...mask!.subarray(row, row + 4)], [1, 1, 1, 0]);
 * ```
 */
export class DocumentBatches implements TokenBatches {
  /** Rows of every batch, B: the number asked for, or fewer for a few documents. */
  readonly batchSize: number;
  /** Most tokens in a row, T. */
  readonly sequenceLength: number;
  /** Steps of one epoch. */
  readonly stepsPerEpoch: number;
  /** Targets that count in one epoch. */
  readonly tokensPerEpoch: number;
  /** Each row begins without memory. */
  readonly carriesState = false;
  readonly #documents: TokenSource[];
  /** Document, first place and width of every piece. */
  readonly #pieces: {
    document: Uint32Array;
    start: Float64Array;
    width: Uint32Array;
  };
  readonly #buckets: Bucket[];
  readonly #layout: "bucketed" | "packed";
  readonly #padId: number;
  readonly #seed: number;
  /** The orders of the epoch asked for last: of the steps, and of the rows in each bucket. */
  #order:
    | { epoch: number; steps: Permutation; rows: Permutation[] }
    | undefined;

  /**
   * Lays documents out in rows.
   *
   * @param documents The ids of each: arrays, or sources such as parts of a cache.
   * @param options The shape of a batch, its layout, the padding and the seed.
   * @throws {RangeError} If a size is not a positive integer, if `padId` is not an integer from 0, or if no document
   * has two tokens.
   * @throws {TypeError} If the documents are not an array, or if an option is unknown.
   */
  constructor(
    documents: readonly (TokenArray | TokenSource)[],
    options: DocumentBatchesOptions,
  ) {
    const {
      batchSize,
      sequenceLength,
      layout = "bucketed",
      padId = 0,
      seed = 0,
    } = options;
    checkNames(ACTION, options, [
      "batchSize",
      "sequenceLength",
      "layout",
      "padId",
      "seed",
    ]);
    checkSizes(ACTION, { batchSize, sequenceLength });
    if (layout !== "bucketed" && layout !== "packed") {
      throw new RangeError(
        `Cannot ${ACTION}: layout must be "bucketed" or "packed": ${
          JSON.stringify(layout)
        }`,
      );
    }
    if (!Number.isSafeInteger(padId) || padId < 0) {
      throw new RangeError(
        `Cannot ${ACTION}: padId must be an integer from 0: ${padId}`,
      );
    }
    if (!Array.isArray(documents)) {
      throw new TypeError(
        `Cannot ${ACTION}: the documents must be an array: ${typeof documents}`,
      );
    }
    this.#documents = documents.map(toTokenSource);
    this.#pieces = cutIntoPieces(this.#documents, sequenceLength);
    const { width } = this.#pieces;
    if (width.length === 0) {
      throw new RangeError(
        `Cannot ${ACTION}: a document needs 2 tokens, one to read and one to predict: none of ${documents.length} has them`,
      );
    }
    const rows = layout === "packed"
      ? new Map([[sequenceLength, pack(width, sequenceLength)]])
      : sortIntoBuckets(width, sequenceLength);
    const mostRows = Math.max(
      ...[...rows.values()].map(({ length }) => length),
    );
    this.batchSize = Math.min(batchSize, mostRows);
    this.sequenceLength = sequenceLength;
    this.#buckets = [...rows].map(([width, rows]) => ({
      width,
      rows,
      steps: Math.ceil(rows.length / this.batchSize),
    }));
    this.stepsPerEpoch = this.#buckets.reduce(
      (sum, { steps }) => sum + steps,
      0,
    );
    this.tokensPerEpoch = width.reduce((sum, width) => sum + width, 0);
    this.#layout = layout;
    this.#padId = padId;
    this.#seed = seed;
  }

  /**
   * The batch of one step; any step may be asked for, in any order.
   *
   * @param epoch From 0.
   * @param step From 0 up to but not `stepsPerEpoch`.
   * @returns Inputs, targets and their mask, and `segments` in the packed layout.
   * @throws {RangeError} If there is no such step.
   */
  batch(epoch: number, step: number): TokenBatch {
    checkStep(ACTION, epoch, step, this.stepsPerEpoch);
    const order = this.#orderOf(epoch);
    let place = order.steps.at(step);
    let index = 0;
    while (place >= this.#buckets[index]!.steps) {
      place -= this.#buckets[index++]!.steps;
    }
    const { width, rows } = this.#buckets[index]!;
    const size = this.batchSize * width;
    const inputs = new Int32Array(size).fill(this.#padId); // (B, T)
    const targets = new Int32Array(size).fill(this.#padId); // (B, T)
    const mask = new Uint8Array(size); // (B, T)
    const segments = new Int32Array(size); // (B, T)
    for (let row = 0; row < this.batchSize; row++) {
      const turn = place * this.batchSize + row;
      if (turn >= rows.length) break;
      let at = row * width;
      for (const [i, piece] of rows[order.rows[index]!.at(turn)]!.entries()) {
        const read = this.#read(piece); // (T + 1,)
        const end = at + read.length - 1;
        inputs.set(read.subarray(0, -1), at);
        targets.set(read.subarray(1), at);
        mask.fill(1, at, end);
        segments.fill(i + 1, at, end);
        at = end;
      }
    }
    return {
      inputs,
      targets,
      mask,
      ...(this.#layout === "packed" && { segments }),
    };
  }

  /** The tokens of a piece and the one that follows, which is its last target. */
  #read(piece: number): TokenArray {
    const { document, start, width } = this.#pieces;
    const from = start[piece]!;
    return this.#documents[document[piece]!]!.read(
      from,
      from + width[piece]! + 1,
    );
  }

  #orderOf(epoch: number): { steps: Permutation; rows: Permutation[] } {
    if (this.#order?.epoch !== epoch) {
      const orderOf = (length: number, stream: string): Permutation =>
        new Permutation(length, this.#seed, { stream, epoch });
      this.#order = {
        epoch,
        steps: orderOf(this.stepsPerEpoch, "steps"),
        rows: this.#buckets.map(({ rows, width }) =>
          orderOf(rows.length, `rows of ${width}`)
        ),
      };
    }
    return this.#order;
  }
}

/** Cuts the targets of every document into pieces of at most `sequenceLength`. */
function cutIntoPieces(
  documents: readonly TokenSource[],
  sequenceLength: number,
): { document: Uint32Array; start: Float64Array; width: Uint32Array } {
  const targetsOf = ({ length }: TokenSource): number =>
    Math.max(0, length - 1);
  const count = documents.reduce(
    (sum, document) => sum + Math.ceil(targetsOf(document) / sequenceLength),
    0,
  );
  const pieces = {
    document: new Uint32Array(count),
    start: new Float64Array(count),
    width: new Uint32Array(count),
  };
  let piece = 0;
  for (const [index, document] of documents.entries()) {
    const targets = targetsOf(document);
    for (let start = 0; start < targets; start += sequenceLength) {
      pieces.document[piece] = index;
      pieces.start[piece] = start;
      pieces.width[piece++] = Math.min(sequenceLength, targets - start);
    }
  }
  return pieces;
}

/** One piece a row; rows are as wide as the next power of two, from the narrowest to `sequenceLength`. */
function sortIntoBuckets(
  widths: Uint32Array,
  sequenceLength: number,
): Map<number, number[][]> {
  const buckets = new Map<number, number[][]>();
  for (const [piece, width] of widths.entries()) {
    const rowWidth = Math.min(
      sequenceLength,
      Math.max(NARROWEST, 2 ** Math.ceil(Math.log2(width))),
    );
    const rows = buckets.get(rowWidth);
    if (rows === undefined) buckets.set(rowWidth, [[piece]]);
    else rows.push([piece]);
  }
  return buckets;
}
