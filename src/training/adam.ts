/**
 * The Adam optimizer.
 *
 * Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1, with ε outside the bias-corrected
 * root as there and in PyTorch (Keras and TensorFlow put it inside, which makes their ε another number).
 *
 * @module
 */
import { type Tensor, tf, type Variable } from "../engine/tf.ts";

/** Options of {@linkcode Adam}. */
export interface AdamOptions {
  /**
   * How much of the mean gradient is kept from step to step, from 0 up to but not 1.
   *
   * @default {0.9}
   */
  beta1?: number;

  /**
   * How much of the mean squared gradient is kept from step to step, from 0 up to but not 1.
   *
   * @default {0.999}
   */
  beta2?: number;

  /**
   * Added to the root of the mean squared gradient.
   *
   * @default {1e-8}
   */
  epsilon?: number;
}

/** What the optimizer remembers of one parameter. */
interface Moments {
  parameter: Variable;
  /** Running mean of the gradient, m. */
  mean: Variable;
  /** Running mean of the squared gradient, v. */
  square: Variable;
}

/** Adam over a fixed list of parameters. All that changes from step to step is a tensor, so that a step can be compiled. */
export class Adam {
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #epsilon: number;
  readonly #moments: Moments[];
  /** How many steps were taken, float32, shape (). */
  readonly #steps: Variable;

  /**
   * @param parameters What to train; each is assigned by {@linkcode Adam.apply}.
   * @param options Decays and ε.
   * @throws {RangeError} If an option is out of range.
   */
  constructor(parameters: readonly Variable[], options: AdamOptions = {}) {
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
    if (!(epsilon > 0 && epsilon < Infinity)) {
      throw new RangeError(
        `Cannot make Adam: epsilon must be a positive number: ${epsilon}`,
      );
    }
    for (const [name, value] of Object.entries({ beta1, beta2 })) {
      if (!(value >= 0 && value < 1)) {
        throw new RangeError(
          `Cannot make Adam: ${name} must be from 0 up to but not 1: ${value}`,
        );
      }
    }
    this.#beta1 = beta1;
    this.#beta2 = beta2;
    this.#epsilon = epsilon;
    const zeros = (like: Tensor): Variable =>
      tf.tidy(() => tf.variable(tf.zerosLike(like), false));
    this.#moments = parameters.map((parameter) => ({
      parameter,
      mean: zeros(parameter),
      square: zeros(parameter),
    }));
    this.#steps = tf.tidy(() => tf.variable(tf.scalar(0), false));
  }

  /**
   * Takes one step downhill.
   *
   * @param gradients One for each parameter, in their order.
   * @param learningRate Step size α, float32, shape ().
   */
  apply(gradients: readonly Tensor[], learningRate: Tensor): void {
    tf.tidy(() => {
      this.#steps.assign(tf.add(this.#steps, 1));
      const stepSize = tf.div(learningRate, this.#begun(this.#beta1)); // ()
      const rootBegun = tf.sqrt(this.#begun(this.#beta2)); // ()
      for (const [i, { parameter, mean, square }] of this.#moments.entries()) {
        const gradient = gradients[i]!;
        mean.assign(moveTowards(mean, gradient, 1 - this.#beta1));
        square.assign(
          moveTowards(square, tf.square(gradient), 1 - this.#beta2),
        );
        const root = tf.add(
          tf.div(tf.sqrt(square), rootBegun),
          this.#epsilon,
        ); // √v̂ + ε
        parameter.assign(
          tf.sub(parameter, tf.div(tf.mul(mean, stepSize), root)),
        );
      }
    });
  }

  /** 1 − βᵗ, the share of a running mean that is not its beginning at zero; by way of expm1, which is exact near 0. */
  #begun(beta: number): Tensor {
    if (beta === 0) return tf.scalar(1);
    return tf.neg(tf.expm1(tf.mul(this.#steps, Math.log(beta)))); // ()
  }

  /** Frees what the optimizer remembers; the parameters stay. */
  dispose(): void {
    this.#steps.dispose();
    for (const { mean, square } of this.#moments) tf.dispose([mean, square]);
  }
}

function moveTowards(from: Tensor, to: Tensor, share: number): Tensor {
  return tf.add(from, tf.mul(tf.sub(to, from), share));
}
