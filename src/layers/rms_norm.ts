/**
 * Normalisation by the root mean square: every row is scaled to mean square 1, then by learnt numbers.
 *
 *     x̂ = x / √(mean(x²) + ε)      y = gain ∘ x̂
 *
 * Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019, equation 4. The gradient is written by hand: with
 * g = gain ∘ ∂y, ∂x = (g − x̂ ∘ mean(g ∘ x̂)) / √(mean(x²) + ε).
 *
 * @module
 */
import { withGradient } from "../engine/custom_gradient.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { columnSums, rowMeans } from "./_sums.ts";
import { constant } from "./initializers.ts";
import { Parameter } from "./parameter.ts";

/** Options of {@linkcode RMSNorm}. */
export interface RMSNormOptions {
  /** Name that the parameter's name begins with. */
  name: string;

  /** Numbers in a row, D. */
  width: number;

  /**
   * What is added to the mean square, ε.
   *
   * @default {1e-5}
   */
  epsilon?: number;
}

/** Scales rows. */
export class RMSNorm {
  /** Shape (D,), ones at the start. */
  readonly gain: Parameter;
  readonly #epsilon: number;

  /** @param options Name and width. */
  constructor(options: RMSNormOptions) {
    const { name, width, epsilon = 1e-5 } = options;
    this.#epsilon = epsilon;
    this.gain = new Parameter(
      `${name}/gain`,
      [width],
      () => constant(width, 1),
    );
  }

  /** Everything that training changes. */
  get parameters(): Parameter[] {
    return [this.gain];
  }

  /**
   * @param x Rows, float32, shape (N, D).
   * @returns Float32, shape (N, D).
   */
  forward(x: Tensor): Tensor {
    const gain = this.gain.variable;
    const [y] = withGradient({
      inputs: [x, gain],
      forward: (save) => {
        const meanSquare = rowMeans(tf.square(x)); // (N, 1)
        const inverse = tf.rsqrt(tf.add(meanSquare, this.#epsilon)); // (N, 1)
        const normal = tf.mul(x, inverse); // (N, D)
        save([normal, inverse, gain]);
        return [tf.mul(normal, gain)];
      },
      backward: ([dy], saved) => {
        const [normal, inverse, gain] = saved as [Tensor, Tensor, Tensor];
        const g = tf.mul(dy!, gain); // (N, D)
        const along = rowMeans(tf.mul(g, normal)); // (N, 1)
        const rest = tf.sub(g, tf.mul(normal, along)); // (N, D)
        return [tf.mul(rest, inverse), columnSums(tf.mul(dy!, normal))];
      },
    });
    return y!;
  }
}
