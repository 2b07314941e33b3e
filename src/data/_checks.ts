/**
 * Checks that several kinds of batches share.
 *
 * @module
 */
import { unknownOption } from "../text/options.ts";

/**
 * @param action What cannot be done, such as `"cut the text into windows"`.
 * @param sizes Values by name.
 * @throws {RangeError} If one is not a positive integer.
 */
export function checkSizes(
  action: string,
  sizes: Readonly<Record<string, number>>,
): void {
  for (const [name, value] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(
        `Cannot ${action}: ${name} must be a positive integer: ${value}`,
      );
    }
  }
}

/**
 * @param action What cannot be done.
 * @param sequenceLength Tokens in a window, T.
 * @param length Tokens that there are.
 * @throws {RangeError} If there is no window and the token that follows it.
 */
export function checkLongEnough(
  action: string,
  sequenceLength: number,
  length: number,
): void {
  if (length > sequenceLength) return;
  throw new RangeError(
    `Cannot ${action}: a window of ${sequenceLength} tokens and the token that follows need ${
      sequenceLength + 1
    }: there are ${length}; give a longer text or a smaller sequenceLength`,
  );
}

/**
 * @param action What cannot be done.
 * @param given The caller's options.
 * @param known Names of the options that there are.
 * @throws {TypeError} If they are no object, or an option is unknown.
 */
export function checkNames(
  action: string,
  given: object,
  known: readonly string[],
): void {
  if (typeof given !== "object" || given === null) {
    throw new TypeError(
      `Cannot ${action}: options must be an object, such as { ${
        known[0]
      }: … }: ${given}`,
    );
  }
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) {
      throw unknownOption(`Cannot ${action}`, name, known);
    }
  }
}

/**
 * @param action What cannot be done.
 * @param epoch Number of the epoch.
 * @param step Number of the step.
 * @param stepsPerEpoch Steps that there are.
 * @throws {RangeError} If there is no such step.
 */
export function checkStep(
  action: string,
  epoch: number,
  step: number,
  stepsPerEpoch: number,
): void {
  if (!Number.isSafeInteger(epoch) || epoch < 0) {
    throw new RangeError(
      `Cannot ${action}: the epoch must be an integer from 0: ${epoch}`,
    );
  }
  if (!Number.isSafeInteger(step) || step < 0 || step >= stepsPerEpoch) {
    throw new RangeError(
      `Cannot ${action}: the step must be an integer from 0 to ${
        stepsPerEpoch - 1
      }: ${step}`,
    );
  }
}

/**
 * @param action What cannot be done.
 * @param shares Shares to keep apart, by name.
 * @throws {RangeError} If one is not in [0, 1), or if they leave nothing.
 */
export function checkShares(
  action: string,
  shares: Readonly<Record<string, number>>,
): void {
  for (const [name, share] of Object.entries(shares)) {
    if (!(share >= 0 && share < 1)) {
      throw new RangeError(
        `Cannot ${action}: ${name} must be a share from 0 up to but not 1: ${share}`,
      );
    }
  }
  const sum = Object.values(shares).reduce((sum, share) => sum + share, 0);
  if (sum >= 1) {
    throw new RangeError(
      `Cannot ${action}: ${
        Object.keys(shares).join(" and ")
      } together must be below 1: ${sum}`,
    );
  }
}

/**
 * @param action What cannot be done.
 * @param gap Tokens between two parts.
 * @throws {RangeError} If it is not an integer from 0.
 */
export function checkGap(action: string, gap: number): void {
  if (!Number.isSafeInteger(gap) || gap < 0) {
    throw new RangeError(
      `Cannot ${action}: gap must be an integer from 0: ${gap}`,
    );
  }
}
