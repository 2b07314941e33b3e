/**
 * A step of a run: its batches are read one after the other, the next one being made ready meanwhile, and the weights
 * change once.
 *
 * @module
 */
import type { TokenBatches } from "../data/batches.ts";
import { Prefetch } from "./_prefetch.ts";
import type { Trainer } from "./train_step.ts";
import type { StepOutcome } from "./trainer_options.ts";

/**
 * @param batches Where the batches come from.
 * @param accumulate Batches of a step.
 * @returns Steps of an epoch; the last takes the batches that are left.
 */
export function stepsPerEpoch(
  batches: TokenBatches,
  accumulate: number,
): number {
  return Math.ceil(batches.stepsPerEpoch / accumulate);
}

/** Takes the steps of a run in any order; going on is quickest. */
export class Learning {
  readonly #trainer: Trainer;
  readonly #batches: TokenBatches;
  readonly #accumulate: number;
  readonly #prefetch: Prefetch;

  /**
   * @param trainer What learns.
   * @param batches What from.
   * @param accumulate Batches of a step.
   */
  constructor(trainer: Trainer, batches: TokenBatches, accumulate: number) {
    this.#trainer = trainer;
    this.#batches = batches;
    this.#accumulate = accumulate;
    this.#prefetch = new Prefetch(batches);
  }

  /**
   * Takes a step.
   *
   * @param epoch From 0.
   * @param step Step in the epoch, from 0.
   * @param isLast Whether no step follows.
   * @returns What it said.
   */
  async step(
    epoch: number,
    step: number,
    isLast: boolean,
  ): Promise<StepOutcome> {
    const { batchSize, carriesState, stepsPerEpoch } = this.#batches;
    const trainer = this.#trainer;
    const first = step * this.#accumulate;
    const end = Math.min(first + this.#accumulate, stepsPerEpoch);
    for (let at = first; at < end; at++) {
      if (!carriesState) trainer.forget();
      const batch = this.#prefetch.take(epoch, at);
      const updates = at + 1 === end;
      await Promise.all([
        updates
          ? trainer.step(batch, batchSize)
          : trainer.accumulate(batch, batchSize),
        updates && isLast ? undefined : this.#prefetch.prepareAfter(epoch, at),
      ]);
    }
    return trainer.outcome!;
  }
}
