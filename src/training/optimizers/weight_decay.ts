/**
 * Weight decay, which comes before a step: coupled, it is added to the gradient (L2 regularization); decoupled, it is taken
 * off the parameter, times the learning rate (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019).
 *
 *     coupled      g ← g + λ · p
 *     decoupled    p ← p − α · λ · p
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/tf.ts";
import { show } from "../option_checks.ts";
import type { TrainedVariable } from "./optimizer.ts";

/**
 * Which parameters weight decay leaves alone: parts of their names, such as `["bias", "norm", "embedding"]`, or a function
 * of a name that says whether it does.
 */
export type DecayExclusion = readonly string[] | ((name: string) => boolean);

/** Options of weight decay that all optimizers share, but for their defaults. */
export interface DecayOptions {
  /** Share λ of every parameter, finite, from 0. */
  weightDecay?: number;

  /**
   * Which parameters are left alone.
   *
   * @default {[]} so that all decay, as PyTorch and Keras have it
   */
  excludeFromDecay?: DecayExclusion;
}

/**
 * @param what The optimizer's name, for the errors.
 * @param options The options as given.
 * @param usual The optimizer's weight decay where none is given.
 * @throws {TypeError} If `excludeFromDecay` is of the wrong type, or has no effect.
 */
export function checkDecay(
  what: string,
  { weightDecay, excludeFromDecay }: DecayOptions,
  usual = 0,
): void {
  if (excludeFromDecay === undefined) return;
  const isList = Array.isArray(excludeFromDecay) &&
    excludeFromDecay.every((part) => typeof part === "string" && part !== "");
  if (!isList && typeof excludeFromDecay !== "function") {
    throw new TypeError(
      `Cannot make ${what}: excludeFromDecay must be a list of parts of names, such as ["bias", "norm"], or a function: ${
        show(excludeFromDecay)
      }`,
    );
  }
  if ((weightDecay ?? usual) === 0) {
    throw new TypeError(
      `Cannot make ${what}: excludeFromDecay has no effect without weightDecay: give weightDecay, such as 0.01`,
    );
  }
}

/** Weight decay over a fixed list of parameters. */
export class WeightDecay {
  readonly #weightDecay: number;
  readonly #decoupled: boolean;
  /** Of every parameter, whether it decays. */
  readonly #decays: readonly boolean[];

  /**
   * @param what The optimizer's name, for the errors.
   * @param parameters What decays.
   * @param options λ, which of the two forms, and what is left alone.
   * @throws {TypeError} If `excludeFromDecay` fits none of the parameters or all, or answers with something else than true
   * or false.
   */
  constructor(
    what: string,
    parameters: readonly TrainedVariable[],
    { weightDecay, decoupled, excludeFromDecay }: {
      weightDecay: number;
      decoupled: boolean;
      excludeFromDecay: DecayExclusion | undefined;
    },
  ) {
    this.#weightDecay = weightDecay;
    this.#decoupled = decoupled;
    const names = parameters.map(({ name }) => name);
    this.#decays = names.map((name) =>
      excludeFromDecay === undefined ||
      !isLeftAlone(what, name, excludeFromDecay)
    );
    const left = this.#decays.filter((decays) => !decays).length;
    if (excludeFromDecay !== undefined && [0, names.length].includes(left)) {
      throw new TypeError(
        `Cannot make ${what}: excludeFromDecay must leave some parameters alone, and not all, of ${
          names.join(", ")
        }: ${left === 0 ? "none" : "all"} are`,
      );
    }
  }

  /**
   * @param learningRate α of this step, float32, shape ().
   * @returns From the place of a parameter, its gradient and its value to both with the decay.
   */
  at(
    learningRate: Tensor,
  ): (i: number, gradient: Tensor, parameter: Tensor) => [Tensor, Tensor] {
    const weightDecay = this.#weightDecay;
    if (weightDecay === 0) {
      return (_, gradient, parameter) => [gradient, parameter];
    }
    if (this.#decoupled) {
      const kept = tf.sub(1, tf.mul(learningRate, weightDecay)); // 1 − α · λ, ()
      return (i, gradient, parameter) => [
        gradient,
        this.#decays[i] ? tf.mul(parameter, kept) : parameter,
      ];
    }
    return (i, gradient, parameter) => [
      this.#decays[i]
        ? tf.add(gradient, tf.mul(parameter, weightDecay))
        : gradient,
      parameter,
    ];
  }
}

function isLeftAlone(
  what: string,
  name: string,
  exclusion: DecayExclusion,
): boolean {
  if (typeof exclusion !== "function") {
    return exclusion.some((part) => name.includes(part));
  }
  const answer: unknown = exclusion(name);
  if (typeof answer === "boolean") return answer;
  throw new TypeError(
    `Cannot make ${what}: excludeFromDecay must answer true or false for "${name}": ${
      show(answer)
    }`,
  );
}
