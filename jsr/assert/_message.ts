/**
 * How failed assertions print values and the difference between two of them.
 *
 * @module
 */
import { diff, inspect } from "node:util";

/** More lines than this are not aligned, as the comparison is quadratic. */
const MAX_ALIGNED_LINES = 400;
/** Equal lines shown around a difference. */
const CONTEXT = 3;

/**
 * Prints a value on as many lines as it has members, keys in order.
 *
 * @param value Any value.
 * @returns Its text.
 */
export function format(value: unknown): string {
  return inspect(value, {
    depth: Infinity,
    sorted: true,
    getters: true,
    compact: false,
    maxArrayLength: 1000,
    breakLength: 80,
  });
}

/**
 * The end of a message's first line.
 *
 * @param msg What the caller has to say.
 * @returns The text after a colon, or a full stop.
 */
export function suffix(msg: string | undefined): string {
  return msg ? `: ${msg}` : ".";
}

/**
 * Shows two values line by line: `-` only in the actual one, `+` only in the expected one.
 *
 * @param actual The value that came out.
 * @param expected The value that was wanted.
 * @returns The lines.
 */
export function difference(actual: unknown, expected: unknown): string {
  const left = format(actual).split("\n");
  const right = format(expected).split("\n");
  let start = 0;
  while (
    start < left.length && start < right.length && left[start] === right[start]
  ) start++;
  let end = 0;
  const room = Math.min(left.length, right.length) - start;
  while (end < room && left.at(-1 - end) === right.at(-1 - end)) end++;
  const removed = left.slice(start, left.length - end);
  const added = right.slice(start, right.length - end);
  return [
    "",
    "    [Diff] -Actual / +Expected",
    "",
    ...(start > CONTEXT ? ["    …"] : []),
    ...left.slice(Math.max(0, start - CONTEXT), start).map((line) =>
      `    ${line}`
    ),
    ...align(removed, added),
    ...left.slice(left.length - end, left.length - end + CONTEXT).map((line) =>
      `    ${line}`
    ),
    ...(end > CONTEXT ? ["    …"] : []),
    "",
  ].join("\n");
}

/** The differing middle; `diff` marks lines of its second argument with -1. */
function align(removed: string[], added: string[]): string[] {
  if (removed.length + added.length === 0) return []; // values that print alike
  if (removed.length + added.length <= MAX_ALIGNED_LINES) {
    return diff(removed, added).map(([side, line]) =>
      `${side === 0 ? " " : side === 1 ? "-" : "+"}   ${line}`
    );
  }
  const half = MAX_ALIGNED_LINES / 2;
  return [
    ...removed.slice(0, half).map((line) => `-   ${line}`),
    ...(removed.length > half ? ["-   …"] : []),
    ...added.slice(0, half).map((line) => `+   ${line}`),
    ...(added.length > half ? ["+   …"] : []),
  ];
}
