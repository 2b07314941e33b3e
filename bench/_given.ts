/**
 * The weights and batches that all programs of the benchmark begin with, as `peers/prepare.py` wrote them.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";

/** Given arrays by name. */
export class Given {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #index: {
    name: string;
    shape: number[];
    dtype: "float32" | "int32";
    offset: number;
  }[];

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

  /** A copy of an array. */
  tensor(name: string): tf.Tensor {
    const entry = this.#index.find((entry) => entry.name === name);
    if (entry === undefined) throw new RangeError(`No array "${name}"`);
    const size = entry.shape.reduce((product, n) => product * n, 1);
    const buffer = this.#bytes.slice(entry.offset, entry.offset + 4 * size)
      .buffer;
    const values = entry.dtype === "float32"
      ? new Float32Array(buffer)
      : new Int32Array(buffer);
    return tf.tensor(values, entry.shape, entry.dtype);
  }

  /** All weights as variables. */
  variables(): Record<string, tf.Variable> {
    return Object.fromEntries(
      this.#index.map(({ name }) => name)
        .filter((name) => !/^(inputs|targets)\//.test(name))
        .map((name) => [name, tf.tidy(() => tf.variable(this.tensor(name)))]),
    );
  }
}
