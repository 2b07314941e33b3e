/**
 * The run of a model that counts: every text once, without steps along gradients.
 *
 * @module
 */
import { type TokenArray, toTokenSource } from "../data/token_source.ts";
import type {
  RunReport,
  TrainingDisplay,
} from "../display/training_display.ts";
import { ensureEngine } from "../engine/engine.ts";
import { nextTurn } from "../engine/event_loop.ts";
import type { Counting } from "../networks/network.ts";
import { describeData } from "./data_record.ts";
import { type FitTokens, sizeOf, textsOf } from "./fit_data.ts";
import type { FitOptions } from "./fit_options.ts";
import type { EpochRecord, TrainingHistory } from "./history.ts";
import { makeShowable } from "./history_table.ts";
import { measureCounts } from "./_measure_counts.ts";
import { summaryOf } from "./_reports.ts";
import type { RunControl } from "./run.ts";
import { Sampling } from "./_sampling.ts";
import type { TrainableModel } from "./trainable_model.ts";
import { Validation } from "./_validation.ts";

/** Options of `fit()` that mean something for a model that counts. */
const MEANINGFUL: readonly (keyof FitOptions)[] = [
  "validation",
  "gap",
  "unknown",
  "seed",
  "sample",
  "signal",
  "display",
  "onEpoch",
];

/** What a run of counting works with. */
export interface CountingParts {
  model: TrainableModel;
  counting: Counting;
  train: FitTokens;
  validation: FitTokens | undefined;
  display: TrainingDisplay;
  options: FitOptions;
}

/**
 * @param options What the caller gave.
 * @throws {TypeError} If one has no effect on a model that counts.
 */
export function refuseStepOptions(options: FitOptions): void {
  for (const name of Object.keys(options) as (keyof FitOptions)[]) {
    if (MEANINGFUL.includes(name)) continue;
    throw new TypeError(
      `Cannot train: ${name} has no effect on a model that counts, leave it out; what has one is ${
        MEANINGFUL.join(", ")
      }`,
    );
  }
}

/**
 * @param train What is to be counted.
 * @throws {RangeError} If nothing in it could be predicted.
 */
export function checkCountable(train: FitTokens): void {
  const texts = textsOf(train);
  if (texts.some(({ length }) => length >= 2)) return;
  const rule = train.kind === "text"
    ? `the text needs 2 tokens, one to read and one to predict: it has ${
      sizeOf(train)
    }`
    : `a document needs 2 tokens, one to read and one to predict: none of ${texts.length} has them`;
  throw new RangeError(`Cannot train: ${rule}; give more data`);
}

/**
 * Counts the training part, measures both parts, and writes a sample.
 *
 * @param parts The model, and what it is to count.
 * @param control Pauses and ends the run; what is counted until then stays counted.
 * @returns The history, of one epoch.
 */
export async function runCounting(
  parts: CountingParts,
  control: RunControl,
): Promise<TrainingHistory> {
  const { model, display, train, validation } = parts;
  const history: TrainingHistory = {
    epochs: [],
    stopReason: "completed",
    steps: 0,
    seconds: 0,
  };
  let failure: { error: unknown } | undefined;
  try {
    const { description: engine } = await ensureEngine();
    const measured = validation && new Validation(model, validation);
    display.start({
      model: model.toString(),
      engine,
      epochs: 1,
      stepsPerEpoch: 1,
      trainTokens: sizeOf(train),
      validationTokens: measured?.size ?? 0,
    });
    history.data = await describeData(train, model.tokenizer.vocabSize);
    await count(parts, control, history, measured);
  } catch (error) {
    failure = { error };
    history.stopReason = "failed";
  }
  history.seconds = control.elapsedSeconds;
  makeShowable(history);
  if (history.steps > 0) model.history.push(history);
  await display.end(summaryOf(history, failure));
  if (failure !== undefined) throw failure.error;
  return history;
}

async function count(
  { model, counting, train, display, options }: CountingParts,
  control: RunControl,
  history: TrainingHistory,
  validation: Validation | undefined,
): Promise<void> {
  /** Gives the event loop a turn, and tells whether the run is to end. */
  const isOver = async (): Promise<boolean> => {
    await nextTurn();
    await control.whenResumed();
    if (control.stopReason === undefined) return false;
    history.stopReason = control.stopReason;
    return true;
  };
  const texts = textsOf(train);
  if (await isOver()) return;
  let tokens = 0;
  for (const text of texts) {
    for (const read of counting.count(text)) {
      history.steps = 1;
      tokens += read;
      if (await isOver()) return;
    }
  }
  const tokensPerSecond = tokens / control.elapsedSeconds;
  const own = await measureCounts(counting, texts, isOver);
  if (own === undefined) return;
  const { loss } = own;
  history.loss = loss;
  const measured = await validation?.measure(isOver);
  if (measured !== undefined) {
    history.validationLoss = measured.loss;
    history.validationBitsPerCharacter = validation!.bitsPerCharacter(
      measured.loss,
    );
  }
  const { sample: wanted = {}, seed = 0 } = options;
  const sample = history.stopReason === "completed" && wanted !== false
    ? await new Sampling(model, wanted, seed, () => firstOf(texts))
      .write(control)
    : undefined;
  const { validationLoss, validationBitsPerCharacter } = history;
  const figures = {
    loss,
    ...(validationLoss !== undefined && { validationLoss }),
    ...(validationBitsPerCharacter !== undefined &&
      { validationBitsPerCharacter }),
    ...(sample !== undefined && { sample }),
  };
  history.seconds = control.elapsedSeconds;
  const epoch: EpochRecord = {
    epoch: 1,
    steps: 1,
    ...figures,
    seconds: history.seconds,
  };
  history.epochs.push(epoch);
  const report: RunReport = {
    kind: "epoch",
    step: 1,
    totalSteps: 1,
    progress: 1,
    epoch: 1,
    epochs: 1,
    ...figures,
    meanLoss: loss,
    learningRate: 0,
    gradientNorm: 0,
    tokensPerSecond,
    elapsedSeconds: history.seconds,
    remainingSeconds: 0,
  };
  display.update(report);
  control.report(report);
  await options.onEpoch?.(report, control.run);
}

/** The first token of all, if there is one. */
function firstOf(texts: ReturnType<typeof textsOf>): TokenArray {
  const text = texts.find(({ length }) => length > 0);
  return text === undefined ? new Uint8Array() : toTokenSource(text).read(0, 1);
}
