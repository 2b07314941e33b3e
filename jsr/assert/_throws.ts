/**
 * assertThrows() and assertRejects(): code that must fail, and how.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";
import { AssertionError } from "./_assertion_error.ts";
import { suffix } from "./_message.ts";

/** A class of errors, abstract ones and any constructor included. */
export type ErrorConstructorLike<E extends Error> = abstract new (
  ...args: never[]
) => E;

/** What the optional arguments of the two functions ask for. */
interface Wanted<E extends Error> {
  errorClass: ErrorConstructorLike<E> | undefined;
  msgIncludes: string | undefined;
  msg: string | undefined;
}

/**
 * Expects `fn` to throw.
 *
 * @param fn The function to call.
 * @param msg Added to the message of a failure.
 * @returns What was thrown.
 */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/**
 * Expects `fn` to throw an error of a class, with a text in its message.
 *
 * @param fn The function to call.
 * @param ErrorClass The class, or a parent of it.
 * @param msgIncludes A part of the error's message.
 * @param msg Added to the message of a failure.
 * @returns The error.
 */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorConstructorLike<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClassOrMsg?: ErrorConstructorLike<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const wanted = readWanted(errorClassOrMsg, msgIncludes, msg);
  try {
    fn();
  } catch (error) {
    checkError(error, wanted, "thrown");
    return error;
  }
  throw new AssertionError(`Expected function to throw${suffix(wanted.msg)}`);
}

/**
 * Expects the promise that `fn` returns to be rejected.
 *
 * @param fn The function to call.
 * @param msg Added to the message of a failure.
 * @returns What it was rejected with.
 */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/**
 * Expects the promise that `fn` returns to be rejected with an error of a class, with a text in its message.
 *
 * @param fn The function to call.
 * @param ErrorClass The class, or a parent of it.
 * @param msgIncludes A part of the error's message.
 * @param msg Added to the message of a failure.
 * @returns The error.
 */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorConstructorLike<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClassOrMsg?: ErrorConstructorLike<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const wanted = readWanted(errorClassOrMsg, msgIncludes, msg);
  let promise: unknown;
  try {
    promise = fn();
  } catch {
    promise = undefined; // a throw is not a rejection
  }
  if (!isPromiseLike(promise)) {
    throw new AssertionError(
      `Function throws when expected to reject${suffix(wanted.msg)}`,
    );
  }
  try {
    await promise;
  } catch (error) {
    checkError(error, wanted, "rejected");
    return error;
  }
  throw new AssertionError(`Expected function to reject${suffix(wanted.msg)}`);
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}

function readWanted<E extends Error>(
  errorClassOrMsg: ErrorConstructorLike<E> | string | undefined,
  msgIncludes: string | undefined,
  msg: string | undefined,
): Wanted<E> {
  return typeof errorClassOrMsg === "string"
    ? { errorClass: undefined, msgIncludes: undefined, msg: errorClassOrMsg }
    : { errorClass: errorClassOrMsg, msgIncludes, msg };
}

function checkError<E extends Error>(
  error: unknown,
  wanted: Wanted<E>,
  how: "thrown" | "rejected",
): void {
  const { errorClass, msgIncludes, msg } = wanted;
  if (errorClass === undefined) return;
  if (!(error instanceof Error)) {
    throw new AssertionError(`A non-Error object was ${how}${suffix(msg)}`);
  }
  if (!(error instanceof errorClass)) {
    throw new AssertionError(
      `Expected error to be instance of "${errorClass.name}", but was "${error.constructor.name}": ${error.message}${
        suffix(msg)
      }`,
      { cause: error },
    );
  }
  if (
    msgIncludes &&
    !stripVTControlCharacters(error.message).includes(
      stripVTControlCharacters(msgIncludes),
    )
  ) {
    throw new AssertionError(
      `Expected error message to include ${
        JSON.stringify(msgIncludes)
      }, but got ${JSON.stringify(error.message)}${suffix(msg)}`,
      { cause: error },
    );
  }
}
