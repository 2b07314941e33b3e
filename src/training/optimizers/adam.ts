/**
 * Adam and AdamW.
 *
 * Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1; Loshchilov and Hutter, "Decoupled
 * Weight Decay Regularization", 2019, algorithm 2. With m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ):
 *
 *     pytorch   p ← p − α · m̂ / (√v̂ + ε)
 *     keras     p ← p − α · m̂ · √(1 − β₂ᵗ) / (√v + ε), the paper's second form, whose ε counts for more at first
 *
 * Weight decay is decoupled in AdamW and in all of Keras's form; PyTorch's Adam adds it to the gradient.
 *
 * Multiplied out, both are p ← p − m · a / (√v + e) with two numbers that all parameters share, a = α · √(1 − β₂ᵗ) / (1 − β₁ᵗ),
 * and e = ε · √(1 − β₂ᵗ) in PyTorch's form, ε in Keras's.
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

/** Options of {@linkcode Adam}. */
export interface AdamOptions extends DecayOptions {
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
   * @default {1e-8} in PyTorch's form, 1e-7 in Keras's
   */
  epsilon?: number;

  /**
   * Share of every parameter that is taken off at each step, times the learning rate; of Adam in PyTorch's form, the share
   * that is added to the gradient.
   *
   * @default {0} for Adam; for AdamW 0.01 in PyTorch's form, 0.004 in Keras's
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
 * @param options Options of {@linkcode Adam}.
 * @param name Whether it is Adam or AdamW.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function checkAdam(
  options: AdamOptions,
  name: "adam" | "adamw",
): void {
  checkOptions(name, options, {
    numbers: {
      beta1: KEPT,
      beta2: KEPT,
      epsilon: POSITIVE,
      weightDecay: NOT_NEGATIVE,
    },
    others: ["excludeFromDecay"],
    words: { form: FORMS },
  });
  checkDecay(name, options, usualDecay(name, options.form));
}

function usualDecay(name: "adam" | "adamw", form?: OptimizerForm): number {
  return name === "adam" ? 0 : form === "keras" ? 0.004 : 0.01;
}

/** Adam over a fixed list of parameters. */
export class Adam implements Optimizer {
  /** Its name. */
  readonly name: "adam" | "adamw";
  readonly #memory = new OptimizerMemory();
  readonly #parameters: readonly Variable[];
  readonly #options: Required<Omit<AdamOptions, keyof DecayOptions>>;
  readonly #decay: WeightDecay;
  readonly #means: Variable[];
  readonly #squares: Variable[];
  /** How many steps were taken, float32, shape (). */
  readonly #steps: Variable;

  /**
   * @param parameters What to train; each is assigned by {@linkcode Adam.apply}.
   * @param options Decays, ε and form.
   * @param name Whether it is Adam or AdamW.
   * @throws {TypeError} If an option is unknown or of the wrong type.
   * @throws {RangeError} If an option is out of range.
   */
  constructor(
    parameters: readonly TrainedVariable[],
    options: AdamOptions = {},
    name: "adam" | "adamw" = "adam",
  ) {
    checkAdam(options, name);
    const { form = "pytorch", beta1 = 0.9, beta2 = 0.999 } = options;
    const { epsilon = form === "keras" ? 1e-7 : 1e-8 } = options;
    const { weightDecay = usualDecay(name, form), excludeFromDecay } = options;
    this.name = name;
    this.#parameters = parameters.map(({ variable }) => variable);
    this.#options = { form, beta1, beta2, epsilon };
    this.#decay = new WeightDecay(name, parameters, {
      weightDecay,
      decoupled: name === "adamw" || form === "keras",
      excludeFromDecay,
    });
    this.#means = this.#memory.ofEach(parameters, "mean");
    this.#squares = this.#memory.ofEach(parameters, "square");
    this.#steps = this.#memory.counter("steps");
  }

  /** The running means, and the number of steps. */
  get memory(): ReadonlyMap<string, Variable> {
    return this.#memory.variables;
  }

  /**
   * @param gradients One for each parameter, in their order.
   * @param learningRate Step size α, float32, shape ().
   */
  apply(gradients: readonly Tensor[], learningRate: Tensor): void {
    const { beta1, beta2, epsilon, form } = this.#options;
    tf.tidy(() => {
      this.#steps.assign(tf.add(this.#steps, 1));
      const rootBegun = tf.sqrt(this.#begun(beta2)); // ()
      const stepSize = tf.div(
        tf.mul(learningRate, rootBegun),
        this.#begun(beta1),
      ); // a, ()
      const floor = form === "pytorch"
        ? tf.mul(rootBegun, epsilon)
        : tf.scalar(epsilon); // e, ()
      const decay = this.#decay.at(learningRate);
      for (const [i, parameter] of this.#parameters.entries()) {
        const [mean, square] = [this.#means[i]!, this.#squares[i]!];
        const [gradient, decayed] = decay(i, gradients[i]!, parameter);
        mean.assign(moveTowards(mean, gradient, 1 - beta1));
        square.assign(moveTowards(square, tf.square(gradient), 1 - beta2));
        const divisor = tf.add(tf.sqrt(square), floor); // √v + e
        const step = tf.div(tf.mul(mean, stepSize), divisor);
        parameter.assign(tf.sub(decayed, step));
      }
    });
  }

  /** Frees what it remembers; the parameters stay. */
  dispose(): void {
    this.#memory.dispose();
  }

  /** 1 − βᵗ, the share of a running mean that is not its beginning at zero; by way of expm1, which is exact near 0. */
  #begun(beta: number): Tensor {
    if (beta === 0) return tf.scalar(1);
    return tf.neg(tf.expm1(tf.mul(this.#steps, Math.log(beta)))); // ()
  }
}
