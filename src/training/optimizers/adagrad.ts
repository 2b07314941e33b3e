/**
 * Adagrad: steps in proportion to the gradient over the root of the sum of all squared gradients so far.
 *
 * Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization", 2011. With s the
 * sum of g²:
 *
 *     pytorch   p ← p − α · g / (√s + ε)
 *     keras     p ← p − α · g / √(s + ε)
 *
 * Weight decay is added to the gradient in PyTorch's form and decoupled in Keras's. PyTorch's `lr_decay` is a schedule of
 * the learning rate, and no part of this.
 *
 * @module
 */
import { type Tensor, tf, type Variable } from "../../engine/tf.ts";
import { checkOptions, NOT_NEGATIVE, POSITIVE } from "../option_checks.ts";
import {
  FORMS,
  type Optimizer,
  type OptimizerForm,
  OptimizerMemory,
  type TrainedVariable,
} from "./optimizer.ts";
import { checkDecay, type DecayOptions, WeightDecay } from "./weight_decay.ts";

/** Options of {@linkcode Adagrad}. */
export interface AdagradOptions extends DecayOptions {
  /**
   * What the sums of squares begin at.
   *
   * @default {0} in PyTorch's form, 0.1 in Keras's
   */
  initialSum?: number;

  /**
   * Keeps the divisor from being zero.
   *
   * @default {1e-10} in PyTorch's form, 1e-7 in Keras's
   */
  epsilon?: number;

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
 * @param options Options of {@linkcode Adagrad}.
 * @throws {TypeError} If an option is unknown, of the wrong type, or has no effect.
 * @throws {RangeError} If an option is out of range.
 */
export function checkAdagrad(options: AdagradOptions): void {
  checkOptions("adagrad", options, {
    numbers: {
      initialSum: NOT_NEGATIVE,
      epsilon: POSITIVE,
      weightDecay: NOT_NEGATIVE,
    },
    others: ["excludeFromDecay"],
    words: { form: FORMS },
  });
  checkDecay("adagrad", options);
}

/** Adagrad over a fixed list of parameters. */
export class Adagrad implements Optimizer {
  /** Its name. */
  readonly name = "adagrad";
  readonly #memory = new OptimizerMemory();
  readonly #parameters: readonly Variable[];
  readonly #options: Required<Pick<AdagradOptions, "epsilon" | "form">>;
  readonly #decay: WeightDecay;
  readonly #sums: Variable[];

  /**
   * @param parameters What to train; each is assigned by {@linkcode Adagrad.apply}.
   * @param options Where the sums begin, ε, decay and form.
   * @throws {TypeError} If an option is unknown, of the wrong type, or has no effect.
   * @throws {RangeError} If an option is out of range.
   */
  constructor(
    parameters: readonly TrainedVariable[],
    options: AdagradOptions = {},
  ) {
    checkAdagrad(options);
    const { form = "pytorch", weightDecay = 0, excludeFromDecay } = options;
    const { epsilon = form === "keras" ? 1e-7 : 1e-10 } = options;
    const { initialSum = form === "keras" ? 0.1 : 0 } = options;
    this.#parameters = parameters.map(({ variable }) => variable);
    this.#options = { epsilon, form };
    this.#decay = new WeightDecay(this.name, parameters, {
      weightDecay,
      decoupled: form === "keras",
      excludeFromDecay,
    });
    this.#sums = this.#memory.ofEach(parameters, "sum", initialSum);
  }

  /** The sums of squares. */
  get memory(): ReadonlyMap<string, Variable> {
    return this.#memory.variables;
  }

  /**
   * @param gradients One for each parameter, in their order.
   * @param learningRate Step size α, float32, shape ().
   */
  apply(gradients: readonly Tensor[], learningRate: Tensor): void {
    const { epsilon, form } = this.#options;
    tf.tidy(() => {
      const decay = this.#decay.at(learningRate);
      for (const [i, parameter] of this.#parameters.entries()) {
        const [gradient, decayed] = decay(i, gradients[i]!, parameter);
        const sum = this.#sums[i]!;
        sum.assign(tf.add(sum, tf.square(gradient)));
        const divisor = form === "keras"
          ? tf.sqrt(tf.add(sum, epsilon))
          : tf.add(tf.sqrt(sum), epsilon);
        const step = tf.div(tf.mul(gradient, learningRate), divisor);
        parameter.assign(tf.sub(decayed, step));
      }
    });
  }

  /** Frees what it remembers; the parameters stay. */
  dispose(): void {
    this.#memory.dispose();
  }
}
