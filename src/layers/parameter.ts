/**
 * A named array of learnt numbers, made on the host and moved to the engine at its first use.
 *
 * @module
 */
import { hasEngine } from "../engine/engine.ts";
import { type Tensor, tf, type Variable } from "../engine/tf.ts";

/** More have no array in JavaScript to come from, and no index of 32 bits. */
const MOST_NUMBERS = 2 ** 31 - 1;

/**
 * A learnt array of a layer.
 *
 * Building a model is synchronous and may come before an engine is chosen, so a parameter begins as a function that
 * makes its values on the host: the same numbers on every engine, and none made at all where a file brings them.
 */
export class Parameter {
  /** Name inside the model, such as `lstm_1/kernel`. */
  readonly name: string;
  /** Lengths of the axes. */
  readonly shape: readonly number[];
  #initial: (() => Float32Array) | undefined;
  #variable: Variable | undefined;
  readonly #place: ((values: Float32Array) => Variable) | undefined;
  /** What the values are known by on the host, and on the engine as long as they are those that came there. */
  #onHost: object = {};
  /** What the engine knows those by. */
  #placed: object | undefined;

  /**
   * Names an array; its values are made when they are needed.
   *
   * @param name Name inside the model.
   * @param shape Lengths of the axes.
   * @param initial Makes the first values, in row-major order; called once at most.
   * @param place Gives them to a variable that belongs to somebody else; without it the parameter makes one.
   * @throws {RangeError} If it has more than 2³¹ − 1 numbers.
   */
  constructor(
    name: string,
    shape: readonly number[],
    initial: () => Float32Array,
    place?: (values: Float32Array) => Variable,
  ) {
    this.name = name;
    this.shape = shape;
    this.#initial = initial;
    this.#place = place;
    if (this.size > MOST_NUMBERS) {
      throw new RangeError(
        `Cannot make the parameter "${name}": an array holds at most ${MOST_NUMBERS} numbers: shape [${shape}]; ` +
          "build a smaller model",
      );
    }
  }

  /**
   * Names a variable that is there already: training changes it, and disposing the parameter disposes it.
   *
   * @param name Name inside the model.
   * @param variable float32, any shape.
   * @returns The parameter.
   */
  static of(name: string, variable: Variable): Parameter {
    const parameter = new Parameter(
      name,
      [...variable.shape],
      () => new Float32Array(),
    );
    parameter.#initial = undefined;
    parameter.#variable = variable;
    return parameter;
  }

  /** How many numbers it holds. */
  get size(): number {
    return this.shape.reduce((product, length) => product * length, 1);
  }

  /**
   * The values on the engine.
   *
   * @throws {Error} If no engine is chosen yet, or the parameter has been disposed.
   */
  get variable(): Variable {
    if (this.#variable) return this.#variable;
    if (!this.#initial) throw this.#disposed();
    if (!hasEngine()) {
      throw new Error(
        `Cannot use the parameter "${this.name}": no engine is chosen yet; call \`await useEngine()\` first`,
      );
    }
    const values = this.#initial();
    this.#variable = this.#place?.(values) ??
      tf.tidy(() => tf.variable(tf.tensor(values, [...this.shape]))); // survives the tidy
    this.#initial = undefined;
    this.#placed = this.#variable.dataId;
    return this.#variable;
  }

  /** Tells values apart: another object whenever they may have changed; they do not where they come to the engine. */
  get version(): unknown {
    const dataId = this.#variable?.dataId;
    return dataId === this.#placed ? this.#onHost : dataId;
  }

  /** Whether its memory has been freed. */
  get disposed(): boolean {
    return !this.#variable && !this.#initial;
  }

  /**
   * Holds on to the present values.
   *
   * @returns A tensor of the present values that later training does not change; undefined while on the host.
   */
  snapshot(): Tensor | undefined {
    return this.#variable ? tf.clone(this.#variable) : undefined;
  }

  /**
   * Reads the values.
   *
   * @returns The values in row-major order; needs an engine only where they have been moved to one.
   */
  async values(): Promise<Float32Array> {
    const snapshot = this.snapshot();
    if (!snapshot) {
      if (!this.#initial) throw this.#disposed();
      const values = this.#initial();
      this.#initial = () => values;
      return values;
    }
    try {
      return await snapshot.data() as Float32Array;
    } finally {
      snapshot.dispose();
    }
  }

  /**
   * Replaces the values.
   *
   * @param values As many numbers as the shape holds, in row-major order.
   * @throws {RangeError} If their number is another.
   */
  set(values: Float32Array): void {
    if (values.length !== this.size) {
      throw new RangeError(
        `Cannot set the parameter "${this.name}": shape [${this.shape}] holds ${this.size} numbers: ${values.length}`,
      );
    }
    if (this.#variable) {
      const variable = this.#variable;
      tf.tidy(() => variable.assign(tf.tensor(values, [...this.shape])));
    } else {
      this.#initial = () => values;
      this.#onHost = {};
    }
  }

  /** Frees the engine's memory; the parameter cannot be used any more. */
  dispose(): void {
    this.#variable?.dispose();
    this.#variable = undefined;
    this.#initial = undefined;
  }

  #disposed(): Error {
    return new Error(
      `Cannot use the parameter "${this.name}": its model has been disposed`,
    );
  }
}

/** A part of a network, if it is there. */
type Part = { readonly parameters: readonly Parameter[] } | undefined;

/**
 * @param parts Parts of a network, in the order of the data's way through it.
 * @returns All their parameters by name, in that order.
 */
export function parametersByName(
  parts: readonly Part[],
): Map<string, Parameter> {
  return new Map(
    parts.flatMap((part) => part?.parameters ?? [])
      .map((parameter) => [parameter.name, parameter]),
  );
}
