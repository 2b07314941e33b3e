/**
 * The way back: weights and the optimizer's memory of earlier steps, for a run whose loss explodes.
 *
 * @module
 */
import { DivergenceError } from "./divergence_error.ts";
import type { GuardOptions } from "./guard.ts";
import { skipStep, type TrainingProgress } from "./progress.ts";
import type { PlateauState, Schedule } from "./schedules/schedule.ts";
import { Snapshot } from "./snapshot.ts";
import type { Trainer } from "./train_step.ts";

/** A moment to go back to: weights and the optimizer's memory, and what the schedule remembered then. */
interface RecoveryPoint {
  snapshot: Snapshot;
  schedule: PlateauState | null;
}

/** What a run goes back with. */
export interface RecoveryParts {
  /** What is taken back. */
  trainer: Trainer;
  /** Which is told. */
  schedule: Schedule;
  /** How often moments are kept, and what happens then. */
  options: Required<GuardOptions>;
  /** Where the run stands. */
  progress: TrainingProgress;
}

/** Keeps two moments and goes back to the older one: the newer may have begun to go wrong already. */
export class RecoveryPoints {
  readonly #parts: RecoveryParts;
  #older: RecoveryPoint | undefined;
  #newer: RecoveryPoint | undefined;

  /** @param parts What is taken back, how often it is kept, and where the run stands. */
  constructor(parts: RecoveryParts) {
    this.#parts = parts;
  }

  /** Called before each step: keeps this moment where it is time to. */
  visit(): void {
    const { trainer, schedule, options, progress: { steps } } = this.#parts;
    const isDue = steps % options.every === 0 &&
      steps !== this.#newer?.snapshot.step;
    if (!isDue && this.#newer !== undefined) return;
    this.#older?.snapshot.dispose();
    this.#older = this.#newer;
    this.#newer = {
      snapshot: new Snapshot(trainer.variables, steps),
      schedule: schedule.toJSON(),
    };
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
    const { step: backTo } = point.snapshot;
    const { trainer, schedule, progress } = this.#parts;
    const { guard } = progress;
    const { recoveries, factor } = this.#parts.options;
    point.snapshot.restore();
    const { what, rule, step, loss, learningRate } = error;
    if (guard.recoveries.length >= recoveries) {
      const times = guard.recoveries.length;
      throw new DivergenceError(what, {
        step,
        loss,
        learningRate,
        rule,
        kept: `its weights of step ${backTo}${
          times > 0
            ? ` and has gone back ${
              times === 1 ? "once" : `${times} times`
            } before`
            : ""
        }`,
      });
    }
    trainer.forget();
    schedule.goBack(point.schedule);
    progress.schedule = schedule.toJSON();
    if (this.#newer !== point) {
      this.#newer?.snapshot.dispose();
      this.#newer = point;
      this.#older = undefined;
    }
    if (isStep) skipStep(progress);
    progress.recent = [];
    guard.rateFactor *= factor;
    const reason = `${what} ${rule}: ${Number(loss.toPrecision(6))}`;
    guard.recoveries.push({
      step,
      reason,
      backTo,
      rateFactor: guard.rateFactor,
    });
    return `step ${step}: ${reason}; back to the weights of step ${backTo}, with learning rate ${
      Number((learningRate * factor).toPrecision(6))
    }`;
  }

  /** Frees what was kept. */
  dispose(): void {
    this.#older?.snapshot.dispose();
    this.#newer?.snapshot.dispose();
    this.#older = this.#newer = undefined;
  }
}
