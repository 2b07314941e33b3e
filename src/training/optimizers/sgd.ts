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
import { checkOptions, KEPT, NOT_NEGATIVE } from "../option_checks.ts";
import {
  FORMS,
  type Optimizer,
  type OptimizerForm,
  OptimizerMemory,
  type TrainedVariable,
} from "./optimizer.ts";
import { checkDecay, type DecayOptions, WeightDecay } from "./weight_decay.ts";

/** Options of {@linkcode SGD}. */
export interface SGDOptions extends DecayOptions {
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
    numbers: { momentum: KEPT, weightDecay: NOT_NEGATIVE },
    flags: ["nesterov"],
    others: ["excludeFromDecay"],
    words: { form: FORMS },
  });
  checkDecay("sgd", options);
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
  readonly #memory = new OptimizerMemory();
  readonly #parameters: readonly Variable[];
  readonly #options: Required<
    Pick<SGDOptions, "momentum" | "nesterov" | "form">
  >;
  readonly #decay: WeightDecay;
  readonly #directions: readonly Variable[];

  /**
   * @param parameters What to train; each is assigned by {@linkcode SGD.apply}.
   * @param options Momentum, decay and form.
   * @throws {TypeError} If an option is unknown, of the wrong type, or has no effect without momentum.
   * @throws {RangeError} If an option is out of range.
   */
  constructor(
    parameters: readonly TrainedVariable[],
    options: SGDOptions = {},
  ) {
    checkSGD(options);
    const { momentum = 0, nesterov = false, weightDecay = 0 } = options;
    const { form = "pytorch", excludeFromDecay } = options;
    this.#parameters = parameters.map(({ variable }) => variable);
    this.#options = { momentum, nesterov, form };
    this.#decay = new WeightDecay(this.name, parameters, {
      weightDecay,
      decoupled: form === "keras",
      excludeFromDecay,
    });
    this.#directions = momentum > 0
      ? this.#memory.ofEach(parameters, "momentum")
      : [];
  }

  /** The directions, with momentum. */
  get memory(): ReadonlyMap<string, Variable> {
    return this.#memory.variables;
  }

  /**
   * @param gradients One for each parameter, in their order.
   * @param learningRate Step size α, float32, shape ().
   */
  apply(gradients: readonly Tensor[], learningRate: Tensor): void {
    tf.tidy(() => {
      const decay = this.#decay.at(learningRate);
      for (const [i, parameter] of this.#parameters.entries()) {
        const [gradient, decayed] = decay(i, gradients[i]!, parameter);
        const step = this.#step(gradient, this.#directions[i], learningRate);
        parameter.assign(tf.sub(decayed, step));
      }
    });
  }

  /** Frees what it remembers; the parameters stay. */
  dispose(): void {
    this.#memory.dispose();
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
