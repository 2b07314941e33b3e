/**
 * A learnt linear map with an offset: y = x · kernel + bias.
 *
 * @module
 */
import { RandomStream } from "../engine/random.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { constant, glorotUniform } from "./initializers.ts";
import { Parameter } from "./parameter.ts";

/** Options of {@linkcode Dense}. */
export interface DenseOptions {
  /** Name that the parameters' names begin with. */
  name: string;

  /** Numbers in a row that comes in, D. */
  inputs: number;

  /** Numbers in a row that goes out, U. */
  units: number;

  /** Where the first values come from. */
  seed: number;
}

/** A fully connected layer without activation. */
export class Dense {
  /** Shape (D, U), Glorot uniform at the start. */
  readonly kernel: Parameter;
  /** Shape (U,), zeros at the start. */
  readonly bias: Parameter;

  /** @param options Name, sizes and seed. */
  constructor(options: DenseOptions) {
    const { name, inputs, units, seed } = options;
    const path = `${name}/kernel`;
    this.kernel = new Parameter(
      path,
      [inputs, units],
      () => glorotUniform([inputs, units], new RandomStream(seed, path)),
    );
    this.bias = new Parameter(
      `${name}/bias`,
      [units],
      () => constant(units, 0),
    );
  }

  /** Everything that training changes. */
  get parameters(): Parameter[] {
    return [this.kernel, this.bias];
  }

  /**
   * @param x Rows, float32, shape (N, D).
   * @returns Float32, shape (N, U).
   */
  forward(x: Tensor): Tensor {
    return tf.add(tf.matMul(x, this.kernel.variable), this.bias.variable); // (N, U)
  }
}
