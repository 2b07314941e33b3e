/**
 * `fit()`: trains a language model on text, in the background, and shows how it goes.
 *
 * @module
 */
import { splitTokens } from "../data/split.ts";
import { TokenStreams } from "../data/streams.ts";
import { createTrainingDisplay } from "../display/create_training_display.ts";
import type {
  RunReport,
  TrainingDisplay,
} from "../display/training_display.ts";
import { ensureEngine } from "../engine/engine.ts";
import { nextTurn } from "../engine/event_loop.ts";
import type { TrainingHistory } from "../models/history.ts";
import type { LanguageModel } from "../models/language_model.ts";
import {
  type FitOptions,
  type FitSettings,
  fitSettings,
} from "./fit_options.ts";
import { Pace } from "./pace.ts";
import { Run, type RunControl } from "./run.ts";
import { Trainer } from "./train_step.ts";
import { validate } from "./validate.ts";

/** Models that are being trained. */
const inTraining = new WeakSet<LanguageModel>();

/**
 * Trains a model on a text. The run begins at once and works in the background: await it, watch it, pause it, stop it,
 * sample from the model meanwhile. Calling `fit()` again trains on.
 *
 * The end of the text is kept apart for validation. The rest is read as parallel streams, with the hidden state carried
 * from step to step (truncated back-propagation through time); gradients are clipped, Adam takes the steps.
 *
 * @param model The model to train.
 * @param text The text, or its token ids.
 * @param options How long, how fast, what to show.
 * @returns The run.
 * @throws {RangeError} If an option is out of range, if the text is too short, or has characters that the tokenizer
 * does not know.
 * @throws {TypeError} If an option has no effect.
 * @throws {Error} If the model is being trained already.
 *
 * @example Learn a line by heart
 * ```ts
 * import { buildLSTM, CharTokenizer, fit } from "@textloom/textloom";
 * import { assert } from "@std/assert";
 *
 * const text = "the whale, the whale, the white whale, ".repeat(4);
 * const model = buildLSTM({ tokenizer: CharTokenizer.train(text), units: 16, embedding: 8 });
 * const history = await fit(model, text, { epochs: 5, sequenceLength: 16, batchSize: 4, display: "none" });
 * assert(history.epochs[4]!.loss < history.epochs[0]!.loss);
 * model.dispose();
 * ```
 */
export function fit(
  model: LanguageModel,
  text: string | Int32Array,
  options: FitOptions = {},
): Run {
  const settings = fitSettings(options);
  const ids = typeof text === "string" ? encode(model, text) : text;
  checkIds(model, ids);
  const { train, validation } = splitTokens(ids, settings);
  const streams = new TokenStreams(train, settings);
  if (inTraining.has(model)) {
    throw new Error(
      "Cannot train: the model is being trained already; await the run or stop it first",
    );
  }
  const display = createTrainingDisplay(settings.display);
  inTraining.add(model);
  const fitting = new Fitting({
    model,
    settings,
    streams,
    validation,
    display,
  });
  return new Run((control) =>
    fitting.run(control).finally(() => inTraining.delete(model))
  );
}

function encode(model: LanguageModel, text: string): Int32Array {
  if (typeof text !== "string") {
    throw new TypeError(
      `Cannot train: the text must be a string or an Int32Array of token ids: ${typeof text}`,
    );
  }
  if (text === "") {
    throw new RangeError("Cannot train: the text must not be empty");
  }
  return model.tokenizer.encode(text);
}

function checkIds(model: LanguageModel, ids: Int32Array): void {
  if (!(ids instanceof Int32Array)) {
    throw new TypeError(
      `Cannot train: the text must be a string or an Int32Array of token ids: ${typeof ids}`,
    );
  }
  const { vocabSize } = model.tokenizer;
  const place = ids.findIndex((id) => id < 0 || id >= vocabSize);
  if (place >= 0) {
    throw new RangeError(
      `Cannot train: token ids must be from 0 to ${vocabSize - 1}: ${
        ids[place]
      } at place ${place}`,
    );
  }
}

/** What a run works with. */
interface FittingParts {
  model: LanguageModel;
  settings: FitSettings;
  streams: TokenStreams;
  validation: Int32Array;
  display: TrainingDisplay;
}

/** The loop of one run. */
class Fitting {
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
  /** Losses of the epoch under way. */
  #losses: number[] = [];

  constructor(parts: FittingParts) {
    this.#parts = parts;
    const { settings: { steps, epochs }, streams: { stepsPerEpoch } } = parts;
    this.#totalSteps = steps ?? epochs * stepsPerEpoch;
    this.#epochs = Math.ceil(this.#totalSteps / stepsPerEpoch);
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
      await this.#train(control);
    } catch (error) {
      failure = error;
      history.stopReason = "failed";
    }
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
    const trainer = new Trainer(model.network, settings);
    try {
      for (let epoch = 0; epoch < this.#epochs; epoch++) {
        trainer.forget();
        this.#losses = [];
        for (let step = 0; step < streams.stepsPerEpoch; step++) {
          if (history.steps === this.#totalSteps) break;
          if (await this.#isOver(control)) break;
          const start = performance.now();
          const batch = streams.batch(epoch, step);
          this.#losses.push(await trainer.step(batch, streams.batchSize));
          history.steps++;
          history.loss = mean(this.#losses);
          this.#count(start, batch.inputs.length);
          this.#report(control, "step");
          if (history.steps % (settings.validateEvery ?? Infinity) === 0) {
            await this.#validate(control);
          }
          await nextTurn();
        }
        if (this.#losses.length > 0) await this.#endEpoch(control);
        if (history.stopReason !== "completed") break;
      }
    } finally {
      trainer.dispose();
    }
  }

  /** Waits while the run is paused, and tells whether it has been asked to end. */
  async #isOver(control: RunControl): Promise<boolean> {
    const { signal, maxSeconds } = this.#parts.settings;
    await control.whenResumed();
    if (signal?.aborted) this.#history.stopReason = "aborted";
    else if (control.stopRequested || this.#history.seconds >= maxSeconds) {
      this.#history.stopReason = "stopped";
    }
    return this.#history.stopReason !== "completed";
  }

  async #endEpoch(control: RunControl): Promise<void> {
    const history = this.#history;
    const wasStopped = history.stopReason !== "completed";
    if (!wasStopped) await this.#validate(control);
    const sample = wasStopped ? undefined : await this.#sample();
    history.epochs.push({
      epoch: history.epochs.length + 1,
      steps: this.#losses.length,
      loss: mean(this.#losses),
      ...this.#validationFigures(),
      seconds: history.seconds,
      ...(sample !== undefined && { sample }),
    });
    this.#report(control, "epoch", sample);
  }

  async #validate(control: RunControl): Promise<void> {
    const { model, validation } = this.#parts;
    if (validation.length === 0) return;
    const start = performance.now();
    const loss = await validate(model.network, validation, async () => {
      await nextTurn();
      return control.stopRequested ||
        this.#parts.settings.signal?.aborted === true;
    });
    this.#history.seconds += (performance.now() - start) / 1000;
    if (loss === undefined) return;
    this.#history.validationLoss = loss;
    this.#history.validationBitsPerCharacter = loss / Math.LN2 *
      this.#tokensPerCharacter;
    this.#report(control, "validation");
  }

  /** Tokens that a character of the validation part takes; its first token is read only, never predicted. */
  get #tokensPerCharacter(): number {
    const { model: { tokenizer }, validation } = this.#parts;
    const predicted = validation.subarray(1);
    return predicted.length / [...tokenizer.decode(predicted)].length;
  }

  async #sample(): Promise<string | undefined> {
    const { model, settings: { sample, seed } } = this.#parts;
    if (sample === false) return undefined;
    const { prompt = "", maxTokens = 200, temperature = 0.8 } = sample;
    return await model.generate(prompt || this.#beginning, {
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

  #count(start: number, tokens: number): void {
    const seconds = (performance.now() - start) / 1000;
    this.#history.seconds += seconds;
    this.#pace.add(tokens, seconds);
  }

  #report(
    control: RunControl,
    kind: RunReport["kind"],
    sample?: string,
  ): void {
    const { steps, seconds } = this.#history;
    const { stepsPerEpoch } = this.#parts.streams;
    const report: RunReport = {
      kind,
      step: steps,
      totalSteps: this.#totalSteps,
      epoch: Math.ceil(steps / stepsPerEpoch),
      epochs: this.#epochs,
      loss: this.#losses.at(-1)!,
      meanLoss: mean(this.#losses),
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

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
