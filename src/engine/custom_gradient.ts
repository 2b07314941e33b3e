/**
 * An operation with a gradient of its own and any number of results, and gradients taken inside of gradients.
 *
 * `tf.customGrad()` has one result only, and TensorFlow.js's tape does not survive a second gradient that is taken while
 * the first is under way.
 *
 * @module
 */
import { type Tensor, tf } from "./tf.ts";

/** An operation with its gradient. */
export interface CustomGradient {
  /** What it works on. */
  inputs: readonly Tensor[];
  /** Computes the results; `save` keeps tensors for the way back, where there is one. */
  forward: (save: (tensors: Tensor[]) => void) => Tensor[];
  /** From the gradients of all results and what was saved, the gradients of all inputs. */
  backward: (gradients: Tensor[], saved: Tensor[]) => Tensor[];
}

interface TapeEngine {
  state: {
    activeTape: { saved?: Tensor[] | null }[] | null;
    gradientDepth: number;
    kernelDepth: number;
  };
  isTapeOn(): boolean;
  runKernelFunc(operation: unknown): Tensor | Tensor[];
  gradients(
    f: () => Tensor,
    xs: readonly Tensor[],
    dy: null,
    allowNoGradients: boolean,
  ): { grads: (Tensor | null | undefined)[] };
}

const tape = (): TapeEngine => tf.engine() as unknown as TapeEngine;

/**
 * Runs an operation so that gradients flow through it by its own rule.
 *
 * @param operation The operation.
 * @returns Its results.
 */
export function withGradient(
  { inputs, forward, backward }: CustomGradient,
): Tensor[] {
  const results = tape().runKernelFunc({
    forwardFunc: (_: unknown, save: (tensors: Tensor[]) => void) =>
      forward(save),
    backwardsFunc: (gradients: Tensor | Tensor[], saved: Tensor[]) => {
      const all = backward([gradients].flat(), saved);
      return Object.fromEntries(
        all.map((gradient, i) => [String(i), () => gradient]),
      );
    },
    inputs: Object.fromEntries(inputs.map((input, i) => [String(i), input])),
  });
  return [results].flat();
}

/**
 * Runs what no gradient under way is to see; it may take gradients of its own.
 *
 * @param run What to run.
 * @returns What it returns.
 */
export function withoutTape<Result>(run: () => Result): Result {
  const { state } = tape();
  const { activeTape, gradientDepth, kernelDepth } = state;
  Object.assign(state, { activeTape: [], gradientDepth: 0, kernelDepth: 0 });
  try {
    return run();
  } finally {
    Object.assign(state, { activeTape, gradientDepth, kernelDepth });
  }
}

/** Frees what a gradient had saved for its way back, which TensorFlow.js leaves where the gradient fails. */
export function forgetFailedTape(): void {
  const { state } = tape();
  for (const { saved } of state.activeTape ?? []) tf.dispose(saved ?? []);
  state.activeTape = null;
}

/** Whether a gradient will be asked of what is computed now. */
export function isTapeOn(): boolean {
  return tape().isTapeOn();
}

/**
 * Gradients of several results at once, also within the gradient of another operation.
 *
 * @param inputs With respect to what.
 * @param compute Computes the results from them.
 * @param gradients The gradients of the results; undefined for one that has none, as for whole numbers and bools.
 * @returns The gradients of the inputs, zeros where the results do not depend on one.
 */
export function pullBack(
  inputs: readonly Tensor[],
  compute: () => readonly Tensor[],
  gradients: readonly (Tensor | undefined)[],
): Tensor[] {
  const { state } = tape();
  const outer = state.activeTape;
  const differentiable = inputs.filter(({ dtype }) => dtype === "float32");
  try {
    const { grads } = tape().gradients(
      () => {
        const terms = compute().flatMap((result, i) => {
          const gradient = gradients[i];
          return gradient === undefined || result.dtype !== "float32"
            ? []
            : [tf.sum(tf.mul(result, gradient))];
        });
        return terms.length === 0 ? tf.scalar(0) : tf.addN(terms);
      },
      differentiable,
      null,
      true,
    );
    return inputs.map((input) =>
      grads[differentiable.indexOf(input)] ?? tf.zeros(input.shape)
    );
  } catch (error) {
    if (state.gradientDepth === 0) forgetFailedTape();
    throw error;
  } finally {
    state.activeTape = outer;
  }
}
