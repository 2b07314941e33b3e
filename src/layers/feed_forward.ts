/**
 * The part of a transformer that works on each token by itself: up to a wider row, a bend, and back.
 *
 * Vaswani et al., "Attention Is All You Need", 2017, section 3.3, with GELU in place of ReLU: y = gelu(x·U + b)·W + c. Or
 * SwiGLU of Shazeer, "GLU Variants Improve Transformer", 2020, equation 6: y = (swish(x·A) ∘ x·U)·W.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import { Dense } from "./dense.ts";
import { gelu, geluTanh } from "./gelu.ts";
import type { Parameter } from "./parameter.ts";

/** How a feed-forward layer bends: GELU exactly, GELU by tanh, or a gate. */
export type Activation = "gelu" | "gelu_tanh" | "swiglu";

/** The activations by name. */
export const ACTIVATIONS: readonly Activation[] = [
  "gelu",
  "gelu_tanh",
  "swiglu",
];

/** Options of {@linkcode FeedForward}. */
export interface FeedForwardOptions {
  /** Name that the parameters' names begin with. */
  name: string;

  /** Numbers in a row, D. */
  width: number;

  /** Numbers in between, F. */
  units: number;

  /** How it bends. */
  activation: Activation;

  /** Whether the linear maps have offsets. */
  bias: boolean;

  /** Standard deviation of the first values of the map up. */
  deviation: number;

  /** Standard deviation of the first values of the map back. */
  residualDeviation: number;

  /** Where the first values come from. */
  seed: number;
}

/** A feed-forward layer. */
export class FeedForward {
  /** Shape (D, F); for SwiGLU (D, 2F), the gate's columns before the others. */
  readonly up: Dense;
  /** Shape (F, D). */
  readonly down: Dense;
  readonly #activation: Activation;

  /** @param options Name, sizes, activation, first values and seed. */
  constructor(options: FeedForwardOptions) {
    const { name, width, units, activation, bias, seed } = options;
    this.#activation = activation;
    this.up = new Dense({
      name: `${name}/up`,
      inputs: width,
      units: activation === "swiglu" ? 2 * units : units,
      seed,
      bias,
      deviation: options.deviation,
    });
    this.down = new Dense({
      name: `${name}/down`,
      inputs: units,
      units: width,
      seed,
      bias,
      deviation: options.residualDeviation,
    });
  }

  /** Everything that training changes. */
  get parameters(): Parameter[] {
    return [...this.up.parameters, ...this.down.parameters];
  }

  /**
   * @param x Rows, float32, shape (N, D).
   * @returns Float32, shape (N, D).
   */
  forward(x: Tensor): Tensor {
    return this.down.forward(this.#bend(this.up.forward(x)));
  }

  /** From what came up to F numbers a row. */
  #bend(x: Tensor): Tensor {
    if (this.#activation === "gelu") return gelu(x);
    if (this.#activation === "gelu_tanh") return geluTanh(x);
    const [gate, value] = tf.split(x, 2, 1) as [Tensor, Tensor]; // (N, F) each
    return tf.mul(tf.mul(gate, tf.sigmoid(gate)), value);
  }
}
