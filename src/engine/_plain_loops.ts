/**
 * Loops of JavaScript over flat lists of tensors: what runs where nothing is recorded, and what recorded loops are measured
 * against.
 *
 * @module
 */
import { isTapeOn } from "./custom_gradient.ts";
import { checkCondition, checkState } from "./tensorflow/rolled_while.ts";
import { type Tensor, tf } from "./tf.ts";

/** What a step gives. */
export interface StepResult {
  carry: Tensor[];
  outputs: Tensor[];
}

/** A loop of a known largest length over flat lists of tensors. */
export interface Loop {
  length: number;
  /** Whether to go on before the length is reached; always when left out. */
  condition?: (state: Tensor[]) => Tensor;
  step: (carry: Tensor[], input: Tensor[]) => StepResult;
  initial: readonly Tensor[];
  /** Shape (length, …) each. */
  inputs: readonly Tensor[];
  reverse: boolean;
}

/** Repeats a step as long as a condition holds. */
export function plainWhile(
  condition: (state: Tensor[]) => Tensor,
  body: (state: Tensor[]) => Tensor[],
  initial: readonly Tensor[],
  maxIterations = Infinity,
): Tensor[] {
  let state = initial.map((tensor) => tf.clone(tensor));
  for (let i = 0; i < maxIterations; i++) {
    const goOn = condition(state);
    checkCondition(goOn);
    if (!goOn.dataSync()[0]) break;
    const next = isTapeOn() ? body(state) : tf.tidy(() => body(state));
    checkState(initial, next);
    if (!isTapeOn()) {
      tf.dispose(state.filter((tensor) => !next.includes(tensor)));
    }
    state = next;
  }
  return state;
}

/** Takes a step for every row of the inputs. */
export function plainScan(
  { length, step, initial, inputs, reverse }: Loop,
): StepResult {
  // The gradient of tf.unstack() fails for a single row.
  const rows = inputs.map((input) =>
    length === 1 ? [tf.squeeze(input, [0])] : tf.unstack(input)
  );
  let carry = initial.map((tensor) => tf.clone(tensor));
  const outputs: Tensor[][] = [];
  for (let i = 0; i < length; i++) {
    const t = reverse ? length - 1 - i : i;
    const result = step(carry, rows.map((row) => row[t]!));
    checkState(initial, result.carry);
    carry = result.carry;
    outputs[t] = result.outputs;
  }
  return {
    carry,
    outputs: outputs[0]!.map((_, k) =>
      tf.stack(outputs.map((output) => output[k]!))
    ),
  };
}
