/**
 * The loop of one run: steps, validations, samples, reports.
 *
 * @module
 */
import type { TokenBatch, TokenStreams } from "../data/streams.ts";
import type {
  RunReport,
  TrainingDisplay,
} from "../display/training_display.ts";
import { ensureEngine } from "../engine/engine.ts";
import { nextTurn } from "../engine/event_loop.ts";
import type { TrainingHistory } from "../models/history.ts";
import type { LanguageModel } from "../models/language_model.ts";
import type { FitSettings } from "./fit_options.ts";
import { Pace } from "./pace.ts";
import type { RunControl } from "./run.ts";
import { Trainer } from "./train_step.ts";
import { compileReader, validate, type WindowReader } from "./validate.ts";

/** Runs of fewer steps are over before a compiled step would pay. */
const COMPILED_FROM = 20;

/** A validation of fewer tokens is over before compiling it would pay. */
const COMPILED_FROM_TOKENS = 20_000;

/** What a run works with. */
export interface FittingParts {
  model: LanguageModel;
  settings: FitSettings;
  streams: TokenStreams;
  validation: Int32Array;
  display: TrainingDisplay;
}

/** The loop of one run. */
export class Fitting {
  readonly #parts: FittingParts;
  readonly #totalSteps: number;
  readonly #epochs: number;
  readonly #pace = new Pace();
  readonly #history: TrainingHistory = {
    epochs: [],
    stopReason: "completed",
    steps: 0,
    seconds: 0,
  };
  /** Steps of the epoch under way, the sum of their losses, and the last of them. */
  #epoch = { steps: 0, sum: 0, loss: NaN };
  /** The clock when the engine was ready. */
  #startedAt = 0;
  #reader: WindowReader | undefined;
  /** The step after which the last validation was. */
  #validatedAt = 0;

  constructor(parts: FittingParts) {
    this.#parts = parts;
    const { settings: { steps, epochs }, streams: { stepsPerEpoch } } = parts;
    this.#totalSteps = steps ?? epochs * stepsPerEpoch;
    this.#epochs = Math.ceil(this.#totalSteps / stepsPerEpoch);
    this.#startSample(); // only checks the options: nothing is computed before the first piece is asked for
  }

  async run(control: RunControl): Promise<TrainingHistory> {
    const { model, display } = this.#parts;
    const history = this.#history;
    let failure: unknown;
    try {
      const engine = await ensureEngine();
      display.start({
        model: model.toString(),
        engine: engine.description,
        epochs: this.#epochs,
        stepsPerEpoch: this.#parts.streams.stepsPerEpoch,
        trainTokens: this.#trainTokens,
        validationTokens: this.#parts.validation.length,
      });
      this.#startedAt = control.elapsedSeconds;
      await this.#train(control);
    } catch (error) {
      failure = error;
      history.stopReason = "failed";
    }
    history.seconds = this.#seconds(control);
    if (history.steps > 0) model.history.push(history);
    await display.end({
      stopReason: history.stopReason,
      steps: history.steps,
      elapsedSeconds: history.seconds,
      loss: history.loss ?? NaN,
      ...this.#validationFigures(),
      ...(failure !== undefined && {
        error: failure instanceof Error ? failure.message : String(failure),
      }),
    });
    if (failure !== undefined) throw failure;
    return history;
  }

  get #trainTokens(): number {
    const { batchSize, sequenceLength, stepsPerEpoch } = this.#parts.streams;
    return batchSize * sequenceLength * stepsPerEpoch;
  }

  async #train(control: RunControl): Promise<void> {
    const { model, settings, streams } = this.#parts;
    const history = this.#history;
    const trainer = new Trainer(model.network, {
      ...settings,
      compiled: this.#totalSteps >= COMPILED_FROM,
    });
    try {
      for (let epoch = 0; epoch < this.#epochs; epoch++) {
        trainer.forget();
        this.#epoch = { steps: 0, sum: 0, loss: NaN };
        for (let step = 0; step < streams.stepsPerEpoch; step++) {
          if (history.steps === this.#totalSteps) break;
          if (await this.#isOver(control)) break;
          await this.#takeStep(trainer, streams.batch(epoch, step));
          this.#report(control, "step");
          if (history.steps % (settings.validateEvery ?? Infinity) === 0) {
            await this.#validate(control, trainer);
          }
          await nextTurn();
        }
        if (this.#epoch.steps > 0) await this.#endEpoch(control, trainer);
        if (history.stopReason !== "completed") break;
      }
    } catch (error) {
      trainer.restore();
      throw error;
    } finally {
      trainer.dispose();
      this.#reader?.dispose();
    }
  }

  async #takeStep(trainer: Trainer, batch: TokenBatch): Promise<void> {
    const history = this.#history;
    const start = performance.now();
    const loss = await trainer.step(batch, this.#parts.streams.batchSize);
    this.#pace.add(batch.inputs.length, (performance.now() - start) / 1000);
    const { steps, sum } = this.#epoch;
    this.#epoch = { steps: steps + 1, sum: sum + loss, loss };
    history.steps++;
    history.loss = this.#meanLoss;
  }

  /** Every step has as many tokens, so this is the mean over tokens too. */
  get #meanLoss(): number {
    return this.#epoch.sum / this.#epoch.steps;
  }

  /** Waits while the run is paused, and tells whether it is to end. */
  async #isOver(control: RunControl): Promise<boolean> {
    const history = this.#history;
    await control.whenResumed();
    const isLate = this.#seconds(control) >= this.#parts.settings.maxSeconds;
    const reason = control.stopReason ?? (isLate ? "stopped" : undefined);
    if (reason !== undefined) history.stopReason = reason;
    return reason !== undefined;
  }

  /** Validates and samples, unless the run was ended in the middle of the epoch. */
  async #endEpoch(control: RunControl, trainer: Trainer): Promise<void> {
    const history = this.#history;
    let sample: string | undefined;
    if (history.stopReason === "completed") {
      if (this.#validatedAt !== history.steps) {
        await this.#validate(control, trainer);
      }
      sample = await this.#sample(control);
      history.stopReason = control.stopReason ?? "completed";
    }
    history.seconds = this.#seconds(control);
    history.epochs.push({
      epoch: history.epochs.length + 1,
      steps: this.#epoch.steps,
      loss: this.#meanLoss,
      ...(this.#validatedAt === history.steps && this.#validationFigures()),
      seconds: history.seconds,
      ...(sample !== undefined && { sample }),
    });
    this.#report(control, "epoch", sample);
  }

  async #validate(control: RunControl, trainer: Trainer): Promise<void> {
    const { model, validation } = this.#parts;
    if (validation.length === 0) return;
    if (validation.length >= COMPILED_FROM_TOKENS) {
      this.#reader ??= compileReader(model.network);
    }
    const loss = await validate(model.network, validation, async () => {
      await nextTurn();
      await control.whenResumed();
      return control.stopReason !== undefined;
    }, this.#reader);
    if (loss === undefined) return;
    if (!Number.isFinite(loss)) {
      throw trainer.divergence("the validation loss", loss);
    }
    const history = this.#history;
    history.validationLoss = loss;
    history.validationBitsPerCharacter = loss / Math.LN2 *
      this.#tokensPerCharacter;
    this.#validatedAt = history.steps;
    this.#report(control, "validation");
  }

  /** Tokens that a character of the validation part takes; its first token is read only, never predicted. */
  get #tokensPerCharacter(): number {
    const { model: { tokenizer }, validation } = this.#parts;
    const predicted = validation.subarray(1);
    return predicted.length / [...tokenizer.decode(predicted)].length;
  }

  /** What the model writes now; undefined where the run is to end before it is written. */
  async #sample(control: RunControl): Promise<string | undefined> {
    const pieces = this.#startSample();
    if (pieces === undefined) return undefined;
    let text = "";
    for await (const piece of pieces) {
      await control.whenResumed();
      if (control.stopReason !== undefined) return undefined;
      text += piece;
    }
    return text;
  }

  #startSample(): AsyncGenerator<string> | undefined {
    const { model, settings: { sample, seed } } = this.#parts;
    if (sample === false) return undefined;
    const { prompt = "", maxTokens = 200, temperature = 0.8 } = sample;
    return model.stream(prompt || this.#beginning, {
      maxTokens,
      temperature,
      ...(temperature > 0 && { seed }),
    });
  }

  /** What a sample begins with when the vocabulary has no line break. */
  get #beginning(): string {
    const { model: { tokenizer }, streams } = this.#parts;
    const hasLineBreak = tokenizer.encode("\n", { unknown: "skip" }).length > 0;
    return hasLineBreak
      ? ""
      : tokenizer.decode(streams.batch(0, 0).inputs.subarray(0, 1));
  }

  /** Seconds since the training began, pauses left out. */
  #seconds(control: RunControl): number {
    return control.elapsedSeconds - this.#startedAt;
  }

  #report(
    control: RunControl,
    kind: RunReport["kind"],
    sample?: string,
  ): void {
    const { steps } = this.#history;
    const { stepsPerEpoch } = this.#parts.streams;
    const seconds = this.#seconds(control);
    const report: RunReport = {
      kind,
      step: steps,
      totalSteps: this.#totalSteps,
      epoch: Math.ceil(steps / stepsPerEpoch),
      epochs: this.#epochs,
      loss: this.#epoch.loss,
      meanLoss: this.#meanLoss,
      ...this.#validationFigures(),
      tokensPerSecond: this.#pace.rate,
      elapsedSeconds: seconds,
      remainingSeconds: (this.#totalSteps - steps) * seconds / steps,
      ...(sample !== undefined && { sample }),
    };
    this.#parts.display.update(report);
    control.report(report);
  }

  #validationFigures(): Pick<
    RunReport,
    "validationLoss" | "validationBitsPerCharacter"
  > {
    const { validationLoss, validationBitsPerCharacter } = this.#history;
    return {
      ...(validationLoss !== undefined && { validationLoss }),
      ...(validationBitsPerCharacter !== undefined &&
        { validationBitsPerCharacter }),
    };
  }
}
