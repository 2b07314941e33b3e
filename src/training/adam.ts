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
   * Step size α.
   *
   * @default {1e-3}
   */
  learningRate?: number;

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

/** Adam over a fixed list of parameters. */
export class Adam {
  readonly #learningRate: number;
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #epsilon: Tensor;
  readonly #keepFromMean: Tensor;
  readonly #keepFromSquare: Tensor;
  readonly #moments: Moments[];
  #steps = 0;

  /**
   * @param parameters What to train; each is assigned by {@linkcode Adam.apply}.
   * @param options Step size and decays.
   * @throws {RangeError} If an option is out of range.
   */
  constructor(parameters: readonly Variable[], options: AdamOptions = {}) {
    const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } =
      options;
    for (const [name, value] of Object.entries({ learningRate, epsilon })) {
      if (!(value > 0 && value < Infinity)) {
        throw new RangeError(
          `Cannot make Adam: ${name} must be a positive number: ${value}`,
        );
      }
    }
    for (const [name, value] of Object.entries({ beta1, beta2 })) {
      if (!(value >= 0 && value < 1)) {
        throw new RangeError(
          `Cannot make Adam: ${name} must be from 0 up to but not 1: ${value}`,
        );
      }
    }
    this.#learningRate = learningRate;
    this.#beta1 = beta1;
    this.#beta2 = beta2;
    this.#epsilon = tf.scalar(epsilon);
    this.#keepFromMean = tf.scalar(1 - beta1);
    this.#keepFromSquare = tf.scalar(1 - beta2);
    this.#moments = parameters.map((parameter) =>
      tf.tidy(() => ({
        parameter,
        mean: tf.variable(tf.zerosLike(parameter), false),
        square: tf.variable(tf.zerosLike(parameter), false),
      }))
    );
  }

  /**
   * Takes one step downhill.
   *
   * @param gradients One for each parameter, in their order.
   */
  apply(gradients: readonly Tensor[]): void {
    this.#steps++;
    tf.tidy(() => {
      const stepSize = tf.scalar(
        this.#learningRate / (1 - this.#beta1 ** this.#steps),
      );
      const correction = tf.scalar(
        1 / Math.sqrt(1 - this.#beta2 ** this.#steps),
      );
      for (const [i, { parameter, mean, square }] of this.#moments.entries()) {
        const gradient = gradients[i]!;
        mean.assign(moveTowards(mean, gradient, this.#keepFromMean));
        square.assign(
          moveTowards(square, tf.square(gradient), this.#keepFromSquare),
        );
        const root = tf.add(tf.mul(tf.sqrt(square), correction), this.#epsilon); // √v̂ + ε
        parameter.assign(
          tf.sub(parameter, tf.div(tf.mul(mean, stepSize), root)),
        );
      }
    });
  }

  /** Frees what the optimizer remembers; the parameters stay. */
  dispose(): void {
    tf.dispose([this.#epsilon, this.#keepFromMean, this.#keepFromSquare]);
    for (const { mean, square } of this.#moments) tf.dispose([mean, square]);
  }
}

function moveTowards(from: Tensor, to: Tensor, share: Tensor): Tensor {
  return tf.add(from, tf.mul(tf.sub(to, from), share));
}
