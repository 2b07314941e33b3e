/**
 * Optimizers by name.
 *
 * @module
 */
import { shown } from "../../text/refusal.ts";
import { Adagrad, type AdagradOptions, checkAdagrad } from "./adagrad.ts";
import { Adam, type AdamOptions, checkAdam } from "./adam.ts";
import { checkLion, Lion, type LionOptions } from "./lion.ts";
import type { Optimizer, TrainedVariable } from "./optimizer.ts";
import { checkRMSprop, RMSprop, type RMSpropOptions } from "./rmsprop.ts";
import { checkSGD, SGD, type SGDOptions } from "./sgd.ts";

/** Name of an optimizer. */
export type OptimizerName =
  | "sgd"
  | "rmsprop"
  | "adagrad"
  | "adam"
  | "adamw"
  | "lion";

/** An optimizer by its name, or by its name with options. */
export type OptimizerChoice =
  | OptimizerName
  | ({ name: "sgd" } & SGDOptions)
  | ({ name: "rmsprop" } & RMSpropOptions)
  | ({ name: "adagrad" } & AdagradOptions)
  | ({ name: "adam" | "adamw" } & AdamOptions)
  | ({ name: "lion" } & LionOptions);

type Named = Exclude<OptimizerChoice, string>;

/** Of every name, how its options are checked, how it is made, and how many numbers it remembers of each parameter's. */
const KINDS: Record<OptimizerName, {
  check(options: Named): void;
  make(options: Named, parameters: readonly TrainedVariable[]): Optimizer;
  slots(options: Named): number;
}> = {
  sgd: {
    check: (options) => checkSGD(options as SGDOptions),
    make: (options, parameters) => new SGD(parameters, options as SGDOptions),
    slots: (options) => hasMomentum(options as SGDOptions) ? 1 : 0,
  },
  rmsprop: {
    check: (options) => checkRMSprop(options as RMSpropOptions),
    make: (options, parameters) =>
      new RMSprop(parameters, options as RMSpropOptions),
    slots: (options) =>
      1 + (hasMomentum(options as RMSpropOptions) ? 1 : 0) +
      ((options as RMSpropOptions).centered === true ? 1 : 0),
  },
  adagrad: {
    check: (options) => checkAdagrad(options as AdagradOptions),
    make: (options, parameters) =>
      new Adagrad(parameters, options as AdagradOptions),
    slots: () => 1, // the sum of squares
  },
  adam: {
    check: (options) => checkAdam(options as AdamOptions, "adam"),
    make: (options, parameters) => new Adam(parameters, options as AdamOptions),
    slots: () => 2, // the means of the gradient and of its square
  },
  adamw: {
    check: (options) => checkAdam(options as AdamOptions, "adamw"),
    make: (options, parameters) =>
      new Adam(parameters, options as AdamOptions, "adamw"),
    slots: () => 2,
  },
  lion: {
    check: (options) => checkLion(options as LionOptions),
    make: (options, parameters) => new Lion(parameters, options as LionOptions),
    slots: () => 1, // the mean of the gradient
  },
};

/**
 * Checks a choice without making anything, so that no engine is needed.
 *
 * @param choice Name, or name and options.
 * @throws {RangeError} If there is none of this name, or an option is out of range.
 * @throws {TypeError} If the choice is no name and no options, or an option is unknown, of the wrong type or has no effect.
 */
export function checkOptimizer(choice: OptimizerChoice): void {
  if (
    typeof choice !== "string" &&
    (typeof choice !== "object" || choice === null || Array.isArray(choice))
  ) {
    throw new TypeError(
      `Cannot make an optimizer: it must be a name or options with a name, such as "adam" or { name: "adam" }: ${
        shown(choice)
      }`,
    );
  }
  const named = byName(choice);
  if (!Object.hasOwn(KINDS, named.name)) {
    throw new RangeError(
      `Cannot make an optimizer: its name must be one of ${
        Object.keys(KINDS).join(", ")
      }: ${named.name}`,
    );
  }
  KINDS[named.name].check(named);
}

/**
 * @param choice Name, or name and options.
 * @param parameters What to train.
 * @returns The optimizer.
 * @throws As {@linkcode checkOptimizer}.
 */
export function createOptimizer(
  choice: OptimizerChoice,
  parameters: readonly TrainedVariable[],
): Optimizer {
  checkOptimizer(choice);
  const named = byName(choice);
  return KINDS[named.name].make(named, parameters);
}

/**
 * @param choice Name, or name and options, that has been checked.
 * @returns How many numbers the optimizer remembers for each number of the parameters.
 */
export function optimizerSlots(choice: OptimizerChoice): number {
  const named = byName(choice);
  return KINDS[named.name].slots(named);
}

function hasMomentum({ momentum = 0 }: { momentum?: number }): boolean {
  return momentum > 0;
}

function byName(choice: OptimizerChoice): Named {
  return typeof choice === "string" ? { name: choice } as Named : choice;
}
