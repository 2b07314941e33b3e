/**
 * Which of a run's epochs are worth a line: all of a few, but of many that take a moment each only some.
 *
 * @module
 */
import type { RunPlan, RunReport } from "./training_display.ts";

/** Epochs of which each has its line, however short they are. */
const FEW = 10;
/** Milliseconds between two epochs of a longer run that are shown. */
const INTERVAL = 2000;

/** Keeps what shows one line after the other from showing hundreds of nearly the same. */
export class EpochSpacing {
  readonly #now: () => number;
  #isLong = false;
  #shownAt = -Infinity;

  /**
   * Makes one that leaves nothing out.
   *
   * @param now Milliseconds on a clock that never goes back.
   */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Begins a run.
   *
   * @param plan How many epochs it will have.
   */
  start({ epochs }: RunPlan): void {
    this.#isLong = epochs > FEW;
    this.#shownAt = -Infinity;
  }

  /**
   * Decides on a report about an epoch or a validation.
   *
   * @param report What there is to show.
   * @returns Whether to show it; the next epoch's turn is counted from the last that was.
   */
  admits({ kind, epoch, epochs }: RunReport): boolean {
    const now = this.#now();
    const isDue = !this.#isLong || epoch === epochs ||
      now - this.#shownAt >= INTERVAL;
    if (isDue && kind === "epoch") this.#shownAt = now;
    return isDue;
  }
}
