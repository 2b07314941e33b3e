/**
 * Lion: steps of one size in the direction of the sign of a mean gradient.
 *
 * Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023, algorithm 2. With one running mean m:
 *
 *     p ← p − α · (sign(β₁ · m + (1 − β₁) · g) + λ · p)
 *     m ← β₂ · m + (1 − β₂) · g
 *
 * Every number moves by α at each step, so α is to be three to ten times smaller than Adam's, and λ as many times larger.
 *
 * @module
 */
import { type Tensor, tf, type Variable } from "../../engine/tf.ts";
import { checkOptions, KEPT, NOT_NEGATIVE } from "../option_checks.ts";
import {
  moveTowards,
  type Optimizer,
  OptimizerMemory,
  type TrainedVariable,
} from "./optimizer.ts";
import { checkDecay, type DecayOptions, WeightDecay } from "./weight_decay.ts";

/** Options of {@linkcode Lion}. */
export interface LionOptions extends DecayOptions {
  /**
   * How much of the mean gradient counts for the sign, from 0 up to but not 1.
   *
   * @default {0.9}
   */
  beta1?: number;

  /**
   * How much of the mean gradient is kept from step to step, from 0 up to but not 1.
   *
   * @default {0.99}
   */
  beta2?: number;

  /**
   * Share of every parameter that is taken off at each step, times the learning rate.
   *
   * @default {0}
   */
  weightDecay?: number;
}

/**
 * @param options Options of {@linkcode Lion}.
 * @throws {TypeError} If an option is unknown, of the wrong type, or has no effect.
 * @throws {RangeError} If an option is out of range.
 */
export function checkLion(options: LionOptions): void {
  checkOptions("lion", options, {
    numbers: { beta1: KEPT, beta2: KEPT, weightDecay: NOT_NEGATIVE },
    others: ["excludeFromDecay"],
  });
  checkDecay("lion", options);
}

/** Lion over a fixed list of parameters. */
export class Lion implements Optimizer {
  /** Its name. */
  readonly name = "lion";
  readonly #memory = new OptimizerMemory();
  readonly #parameters: readonly Variable[];
  readonly #betas: { beta1: number; beta2: number };
  readonly #decay: WeightDecay;
  readonly #means: Variable[];

  /**
   * @param parameters What to train; each is assigned by {@linkcode Lion.apply}.
   * @param options Both decays of the mean, and that of the weights.
   * @throws {TypeError} If an option is unknown, of the wrong type, or has no effect.
   * @throws {RangeError} If an option is out of range.
   */
  constructor(
    parameters: readonly TrainedVariable[],
    options: LionOptions = {},
  ) {
    checkLion(options);
    const { beta1 = 0.9, beta2 = 0.99 } = options;
    const { weightDecay = 0, excludeFromDecay } = options;
    this.#parameters = parameters.map(({ variable }) => variable);
    this.#betas = { beta1, beta2 };
    this.#decay = new WeightDecay(this.name, parameters, {
      weightDecay,
      decoupled: true,
      excludeFromDecay,
    });
    this.#means = this.#memory.ofEach(parameters, "mean");
  }

  /** The running means. */
  get memory(): ReadonlyMap<string, Variable> {
    return this.#memory.variables;
  }

  /**
   * @param gradients One for each parameter, in their order.
   * @param learningRate Step size α, float32, shape ().
   */
  apply(gradients: readonly Tensor[], learningRate: Tensor): void {
    const { beta1, beta2 } = this.#betas;
    tf.tidy(() => {
      const decay = this.#decay.at(learningRate);
      for (const [i, parameter] of this.#parameters.entries()) {
        const [gradient, decayed] = decay(i, gradients[i]!, parameter);
        const mean = this.#means[i]!;
        const direction = tf.sign(moveTowards(mean, gradient, 1 - beta1));
        mean.assign(moveTowards(mean, gradient, 1 - beta2));
        parameter.assign(tf.sub(decayed, tf.mul(direction, learningRate)));
      }
    });
  }

  /** Frees what it remembers; the parameters stay. */
  dispose(): void {
    this.#memory.dispose();
  }
}
