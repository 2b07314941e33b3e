/**
 * A run as plain lines for a pipe, a log file or a terminal without cursor movement: no colours, no control characters.
 *
 * @module
 */
import { EpochSpacing } from "./_epoch_spacing.ts";
import {
  formatClock,
  formatLoss,
  formatPercent,
  formatRate,
} from "./format.ts";
import {
  epochName,
  epochPhrases,
  notePhrase,
  planPhrases,
  samplePhrase,
  stepName,
  summaryPhrase,
  validationPhrase,
} from "./_phrases.ts";
import type { Screen } from "./_screen.ts";
import { wrap } from "./_text.ts";
import type {
  RunPlan,
  RunReport,
  RunSummary,
  TrainingDisplay,
} from "./training_display.ts";

/** Milliseconds between two lines about mere steps. */
const STEP_INTERVAL = 10_000;
/** Columns of a sample. */
const SAMPLE_COLUMNS = 96;

/**
 * One line for each epoch and each validation, and at most one every ten seconds between them; where there are many epochs,
 * one in two seconds has its lines at most.
 */
export class LinesDisplay implements TrainingDisplay {
  readonly #screen: Screen;
  readonly #spacing: EpochSpacing;
  #last = 0;

  /**
   * Makes a display that has printed nothing yet.
   *
   * @param screen Where the lines go.
   */
  constructor(screen: Screen) {
    this.#screen = screen;
    this.#spacing = new EpochSpacing(() => screen.now());
  }

  /** Says what will be trained. */
  start(plan: RunPlan): void {
    this.#last = this.#screen.now();
    this.#spacing.start(plan);
    this.#print(...planPhrases(plan));
  }

  /** Prints a line where the report deserves one. */
  update(report: RunReport): void {
    const now = this.#screen.now();
    if (report.kind === "step" && now - this.#last < STEP_INTERVAL) return;
    const isSpaced = report.kind === "epoch" || report.kind === "validation";
    if (isSpaced && !this.#spacing.admits(report)) return;
    this.#last = now;
    const where = epochName(report);
    const progress = `${stepName(report)} (${
      formatPercent(report.progress, 1)
    })`;
    if (report.kind === "epoch") {
      this.#print(`${where}  ${epochPhrases(report).join("  ")}`);
      this.#printSample(report);
      return;
    }
    if (report.kind === "sample") {
      this.#print(`${where}  ${progress}  sample`);
      this.#printSample(report);
      return;
    }
    if (report.kind === "recovery") {
      this.#print(`${where}  ${notePhrase(report.note ?? "")}`);
      return;
    }
    const result = report.kind === "validation"
      ? validationPhrase(report)
      : undefined;
    this.#print([
      where,
      progress,
      result ?? `loss ${formatLoss(report.loss)}`,
      `${formatRate(report.tokensPerSecond)} tokens/s`,
      `${formatClock(report.remainingSeconds)} left`,
    ].join("  "));
  }

  /** Says how the run ended. */
  end(summary: RunSummary): Promise<void> {
    this.#print(summaryPhrase(summary));
    return Promise.resolve();
  }

  #printSample({ sample }: RunReport): void {
    if (sample === undefined) return;
    this.#print(
      ...wrap(samplePhrase(sample), SAMPLE_COLUMNS).map((line) =>
        `    ${line}`.trimEnd()
      ),
    );
  }

  #print(...lines: string[]): void {
    this.#screen.write(lines.map((line) => `${line}\n`).join(""));
  }
}
