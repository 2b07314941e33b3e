/**
 * What every optimizer is: a rule that changes parameters by their gradients, and its memory.
 *
 * All that changes from step to step is a variable or a tensor handed over, never a number of JavaScript, so that a step
 * can be compiled, and a checkpoint can hold it.
 *
 * @module
 */
import { type Tensor, tf, type Variable } from "../../engine/tf.ts";

/** A parameter as an optimizer knows it. */
export interface TrainedVariable {
  /** Name inside the model, such as `lstm_1/kernel`. */
  readonly name: string;
  /** Its values. */
  readonly variable: Variable;
}

/** An optimizer over a fixed list of parameters. */
export interface Optimizer {
  /** Its name, such as `adam`. */
  readonly name: string;
  /**
   * All that it remembers from step to step, by name: `lstm_1/kernel/mean` belongs to the parameter `lstm_1/kernel`, `steps`
   * to all. Whoever assigns these and the parameters goes on exactly where they were read.
   */
  readonly memory: ReadonlyMap<string, Variable>;

  /**
   * Takes one step downhill.
   *
   * @param gradients One for each parameter, in their order.
   * @param learningRate Step size, float32, shape ().
   */
  apply(gradients: readonly Tensor[], learningRate: Tensor): void;

  /** Frees what it remembers; the parameters stay. */
  dispose(): void;
}

/** Whose definition is meant, where frameworks differ. */
export type OptimizerForm = "pytorch" | "keras";

/** The two, for checks. */
export const FORMS: readonly OptimizerForm[] = ["pytorch", "keras"];

/** Makes an optimizer's memory and keeps the names. */
export class OptimizerMemory {
  /** All of it, by name. */
  readonly variables: Map<string, Variable> = new Map();

  /**
   * @param parameters The parameters.
   * @param what What is remembered of each, the last part of the name.
   * @param value What all numbers of it are in the beginning.
   * @returns A variable for each, of its shape.
   */
  ofEach(
    parameters: readonly TrainedVariable[],
    what: string,
    value = 0,
  ): Variable[] {
    return parameters.map(({ name, variable }) =>
      this.#keep(
        `${name}/${what}`,
        () =>
          value === 0 ? tf.zerosLike(variable) : tf.fill(variable.shape, value),
      )
    );
  }

  /** A number from 0 that belongs to all parameters, float32, shape (). */
  counter(name: string): Variable {
    return this.#keep(name, () => tf.scalar(0));
  }

  /** Frees it. */
  dispose(): void {
    tf.dispose([...this.variables.values()]);
  }

  #keep(name: string, make: () => Tensor): Variable {
    const variable = tf.tidy(() => tf.variable(make(), false)); // survives the tidy
    this.variables.set(name, variable);
    return variable;
  }
}

/** Moves a running mean towards a new value: from + (to − from) · share. */
export function moveTowards(from: Tensor, to: Tensor, share: number): Tensor {
  return tf.add(from, tf.mul(tf.sub(to, from), share));
}
