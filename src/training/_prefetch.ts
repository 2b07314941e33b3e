/**
 * The next batch is made ready while the engine works on the one before.
 *
 * @module
 */
import type { TokenBatch, TokenBatches } from "../data/batches.ts";

/** Microtasks that a compiled step waits in its queue before it leaves for its thread. */
const TURNS = 3;

/** A batch, or why there is none. */
type Outcome = { batch: TokenBatch } | { error: unknown };

/** Batches that are taken one after the other. */
export class Prefetch {
  readonly #batches: TokenBatches;
  #ready: { epoch: number; step: number; outcome: Outcome } | undefined;

  /** @param batches Where they come from. */
  constructor(batches: TokenBatches) {
    this.#batches = batches;
  }

  /**
   * @param epoch From 0.
   * @param step From 0.
   * @returns The batch: the one that was made ready, if it is this one.
   */
  take(epoch: number, step: number): TokenBatch {
    const ready = this.#ready;
    this.#ready = undefined;
    if (ready?.epoch !== epoch || ready.step !== step) {
      return this.#batches.batch(epoch, step);
    }
    if ("error" in ready.outcome) throw ready.outcome.error;
    return ready.outcome.batch;
  }

  /**
   * Makes the batch that follows ready, once the work that was begun before has gone to its thread. Never fails: an
   * error is that of taking this batch.
   *
   * @param epoch Epoch of the batch in use.
   * @param step Its step.
   */
  async prepareAfter(epoch: number, step: number): Promise<void> {
    const isLast = step + 1 === this.#batches.stepsPerEpoch;
    const [nextEpoch, nextStep] = isLast ? [epoch + 1, 0] : [epoch, step + 1];
    for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
    let outcome: Outcome;
    try {
      outcome = { batch: this.#batches.batch(nextEpoch, nextStep) };
    } catch (error) {
      outcome = { error };
    }
    this.#ready = { epoch: nextEpoch, step: nextStep, outcome };
  }
}
