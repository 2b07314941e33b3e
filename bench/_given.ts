/**
 * The weights and batches that all programs of the benchmark begin with, as `peers/prepare.py` wrote them.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";

/** An array as the index has it. */
interface Entry {
  name: string;
  shape: number[];
  dtype: "float32" | "int32";
  offset: number;
}

/** Numbers that a model begins with. */
export interface GivenWeight {
  name: string;
  shape: number[];
  /** In row-major order. */
  values: Float32Array;
}

/** Given arrays by name. */
export class Given {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #index: Entry[];

  /**
   * @param folder Where the files are.
   * @param workload Which ones.
   */
  constructor(folder: string, workload: string) {
    this.#bytes = Deno.readFileSync(`${folder}/${workload}.bin`);
    this.#index = JSON.parse(
      Deno.readTextFileSync(`${folder}/${workload}.json`),
    );
  }

  /** A copy of an array's numbers, in row-major order. */
  numbers(name: string): Float32Array | Int32Array {
    const { shape, dtype, offset } = this.#entry(name);
    const size = shape.reduce((product, n) => product * n, 1);
    const { buffer } = this.#bytes.slice(offset, offset + 4 * size);
    return dtype === "float32"
      ? new Float32Array(buffer)
      : new Int32Array(buffer);
  }

  /** A copy of an array. */
  tensor(name: string): tf.Tensor {
    const { shape, dtype } = this.#entry(name);
    return tf.tensor(this.numbers(name), shape, dtype);
  }

  /** All weights, in the order of the data's way through the model. */
  weights(): GivenWeight[] {
    return this.#index
      .filter(({ name }) => !/^(inputs|targets)\//.test(name))
      .map(({ name, shape }) => ({
        name,
        shape,
        values: this.numbers(name) as Float32Array,
      }));
  }

  /** All weights as variables. */
  variables(): Record<string, tf.Variable> {
    return Object.fromEntries(
      this.weights().map(({ name }) => [
        name,
        tf.tidy(() => tf.variable(this.tensor(name))),
      ]),
    );
  }

  #entry(name: string): Entry {
    const entry = this.#index.find((entry) => entry.name === name);
    if (entry === undefined) throw new RangeError(`No array "${name}"`);
    return entry;
  }
}
