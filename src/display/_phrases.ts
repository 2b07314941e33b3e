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

/** What will be trained, where, and on which data: one line each. */
export function planPhrases(
  plan: RunPlan,
): [model: string, engine: string, data: string] {
  const epochs = `${formatQuantity(plan.epochs, "epoch")} of ${
    formatQuantity(plan.stepsPerEpoch, "step")
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
  const how = summary.stopReason === "completed"
    ? "trained"
    : `${summary.stopReason} after`;
  const result = [
    summary.steps > 0 ? `loss ${formatLoss(summary.loss)}` : undefined,
    validationPhrase(summary),
  ].filter((phrase) => phrase !== undefined);
  return `${how} ${steps} in ${time}${
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
