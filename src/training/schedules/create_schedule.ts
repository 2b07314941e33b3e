/**
 * Schedules of the learning rate by name.
 *
 * @module
 */
import { show } from "../option_checks.ts";
import { checkOneCycle, oneCycle, type OneCycleOptions } from "./one_cycle.ts";
import { checkPlateau, Plateau, type PlateauOptions } from "./plateau.ts";
import type {
  PlateauState,
  RunLength,
  Schedule,
  ScheduleFunction,
} from "./schedule.ts";
import {
  checkWarmUp,
  checkWarmUpFits,
  type Fall,
  warmUp,
  type WarmUpAndFallOptions,
  type WarmUpOptions,
} from "./warm_up.ts";

/** Name of a schedule. */
export type ScheduleName = Fall | "one-cycle" | "plateau";

/** A schedule by its name, with the usual rate, or by its name with options. */
export type ScheduleChoice =
  | ScheduleName
  | ({ name: "constant" } & WarmUpOptions)
  | ({ name: "linear" | "cosine" } & WarmUpAndFallOptions)
  | ({ name: "one-cycle" } & OneCycleOptions)
  | ({ name: "plateau" } & PlateauOptions);

/**
 * A learning rate: a number, a schedule, or a schedule of one's own as a function.
 *
 * @example Warm up for a tenth of the run, then fall along a cosine
 * ```ts
 * import { buildLSTM, CharTokenizer, fit } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "the whale, the whale, the white whale, ".repeat(4);
 * const model = buildLSTM({ tokenizer: CharTokenizer.train(text), units: 8, embedding: 8 });
 * const learningRate = { name: "cosine", peak: 0.01, warmup: 0.1, end: 0.001 } as const;
 * const rates: number[] = [];
 * const run = fit(model, text, { steps: 20, batchSize: 2, sequenceLength: 8, learningRate, sample: false, display: "none" });
 * for await (const report of run) if (report.kind === "step") rates.push(report.learningRate);
 * assertEquals(rates.indexOf(0.01), 2); // the peak is reached after two steps
 * model.dispose();
 * ```
 */
export type LearningRate = number | ScheduleChoice | ScheduleFunction;

type Named = Exclude<ScheduleChoice, string>;

/** Of every name, how its options are checked. */
const CHECKS: Record<ScheduleName, (options: Named) => void> = {
  constant: (options) => checkWarmUp("constant", options as WarmUpOptions),
  linear: (options) => checkWarmUp("linear", options as WarmUpAndFallOptions),
  cosine: (options) => checkWarmUp("cosine", options as WarmUpAndFallOptions),
  "one-cycle": (options) => checkOneCycle(options as OneCycleOptions),
  plateau: (options) => checkPlateau(options as PlateauOptions),
};

/**
 * Checks a learning rate without making anything.
 *
 * @param choice A number, a name, a name and options, or a function.
 * @throws {RangeError} If a number is not positive and finite, if there is no schedule of this name, or an option is out of
 * range.
 * @throws {TypeError} If the choice is of another kind, or an option is unknown, of the wrong type or has no effect.
 */
export function checkLearningRate(choice: LearningRate): void {
  if (typeof choice === "function") return;
  if (typeof choice === "number") {
    if (choice > 0 && choice < Infinity) return;
    throw new RangeError(
      choice === Infinity
        ? "Cannot train: learningRate must be finite: Infinity"
        : `Cannot train: learningRate must be a positive number: ${choice}`,
    );
  }
  const isObject = typeof choice === "object" && choice !== null &&
    !Array.isArray(choice);
  if (typeof choice !== "string" && !isObject) {
    throw new TypeError(
      `Cannot train: learningRate must be a positive number, a schedule, such as { name: "cosine", warmup: 0.1 }, or a function: ${
        show(choice)
      }`,
    );
  }
  const named = byName(choice);
  if (!Object.hasOwn(CHECKS, named.name)) {
    throw new RangeError(
      `Cannot make a schedule: its name must be one of ${
        Object.keys(CHECKS).join(", ")
      }: ${show(named.name)}`,
    );
  }
  CHECKS[named.name](named);
}

/**
 * @param choice A number, a name, a name and options, or a function.
 * @param length What ends the run.
 * @param state What the schedule remembers from before, if it is one that does.
 * @returns The schedule.
 * @throws As {@linkcode checkLearningRate}; a RangeError if the warm-up is longer than the run; a TypeError if the schedule
 * goes by the run's end, and it has none; the rate itself throws if a function gives none.
 */
export function createSchedule(
  choice: LearningRate,
  length: Pick<RunLength, "totalSteps" | "maxSeconds">,
  state?: PlateauState | null,
): Schedule {
  checkLearningRate(choice);
  if (typeof choice === "number") return pure("constant", () => choice);
  if (typeof choice === "function") {
    return pure("function", (...at) => checkedRate(choice(...at), at[0]));
  }
  const named = byName(choice);
  if (named.name === "plateau") return new Plateau(named, state);
  const { name } = named;
  const { warmup = 0 } = named;
  const { totalSteps, maxSeconds } = length;
  const goesByEnd = name !== "constant" || (warmup > 0 && warmup < 1);
  if (goesByEnd && totalSteps === Infinity && maxSeconds === Infinity) {
    throw new TypeError(
      `Cannot make a ${name} schedule: the run must have an end: give epochs, steps or maxSeconds`,
    );
  }
  if (totalSteps < Infinity) {
    checkWarmUpFits(`a ${name} schedule`, warmup, totalSteps);
  }
  return named.name === "one-cycle"
    ? pure(name, oneCycle(named))
    : pure(name, warmUp(named.name, named));
}

/** A schedule that remembers nothing. */
function pure(name: string, rate: ScheduleFunction): Schedule {
  return {
    name,
    needsValidation: false,
    rate,
    observe: () => {},
    goBack: () => {},
    toJSON: () => null,
  };
}

function byName(choice: ScheduleChoice): Named {
  return typeof choice === "string" ? { name: choice } : choice;
}

/** What a caller's function gave, if it is a rate. */
function checkedRate(rate: unknown, step: number): number {
  if (typeof rate === "number" && rate >= 0 && rate < Infinity) return rate;
  throw new (typeof rate === "number" ? RangeError : TypeError)(
    `Cannot train: learningRate must give a number from 0: ${
      show(rate)
    } after ${step} steps`,
  );
}
