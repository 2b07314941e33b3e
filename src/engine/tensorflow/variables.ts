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
