/**
 * A learnt linear map, with an offset or without: y = x · kernel + bias.
 *
 * @module
 */
import { RandomStream } from "../engine/random.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { constant, glorotUniform, normal } from "./initializers.ts";
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

  /**
   * Whether there is an offset.
   *
   * @default {true}
   */
  bias?: boolean;

  /**
   * Standard deviation of the kernel's first values, which are normally distributed then.
   *
   * @default {undefined} which is Glorot uniform
   */
  deviation?: number;
}

/** A fully connected layer without activation. */
export class Dense {
  /** Shape (D, U), Glorot uniform or normal at the start. */
  readonly kernel: Parameter;
  /** Shape (U,), zeros at the start; undefined for a layer without. */
  readonly bias: Parameter | undefined;

  /** @param options Name, sizes and seed. */
  constructor(options: DenseOptions) {
    const { name, inputs, units, seed, bias = true, deviation } = options;
    const path = `${name}/kernel`;
    const shape = [inputs, units] as const;
    this.kernel = new Parameter(
      path,
      shape,
      () => {
        const random = new RandomStream(seed, path);
        return deviation === undefined
          ? glorotUniform(shape, random)
          : normal(inputs * units, deviation, random);
      },
    );
    if (bias) {
      this.bias = new Parameter(
        `${name}/bias`,
        [units],
        () => constant(units, 0),
      );
    }
  }

  /** Everything that training changes. */
  get parameters(): Parameter[] {
    return this.bias === undefined ? [this.kernel] : [this.kernel, this.bias];
  }

  /**
   * @param x Rows, float32, shape (N, D).
   * @returns Float32, shape (N, U).
   */
  forward(x: Tensor): Tensor {
    const y = tf.matMul(x, this.kernel.variable); // (N, U)
    return this.bias === undefined ? y : tf.add(y, this.bias.variable);
  }
}
