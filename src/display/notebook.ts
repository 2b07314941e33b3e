/**
 * A run in a notebook: one board that is updated in place, in the cell that started the run.
 *
 * Frontends and runners lose updates that come in bursts, and the kernel says "idle" before its last outputs have left:
 * so updates are spaced, one is under way at a time, the last state is sent last and given a moment to arrive.
 *
 * @module
 */
import { drawBoard } from "./_board.ts";
import { Curve } from "./_curve.ts";
import { formatCount } from "./format.ts";
import { type MediaBundle, showInNotebook } from "./jupyter.ts";
import type {
  RunPlan,
  RunReport,
  RunSummary,
  TrainingDisplay,
} from "./training_display.ts";

/** Milliseconds between two updates; more often than the eye follows would only fill the frontend's queue. */
const UPDATE_INTERVAL = 250;
/** Milliseconds that the last update gets to arrive. */
const SETTLE_TIME = 50;
const TRAINING_POINTS = 200;
const VALIDATION_POINTS = 100;
/** Finished epochs that the plain text lists. */
const LISTED_EPOCHS = 20;
/** Recoveries that the board lists. */
const LISTED_NOTES = 5;

/** What the notebook display needs of the world around it. */
export interface Notebook {
  /** Shows or replaces the output with this id. */
  show(
    bundle: MediaBundle,
    options: { displayId: string; update: boolean },
  ): Promise<void>;
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Resolves after some milliseconds. */
  sleep(milliseconds: number): Promise<void>;
}

/** The notebook whose kernel we run in. */
export const thisNotebook: Notebook = {
  show: showInNotebook,
  now: () => performance.now(),
  sleep: (milliseconds) =>
    new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** One board for one run. */
export class NotebookDisplay implements TrainingDisplay {
  readonly #notebook: Notebook;
  readonly #displayId = `textloom-${crypto.randomUUID()}`;
  readonly #training = new Curve(TRAINING_POINTS);
  readonly #validation = new Curve(VALIDATION_POINTS);
  readonly #epochs: RunReport[] = [];
  #plan: RunPlan | undefined;
  #report: RunReport | undefined;
  #summary: RunSummary | undefined;
  #sample: { after: string; text: string } | undefined;
  readonly #notes: string[] = [];
  #validatedAt = -1;
  #shown = false;
  #shownAt = -Infinity;
  #underWay: Promise<void> | undefined;

  /**
   * Makes a display that has shown nothing yet.
   *
   * @param notebook Where the board is shown.
   */
  constructor(notebook: Notebook) {
    this.#notebook = notebook;
  }

  /** Shows the board before the first step. */
  start(plan: RunPlan): void {
    this.#plan = plan;
    this.#show();
  }

  /** Remembers the report, and updates the board when the last update is old enough. */
  update(report: RunReport): void {
    this.#report = report;
    if (report.kind === "step") this.#training.add(report.step, report.loss);
    if (
      report.kind !== "step" && report.validationLoss !== undefined &&
      report.step !== this.#validatedAt
    ) {
      this.#validatedAt = report.step;
      this.#validation.add(report.step, report.validationLoss);
    }
    if (report.kind === "epoch") {
      this.#epochs.push(report);
      if (this.#epochs.length > LISTED_EPOCHS) this.#epochs.shift();
    }
    if (report.sample !== undefined) {
      const after = report.kind === "epoch"
        ? `epoch ${report.epoch}`
        : `step ${formatCount(report.step)}`;
      this.#sample = { after, text: report.sample };
    }
    if (report.note !== undefined) {
      this.#notes.push(report.note);
      if (this.#notes.length > LISTED_NOTES) this.#notes.shift();
    }
    if (
      this.#underWay === undefined &&
      this.#notebook.now() - this.#shownAt >= UPDATE_INTERVAL
    ) this.#show();
  }

  /** Shows how the run ended, and resolves when the frontend has had time to see it. */
  async end(summary: RunSummary): Promise<void> {
    this.#summary = summary;
    await this.#underWay;
    this.#show();
    await this.#underWay;
    await this.#notebook.sleep(SETTLE_TIME);
  }

  #show(): void {
    if (this.#plan === undefined) return;
    const bundle = drawBoard({
      plan: this.#plan,
      report: this.#report,
      summary: this.#summary,
      sample: this.#sample,
      epochs: this.#epochs,
      notes: this.#notes,
      training: this.#training.points(),
      validation: this.#validation.points(),
    });
    const options = { displayId: this.#displayId, update: this.#shown };
    this.#shown = true;
    this.#shownAt = this.#notebook.now();
    this.#underWay = this.#send(bundle, options);
  }

  async #send(
    bundle: MediaBundle,
    options: { displayId: string; update: boolean },
  ): Promise<void> {
    try {
      await this.#notebook.show(bundle, options);
    } catch {
      // A frontend that has gone away is no reason to end a run.
    } finally {
      this.#underWay = undefined;
    }
  }
}
