/**
 * Whether what is being recorded is meant for XLA: some steps have one form for XLA and another for TensorFlow's own
 * executor.
 *
 * @module
 */

/** Whether XLA compiles a function; `"auto"` leaves it to the rule of `compile()`. */
export type JitMode = "auto" | boolean;

let forJit = false;

/** Records with or without XLA in mind. */
export function withJit<Result>(jit: boolean, run: () => Result): Result {
  const before = forJit;
  forJit = jit;
  try {
    return run();
  } finally {
    forJit = before;
  }
}

/** Whether the forms for XLA are wanted. */
export function isForJit(): boolean {
  return forJit;
}
