/**
 * What training reads: batches that are a function of (seed, epoch, step), so that a run goes on at any step.
 *
 * @module
 */

/** One step's tokens, row by row. */
export interface TokenBatch {
  /** What the model reads, shape (B, T). */
  inputs: Int32Array;

  /** What it must predict: the token after each input, shape (B, T). */
  targets: Int32Array;

  /** 1 where the target counts, 0 where it is padding, shape (B, T); all of them count where it is left out. */
  mask?: Uint8Array;

  /**
   * Which document a place belongs to, from 1 in each row, and 0 for padding, shape (B, T); given where one row holds
   * several documents.
   */
  segments?: Int32Array;
}

/** Batches in an order of their own for every epoch. Any of them may be asked for at any time. */
export interface TokenBatches {
  /** Rows of every batch, B. */
  readonly batchSize: number;
  /** Steps of one epoch. */
  readonly stepsPerEpoch: number;
  /** Targets that count in one epoch. */
  readonly tokensPerEpoch: number;
  /** Whether row b of a batch goes on where row b of the batch before it stopped, so that the state is carried on. */
  readonly carriesState: boolean;

  /**
   * The batch of one step.
   *
   * @param epoch From 0.
   * @param step From 0 up to but not `stepsPerEpoch`.
   * @returns Inputs and targets; the width T may differ from step to step.
   */
  batch(epoch: number, step: number): TokenBatch;
}
