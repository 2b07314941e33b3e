/**
 * `findLearningRate()`: the learning-rate range test (Smith, "Cyclical Learning Rates for Training Neural Networks", 2015,
 * section 3.3), with rates that rise exponentially.
 *
 * @module
 */
import { ensureEngine } from "../engine/engine.ts";
import { nextTurn } from "../engine/event_loop.ts";
import { batchesOf } from "./_batches_of.ts";
import { DivergenceError } from "./divergence_error.ts";
import { type FitData, fitTokens } from "./fit_data.ts";
import type { FitOptions } from "./fit_options.ts";
import { type FitSettings, fitSettings } from "./fit_settings.ts";
import { holdModel } from "./_hold_model.ts";
import { Learning } from "./_learning.ts";
import { LearningRateRange, smooth } from "./learning_rate_range.ts";
import {
  anything,
  checkOptions,
  type OptionRules,
  quote,
  within,
} from "./_option_rules.ts";
import { Snapshot } from "./snapshot.ts";
import type { TrainableModel } from "./trainable_model.ts";
import { Trainer } from "./train_step.ts";

/** Options of {@linkcode findLearningRate}: its own, and those of `fit()` that say how a step is taken. */
export interface FindLearningRateOptions extends
  Pick<
    FitOptions,
    | "batchSize"
    | "sequenceLength"
    | "optimizer"
    | "accumulate"
    | "loss"
    | "labelSmoothing"
    | "clipNorm"
    | "clipValue"
    | "batches"
    | "unknown"
    | "seed"
    | "signal"
  > {
  /**
   * The first rate.
   *
   * @default {1e-6}
   */
  from?: number;

  /**
   * The last rate.
   *
   * @default {1}
   */
  to?: number;

  /**
   * How many rates to try, one a step; 10 at least.
   *
   * @default {100}
   */
  steps?: number;
}

/** More rates are closer together than the noise of a loss. */
const MOST_STEPS = 100_000;

const rate = within("a positive number", (x) => x > 0 && x < Infinity);

/** What each option may be; those of `fit()` are checked as it does. */
const RULES: OptionRules<FindLearningRateOptions> = {
  from: rate,
  to: rate,
  steps: within(
    "an integer from 10 to 100000",
    (x) => Number.isSafeInteger(x) && x >= 10 && x <= MOST_STEPS,
  ),
  batchSize: anything,
  sequenceLength: anything,
  optimizer: anything,
  accumulate: anything,
  loss: anything,
  labelSmoothing: anything,
  clipNorm: anything,
  clipValue: anything,
  batches: anything,
  unknown: anything,
  seed: anything,
  signal: anything,
};

/** The smoothed loss that ends the test, in multiples of the lowest. */
const DIVERGED = 4;
/** Fewer steps are over before a compiled one would pay. */
const COMPILED_FROM = 20;
/** Fewer losses have no slope. */
const LEAST = 3;

/**
 * Trains for a moment with learning rates from far too low to far too high, and tells where the loss falls fastest. The test
 * ends when the loss is several times the lowest; the model has its weights back then.
 *
 * @param model The model; it must not be in training.
 * @param data What it is to learn, in any form that `fit()` takes.
 * @param options Rates, and how a step is taken.
 * @returns Rates, losses and a suggestion; a notebook shows them as a chart.
 * @throws {RangeError} If an option is out of range, if there is too little text, or if even the lowest rates diverge.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 *
 * @example Choose the rate of a run
 * ```ts
 * import { buildLSTM, CharTokenizer, findLearningRate } from "@textloom/textloom";
 * import { assert } from "@std/assert";
 *
 * const text = "the whale, the whale, the white whale, ".repeat(4);
 * const model = buildLSTM({ tokenizer: CharTokenizer.train(text), units: 16, embedding: 8 });
 * const range = await findLearningRate(model, text, { steps: 60, sequenceLength: 16, batchSize: 4 });
 * assert(range.suggestion > 1e-6 && range.suggestion < 1);
 * model.dispose();
 * ```
 */
export async function findLearningRate(
  model: TrainableModel,
  data: FitData,
  options: FindLearningRateOptions = {},
): Promise<LearningRateRange> {
  if (typeof model?.network?.forward !== "function") {
    throw new TypeError(
      `Cannot find a learning rate: the model must be one, such as buildLSTM() gives: ${
        quote(model)
      }`,
    );
  }
  if (model.network.counting !== undefined) {
    throw new TypeError(
      `Cannot find a learning rate: the model must learn by steps along gradients: it is a ${model}`,
    );
  }
  const { rates, settings } = resolve(options, model.network.context);
  const { unknown, signal } = settings;
  const tokens = fitTokens(
    data,
    model.tokenizer,
    unknown === undefined ? {} : { unknown },
  );
  const batches = batchesOf(tokens, settings);
  const release = holdModel(model);
  try {
    await ensureEngine();
    const trainer = new Trainer(model.network, {
      ...settings,
      learningRate: rates[0]!,
      compiled: rates.length * settings.accumulate >= COMPILED_FROM,
    });
    const weights = Array.from(
      model.network.parameters.values(),
      ({ variable }) => variable,
    );
    const before = new Snapshot(weights, 0);
    try {
      const learning = new Learning(trainer, batches, settings.accumulate);
      const losses = await tryRates(trainer, learning, rates, {
        perEpoch: Math.ceil(batches.stepsPerEpoch / settings.accumulate),
        signal,
      });
      return new LearningRateRange(rates.slice(0, losses.length), losses);
    } finally {
      before.restore();
      before.dispose();
      trainer.dispose();
    }
  } finally {
    release();
  }
}

/** A step with each rate, until the loss diverges. */
async function tryRates(
  trainer: Trainer,
  learning: Learning,
  rates: readonly number[],
  { perEpoch, signal }: { perEpoch: number; signal: AbortSignal | undefined },
): Promise<number[]> {
  const losses: number[] = [];
  for (const [i, rate] of rates.entries()) {
    signal?.throwIfAborted();
    if (i % perEpoch === 0) trainer.forget();
    trainer.learningRate = rate;
    try {
      const epoch = Math.floor(i / perEpoch);
      const { loss } = await learning.step(
        epoch,
        i % perEpoch,
        i + 1 === rates.length,
      );
      losses.push(loss);
    } catch (error) {
      if (error instanceof DivergenceError && losses.length >= LEAST) break;
      throw error;
    }
    const smoothed = smooth(losses);
    const isDiverged = smoothed.at(-1)! > DIVERGED * Math.min(...smoothed);
    if (isDiverged && losses.length >= LEAST) break;
    await nextTurn();
  }
  return losses;
}

/** Checks the options; gives the rates, and what `fit()` makes of the rest. */
function resolve(
  options: FindLearningRateOptions,
  context: number | undefined,
): { rates: number[]; settings: FitSettings } {
  const given = checkOptions(options, RULES);
  const { from = 1e-6, to = 1, steps = 100, ...rest } = given;
  if (from >= to) {
    throw new RangeError(
      `Cannot train: from must be below to: ${from} and ${to}`,
    );
  }
  if (to / from === Infinity) {
    throw new RangeError(
      `Cannot train: to must be a finite multiple of from: ${to} and ${from}`,
    );
  }
  const rates = Array.from(
    { length: steps },
    (_, i) => from * (to / from) ** (i / (steps - 1)),
  );
  return { rates, settings: fitSettings(rest, context) };
}
