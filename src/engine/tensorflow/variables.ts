/**
 * The variables that TensorFlow.js knows of, which it lists only for itself.
 *
 * @module
 */
import { tf, type Variable } from "../tf.ts";

/** Every variable that is alive. */
export function registeredVariables(): Variable[] {
  const { state } = tf.engine() as unknown as {
    state: { registeredVariables: Record<string, Variable> };
  };
  return Object.values(state.registeredVariables);
}

/**
 * Listens to the making of variables.
 *
 * @param listener Told every new variable.
 * @returns Ends the listening.
 */
export function watchVariables(
  listener: (variable: Variable) => void,
): () => void {
  const engine = tf.engine() as unknown as {
    makeVariable(...args: unknown[]): Variable;
  };
  const original = engine.makeVariable;
  engine.makeVariable = function (...args) {
    const variable = original.apply(this, args);
    listener(variable);
    return variable;
  };
  return () => {
    engine.makeVariable = original;
  };
}

/** What a function did to variables. */
export interface VariableChanges {
  /** Those that have another value. */
  assigned: Variable[];
  /** Those that are new. */
  made: Variable[];
}

/**
 * Runs a function and finds out what it does to variables.
 *
 * @param run The function.
 * @returns What it returns, and the variables.
 */
export function watchChanges<Result>(
  run: () => Result,
): [Result, VariableChanges] {
  const before = new Map(
    registeredVariables().map((variable) => [variable, variable.dataId]),
  );
  const result = run();
  const [known, made] = [true, false].map((isKnown) =>
    registeredVariables().filter((variable) => before.has(variable) === isKnown)
  ) as [Variable[], Variable[]];
  const assigned = known.filter((variable) =>
    before.get(variable) !== variable.dataId
  );
  return [result, { assigned, made }];
}
