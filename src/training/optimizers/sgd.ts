/**
 * Stochastic gradient descent, with momentum where asked for.
 *
 * Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning", 2013. The
 * frameworks differ in whether the learning rate is part of what is remembered, which shows when it changes:
 *
 *     pytorch   b ← μ · b + g              p ← p − α · b
 *     keras     b ← μ · b − α · g          p ← p + b
 *
 * Weight decay is added to the gradient in PyTorch's form and decoupled in Keras's.
 *
 * @module
 */
import { type Tensor, tf, type Variable } from "../../engine/tf.ts";
import {
  checkOptions,
  DECAY,
  makeDecay,
  NOT_NEGATIVE,
  type Optimizer,
  type OptimizerForm,
  zeroSlots,
} from "./optimizer.ts";

/** Options of {@linkcode SGD}. */
export interface SGDOptions {
  /**
   * How much of the last direction is kept, μ, from 0 up to but not 1.
   *
   * @default {0}
   */
  momentum?: number;

  /**
   * Looks ahead along the momentum (Nesterov, 1983).
   *
   * @default {false}
   */
  nesterov?: boolean;

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
 * @param options Options of {@linkcode SGD}.
 * @throws {TypeError} If an option is unknown, of the wrong type, or has no effect without momentum.
 * @throws {RangeError} If an option is out of range.
 */
export function checkSGD(options: SGDOptions): void {
  checkOptions("sgd", options, {
    momentum: DECAY,
    weightDecay: NOT_NEGATIVE,
  }, ["nesterov"]);
  const { momentum = 0, nesterov = false } = options;
  if (nesterov && momentum === 0) {
    throw new TypeError(
      "Cannot make sgd: nesterov has no effect without momentum: give momentum, such as 0.9",
    );
  }
}

/** Gradient descent over a fixed list of parameters. */
export class SGD implements Optimizer {
  /** Its name. */
  readonly name = "sgd";
  /** The directions, with momentum. */
  readonly slots: readonly Variable[];
  readonly #parameters: readonly Variable[];
  readonly #options: Required<SGDOptions>;

  /**
   * @param parameters What to train; each is assigned by {@linkcode SGD.apply}.
   * @param options Momentum, decay and form.
   * @throws {TypeError} If an option is unknown, of the wrong type, or has no effect without momentum.
   * @throws {RangeError} If an option is out of range.
   */
  constructor(parameters: readonly Variable[], options: SGDOptions = {}) {
    checkSGD(options);
    const { momentum = 0, nesterov = false, weightDecay = 0 } = options;
    const { form = "pytorch" } = options;
    this.#parameters = parameters;
    this.#options = { momentum, nesterov, weightDecay, form };
    this.slots = momentum > 0 ? zeroSlots(parameters) : [];
  }

  /**
   * @param gradients One for each parameter, in their order.
   * @param learningRate Step size α, float32, shape ().
   */
  apply(gradients: readonly Tensor[], learningRate: Tensor): void {
    const { weightDecay, form } = this.#options;
    tf.tidy(() => {
      const decay = makeDecay(weightDecay, form === "keras", learningRate);
      for (const [i, parameter] of this.#parameters.entries()) {
        const [gradient, decayed] = decay(gradients[i]!, parameter);
        const step = this.#step(gradient, this.slots[i], learningRate);
        parameter.assign(tf.sub(decayed, step));
      }
    });
  }

  /** Frees what it remembers; the parameters stay. */
  dispose(): void {
    tf.dispose([...this.slots]);
  }

  /** What to take off the parameter. */
  #step(
    gradient: Tensor,
    slot: Variable | undefined,
    learningRate: Tensor,
  ): Tensor {
    const { momentum, nesterov, form } = this.#options;
    if (slot === undefined) return tf.mul(gradient, learningRate);
    // Keras remembers steps, PyTorch directions.
    const added = form === "keras" ? tf.mul(gradient, learningRate) : gradient;
    slot.assign(tf.add(tf.mul(slot, momentum), added));
    const taken = nesterov ? tf.add(added, tf.mul(slot, momentum)) : slot;
    return form === "keras" ? taken : tf.mul(taken, learningRate);
  }
}
