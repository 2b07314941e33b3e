/**
 * Where a run stands: all that its loop must remember to go on exactly, in plain JSON.
 *
 * What else a run consists of follows from its options (batches are functions of seed, epoch and step) or is the
 * trainer's: weights, the optimizer's memory, the state that a network carries from step to step.
 *
 * @module
 */
import { type GuardProgress, newGuard, RECENT } from "./guard.ts";
import type { PlateauState } from "./schedules/schedule.ts";
import type { EpochRecord, StopReason, TrainingHistory } from "./history.ts";

/** The epoch under way. */
export interface EpochProgress {
  /** From 0. */
  index: number;
  /** Steps taken in it. */
  steps: number;
  /** Targets that its steps predicted. */
  targets: number;
  /** Sum of the targets' losses, in nats. */
  lossSum: number;
  /** How many targets were predicted right; null where that is not counted. */
  correct: number | null;
}

/** A measurement on the validation part. */
export interface Measured {
  /** Steps taken before it. */
  step: number;
  /** Mean loss, in nats per token. */
  loss: number;
  /** The same in bits per character of text. */
  bitsPerCharacter: number;
  /** Share of the tokens that were predicted right; where that is counted. */
  accuracy?: number;
}

/** Where a run stands between two steps. */
export interface TrainingProgress {
  /** Steps taken, over all epochs. */
  steps: number;
  /** Seconds since the first step, pauses left out. */
  seconds: number;
  /** Training losses of the last steps, in nats per token, the newest at the end. */
  recent: number[];
  /** The epoch under way. */
  epoch: EpochProgress;
  /** The whole epochs before it. */
  epochs: EpochRecord[];
  /** The last validation; null before the first. */
  validation: Measured | null;
  /** The validation with the lowest loss; null before the first. */
  best: Measured | null;
  /** Validations since the best one. */
  validationsSinceBest: number;
  /** What the guard remembers. */
  guard: GuardProgress;
  /** What the schedule of the learning rate remembers of validation losses; null where it follows from the step. */
  schedule: PlateauState | null;
  /** What the model wrote last, and after how many steps; null before the first sample. */
  sample: { step: number; text: string } | null;
}

/** @returns Where a run stands before its first step. */
export function newProgress(): TrainingProgress {
  return {
    steps: 0,
    seconds: 0,
    recent: [],
    epoch: newEpoch(0),
    epochs: [],
    validation: null,
    best: null,
    validationsSinceBest: 0,
    guard: newGuard(),
    schedule: null,
    sample: null,
  };
}

/**
 * @param index Number of the epoch, from 0.
 * @returns An epoch before its first step.
 */
export function newEpoch(index: number): EpochProgress {
  return { index, steps: 0, targets: 0, lossSum: 0, correct: null };
}

/**
 * Counts a step.
 *
 * @param progress Where the run stood before; it is changed.
 * @param loss Mean loss of the step's targets, in nats.
 * @param targets How many there were.
 * @param correct How many were predicted right, where that is counted.
 */
export function addStep(
  progress: TrainingProgress,
  loss: number,
  targets: number,
  correct?: number,
): void {
  const { epoch } = progress;
  progress.steps++;
  progress.recent = [...progress.recent, loss].slice(-RECENT);
  epoch.steps++;
  epoch.targets += targets;
  epoch.lossSum += loss * targets;
  if (correct !== undefined) epoch.correct = (epoch.correct ?? 0) + correct;
}

/**
 * Counts a step that went wrong and was taken back: its batch is done with, its loss counts for nothing.
 *
 * @param progress Where the run stood before; it is changed.
 */
export function skipStep(progress: TrainingProgress): void {
  progress.steps++;
  progress.epoch.steps++;
}

/**
 * Ends the epoch under way: it joins the whole epochs, and the next one begins.
 *
 * @param progress Where the run stood before; it is changed.
 */
export function endEpoch(progress: TrainingProgress): void {
  if (progress.epoch.targets > 0) progress.epochs.push(epochRecord(progress));
  progress.epoch = newEpoch(progress.epoch.index + 1);
}

/**
 * @param progress Where the run stands.
 * @returns The mean loss over the targets of the epoch under way, in nats; NaN before its first step.
 */
export function meanLoss({ epoch }: TrainingProgress): number {
  return epoch.lossSum / epoch.targets;
}

/**
 * @param progress Where the run stands.
 * @returns The share of the epoch's targets that were predicted right, as reports and histories name it; where counted.
 */
export function accuracyFigure(
  { epoch }: TrainingProgress,
): { accuracy?: number } {
  return epoch.correct === null
    ? {}
    : { accuracy: epoch.correct / epoch.targets };
}

/**
 * @param progress Where the run stands.
 * @returns What is known of the epoch under way.
 */
export function epochRecord(progress: TrainingProgress): EpochRecord {
  const { steps, epoch, validation, sample, seconds } = progress;
  return {
    epoch: epoch.index + 1,
    steps: epoch.steps,
    loss: meanLoss(progress),
    ...accuracyFigure(progress),
    ...(validation?.step === steps && validationFigures(progress)),
    seconds,
    ...(sample?.step === steps && { sample: sample.text }),
  };
}

/**
 * @param progress Where the run stands.
 * @returns The last validation, as reports and histories name it.
 */
export function validationFigures(
  { validation }: TrainingProgress,
): {
  validationLoss?: number;
  validationBitsPerCharacter?: number;
  validationAccuracy?: number;
} {
  return validation === null ? {} : {
    validationLoss: validation.loss,
    validationBitsPerCharacter: validation.bitsPerCharacter,
    ...(validation.accuracy !== undefined &&
      { validationAccuracy: validation.accuracy }),
  };
}

/**
 * @param progress Where the run stands; it is left as it is, so that the run can go on from it.
 * @param stopReason Why the run ended there, if it did.
 * @returns The run's history, the epoch under way being its last.
 */
export function historyOf(
  progress: TrainingProgress,
  stopReason: StopReason | "unfinished",
): TrainingHistory {
  const { best, guard } = progress;
  const epochs = [...progress.epochs];
  if (progress.epoch.targets > 0) epochs.push(epochRecord(progress));
  const last = epochs.at(-1);
  return {
    epochs,
    stopReason,
    steps: progress.steps,
    seconds: progress.seconds,
    ...(last !== undefined && { loss: last.loss }),
    ...(last?.accuracy !== undefined && { accuracy: last.accuracy }),
    ...validationFigures(progress),
    ...(best !== null && {
      best: { step: best.step, validationLoss: best.loss },
    }),
    ...(guard.recoveries.length > 0 && { recoveries: [...guard.recoveries] }),
  };
}
