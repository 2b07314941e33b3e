/**
 * Acrostics: the first letters of the lines spell a word.
 *
 * @module
 */
import { brief } from "../../../tokenizers/brief.ts";
import { classBeginsOf } from "../class_begins.ts";
import { madeBy } from "../made_by.ts";
import type { Acceptor, CodePointCost } from "../acceptor.ts";

const LINE_BREAK = 0x0A;

/**
 * Asks for lines whose first letters spell a word, one line for each letter.
 *
 * A line begins with its letter, small or capital, and goes on freely; the text is complete in its last line.
 *
 * @example First letters
 * ```ts
 * import { acrostic, CharTokenizer, TokenMasks } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const masks = new TokenMasks(acrostic("hi"), CharTokenizer.train("\nHi"));
 * assertEquals(masks.leastTokens(masks.start()), 3); // "H\ni"
 * ```
 *
 * @param word What the letters spell, at least one.
 * @returns The constraint.
 * @throws {TypeError} If the word is not a string.
 * @throws {RangeError} If it is empty, or has a line break.
 */
export function acrostic(word: string): Acceptor {
  if (typeof word !== "string") {
    throw new TypeError(
      `Cannot constrain: the word of an acrostic must be a string: ${
        brief(word)
      }`,
    );
  }
  if (word === "" || word.includes("\n")) {
    throw new RangeError(
      `Cannot constrain: the word of an acrostic must have a letter and no line break: ${
        brief(word)
      }`,
    );
  }
  const acceptor = new Acrostic(word.toWellFormed()) as Acceptor;
  return madeBy(acceptor, "acrostic", [word]);
}

/** A state is the number of letters that were written, and whether their line may go on: 2n + 1 in a line, 2n before one. */
class Acrostic implements Acceptor<number> {
  readonly description: string;
  readonly start = 0;
  readonly classBegins: readonly number[];
  /** What each line may begin with, in ascending order. */
  readonly #letters: readonly (readonly number[])[];

  constructor(word: string) {
    this.description = `an acrostic of ${JSON.stringify(word)}`;
    this.#letters = Array.from(
      word,
      (letter) =>
        [...new Set([letter, letter.toLowerCase(), letter.toUpperCase()])]
          .filter((form) => Array.from(form).length === 1) // ß has no capital of one letter
          .map((form) => form.codePointAt(0)!),
    );
    this.classBegins = classBeginsOf([LINE_BREAK, ...this.#letters.flat()]);
  }

  next(state: number, codePoint: number): number | undefined {
    if (state % 2 === 0) {
      const isLetter = this.#letters[state / 2]!.includes(codePoint);
      return isLetter ? state + 1 : undefined;
    }
    if (codePoint !== LINE_BREAK) return state;
    return this.isComplete(state) ? undefined : state + 1;
  }

  leadsOn(state: number, from: number, to: number): boolean {
    if (state % 2 === 0) {
      return this.#letters[state / 2]!.some((letter) =>
        from <= letter && letter <= to
      );
    }
    return from !== LINE_BREAK || to !== LINE_BREAK || !this.isComplete(state);
  }

  isComplete(state: number): boolean {
    return state === 2 * this.#letters.length - 1;
  }

  distance(state: number, cost: CodePointCost): number {
    let total = 0;
    for (let at = state; !this.isComplete(at); at++) {
      const choices = at % 2 === 0 ? this.#letters[at / 2]! : [LINE_BREAK];
      total += Math.min(...choices.map((point) => cost.cheapest(point, point)));
    }
    return total;
  }

  key(state: number): number {
    return state;
  }
}
