/**
 * The way back: weights and the optimizer's memory of earlier steps, for a run whose loss explodes.
 *
 * @module
 */
import { DivergenceError } from "./divergence_error.ts";
import type { GuardOptions } from "./guard.ts";
import { skipStep, type TrainingProgress } from "./progress.ts";
import { Snapshot } from "./snapshot.ts";
import type { Trainer } from "./train_step.ts";

/** Keeps two moments and goes back to the older one: the newer may have begun to go wrong already. */
export class RecoveryPoints {
  readonly #trainer: Trainer;
  readonly #options: Required<GuardOptions>;
  readonly #progress: TrainingProgress;
  #older: Snapshot | undefined;
  #newer: Snapshot | undefined;

  /**
   * @param trainer What is taken back.
   * @param options How often it is kept, and what happens then.
   * @param progress Where the run stands.
   */
  constructor(
    trainer: Trainer,
    options: Required<GuardOptions>,
    progress: TrainingProgress,
  ) {
    this.#trainer = trainer;
    this.#options = options;
    this.#progress = progress;
  }

  /** Called before each step: keeps this moment where it is time to. */
  visit(): void {
    const { steps } = this.#progress;
    const isDue = steps % this.#options.every === 0 &&
      steps !== this.#newer?.step;
    if (!isDue && this.#newer !== undefined) return;
    this.#older?.dispose();
    this.#older = this.#newer;
    this.#newer = new Snapshot(this.#trainer.variables, steps);
  }

  /**
   * Goes back, and counts the step that went wrong as done with.
   *
   * @param error What went wrong.
   * @param isStep Whether it was a step's own loss, rather than a validation after it.
   * @returns What happened, in one sentence.
   * @throws {DivergenceError} If the run may not go back again; the model has the earlier weights then, too.
   */
  goBack(error: DivergenceError, isStep: boolean): string {
    const point = this.#older ?? this.#newer!;
    const { guard } = this.#progress;
    const { recoveries, factor } = this.#options;
    point.restore();
    const { what, rule, step, loss, learningRate } = error;
    if (guard.recoveries.length >= recoveries) {
      const times = guard.recoveries.length;
      throw new DivergenceError(what, {
        step,
        loss,
        learningRate,
        rule,
        kept: `its weights of step ${point.step}${
          times > 0
            ? ` and has gone back ${
              times === 1 ? "once" : `${times} times`
            } before`
            : ""
        }`,
      });
    }
    this.#trainer.forget();
    if (this.#newer !== point) {
      this.#newer?.dispose();
      this.#newer = point;
      this.#older = undefined;
    }
    if (isStep) skipStep(this.#progress);
    this.#progress.recent = [];
    guard.rateFactor *= factor;
    const reason = `${what} ${rule}: ${Number(loss.toPrecision(6))}`;
    guard.recoveries.push({
      step,
      reason,
      backTo: point.step,
      rateFactor: guard.rateFactor,
    });
    return `step ${step}: ${reason}; back to the weights of step ${point.step}, with learning rate ${
      Number((learningRate * factor).toPrecision(6))
    }`;
  }

  /** Frees what was kept. */
  dispose(): void {
    this.#older?.dispose();
    this.#newer?.dispose();
    this.#older = this.#newer = undefined;
  }
}
