/**
 * What every schedule is: the learning rate of a step, which follows from how far the run is, or from validation losses.
 *
 * @module
 */

/** The learning rate where none is given. */
export const USUAL_RATE = 2e-3;

/**
 * A schedule of one's own: a pure function from the number of steps taken before the step, from 0, and the number of steps of
 * the run, to the learning rate of the step, from 0. In a run that a time limit ends, the number of steps is an estimate that
 * moves (Infinity before the first step), so that their ratio is the share of the time that is over.
 */
export type ScheduleFunction = (step: number, totalSteps: number) => number;

/** What a schedule remembers of validation losses, in plain JSON. */
export interface PlateauState {
  /** The rate now. */
  rate: number;
  /** The best validation loss so far; null before the first. */
  best: number | null;
  /** Validations without a better one, as they count towards the patience. */
  waited: number;
  /** Validations during which nothing is counted. */
  cooldown: number;
}

/** How the learning rate changes. */
export interface Schedule {
  /** Its name, such as `cosine`; `function` for one of the caller's. */
  readonly name: string;
  /** Whether it goes by validation losses, so that the run must have a validation part. */
  readonly needsValidation: boolean;

  /**
   * @param step Steps taken before this one.
   * @param totalSteps Steps of the run; see {@linkcode estimateSteps}.
   * @returns The learning rate of the step.
   */
  rate(step: number, totalSteps: number): number;

  /** Told every validation loss of the run, in nats per token. */
  observe(validationLoss: number): void;

  /**
   * Told that the run went back to earlier weights: what was observed since then counts no more. The rate does not rise
   * again by that.
   *
   * @param state What it remembered then.
   */
  goBack(state: PlateauState | null): void;

  /** What it remembers, for a checkpoint; null where it is a function of the step alone. */
  toJSON(): PlateauState | null;
}

/** How far a run is, and what ends it. */
export interface RunLength {
  /** Steps taken. */
  steps: number;
  /** Steps that it will take; Infinity where only time ends it. */
  totalSteps: number;
  /** Seconds since its start. */
  seconds: number;
  /** Seconds after which it ends; Infinity without such a limit. */
  maxSeconds: number;
}

/**
 * How many steps a run will take: as many as it was told to, and where only time ends it, as many as it will come to at the
 * present pace. So the share of the steps that are taken is the share of the time that is over.
 *
 * @param length How far the run is, and what ends it.
 * @returns The number of steps, which need not be whole; Infinity where it cannot be known yet.
 */
export function estimateSteps(
  { steps, totalSteps, seconds, maxSeconds }: RunLength,
): number {
  if (totalSteps < Infinity) return totalSteps;
  return steps === 0 ? Infinity : steps * Math.max(1, maxSeconds / seconds);
}
