/**
 * Keeps random numbers of JavaScript out of a function that is being recorded, where they would freeze: every later
 * call would see the same ones.
 *
 * @module
 */

/** TensorFlow.js's functions that draw random numbers; with a seed they do not ask `Math.random()`. */
const DRAWING = new Set([
  "multinomial_",
  "dropout_",
  "rand_",
  "randomGamma_",
  "randomNormal_",
  "randomStandardNormal_",
  "randomUniform_",
  "randomUniformInt_",
  "truncatedNormal_",
]);

const ADVICE =
  "every later call would see the same ones; draw them with randomUniform() of this library, " +
  "from a seed and a counter that is a tensor, or outside and hand them over as an argument";

/**
 * Runs a function with `Math.random()` locked.
 *
 * @param record What to run.
 * @returns What it returns.
 * @throws {TypeError} If random numbers are asked for.
 */
export function withoutMathRandom<Result>(record: () => Result): Result {
  const { random } = Math;
  Math.random = () => {
    throw new TypeError(
      `Cannot use Math.random() in a compiled function, nor a random function that calls it: ${
        drawingFunction()?.replace(/_$/, "()") ?? "Math.random()"
      }: ${ADVICE}`,
    );
  };
  try {
    return record();
  } finally {
    Math.random = random;
  }
}

/**
 * Called for values that JavaScript hands over while a function is recorded.
 *
 * @throws {TypeError} If a random function of TensorFlow.js made them.
 */
export function refuseFrozenRandomNumbers(): void {
  const name = drawingFunction();
  if (name !== undefined) {
    throw new TypeError(
      `Cannot use random numbers of TensorFlow.js in a compiled function: ${
        name.replace(/_$/, "()")
      }: ${ADVICE}`,
    );
  }
}

/** The random function of TensorFlow.js that is running, the outermost of those that call each other. */
function drawingFunction(): string | undefined {
  return callers().findLast((name) => DRAWING.has(name));
}

/** Names of the functions that are running, innermost first. */
function callers(): string[] {
  const { prepareStackTrace, stackTraceLimit } = Error as ErrorWithStacks;
  try {
    (Error as ErrorWithStacks).stackTraceLimit = 24;
    (Error as ErrorWithStacks).prepareStackTrace = (_, frames) =>
      frames.map((frame) => frame.getFunctionName() ?? "");
    const names = new Error().stack as unknown;
    return Array.isArray(names) ? names : [];
  } finally {
    (Error as ErrorWithStacks).prepareStackTrace = prepareStackTrace;
    (Error as ErrorWithStacks).stackTraceLimit = stackTraceLimit;
  }
}

/** V8's way to look at a stack. */
type ErrorWithStacks = ErrorConstructor & {
  stackTraceLimit: number;
  prepareStackTrace:
    | ((
      error: Error,
      frames: { getFunctionName(): string | null }[],
    ) => unknown)
    | undefined;
};
