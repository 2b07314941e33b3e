/**
 * The sentences that the displays share, so that a terminal, a log file and a notebook say the same in the same words.
 *
 * @module
 */
import {
  formatCount,
  formatDuration,
  formatLoss,
  formatQuantity,
  formatRate,
} from "./format.ts";
import type { RunPlan, RunReport, RunSummary } from "./training_display.ts";
import { clip, withoutControls } from "./_text.ts";

/** Code points of a line about the model or the engine. */
const HEADING_LENGTH = 200;
/** Code points of an error message that a display shows. */
const ERROR_LENGTH = 1000;
/** Code points of a sample that a display shows. */
const SAMPLE_LENGTH = 2000;

/** How a run that did not fail ended, before its number of steps. */
const ENDINGS: Record<Exclude<RunSummary["stopReason"], "failed">, string> = {
  completed: "trained",
  time: "trained",
  target: "reached the target after",
  "early-stopping": "no longer better, stopped early after",
  stopped: "stopped after",
  aborted: "aborted after",
};

/** What will be trained, where, and on which data: one line each. */
export function planPhrases(
  plan: RunPlan,
): [model: string, engine: string, data: string] {
  const steps = formatQuantity(plan.stepsPerEpoch, "step");
  const time = plan.maxSeconds === undefined
    ? ""
    : formatDuration(plan.maxSeconds);
  const epochs = plan.epochs === Infinity
    ? `${time} of epochs of ${steps}`
    : `${formatQuantity(plan.epochs, "epoch")} of ${steps}${
      time && `, ${time} at most`
    }`;
  const training = `${formatQuantity(plan.trainTokens, "token")} to learn from`;
  const validation = plan.validationTokens > 0
    ? `${formatCount(plan.validationTokens)} to validate on`
    : "no validation";
  return [
    onOneLine(plan.model, HEADING_LENGTH),
    onOneLine(plan.engine, HEADING_LENGTH),
    `${epochs}, ${training}, ${validation}`,
  ];
}

/** `epoch 3/10`, or `epoch 3` where nobody knows how many there will be. */
export function epochName({ epoch, epochs }: RunReport): string {
  return epochs === Infinity ? `epoch ${epoch}` : `epoch ${epoch}/${epochs}`;
}

/** `step 500/1,000`, or `step 500`. */
export function stepName({ step, totalSteps }: RunReport): string {
  const of = totalSteps === Infinity ? "" : `/${formatCount(totalSteps)}`;
  return `step ${formatCount(step)}${of}`;
}

/** What a recovery says of itself. */
export function notePhrase(note: string): string {
  return onOneLine(note, ERROR_LENGTH);
}

/** `validation 1.381 (1.993 bits/char)`, or nothing before the first validation. */
export function validationPhrase(
  of: RunReport | RunSummary,
): string | undefined {
  if (of.validationLoss === undefined) return undefined;
  const bits = of.validationBitsPerCharacter;
  const inBits = bits === undefined ? "" : ` (${formatLoss(bits)} bits/char)`;
  return `validation ${formatLoss(of.validationLoss)}${inBits}`;
}

/** What a finished epoch came to. */
export function epochPhrases(report: RunReport): string[] {
  return [
    `loss ${formatLoss(report.meanLoss)}`,
    validationPhrase(report),
    `${formatRate(report.tokensPerSecond)} tokens/s`,
    `after ${formatDuration(report.elapsedSeconds)}`,
  ].filter((phrase) => phrase !== undefined);
}

/** How the run ended, in one line. */
export function summaryPhrase(summary: RunSummary): string {
  const steps = formatQuantity(summary.steps, "step");
  const time = formatDuration(summary.elapsedSeconds);
  if (summary.stopReason === "failed") {
    return `failed after ${steps} in ${time}: ${
      onOneLine(summary.error ?? "unknown error", ERROR_LENGTH)
    }`;
  }
  const { restored } = summary;
  const result = [
    summary.steps > 0 ? `loss ${formatLoss(summary.loss)}` : undefined,
    validationPhrase(summary),
    restored &&
    `back to the best weights, those of step ${
      formatCount(restored.step)
    }, validation ${formatLoss(restored.validationLoss)}`,
  ].filter((phrase) => phrase !== undefined);
  return `${ENDINGS[summary.stopReason]} ${steps} in ${time}${
    result.length > 0 ? `: ${result.join(", ")}` : ""
  }`;
}

/** A text that is safe to show, on one line and not too long. */
function onOneLine(text: string, codePoints: number): string {
  return clip(withoutControls(text).replaceAll("\n", " "), codePoints);
}

/** A sample that is safe to show and not too long. */
export function samplePhrase(sample: string): string {
  return clip(
    withoutControls(sample).replace(/^\n+|\n+$/gu, ""),
    SAMPLE_LENGTH,
  );
}
