/**
 * The loop of one run: steps, validations, samples, reports.
 *
 * @module
 */
import type { TokenBatch, TokenBatches } from "../data/batches.ts";
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
import { Pace } from "./pace.ts";
import { Prefetch } from "./_prefetch.ts";
import {
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
  readonly #validation: Validation | undefined;
  readonly #sampling: Sampling | undefined;
  readonly #progress: TrainingProgress;
  readonly #pace = new Pace();
  /** Why the run is to end; undefined while it is to go on. */
  #ending: StopReason | undefined;
  /** What the control's clock said when the run's seconds were 0. */
  #clockStart = 0;

  constructor(parts: FittingParts) {
    this.#parts = parts;
    const { model, settings, batches, validation } = parts;
    const { steps, epochs, sample, seed } = settings;
    this.#totalSteps = steps ?? epochs * batches.stepsPerEpoch;
    this.#epochs = Math.ceil(this.#totalSteps / batches.stepsPerEpoch);
    this.#progress = parts.progress ?? newProgress();
    this.#validation = validation && new Validation(model, validation);
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
        stepsPerEpoch: batches.stepsPerEpoch,
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
    const { model, settings, batches: { stepsPerEpoch } } = this.#parts;
    const progress = this.#progress;
    const prefetch = new Prefetch(this.#parts.batches);
    const trainer = new Trainer(model.network, {
      ...settings,
      compiled: this.#totalSteps >= COMPILED_FROM,
    });
    try {
      while (progress.epoch.index < this.#epochs) {
        if (progress.epoch.steps === 0) trainer.forget();
        while (
          progress.epoch.steps < stepsPerEpoch &&
          progress.steps < this.#totalSteps &&
          !await this.#isOver(control)
        ) {
          await this.#takeStep(control, trainer, prefetch);
        }
        if (this.#ending === undefined && progress.epoch.steps > 0) {
          await this.#completeEpoch(control, trainer);
        }
        if (progress.epoch.steps > 0) this.#report(control, "epoch");
        const isWhole = progress.epoch.steps === stepsPerEpoch;
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
    prefetch: Prefetch,
  ): Promise<void> {
    const { settings, batches } = this.#parts;
    const progress = this.#progress;
    const { index, steps } = progress.epoch;
    if (!batches.carriesState) trainer.forget();
    const batch = prefetch.take(index, steps);
    const isLast = progress.steps + 1 === this.#totalSteps;
    await Promise.all([
      this.#learn(trainer, batch),
      isLast ? undefined : prefetch.prepareAfter(index, steps),
    ]);
    this.#tick(control);
    this.#report(control, "step");
    if (progress.steps % (settings.validateEvery ?? Infinity) === 0) {
      await this.#validate(control, trainer);
    }
    await nextTurn();
  }

  async #learn(trainer: Trainer, batch: TokenBatch): Promise<void> {
    const start = performance.now();
    const loss = await trainer.step(batch, this.#parts.batches.batchSize);
    const targets = batch.mask === undefined
      ? batch.targets.length
      : batch.mask.reduce((sum, counts) => sum + counts, 0);
    this.#pace.add(targets, (performance.now() - start) / 1000);
    addStep(this.#progress, loss, targets);
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
    const loss = await validation.measure(async () => {
      await nextTurn();
      await control.whenResumed();
      return control.stopReason !== undefined;
    });
    if (loss === undefined) return;
    if (!Number.isFinite(loss)) {
      throw trainer.divergence("the validation loss", loss);
    }
    this.#progress.validation = {
      step: this.#progress.steps,
      loss,
      bitsPerCharacter: validation.bitsPerCharacter(loss),
    };
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
