/**
 * Layer normalisation: every row is shifted to mean 0 and scaled to variance 1, then by learnt numbers.
 *
 *     x̂ = (x − mean(x)) / √(variance(x) + ε)      y = gain ∘ x̂ + bias
 *
 * Ba, Kiros and Hinton, "Layer Normalization", 2016, equation 4. The gradient is written by hand: with g = gain ∘ ∂y,
 * ∂x = (g − mean(g) − x̂ ∘ mean(g ∘ x̂)) / √(variance(x) + ε).
 *
 * @module
 */
import { withGradient } from "../engine/custom_gradient.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { columnSums, rowMeans } from "./_sums.ts";
import { constant } from "./initializers.ts";
import { Parameter } from "./parameter.ts";

/** Options of {@linkcode LayerNorm}. */
export interface LayerNormOptions {
  /** Name that the parameters' names begin with. */
  name: string;

  /** Numbers in a row, D. */
  width: number;

  /**
   * Whether a learnt number is added to each number of a row.
   *
   * @default {true}
   */
  bias?: boolean;

  /**
   * What is added to the variance, ε.
   *
   * @default {1e-5}
   */
  epsilon?: number;
}

/** Normalises rows. */
export class LayerNorm {
  /** Shape (D,), ones at the start. */
  readonly gain: Parameter;
  /** Shape (D,), zeros at the start; undefined for a layer without. */
  readonly bias: Parameter | undefined;
  readonly #epsilon: number;

  /** @param options Name, width, and whether there is a bias. */
  constructor(options: LayerNormOptions) {
    const { name, width, bias = true, epsilon = 1e-5 } = options;
    this.#epsilon = epsilon;
    this.gain = new Parameter(
      `${name}/gain`,
      [width],
      () => constant(width, 1),
    );
    if (bias) {
      this.bias = new Parameter(
        `${name}/bias`,
        [width],
        () => constant(width, 0),
      );
    }
  }

  /** Everything that training changes. */
  get parameters(): Parameter[] {
    return this.bias === undefined ? [this.gain] : [this.gain, this.bias];
  }

  /**
   * @param x Rows, float32, shape (N, D).
   * @returns Float32, shape (N, D).
   */
  forward(x: Tensor): Tensor {
    const y = normalizeRows(x, this.gain.variable, this.#epsilon); // (N, D)
    return this.bias === undefined ? y : tf.add(y, this.bias.variable);
  }
}

/**
 * The norm without bias.
 *
 * @param x Rows, float32, shape (N, D).
 * @param gain What each number of a row is scaled by, shape (D,).
 * @param epsilon What is added to the variance, ε.
 * @returns gain ∘ x̂, shape (N, D).
 */
export function normalizeRows(
  x: Tensor,
  gain: Tensor,
  epsilon: number,
): Tensor {
  const [y] = withGradient({
    inputs: [x, gain],
    forward: (save) => {
      const centered = tf.sub(x, rowMeans(x)); // (N, D)
      const variance = rowMeans(tf.square(centered)); // (N, 1)
      const inverse = tf.rsqrt(tf.add(variance, epsilon)); // (N, 1)
      const normal = tf.mul(centered, inverse); // (N, D)
      save([normal, inverse, gain]);
      return [tf.mul(normal, gain)];
    },
    backward: ([dy], saved) => {
      const [normal, inverse, gain] = saved as [Tensor, Tensor, Tensor];
      const g = tf.mul(dy!, gain); // (N, D)
      const along = rowMeans(tf.mul(g, normal)); // (N, 1)
      const rest = tf.sub(tf.sub(g, rowMeans(g)), tf.mul(normal, along)); // (N, D)
      return [tf.mul(rest, inverse), columnSums(tf.mul(dy!, normal))];
    },
  });
  return y!;
}
