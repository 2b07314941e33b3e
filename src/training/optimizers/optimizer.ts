/**
 * What every optimizer is: a rule that changes parameters by their gradients, and its memory.
 *
 * All that changes from step to step is a variable or a tensor handed over, never a number of JavaScript, so that a step
 * can be compiled.
 *
 * @module
 */
import { type Tensor, tf, type Variable } from "../../engine/tf.ts";

/** An optimizer over a fixed list of parameters. */
export interface Optimizer {
  /** Its name, such as `adam`. */
  readonly name: string;
  /** What it remembers from step to step. */
  readonly slots: readonly Variable[];

  /**
   * Takes one step downhill.
   *
   * @param gradients One for each parameter, in their order.
   * @param learningRate Step size, float32, shape ().
   */
  apply(gradients: readonly Tensor[], learningRate: Tensor): void;

  /** Frees what it remembers; the parameters stay. */
  dispose(): void;
}

/** Whose definition is meant, where frameworks differ. */
export type OptimizerForm = "pytorch" | "keras";

/**
 * @param parameters The parameters.
 * @returns A variable of zeros for each.
 */
export function zeroSlots(parameters: readonly Variable[]): Variable[] {
  return parameters.map((parameter) =>
    tf.tidy(() => tf.variable(tf.zerosLike(parameter), false))
  );
}

/** Moves a running mean towards a new value: from + (to − from) · share. */
export function moveTowards(from: Tensor, to: Tensor, share: number): Tensor {
  return tf.add(from, tf.mul(tf.sub(to, from), share));
}

/**
 * Weight decay, which comes before a step: coupled, it is added to the gradient (L2 regularization); decoupled, it is taken
 * off the parameter, times the learning rate (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019).
 *
 *     coupled      g ← g + λ · p
 *     decoupled    p ← p − α · λ · p
 *
 * @param weightDecay λ.
 * @param decoupled Which of the two.
 * @param learningRate α, float32, shape ().
 * @returns From a gradient and its parameter to both with the decay.
 */
export function makeDecay(
  weightDecay: number,
  decoupled: boolean,
  learningRate: Tensor,
): (gradient: Tensor, parameter: Tensor) => [Tensor, Tensor] {
  if (weightDecay === 0) return (gradient, parameter) => [gradient, parameter];
  if (decoupled) {
    const kept = tf.sub(1, tf.mul(learningRate, weightDecay)); // 1 − α · λ, ()
    return (gradient, parameter) => [gradient, tf.mul(parameter, kept)];
  }
  return (gradient, parameter) => [
    tf.add(gradient, tf.mul(parameter, weightDecay)),
    parameter,
  ];
}

/** What a number may be. */
interface Range {
  /** In words. */
  rule: string;
  has: (value: number) => boolean;
}

/** Above 0 and finite. */
export const POSITIVE: Range = {
  rule: "a positive number",
  has: (value) => value > 0 && value < Infinity,
};
/** From 0 and finite. */
export const NOT_NEGATIVE: Range = {
  rule: "a number from 0",
  has: (value) => value >= 0 && value < Infinity,
};
/** What is kept of a running mean. */
export const DECAY: Range = {
  rule: "from 0 up to but not 1",
  has: (value) => value >= 0 && value < 1,
};

/**
 * @param name The optimizer's name, for the error.
 * @param options The options as given.
 * @param ranges Of every number, its range.
 * @param flags Names of the options that are true or false.
 * @throws {TypeError} If there is an option of another name or of the wrong type, or `form` is none.
 * @throws {RangeError} If a number is out of its range.
 */
export function checkOptions(
  name: string,
  options: object,
  ranges: Record<string, Range>,
  flags: readonly string[] = [],
): void {
  const known = [...Object.keys(ranges), ...flags, "form", "name"];
  for (const [key, value] of Object.entries(options)) {
    if (!known.includes(key)) {
      throw new TypeError(
        `Cannot make ${name}: there is no such option, only ${
          known.join(", ")
        }: ${key}`,
      );
    }
    if (value === undefined) continue;
    const range = ranges[key];
    if (range !== undefined && typeof value !== "number") {
      throw new TypeError(
        `Cannot make ${name}: ${key} must be a number: ${
          JSON.stringify(value)
        }`,
      );
    }
    if (flags.includes(key) && typeof value !== "boolean") {
      throw new TypeError(
        `Cannot make ${name}: ${key} must be true or false: ${
          JSON.stringify(value)
        }`,
      );
    }
    if (range !== undefined && !range.has(value)) {
      throw new RangeError(
        `Cannot make ${name}: ${key} must be ${range.rule}: ${value}`,
      );
    }
    if (key === "form" && value !== "pytorch" && value !== "keras") {
      throw new TypeError(
        `Cannot make ${name}: form must be "pytorch" or "keras": ${value}`,
      );
    }
  }
}
