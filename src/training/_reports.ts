/**
 * A run's numbers as those who watch it see them: what is planned, where it stands, how it ended.
 *
 * @module
 */
import type {
  RunPlan,
  RunReport,
  RunSummary,
} from "../display/training_display.ts";
import type { FittingParts } from "./_fitting.ts";
import type { RunLimits } from "./limits.ts";
import type { TrainingHistory } from "./history.ts";
import { stepsPerEpoch } from "./_learning.ts";
import {
  accuracyFigure,
  meanLoss,
  type TrainingProgress,
  validationFigures,
} from "./progress.ts";

/** What is known after a step, besides the progress. */
export interface StepFigures {
  learningRate: number;
  gradientNorm: number;
  tokensPerSecond: number;
}

/** What is known before the first step. */
export function planOf(
  { model, batches, settings: { accumulate } }: FittingParts,
  { epochs, maxSeconds }: RunLimits,
  { engine, validationTokens }: { engine: string; validationTokens: number },
): RunPlan {
  return {
    model: model.toString(),
    engine,
    epochs,
    ...(maxSeconds < Infinity && { maxSeconds }),
    stepsPerEpoch: stepsPerEpoch(batches, accumulate),
    trainTokens: batches.tokensPerEpoch,
    validationTokens,
  };
}

/** Where a run stands. */
export function reportOf(
  kind: RunReport["kind"],
  progress: TrainingProgress,
  { totalSteps, epochs, maxSeconds }: RunLimits,
  figures: StepFigures,
): RunReport {
  const { steps, seconds, sample, recent } = progress;
  const hasSample = (kind === "epoch" || kind === "sample") &&
    sample?.step === steps;
  const secondsByStep = (totalSteps - steps) * seconds / steps;
  return {
    kind,
    step: steps,
    totalSteps,
    progress: Math.min(1, Math.max(steps / totalSteps, seconds / maxSeconds)),
    epoch: progress.epoch.index + 1,
    epochs,
    loss: recent.at(-1) ?? NaN,
    meanLoss: meanLoss(progress),
    ...accuracyFigure(progress),
    ...validationFigures(progress),
    ...figures,
    elapsedSeconds: seconds,
    remainingSeconds: Math.max(
      0,
      Math.min(secondsByStep, maxSeconds - seconds),
    ),
    ...(hasSample && { sample: sample.text }),
  };
}

/** How a run ended. */
export function summaryOf(
  history: TrainingHistory,
  failure: { error: unknown } | undefined,
): RunSummary {
  const { stopReason, steps, seconds, loss = NaN, best } = history;
  const { validationLoss, validationBitsPerCharacter } = history;
  return {
    stopReason: stopReason === "unfinished" ? "stopped" : stopReason, // one that ended has ended
    steps,
    elapsedSeconds: seconds,
    loss,
    ...(validationLoss !== undefined && { validationLoss }),
    ...(validationBitsPerCharacter !== undefined &&
      { validationBitsPerCharacter }),
    ...(best?.restored && { restored: best }),
    ...(failure !== undefined && {
      error: failure.error instanceof Error
        ? failure.error.message
        : String(failure.error),
    }),
  };
}
