/**
 * First values of parameters, computed on the host from a seed: the defaults of Keras's layers, and GPT-2's.
 *
 * @module
 */
import type { RandomStream } from "../engine/random.ts";

/**
 * @param size How many numbers.
 * @param value The number.
 * @returns `size` times the same number.
 */
export function constant(size: number, value: number): Float32Array {
  return new Float32Array(size).fill(value);
}

/**
 * @param size How many numbers.
 * @param limit The numbers lie in [−limit, limit).
 * @param random Where they come from.
 * @returns Evenly distributed numbers.
 */
export function uniform(
  size: number,
  limit: number,
  random: RandomStream,
): Float32Array {
  return Float32Array.from(
    { length: size },
    () => (2 * random.uniform() - 1) * limit,
  );
}

/**
 * Radford et al., "Language Models are Unsupervised Multitask Learners", 2019, section 2.3 and the code beside it: 0.02
 * for all matrices, and 0.02 / √(2 · layers) for those that add to the residual stream.
 *
 * @param size How many numbers.
 * @param deviation Their standard deviation.
 * @param random Where they come from.
 * @returns Normally distributed numbers of mean 0.
 */
export function normal(
  size: number,
  deviation: number,
  random: RandomStream,
): Float32Array {
  return Float32Array.from(
    { length: size },
    () => random.normal() * deviation,
  );
}

/**
 * Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010, equation 16.
 *
 * @param shape Inputs and outputs of the matrix.
 * @param random Where the numbers come from.
 * @returns A matrix in row-major order, uniform with variance 2 / (inputs + outputs).
 */
export function glorotUniform(
  shape: readonly [number, number],
  random: RandomStream,
): Float32Array {
  const [inputs, outputs] = shape;
  return uniform(inputs * outputs, Math.sqrt(6 / (inputs + outputs)), random);
}

/**
 * Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
 * networks", 2013: the rows are drawn from the normal distribution and made orthonormal (modified Gram-Schmidt).
 *
 * @param shape Rows and columns; no more rows than columns.
 * @param random Where the numbers come from.
 * @returns A matrix in row-major order whose rows have length 1 and stand at right angles.
 * @throws {RangeError} If there are more rows than columns.
 */
export function orthogonalRows(
  shape: readonly [number, number],
  random: RandomStream,
): Float32Array {
  const [rows, columns] = shape;
  if (rows > columns) {
    throw new RangeError(
      `Cannot make orthogonal rows: there are at most as many as columns: [${shape}]`,
    );
  }
  const matrix: Float64Array[] = [];
  for (let r = 0; r < rows; r++) {
    const row = Float64Array.from({ length: columns }, () => random.normal());
    for (const earlier of matrix) {
      const shared = dot(row, earlier);
      for (let c = 0; c < columns; c++) row[c]! -= shared * earlier[c]!;
    }
    const length = Math.sqrt(dot(row, row));
    for (let c = 0; c < columns; c++) row[c]! /= length;
    matrix.push(row);
  }
  const flat = new Float32Array(rows * columns);
  for (const [r, row] of matrix.entries()) flat.set(row, r * columns);
  return flat;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
