/**
 * The values of variables at one moment, to go back to.
 *
 * A step gives a variable another tensor and leaves the old one as it is, so a snapshot takes no memory of its own until
 * the next step, and then that of one copy.
 *
 * @module
 */
import { type Tensor, tf, type Variable } from "../engine/tf.ts";

/** Values of some variables, kept on the engine. */
export class Snapshot {
  /** Steps that had been taken then. */
  readonly step: number;
  readonly #variables: readonly Variable[];
  /** The values, in the order of the variables. */
  readonly values: readonly Tensor[];

  /**
   * Takes it.
   *
   * @param variables Whose values to keep.
   * @param step Steps taken so far.
   * @param values Values that are not those of now; they are copied.
   */
  constructor(
    variables: readonly Variable[],
    step: number,
    values: readonly Tensor[] = variables,
  ) {
    this.step = step;
    this.#variables = variables;
    this.values = values.map((value) => tf.clone(value));
  }

  /** Gives every variable its value of then; those that have been disposed since are left alone. */
  restore(): void {
    for (const [i, variable] of this.#variables.entries()) {
      if (!variable.isDisposed) variable.assign(this.values[i]!);
    }
  }

  /** Frees the values. */
  dispose(): void {
    tf.dispose([...this.values]);
  }
}
