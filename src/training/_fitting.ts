/**
 * The loop of one run: steps, validations, samples, reports.
 *
 * @module
 */
import type { TokenBatches } from "../data/batches.ts";
import type {
  RunReport,
  TrainingDisplay,
} from "../display/training_display.ts";
import { ensureEngine } from "../engine/engine.ts";
import { nextTurn } from "../engine/event_loop.ts";
import type { StopReason, TrainingHistory } from "./history.ts";
import type { TrainableModel } from "./trainable_model.ts";
import type { FitTokens } from "./fit_data.ts";
import type { FitSettings } from "./fit_options.ts";
import { Learning, stepsPerEpoch } from "./_learning.ts";
import { Pace } from "./pace.ts";
import {
  accuracyFigure,
  addStep,
  endEpoch,
  historyOf,
  meanLoss,
  newProgress,
  type TrainingProgress,
  validationFigures,
} from "./progress.ts";
import type { RunControl } from "./run.ts";
import { Sampling } from "./_sampling.ts";
import { createSchedule } from "./schedules/create_schedule.ts";
import { estimateSteps, type Schedule } from "./schedules/schedule.ts";
import { Trainer } from "./train_step.ts";
import { Validation } from "./_validation.ts";

/** Runs of fewer steps are over before a compiled step would pay. */
const COMPILED_FROM = 20;

/** What a run works with. */
export interface FittingParts {
  model: TrainableModel;
  settings: FitSettings;
  batches: TokenBatches;
  /** What the validation loss is measured on, if anything. */
  validation: FitTokens | undefined;
  display: TrainingDisplay;
  /** Where the run stands when its work begins; before the first step where it is left out. */
  progress?: TrainingProgress;
}

/** The loop of one run. */
export class Fitting {
  readonly #parts: FittingParts;
  readonly #totalSteps: number;
  readonly #epochs: number;
  /** Steps of an epoch. */
  readonly #perEpoch: number;
  readonly #schedule: Schedule;
  readonly #validation: Validation | undefined;
  readonly #sampling: Sampling | undefined;
  readonly #progress: TrainingProgress;
  readonly #pace = new Pace();
  /** Why the run is to end; undefined while it is to go on. */
  #ending: StopReason | undefined;
  /** What the control's clock said when the run's seconds were 0. */
  #clockStart = 0;
  /** What the last step said, beside its loss. */
  #last: Pick<RunReport, "learningRate" | "gradientNorm"> = {};

  constructor(parts: FittingParts) {
    this.#parts = parts;
    const { model, settings, batches, validation } = parts;
    const { steps, epochs, sample, seed } = settings;
    this.#perEpoch = stepsPerEpoch(batches, settings.accumulate);
    this.#totalSteps = steps ?? epochs * this.#perEpoch;
    this.#epochs = Math.ceil(this.#totalSteps / this.#perEpoch);
    this.#progress = parts.progress ?? newProgress();
    this.#schedule = createSchedule(
      settings.learningRate,
      { totalSteps: this.#totalSteps, maxSeconds: settings.maxSeconds },
      this.#progress.schedule,
    );
    this.#validation = validation &&
      new Validation(model, validation, settings.metrics);
    this.#sampling = sample === false
      ? undefined
      : new Sampling(model, sample, seed, batches);
  }

  async run(control: RunControl): Promise<TrainingHistory> {
    const { model, display, batches } = this.#parts;
    const progress = this.#progress;
    let failure: unknown;
    try {
      const engine = await ensureEngine();
      display.start({
        model: model.toString(),
        engine: engine.description,
        epochs: this.#epochs,
        stepsPerEpoch: this.#perEpoch,
        trainTokens: batches.tokensPerEpoch,
        validationTokens: this.#validation?.size ?? 0,
      });
      this.#clockStart = control.elapsedSeconds - progress.seconds;
      await this.#train(control);
      this.#tick(control);
    } catch (error) {
      failure = error;
      this.#ending = "failed";
    }
    const history = historyOf(progress, this.#ending ?? "completed");
    if (history.steps > 0) model.history.push(history);
    await display.end({
      stopReason: history.stopReason,
      steps: history.steps,
      elapsedSeconds: history.seconds,
      loss: history.loss ?? NaN,
      ...validationFigures(progress),
      ...(failure !== undefined && {
        error: failure instanceof Error ? failure.message : String(failure),
      }),
    });
    if (failure !== undefined) throw failure;
    return history;
  }

  async #train(control: RunControl): Promise<void> {
    const { model, settings, batches } = this.#parts;
    const progress = this.#progress;
    const trainer = new Trainer(model.network, {
      ...settings,
      learningRate: this.#rate(),
      counted: settings.metrics.includes("accuracy"),
      compiled: this.#totalSteps * settings.accumulate >= COMPILED_FROM,
    });
    const learning = new Learning(trainer, batches, settings.accumulate);
    try {
      while (progress.epoch.index < this.#epochs) {
        if (progress.epoch.steps === 0) trainer.forget();
        while (
          progress.epoch.steps < this.#perEpoch &&
          progress.steps < this.#totalSteps &&
          !await this.#isOver(control)
        ) {
          await this.#takeStep(control, trainer, learning);
        }
        if (this.#ending === undefined && progress.epoch.steps > 0) {
          await this.#completeEpoch(control, trainer);
        }
        if (progress.epoch.steps > 0) this.#report(control, "epoch");
        const isWhole = progress.epoch.steps === this.#perEpoch;
        if (!isWhole || this.#ending !== undefined) break;
        endEpoch(progress);
      }
    } catch (error) {
      trainer.restore();
      throw error;
    } finally {
      trainer.dispose();
      this.#validation?.dispose();
    }
  }

  /** A step and what follows from it. When it is over, the run could go on from its progress. */
  async #takeStep(
    control: RunControl,
    trainer: Trainer,
    learning: Learning,
  ): Promise<void> {
    const { settings } = this.#parts;
    const progress = this.#progress;
    const { index, steps } = progress.epoch;
    trainer.learningRate = this.#rate();
    const start = performance.now();
    const isLast = progress.steps + 1 === this.#totalSteps;
    const outcome = await learning.step(index, steps, isLast);
    this.#pace.add(outcome.targets, (performance.now() - start) / 1000);
    addStep(progress, outcome.loss, outcome.targets, outcome.correct);
    this.#last = {
      learningRate: trainer.learningRate,
      gradientNorm: outcome.gradientNorm,
    };
    this.#tick(control);
    this.#report(control, "step");
    if (progress.steps % (settings.validateEvery ?? Infinity) === 0) {
      await this.#validate(control, trainer);
    }
    await nextTurn();
  }

  /** The learning rate of the next step. */
  #rate(): number {
    const { steps, seconds } = this.#progress;
    const { maxSeconds } = this.#parts.settings;
    const totalSteps = this.#totalSteps;
    return this.#schedule.rate(
      steps,
      estimateSteps({ steps, totalSteps, seconds, maxSeconds }),
    );
  }

  /** Waits while the run is paused, and tells whether it is to end. */
  async #isOver(control: RunControl): Promise<boolean> {
    await control.whenResumed();
    this.#tick(control);
    const isLate = this.#progress.seconds >= this.#parts.settings.maxSeconds;
    this.#ending ??= control.stopReason ?? (isLate ? "stopped" : undefined);
    return this.#ending !== undefined;
  }

  /** Validates and samples after the last step of an epoch, or of the run. */
  async #completeEpoch(control: RunControl, trainer: Trainer): Promise<void> {
    const progress = this.#progress;
    if (progress.validation?.step !== progress.steps) {
      await this.#validate(control, trainer);
    }
    const text = await this.#sampling?.write(control);
    if (text !== undefined) progress.sample = { step: progress.steps, text };
    this.#ending ??= control.stopReason;
    this.#tick(control);
  }

  async #validate(control: RunControl, trainer: Trainer): Promise<void> {
    const validation = this.#validation;
    if (validation === undefined) return;
    const measured = await validation.measure(async () => {
      await nextTurn();
      await control.whenResumed();
      return control.stopReason !== undefined;
    });
    if (measured === undefined) return;
    const { loss } = measured;
    if (!Number.isFinite(loss)) {
      throw trainer.divergence("the validation loss", loss);
    }
    this.#progress.validation = {
      step: this.#progress.steps,
      ...measured,
      bitsPerCharacter: validation.bitsPerCharacter(loss),
    };
    this.#schedule.observe(loss);
    this.#progress.schedule = this.#schedule.toJSON();
    this.#tick(control);
    this.#report(control, "validation");
  }

  /** Looks at the clock. */
  #tick(control: RunControl): void {
    this.#progress.seconds = control.elapsedSeconds - this.#clockStart;
  }

  #report(control: RunControl, kind: RunReport["kind"]): void {
    const progress = this.#progress;
    const { steps, seconds, sample } = progress;
    const report: RunReport = {
      kind,
      step: steps,
      totalSteps: this.#totalSteps,
      epoch: progress.epoch.index + 1,
      epochs: this.#epochs,
      loss: progress.loss ?? NaN,
      meanLoss: meanLoss(progress),
      ...accuracyFigure(progress),
      ...this.#last,
      ...validationFigures(progress),
      tokensPerSecond: this.#pace.rate,
      elapsedSeconds: seconds,
      remainingSeconds: (this.#totalSteps - steps) * seconds / steps,
      ...(kind === "epoch" && sample?.step === steps &&
        { sample: sample.text }),
    };
    this.#parts.display.update(report);
    control.report(report);
  }
}
