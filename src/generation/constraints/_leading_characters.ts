/**
 * Some characters that a text may go on with, found by halving ranges.
 *
 * @module
 */
import type { Acceptor } from "./acceptor.ts";

/**
 * Finds the first code points of a range that lead on.
 *
 * @param acceptor The language.
 * @param state Its state.
 * @param range First and last code point.
 * @param most How many are wanted.
 * @returns The code points, in ascending order.
 */
export function leadingCharacters<S>(
  acceptor: Acceptor<S>,
  state: S,
  [from, to]: readonly [number, number],
  most: number,
): number[] {
  if (most <= 0 || !acceptor.leadsOn(state, from, to)) return [];
  if (from === to) return [from];
  const middle = (from + to) >> 1;
  const found = leadingCharacters(acceptor, state, [from, middle], most);
  const more = most - found.length;
  found.push(...leadingCharacters(acceptor, state, [middle + 1, to], more));
  return found;
}
