/**
 * RMSprop: steps in proportion to the gradient over its running root mean square.
 *
 * Tieleman and Hinton, "Neural Networks for Machine Learning", lecture 6.5, 2012. With s the running mean of g², less the
 * square of the running mean of g where centered (a variance, which rounding may not take below zero):
 *
 *     pytorch   d = g / (√s + ε)     b ← μ · b + d         p ← p − α · b
 *     keras     d = g / √(s + ε)     b ← μ · b + α · d     p ← p − b
 *
 * Weight decay is added to the gradient in PyTorch's form and decoupled in Keras's.
 *
 * @module
 */
import { type Tensor, tf, type Variable } from "../../engine/tf.ts";
import {
  checkOptions,
  KEPT,
  NOT_NEGATIVE,
  POSITIVE,
} from "../option_checks.ts";
import {
  FORMS,
  moveTowards,
  type Optimizer,
  type OptimizerForm,
  OptimizerMemory,
  type TrainedVariable,
} from "./optimizer.ts";
import { checkDecay, type DecayOptions, WeightDecay } from "./weight_decay.ts";

/** Options of {@linkcode RMSprop}. */
export interface RMSpropOptions extends DecayOptions {
  /**
   * How much of the mean squared gradient is kept from step to step, from 0 up to but not 1; PyTorch calls it alpha.
   *
   * @default {0.99} in PyTorch's form, 0.9 in Keras's
   */
  rho?: number;

  /**
   * How much of the last direction is kept, μ, from 0 up to but not 1.
   *
   * @default {0}
   */
  momentum?: number;

  /**
   * Keeps the divisor from being zero.
   *
   * @default {1e-8} in PyTorch's form, 1e-7 in Keras's
   */
  epsilon?: number;

  /**
   * Divides by the standard deviation of the gradient instead of its root mean square.
   *
   * @default {false}
   */
  centered?: boolean;

  /**
   * Share of every parameter that is added to its gradient; in Keras's form, the share that is taken off it at each step,
   * times the learning rate.
   *
   * @default {0}
   */
  weightDecay?: number;

  /**
   * Whose definition.
   *
   * @default {"pytorch"}
   */
  form?: OptimizerForm;
}

/**
 * @param options Options of {@linkcode RMSprop}.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function checkRMSprop(options: RMSpropOptions): void {
  checkOptions("rmsprop", options, {
    numbers: {
      rho: KEPT,
      momentum: KEPT,
      epsilon: POSITIVE,
      weightDecay: NOT_NEGATIVE,
    },
    flags: ["centered"],
    others: ["excludeFromDecay"],
    words: { form: FORMS },
  });
  checkDecay("rmsprop", options);
}

/** RMSprop over a fixed list of parameters. */
export class RMSprop implements Optimizer {
  /** Its name. */
  readonly name = "rmsprop";
  readonly #memory = new OptimizerMemory();
  readonly #parameters: readonly Variable[];
  readonly #options: Required<Omit<RMSpropOptions, keyof DecayOptions>>;
  readonly #decay: WeightDecay;
  readonly #squares: Variable[];
  readonly #means: Variable[];
  readonly #directions: Variable[];

  /**
   * @param parameters What to train; each is assigned by {@linkcode RMSprop.apply}.
   * @param options Decays, momentum, ε and form.
   * @throws {TypeError} If an option is unknown or of the wrong type.
   * @throws {RangeError} If an option is out of range.
   */
  constructor(
    parameters: readonly TrainedVariable[],
    options: RMSpropOptions = {},
  ) {
    checkRMSprop(options);
    const { form = "pytorch", momentum = 0, centered = false } = options;
    const { weightDecay = 0, excludeFromDecay } = options;
    const { rho = form === "keras" ? 0.9 : 0.99 } = options;
    const { epsilon = form === "keras" ? 1e-7 : 1e-8 } = options;
    this.#parameters = parameters.map(({ variable }) => variable);
    this.#options = { rho, momentum, epsilon, centered, form };
    this.#decay = new WeightDecay(this.name, parameters, {
      weightDecay,
      decoupled: form === "keras",
      excludeFromDecay,
    });
    const memory = this.#memory;
    this.#squares = memory.ofEach(parameters, "square");
    this.#means = centered ? memory.ofEach(parameters, "mean") : [];
    this.#directions = momentum > 0
      ? memory.ofEach(parameters, "momentum")
      : [];
  }

  /** The running means, and the directions with momentum. */
  get memory(): ReadonlyMap<string, Variable> {
    return this.#memory.variables;
  }

  /**
   * @param gradients One for each parameter, in their order.
   * @param learningRate Step size α, float32, shape ().
   */
  apply(gradients: readonly Tensor[], learningRate: Tensor): void {
    const { momentum, form } = this.#options;
    tf.tidy(() => {
      const decay = this.#decay.at(learningRate);
      for (const [i, parameter] of this.#parameters.entries()) {
        const [gradient, decayed] = decay(i, gradients[i]!, parameter);
        const scaled = this.#scale(gradient, i);
        const direction = form === "keras"
          ? tf.mul(scaled, learningRate)
          : scaled;
        const slot = this.#directions[i];
        slot?.assign(tf.add(tf.mul(slot, momentum), direction));
        const taken = slot ?? direction;
        parameter.assign(
          tf.sub(
            decayed,
            form === "keras" ? taken : tf.mul(taken, learningRate),
          ),
        );
      }
    });
  }

  /** Frees what it remembers; the parameters stay. */
  dispose(): void {
    this.#memory.dispose();
  }

  /** The gradient over its running root mean square, which moves on. */
  #scale(gradient: Tensor, i: number): Tensor {
    const { rho, epsilon, form } = this.#options;
    const [square, mean] = [this.#squares[i]!, this.#means[i]];
    square.assign(moveTowards(square, tf.square(gradient), 1 - rho));
    mean?.assign(moveTowards(mean, gradient, 1 - rho));
    const spread = mean === undefined
      ? square
      : tf.relu(tf.sub(square, tf.square(mean)));
    return tf.div(
      gradient,
      form === "keras"
        ? tf.sqrt(tf.add(spread, epsilon))
        : tf.add(tf.sqrt(spread), epsilon),
    );
  }
}
