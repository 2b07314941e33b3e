/**
 * Words that must be in a text: all of them are looked for at once (Aho and Corasick, "Efficient String Matching: An Aid
 * to Bibliographic Search", 1975).
 *
 * @module
 */
import { brief } from "../../../tokenizers/brief.ts";
import { classBeginsOf } from "../class_begins.ts";
import { madeBy } from "../made_by.ts";
import type { Acceptor, CodePointCost } from "../acceptor.ts";

/** Most states: places in the words, times sets of words that were found. */
const MAX_STATES = 2 ** 16;

/**
 * Asks for a text that has each of some words in it, in any order and exactly as they are written, at least once.
 *
 * Words are looked for as strings, so that "he" is found in "the"; write " he " to tell it from that. The words may
 * overlap.
 *
 * @example Words that share letters
 * ```ts
 * import { CharTokenizer, mustContain, TokenMasks } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const masks = new TokenMasks(mustContain(["sea", "east"]), CharTokenizer.train("east"));
 * assertEquals(masks.leastTokens(masks.start()), 5); // "seast"
 * ```
 *
 * @param words The words, one at least.
 * @returns The constraint; a text may go on for ever once it has them.
 * @throws {TypeError} If the words are not a list of strings.
 * @throws {RangeError} If there is none, one is empty, or they are too many to keep apart which of them were found.
 */
export function mustContain(words: readonly string[]): Acceptor {
  if (
    !Array.isArray(words) || !words.every((word) => typeof word === "string")
  ) {
    throw new TypeError(
      `Cannot constrain: the words to contain must be a list of strings: ${
        brief(words)
      }`,
    );
  }
  if (words.length === 0 || words.includes("")) {
    throw new RangeError(
      `Cannot constrain: there must be a word to contain, and none may be empty: ${
        brief(words)
      }`,
    );
  }
  const all = new Set(words.map((word) => word.toWellFormed()));
  const acceptor = new MustContain([...all]) as Acceptor;
  return madeBy(acceptor, "mustContain", [[...all]]);
}

/** A place in the words, and the set of words that were found, as bits, in one number. */
class MustContain implements Acceptor<number> {
  readonly description: string;
  readonly start = 0;
  readonly classBegins: readonly number[];
  /** The letters of the words, and the number of each. */
  readonly #letters = new Map<number, number>();
  /** By place and letter, the next place. */
  readonly #next: number[][];
  /** By place, the words that end there. */
  readonly #found: number[];
  readonly #sets: number;
  readonly #distances = new WeakMap<object, Float64Array>();

  constructor(words: readonly string[]) {
    this.description = `a text with ${
      words.map((word) => JSON.stringify(word)).join(" and ")
    } in it`;
    const points = words.map((word) =>
      Array.from(word, (letter) => letter.codePointAt(0)!)
    );
    const size = points.reduce((sum, word) => sum + word.length, 1);
    this.#sets = 2 ** words.length;
    if (size * this.#sets > MAX_STATES) {
      throw new RangeError(
        `Cannot constrain: there must be fewer or shorter words to contain: ${words.length} words of ${
          size - 1
        } characters together; ask for some of them in a text of its own`,
      );
    }
    for (const point of points.flat()) {
      if (!this.#letters.has(point)) {
        this.#letters.set(point, this.#letters.size);
      }
    }
    this.classBegins = classBeginsOf(this.#letters.keys());
    ({ next: this.#next, found: this.#found } = this.#build(points));
  }

  next(state: number, codePoint: number): number {
    const letter = this.#letters.get(codePoint);
    const set = state % this.#sets;
    if (letter === undefined) return set;
    const place = this.#next[(state - set) / this.#sets]![letter]!;
    return place * this.#sets + (set | this.#found[place]!);
  }

  leadsOn(): boolean {
    return true;
  }

  isComplete(state: number): boolean {
    return state % this.#sets === this.#sets - 1;
  }

  distance(state: number, cost: CodePointCost): number {
    let distances = this.#distances.get(cost.id);
    if (distances === undefined) {
      distances = this.#measure(cost);
      this.#distances.set(cost.id, distances);
    }
    return distances[state]!;
  }

  key(state: number): number {
    return state;
  }

  /** Builds the trie of the words, and fills in where each place falls back to. */
  #build(words: readonly number[][]): { next: number[][]; found: number[] } {
    const count = this.#letters.size;
    const children: number[][] = [new Array<number>(count).fill(0)];
    const found = [0];
    for (const [number, word] of words.entries()) {
      let place = 0;
      for (const point of word) {
        const letter = this.#letters.get(point)!;
        if (children[place]![letter] === 0) {
          children[place]![letter] = children.length;
          children.push(new Array<number>(count).fill(0));
          found.push(0);
        }
        place = children[place]![letter]!;
      }
      found[place]! |= 1 << number;
    }
    const next = children.map((row) => [...row]);
    const fallback = children.map(() => 0);
    const order = [0];
    for (const place of order) { // grows on the way
      for (let letter = 0; letter < count; letter++) {
        const child = children[place]![letter]!;
        const other = place === 0 ? 0 : next[fallback[place]!]![letter]!;
        if (child === 0) next[place]![letter] = other;
        else {
          fallback[child] = other;
          found[child]! |= found[other]!;
          order.push(child);
        }
      }
    }
    return { next, found };
  }

  /** Finds the cheapest way from every state: no other characters are needed on it than those of the words. */
  #measure(cost: CodePointCost): Float64Array {
    const sets = this.#sets;
    const distances = new Float64Array(this.#next.length * sets).fill(Infinity);
    const costs = Array.from(
      this.#letters.keys(),
      (point) => cost.cheapest(point, point),
    );
    for (let set = sets - 1; set >= 0; set--) { // a set only grows
      for (let hasChanged = true; hasChanged;) {
        hasChanged = false;
        for (const [place, row] of this.#next.entries()) {
          let least = set === sets - 1 ? 0 : Infinity;
          for (const [letter, to] of row.entries()) {
            const after = to * sets + (set | this.#found[to]!);
            least = Math.min(least, costs[letter]! + distances[after]!);
          }
          const state = place * sets + set;
          if (least < distances[state]!) {
            distances[state] = least;
            hasChanged = true;
          }
        }
      }
    }
    return distances;
  }
}
