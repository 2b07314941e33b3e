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
import { Checkpointing } from "./_checkpointing.ts";
import { resolveCheckpoints } from "./checkpoint_options.ts";
import type { RunRecord } from "./checkpoint_record.ts";
import { type Continuation, putBack } from "./continuation.ts";
import { DivergenceError } from "./divergence_error.ts";
import type { FitTokens } from "./fit_data.ts";
import type { FitOptions } from "./fit_options.ts";
import type { FitSettings } from "./fit_settings.ts";
import { Goal } from "./_goal.ts";
import { findExplosion, type GuardOptions, resolveGuard } from "./guard.ts";
import type { StopReason, TrainingHistory } from "./history.ts";
import { limitsOf, type RunLimits } from "./limits.ts";
import { makeShowable } from "./history_table.ts";
import { Learning, stepsPerEpoch } from "./_learning.ts";
import { Outlets } from "./_outlets.ts";
import { Pace } from "./pace.ts";
import {
  addStep,
  endEpoch,
  historyOf,
  newProgress,
  type TrainingProgress,
} from "./progress.ts";
import { RecoveryPoints } from "./_recovery.ts";
import { planOf, reportOf, summaryOf } from "./_reports.ts";
import { recordRun } from "./_run_record.ts";
import type { RunControl } from "./run.ts";
import { RunLog } from "./run_log.ts";
import { Sampling } from "./_sampling.ts";
import { createSchedule } from "./schedules/create_schedule.ts";
import { estimateSteps, type Schedule } from "./schedules/schedule.ts";
import type { TrainableModel } from "./trainable_model.ts";
import { Trainer } from "./train_step.ts";
import type { StepOutcome } from "./trainer_options.ts";
import type { Measurement } from "./validate.ts";
import { Validation } from "./_validation.ts";

/** What a run works with. */
export interface FittingParts {
  model: TrainableModel;
  settings: FitSettings;
  batches: TokenBatches;
  /** What the validation loss is measured on, if anything. */
  validation: FitTokens | undefined;
  display: TrainingDisplay;
  /** What the caller gave. */
  options: FitOptions;
  /** All that was given to learn from. */
  data: FitTokens;
  /** Validation data of its own, if there is. */
  ownValidation?: FitTokens | undefined;
  /** The checkpoint that the run goes on from; it begins with the first step where there is none. */
  from?: Continuation | undefined;
  /** Where the run stands when its work begins; where the checkpoint says, if this is left out. */
  progress?: TrainingProgress;
}

/** The loop of one run. */
export class Fitting {
  readonly #parts: FittingParts;
  readonly #limits: RunLimits;
  /** Steps of an epoch. */
  readonly #perEpoch: number;
  readonly #schedule: Schedule;
  readonly #validation: Validation | undefined;
  readonly #sampling: Sampling | undefined;
  readonly #guard: Required<GuardOptions> | undefined;
  readonly #log: RunLog | undefined;
  readonly #outlets: Outlets;
  readonly #progress: TrainingProgress;
  readonly #goal: Goal;
  readonly #pace = new Pace();
  #trainer!: Trainer;
  #learning!: Learning;
  #points: RecoveryPoints | undefined;
  readonly #checkpointing: Checkpointing | undefined;
  /** What is the same in all checkpoints; undefined before the data was looked at. */
  #record: RunRecord | undefined;
  /** Whether a step is under way, so that weights, memory and progress may not belong together. */
  #isInStep = false;
  /** Why the run is to end; undefined while it is to go on. */
  #ending: StopReason | undefined;
  /** Whether the model was given the weights of its best validation. */
  #isRestored = false;
  /** What the control's clock said when the run's seconds were 0. */
  #clockStart = 0;

  constructor(parts: FittingParts) {
    this.#parts = parts;
    const { model, settings, batches, validation } = parts;
    const { sample, seed } = settings;
    this.#progress = parts.progress ??
      structuredClone(parts.from?.record.progress) ?? newProgress();
    this.#limits = limitsOf(settings, batches, this.#progress);
    this.#perEpoch = stepsPerEpoch(batches, settings.accumulate);
    this.#schedule = createSchedule(
      settings.learningRate,
      this.#limits,
      this.#progress.schedule,
    );
    this.#goal = new Goal(model, settings, this.#progress);
    this.#validation = validation &&
      new Validation(model, validation, settings.metrics);
    this.#sampling = sample === false
      ? undefined
      : new Sampling(model, sample, seed, () => batches.batch(0, 0).inputs);
    this.#guard = resolveGuard(settings.guard);
    const checkpoints = resolveCheckpoints(settings.checkpoints);
    this.#checkpointing = checkpoints && new Checkpointing({
      model,
      settings: checkpoints,
      progress: this.#progress,
      from: parts.from?.path,
    });
    this.#log = settings.log === undefined
      ? undefined
      : new RunLog(settings.log); // last: all else has been checked
    this.#outlets = new Outlets(parts.display, settings, this.#log);
  }

  async run(control: RunControl): Promise<TrainingHistory> {
    const { model, display } = this.#parts;
    const progress = this.#progress;
    let failure: { error: unknown } | undefined; // whatever a callback throws
    try {
      const { description: engine } = await ensureEngine();
      const validationTokens = this.#validation?.size ?? 0;
      display.start(
        planOf(this.#parts, this.#limits, { engine, validationTokens }),
      );
      this.#record = await recordRun(this.#parts, this.#limits, engine);
      this.#clockStart = control.elapsedSeconds - progress.seconds;
      await this.#train(control);
      this.#tick(control);
    } catch (error) {
      failure = { error };
      this.#ending = "failed";
    } finally {
      this.#log?.close();
    }
    const history = historyOf(progress, this.#ending ?? "completed");
    if (this.#isRestored) history.best!.restored = true;
    if (this.#record !== undefined) history.data = this.#record.data;
    makeShowable(history);
    if (history.steps > 0) model.history.push(history);
    await display.end(summaryOf(history, failure));
    if (failure !== undefined) throw failure.error;
    return history;
  }

  async #train(control: RunControl): Promise<void> {
    const { model, settings, batches } = this.#parts;
    this.#trainer = new Trainer(model.network, {
      ...settings,
      learningRate: this.#rate(),
      counted: settings.metrics.includes("accuracy"),
      compiled: this.#record!.computedOn.compiled,
    });
    this.#learning = new Learning(this.#trainer, batches, settings.accumulate);
    this.#points = this.#guard &&
      new RecoveryPoints({
        trainer: this.#trainer,
        schedule: this.#schedule,
        options: this.#guard,
        progress: this.#progress,
      });
    try {
      if (this.#parts.from !== undefined) {
        putBack(this.#parts.from, {
          trainer: this.#trainer,
          goal: this.#goal,
          network: model.network,
          batchSize: batches.batchSize,
        });
      }
      await this.#takeEpochs(control);
      await this.#checkpoint({ isEnd: true });
      this.#isRestored = this.#goal.restoreBest();
    } catch (error) {
      await this.#saveAfterFailure(error);
      throw error;
    } finally {
      this.#points?.dispose();
      this.#goal.dispose();
      this.#trainer.dispose();
      this.#validation?.dispose();
    }
  }

  /** Makes a checkpoint where one is due; it is at the end of the run. */
  async #checkpoint(
    { endsEpoch = false, isEnd = false } = {},
  ): Promise<void> {
    const ended = this.#ending ?? (isEnd ? "completed" : undefined);
    await this.#checkpointing?.visit(this.#record!, this.#trainer, {
      endsEpoch,
      best: this.#goal.best,
      ended,
    });
  }

  /** A run that fails between two steps could go on there: that is kept, too. */
  async #saveAfterFailure(error: unknown): Promise<void> {
    if (this.#isInStep || error instanceof DivergenceError) return;
    this.#ending = "failed";
    try {
      await this.#checkpoint();
    } catch {
      // The error that ends the run says more.
    }
  }

  async #takeEpochs(control: RunControl): Promise<void> {
    const progress = this.#progress;
    const { epochs, totalSteps } = this.#limits;
    const isBegun = progress.epoch.steps > 0 &&
      progress.epoch.steps < this.#perEpoch;
    if (isBegun) await this.#lookAround(control);
    while (progress.epoch.index < epochs) {
      if (progress.epoch.steps === 0) this.#trainer.forget();
      while (
        progress.epoch.steps < this.#perEpoch && progress.steps < totalSteps &&
        !await this.#isOver(control)
      ) {
        await this.#takeStep(control);
        if (progress.epoch.steps === this.#perEpoch) break; // what comes then belongs to the step
        await this.#checkpoint({ isEnd: progress.steps === totalSteps });
      }
      if (progress.epoch.steps === 0) break;
      const isWhole = progress.epoch.steps === this.#perEpoch;
      const isCalledOff = this.#ending === "stopped" ||
        this.#ending === "aborted";
      if (!isCalledOff) {
        // A longer run would not have validated in the middle of an epoch, so that it goes on from before.
        if (!isWhole) await this.#checkpoint({ isEnd: true });
        await this.#completeEpoch(control);
      }
      await this.#report(control, "epoch");
      if (!isWhole || this.#ending !== undefined) break;
      endEpoch(progress);
      const isEnd = progress.epoch.index === epochs;
      await this.#checkpoint({ endsEpoch: true, isEnd });
    }
  }

  /** A step and what follows from it. When it is over, the run could go on from its progress. */
  async #takeStep(control: RunControl): Promise<void> {
    this.#points?.visit();
    this.#isInStep = true;
    const error = await this.#learn();
    this.#isInStep = false;
    this.#tick(control);
    if (error === undefined) await this.#report(control, "step");
    else await this.#goBack(control, error, true);
    await this.#lookAround(control);
    await nextTurn();
  }

  /** Validates and samples between two steps, where that is due and was not done before the run was interrupted. */
  async #lookAround(control: RunControl): Promise<void> {
    const { validateEvery, sampleEvery } = this.#parts.settings;
    const { steps, epoch, validation, sample } = this.#progress;
    if (this.#validation === undefined) {
      this.#ending ??= this.#goal.afterStep();
    } else if (this.#isDue(validateEvery) && validation?.step !== steps) {
      await this.#validate(control);
    }
    const endsEpoch = epoch.steps === this.#perEpoch ||
      steps === this.#limits.totalSteps;
    if (
      this.#isDue(sampleEvery) && !endsEpoch && sample?.step !== steps &&
      await this.#sample(control)
    ) await this.#report(control, "sample");
  }

  /** Takes the step; gives what went wrong with its loss, if anything did. */
  async #learn(): Promise<DivergenceError | undefined> {
    const [trainer, progress] = [this.#trainer, this.#progress];
    const { model } = this.#parts;
    trainer.learningRate = this.#rate();
    const start = performance.now();
    const { index, steps } = progress.epoch;
    const isLast = progress.steps + 1 === this.#limits.totalSteps;
    let outcome: StepOutcome;
    try {
      outcome = await this.#learning.step(index, steps, isLast);
    } catch (error) {
      if (this.#guard && error instanceof DivergenceError) return error;
      trainer.restore();
      throw error;
    }
    const { loss, targets, correct } = outcome;
    const rule = this.#guard && findExplosion(progress, loss, {
      vocabSize: model.tokenizer.vocabSize,
      explosion: this.#guard.explosion,
    });
    if (rule !== undefined) return trainer.divergence("the loss", loss, rule);
    this.#pace.add(targets, (performance.now() - start) / 1000);
    addStep(progress, loss, targets, correct);
    return undefined;
  }

  /** The learning rate of the next step: the schedule's, lower where the run went back. */
  #rate(): number {
    const { steps, seconds, guard } = this.#progress;
    const totalSteps = estimateSteps({ steps, seconds, ...this.#limits });
    return this.#schedule.rate(steps, totalSteps) * guard.rateFactor;
  }

  /** Goes back to earlier weights, or fails. */
  async #goBack(
    control: RunControl,
    error: DivergenceError,
    isStep: boolean,
  ): Promise<void> {
    if (this.#points === undefined) {
      this.#trainer.restore();
      throw error;
    }
    const note = this.#points.goBack(error, isStep);
    await this.#report(control, "recovery", { note });
  }

  #isDue(every: number | undefined): boolean {
    return every !== undefined && this.#progress.steps % every === 0;
  }

  /** Waits while the run is paused, and tells whether it is to end. */
  async #isOver(control: RunControl): Promise<boolean> {
    await control.whenResumed();
    this.#tick(control);
    const isLate = this.#progress.seconds >= this.#limits.maxSeconds;
    this.#ending ??= control.stopReason ?? (isLate ? "time" : undefined);
    return this.#ending !== undefined;
  }

  /** Validates and samples after the last step of an epoch, or of the run. */
  async #completeEpoch(control: RunControl): Promise<void> {
    const progress = this.#progress;
    if (progress.validation?.step !== progress.steps) {
      await this.#validate(control);
    }
    await this.#sample(control);
    this.#ending ??= control.stopReason;
    this.#tick(control);
  }

  async #validate(control: RunControl): Promise<void> {
    const [validation, progress] = [this.#validation, this.#progress];
    if (validation === undefined) return;
    const measure = (): Promise<Measurement | undefined> =>
      validation.measure(async () => {
        await nextTurn();
        await control.whenResumed();
        return control.stopReason !== undefined;
      });
    let measured = await measure();
    while (measured !== undefined && !Number.isFinite(measured.loss)) {
      const { loss } = measured;
      const error = this.#trainer.divergence("the validation loss", loss);
      await this.#goBack(control, error, false);
      measured = await measure();
    }
    if (measured === undefined) return;
    const bitsPerCharacter = validation.bitsPerCharacter(measured.loss);
    progress.validation = {
      step: progress.steps,
      ...measured,
      bitsPerCharacter,
    };
    this.#schedule.observe(measured.loss);
    progress.schedule = this.#schedule.toJSON();
    this.#ending ??= this.#goal.afterValidation();
    this.#tick(control);
    await this.#report(control, "validation");
  }

  /** Has the model write; tells whether it did, rather than being stopped. */
  async #sample(control: RunControl): Promise<boolean> {
    const text = await this.#sampling?.write(control);
    if (text === undefined) return false;
    this.#progress.sample = { step: this.#progress.steps, text };
    return true;
  }

  /** Looks at the clock. */
  #tick(control: RunControl): void {
    this.#progress.seconds = control.elapsedSeconds - this.#clockStart;
  }

  async #report(
    control: RunControl,
    kind: RunReport["kind"],
    more: { note?: string } = {},
  ): Promise<void> {
    const { learningRate, gradientNorm } = this.#trainer;
    const tokensPerSecond = this.#pace.rate;
    const figures = { learningRate, gradientNorm, tokensPerSecond };
    const report = reportOf(kind, this.#progress, this.#limits, figures);
    await this.#outlets.tell({ ...report, ...more }, control);
  }
}
