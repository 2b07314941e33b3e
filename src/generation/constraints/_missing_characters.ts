/**
 * Which characters a vocabulary would need, for the message to somebody whose text cannot be written.
 *
 * @module
 */
import type { Acceptor, CodePointCost } from "./acceptor.ts";
import { leadingCharacters } from "./_leading_characters.ts";

/** What a character counts that can be written: little beside one that cannot. */
const LITTLE = 1e-6;
/** Most characters of a text that are looked at, and most choices for each. */
const MAX_LENGTH = 1000;
const MAX_CHOICES = 64;

/**
 * Finds the characters that the vocabulary lacks for a text that needs as few of them as possible.
 *
 * @param acceptor The language.
 * @param cost What characters cost; Infinity for those that cannot be written.
 * @returns The characters, each once; none where it is not they that are missing, or they were not found.
 */
export function missingCharacters(
  acceptor: Acceptor,
  cost: CodePointCost,
): string[] {
  const counted: CodePointCost = {
    id: {},
    cheapest: (from, to) => cost.cheapest(from, to) < Infinity ? LITTLE : 1,
  };
  const missing = new Set<string>();
  let state = acceptor.start;
  for (let length = 0; length < MAX_LENGTH; length++) {
    const distance = acceptor.distance(state, counted);
    if (!(distance < Infinity) || acceptor.isComplete(state)) break;
    const choices = leadingCharacters(
      acceptor,
      state,
      [0, 0x10FFFF],
      MAX_CHOICES,
    );
    const best = choices.find((point) => {
      const after = acceptor.next(state, point);
      const rest = after === undefined
        ? Infinity
        : acceptor.distance(after, counted);
      return counted.cheapest(point, point) + rest < distance + LITTLE / 2;
    });
    if (best === undefined) break;
    if (counted.cheapest(best, best) === 1) {
      missing.add(String.fromCodePoint(best));
    }
    state = acceptor.next(state, best);
  }
  return [...missing];
}
