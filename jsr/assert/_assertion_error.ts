/**
 * The error of a failed assertion.
 *
 * @module
 */

/** Thrown by every assertion that fails. */
export class AssertionError extends Error {
  /**
   * @param message What was expected and what came.
   * @param options The cause, if there is one.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}
