/**
 * The characters that a grammar tells apart: all characters of a letter are in the same sets of the grammar.
 *
 * @module
 */
import { type CharacterSet, LAST_CODE_POINT } from "./character_set.ts";

/** Letters from 0; letter 0 has the characters that are in no set. */
export class Alphabet {
  /** How many letters there are. */
  readonly size: number;
  /** Where each stretch of characters of one letter begins, in rising order. */
  readonly #begins: number[];
  /** The letter of each stretch. */
  readonly #letters: Int32Array;
  /** The letters of the first 128 characters. */
  readonly #ascii = new Int32Array(128);

  /**
   * Finds the letters.
   *
   * @param sets The sets of the grammar.
   */
  constructor(sets: readonly CharacterSet[]) {
    const begins = new Set([0]);
    for (const set of sets) {
      for (let i = 0; i < set.length; i += 2) {
        begins.add(set[i]!);
        begins.add(set[i + 1]! + 1);
      }
    }
    this.#begins = [...begins].sort((a, b) => a - b);
    this.#letters = new Int32Array(this.#begins.length);
    const counts = [this.#begins.length]; // stretches of each letter
    for (const set of sets) {
      const places: number[] = [];
      for (let i = 0; i < set.length; i += 2) {
        const from = this.#placeOf(set[i]!);
        for (
          let place = from;
          place < this.#begins.length && this.#begins[place]! <= set[i + 1]!;
          place++
        ) places.push(place);
      }
      // A letter that the set has in part becomes two, and so does letter 0.
      const inside = new Map<number, number>();
      for (const place of places) {
        const letter = this.#letters[place]!;
        inside.set(letter, (inside.get(letter) ?? 0) + 1);
      }
      const renamed = new Map<number, number>();
      for (const [letter, count] of inside) {
        if (letter !== 0 && count === counts[letter]) continue;
        counts[letter]! -= count;
        renamed.set(letter, counts.length);
        counts.push(count);
      }
      for (const place of places) {
        const letter = this.#letters[place]!;
        this.#letters[place] = renamed.get(letter) ?? letter;
      }
    }
    this.size = counts.length;
    for (let c = 0; c < 128; c++) this.#ascii[c] = this.#letterAt(c);
  }

  /**
   * Gives the letter of a character.
   *
   * @param codePoint The character.
   */
  letterOf(codePoint: number): number {
    return codePoint < 128
      ? this.#ascii[codePoint]!
      : this.#letterAt(codePoint);
  }

  /**
   * Whether a range has a character of some letters.
   *
   * @param from The first character.
   * @param to The last one.
   * @param isOne Tells the letters.
   */
  someLetter(
    from: number,
    to: number,
    isOne: (letter: number) => boolean,
  ): boolean {
    for (
      let place = this.#placeOf(from);
      place < this.#begins.length && this.#begins[place]! <= to;
      place++
    ) {
      if (isOne(this.#letters[place]!)) return true;
    }
    return false;
  }

  /**
   * Gives the letters of a set.
   *
   * @param set One of the sets of the grammar.
   */
  lettersOf(set: CharacterSet): number[] {
    const letters = new Set<number>();
    for (let i = 0; i < set.length; i += 2) {
      this.someLetter(set[i]!, set[i + 1]!, (letter) => {
        letters.add(letter);
        return false;
      });
    }
    return [...letters];
  }

  /** Gives the stretches of characters of one letter, in rising order. */
  *stretches(): Generator<{ from: number; to: number }> {
    for (const [place, from] of this.#begins.entries()) {
      const to = (this.#begins[place + 1] ?? LAST_CODE_POINT + 1) - 1;
      if (from <= LAST_CODE_POINT) yield { from, to };
    }
  }

  #letterAt(codePoint: number): number {
    return this.#letters[this.#placeOf(codePoint)]!;
  }

  /** The stretch that a character is in. */
  #placeOf(codePoint: number): number {
    let low = 0;
    let high = this.#begins.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#begins[middle]! <= codePoint) low = middle;
      else high = middle;
    }
    return low;
  }
}
