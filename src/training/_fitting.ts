/**
 * The loop of one run: steps, validations, samples, reports.
 *
 * @module
 */
import type { TokenBatch, TokenBatches } from "../data/batches.ts";
import { type TokenArray, toTokenSource } from "../data/token_source.ts";
import type {
  RunReport,
  TrainingDisplay,
} from "../display/training_display.ts";
import { ensureEngine } from "../engine/engine.ts";
import { nextTurn } from "../engine/event_loop.ts";
import type { TrainingHistory } from "./history.ts";
import type { TrainableModel } from "./trainable_model.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { FitTokens } from "./fit_data.ts";
import type { FitSettings } from "./fit_options.ts";
import { Pace } from "./pace.ts";
import { Prefetch } from "./_prefetch.ts";
import type { RunControl } from "./run.ts";
import { Trainer } from "./train_step.ts";
import {
  compileReader,
  validate,
  type ValidationTokens,
  type WindowReader,
} from "./validate.ts";

/** Runs of fewer steps are over before a compiled step would pay. */
const COMPILED_FROM = 20;

/** A validation of fewer tokens is over before compiling it would pay. */
const COMPILED_FROM_TOKENS = 20_000;

/** Tokens that are decoded at a time. */
const DECODED_AT_ONCE = 2 ** 20;

/** What a run works with. */
export interface FittingParts {
  model: TrainableModel;
  settings: FitSettings;
  batches: TokenBatches;
  /** What the validation loss is measured on, if anything. */
  validation: FitTokens | undefined;
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
  /** Steps and targets of the epoch under way, the sum of the targets' losses, and the loss of the last step. */
  #epoch = { steps: 0, tokens: 0, sum: 0, loss: NaN };
  /** The clock when the engine was ready. */
  #startedAt = 0;
  #reader: WindowReader | undefined;
  /** The step after which the last validation was. */
  #validatedAt = 0;
  /** Tokens that a character of the validation part takes, once it is known. */
  #tokensPerCharacter: number | undefined;

  constructor(parts: FittingParts) {
    this.#parts = parts;
    const { settings: { steps, epochs }, batches: { stepsPerEpoch } } = parts;
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
        stepsPerEpoch: this.#parts.batches.stepsPerEpoch,
        trainTokens: this.#parts.batches.tokensPerEpoch,
        validationTokens: this.#validationTokens,
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

  /** Tokens of the validation part. */
  get #validationTokens(): number {
    const { validation } = this.#parts;
    if (validation === undefined) return 0;
    return validation.kind === "text"
      ? validation.tokens.length
      : validation.documents.reduce((sum, { length }) => sum + length, 0);
  }

  async #train(control: RunControl): Promise<void> {
    const { model, settings, batches } = this.#parts;
    const prefetch = new Prefetch(batches);
    const history = this.#history;
    const trainer = new Trainer(model.network, {
      ...settings,
      compiled: this.#totalSteps >= COMPILED_FROM,
    });
    try {
      for (let epoch = 0; epoch < this.#epochs; epoch++) {
        trainer.forget();
        this.#epoch = { steps: 0, tokens: 0, sum: 0, loss: NaN };
        for (let step = 0; step < batches.stepsPerEpoch; step++) {
          if (history.steps === this.#totalSteps) break;
          if (await this.#isOver(control)) break;
          if (!batches.carriesState) trainer.forget();
          const batch = prefetch.take(epoch, step);
          const isLast = history.steps + 1 === this.#totalSteps;
          await Promise.all([
            this.#takeStep(trainer, batch),
            isLast ? undefined : prefetch.prepareAfter(epoch, step),
          ]);
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
    const loss = await trainer.step(batch, this.#parts.batches.batchSize);
    const counted = batch.mask === undefined
      ? batch.targets.length
      : batch.mask.reduce((sum, counts) => sum + counts, 0);
    this.#pace.add(counted, (performance.now() - start) / 1000);
    const { steps, tokens, sum } = this.#epoch;
    this.#epoch = {
      steps: steps + 1,
      tokens: tokens + counted,
      sum: sum + loss * counted,
      loss,
    };
    history.steps++;
    history.loss = this.#meanLoss;
  }

  /** The mean over the epoch's targets so far. */
  get #meanLoss(): number {
    return this.#epoch.sum / this.#epoch.tokens;
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
    if (validation === undefined) return;
    if (this.#validationTokens >= COMPILED_FROM_TOKENS) {
      this.#reader ??= compileReader(model.network);
    }
    const loss = await validate(
      model.network,
      tokensOf(validation),
      async () => {
        await nextTurn();
        await control.whenResumed();
        return control.stopReason !== undefined;
      },
      this.#reader,
    );
    if (loss === undefined) return;
    if (!Number.isFinite(loss)) {
      throw trainer.divergence("the validation loss", loss);
    }
    const history = this.#history;
    history.validationLoss = loss;
    history.validationBitsPerCharacter = loss / Math.LN2 *
      (this.#tokensPerCharacter ??= tokensPerCharacter(
        model.tokenizer,
        validation,
      ));
    this.#validatedAt = history.steps;
    this.#report(control, "validation");
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
    const { model: { tokenizer }, batches } = this.#parts;
    const hasLineBreak = tokenizer.encode("\n", { unknown: "skip" }).length > 0;
    return hasLineBreak
      ? ""
      : tokenizer.decode(batches.batch(0, 0).inputs.subarray(0, 1));
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
    const { stepsPerEpoch } = this.#parts.batches;
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

/** Tokens for `validate()`. */
function tokensOf(validation: FitTokens): ValidationTokens {
  return validation.kind === "text" ? validation.tokens : validation.documents;
}

/** Tokens that a character takes; the first token of a text is read only, never predicted. */
function tokensPerCharacter(
  tokenizer: Tokenizer,
  validation: FitTokens,
): number {
  let [tokens, characters] = [0, 0];
  const texts = validation.kind === "text"
    ? [validation.tokens]
    : validation.documents;
  for (const source of texts.map(toTokenSource)) {
    for (let at = 1; at < source.length; at += DECODED_AT_ONCE) {
      const ids: TokenArray = source.read(
        at,
        Math.min(source.length, at + DECODED_AT_ONCE),
      );
      tokens += ids.length;
      for (const _ of tokenizer.decode(ids)) characters++;
    }
  }
  return tokens / characters;
}
