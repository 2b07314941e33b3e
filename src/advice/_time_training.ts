/**
 * How fast a model trains on this machine.
 *
 * @module
 */
import type { LanguageModel } from "../models/language_model.ts";
import { fit } from "../training/fit.ts";

/** Streams side by side. */
export const BATCH_SIZE = 64;
/** Characters to train on, at most and at least. */
const MOST_TEXT = 300_000;
const LEAST_TEXT = 50_000;
/** Steps before the clock is started: the first ones record and compile. */
const WARM_UP = 3;

/** Options of {@linkcode timeTraining}. */
export interface TimeTrainingOptions {
  /** Tokens that each stream moves on in one step. */
  sequenceLength: number;

  /** How long to time. */
  seconds: number;

  /** Steps that are timed at least. */
  leastSteps: number;
}

/**
 * @param text Any text, not empty.
 * @returns A part of it that is long enough to train on, repeated if need be.
 */
export function timedPart(text: string): string {
  const part = text.slice(0, MOST_TEXT).toWellFormed();
  return part.repeat(Math.ceil(LEAST_TEXT / part.length));
}

/**
 * Trains a model for some seconds, on the engine in use.
 *
 * @param model The model, whose weights change.
 * @param sample What it is trained on, as {@linkcode timedPart} gives it.
 * @param options How long.
 * @returns Tokens a second.
 */
export async function timeTraining(
  model: LanguageModel,
  sample: string,
  { sequenceLength, seconds, leastSteps }: TimeTrainingOptions,
): Promise<number> {
  const run = fit(model, sample, {
    steps: 1_000_000,
    batchSize: BATCH_SIZE,
    sequenceLength,
    validation: 0,
    sample: false,
    display: "none",
    guard: false,
    unknown: "skip",
  });
  let [firstStep, startedAt, measured] = [0, 0, 0];
  for await (const { step } of run) {
    if (step < WARM_UP) continue;
    const now = performance.now();
    if (firstStep === 0) [firstStep, startedAt] = [step, now];
    const elapsed = (now - startedAt) / 1000;
    measured = (step - firstStep) * BATCH_SIZE * sequenceLength / elapsed;
    if (step >= firstStep + leastSteps && elapsed >= seconds) break;
  }
  run.stop();
  await run;
  return measured;
}
