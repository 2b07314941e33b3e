/**
 * A screen whose clock and width the test sets, and a short run to show on it.
 *
 * @module
 */
import type { Screen } from "../../src/display/_screen.ts";
import type { RunPlan, RunReport } from "../../src/display/training_display.ts";

/** Keeps what is written. */
export class FakeScreen implements Screen {
  written = "";
  width = 80;
  clock = 0;
  color = false;

  write(text: string): void {
    this.written += text;
  }

  columns(): number {
    return this.width;
  }

  now(): number {
    return this.clock;
  }

  /** What was written since the last call. */
  take(): string {
    const { written } = this;
    this.written = "";
    return written;
  }
}

export const PLAN: RunPlan = {
  model: "LSTM, 1 layer of 256 units",
  engine: "tensorflow 2.21.0 on CPU",
  epochs: 2,
  stepsPerEpoch: 500,
  trainTokens: 1_100_000,
  validationTokens: 122_000,
};

/** Half of the run: the first epoch is done. */
export const REPORT: RunReport = {
  kind: "step",
  step: 500,
  totalSteps: 1000,
  progress: 0.5,
  epoch: 1,
  epochs: 2,
  loss: 1.75,
  meanLoss: 2.25,
  learningRate: 0.002,
  gradientNorm: 0.5,
  tokensPerSecond: 52_133,
  elapsedSeconds: 43,
  remainingSeconds: 43,
};

/** 1.386 nats are 2 bits: ln 4 = 1.3863. */
export const VALIDATED: RunReport = {
  ...REPORT,
  kind: "validation",
  validationLoss: Math.log(4),
  validationBitsPerCharacter: 2,
};

/** A run that time alone ends, a third of the way. */
export const TIMED: RunReport = {
  ...REPORT,
  totalSteps: Infinity,
  epochs: Infinity,
  progress: 1 / 3,
  remainingSeconds: 86,
};

/** The run went back. */
export const RECOVERY: RunReport = {
  ...REPORT,
  kind: "recovery",
  note: "step 501: the loss must be a number: NaN;\nback",
};
