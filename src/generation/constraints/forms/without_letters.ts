/**
 * Lipograms: texts that do without some letters, such as Georges Perec's "La disparition" (1969) without an e.
 *
 * @module
 */
import { brief } from "../../../tokenizers/brief.ts";
import { classBeginsOf } from "../class_begins.ts";
import { madeBy } from "../made_by.ts";
import type { Acceptor } from "../acceptor.ts";

/** Letters with accents are looked for up to here, and in the blocks of wide and of mathematical letters. */
const LATIN_END = 0x3000;
const MORE_BLOCKS: readonly (readonly [number, number])[] = [
  [0xFB00, 0xFB4F],
  [0xFF00, 0xFFEF],
  [0x1D400, 0x1D7FF],
  [0x1F100, 0x1F1FF],
];

/**
 * Asks for a text without some letters: neither small nor capital, nor with accents, nor in other shapes such as ｅ.
 *
 * @example A lipogram
 * ```ts
 * import { CharTokenizer, TokenMasks, withoutLetters } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const masks = new TokenMasks(withoutLetters("e"), CharTokenizer.train("Eéa")); // E, a, é
 * assertEquals(masks.allowed(masks.start(), 1), Uint32Array.of(0b010));
 * ```
 *
 * @param letters The characters, in any case; digits, spaces and signs may be among them.
 * @returns The constraint; the empty text satisfies it, and a text may go on for ever.
 * @throws {TypeError} If the letters are not a string.
 * @throws {RangeError} If there is none.
 */
export function withoutLetters(letters: string): Acceptor {
  if (typeof letters !== "string") {
    throw new TypeError(
      `Cannot constrain: the letters to do without must be a string: ${
        brief(letters)
      }`,
    );
  }
  if (letters === "") {
    throw new RangeError(
      "Cannot constrain: there must be a letter to do without: the string is empty",
    );
  }
  const acceptor = new WithoutLetters(letters.toWellFormed());
  return madeBy(acceptor, "withoutLetters", [letters]);
}

/** There is one state: no such letter was written. */
class WithoutLetters implements Acceptor<true> {
  readonly description: string;
  readonly start = true;
  readonly classBegins: readonly number[];
  readonly #forbidden: ReadonlySet<number>;
  /** The same in ascending order. */
  readonly #sorted: readonly number[];

  constructor(letters: string) {
    this.description = `a text without the letters ${JSON.stringify(letters)}`;
    this.#forbidden = forms(letters);
    this.#sorted = [...this.#forbidden].sort((a, b) => a - b);
    this.classBegins = classBeginsOf(this.#forbidden);
  }

  next(_state: true, codePoint: number): true | undefined {
    return this.#forbidden.has(codePoint) ? undefined : true;
  }

  leadsOn(_state: true, from: number, to: number): boolean {
    let first = from; // the first that is not forbidden
    for (const point of this.#sorted) {
      if (point === first) first++;
      else if (point > first) break;
    }
    return first <= to;
  }

  isComplete(): boolean {
    return true;
  }

  distance(): number {
    return 0;
  }

  key(): number {
    return 0;
  }
}

/** All code points that have one of the letters in them. */
function forms(letters: string): Set<number> {
  const bases = new Set(Array.from(letters).flatMap(basesOf));
  const found = new Set(
    Array.from(letters, (letter) => letter.codePointAt(0)!),
  );
  for (const [from, to] of [[0, LATIN_END] as const, ...MORE_BLOCKS]) {
    for (let point = from; point <= to; point++) {
      const character = String.fromCodePoint(point);
      if (basesOf(character).some((base) => bases.has(base))) found.add(point);
    }
  }
  return found;
}

/** What is left of a character without case, accents and shape. */
function basesOf(character: string): string[] {
  const parts = Array.from(character.normalize("NFKD").toLowerCase());
  const bases = parts.filter((part) => !/\p{M}/u.test(part));
  return bases.length > 0 ? bases : parts;
}
