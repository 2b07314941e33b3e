/**
 * The classes of characters of several languages at once: which characters it is worth trying, and where they lead.
 *
 * @module
 */
import type { Acceptor } from "./acceptor.ts";
import { leadingCharacters } from "./_leading_characters.ts";

/** Most states of one language whose classes are kept. */
const MAX_KEPT = 4096;
/** Most characters that a language which says nothing of its classes is tried with, beside those of ASCII. */
const MAX_TRIED = 8;
const ASCII = Array.from({ length: 0x80 }, (_, i) => i);

const LAST = 0x10FFFF;
/** Halves of characters, which no text has by themselves. */
const SURROGATES = [0xD800, 0xDFFF] as const;

/** Code points that lead to the same states of all languages: from one to another each. */
export type Stretch = readonly [from: number, to: number];

/** A language, and by its states which classes it treats alike. */
interface Part {
  acceptor: Acceptor;
  /** By class, whether it may be another to this language than the one before it. */
  begins: Uint8Array;
  /** By class, a number for where it leads; 0 where no text goes on so. */
  numbers: Map<string | number, Uint16Array>;
}

/** Groups characters by where they lead in all languages at once. */
export class JointClasses {
  /** Whether all languages say which characters they treat alike; else only some characters are known. */
  readonly isWhole: boolean;
  readonly #parts: readonly Part[];
  /** By class, its first code point. */
  readonly #begins: Int32Array;

  /** @param acceptors The languages. */
  constructor(acceptors: readonly Acceptor[]) {
    const named = acceptors.map(({ classBegins }) =>
      classBegins &&
      new Set([0, SURROGATES[0], SURROGATES[1] + 1, ...classBegins])
    );
    this.isWhole = !named.includes(undefined);
    const all = new Set(this.isWhole ? [] : ASCII);
    for (const points of named) points?.forEach((point) => all.add(point));
    this.#begins = Int32Array.from(all).filter((point) => point <= LAST).sort();
    this.#parts = acceptors.map((acceptor, i) => ({
      acceptor,
      begins: Uint8Array.from(
        this.#begins,
        (point) => Number(named[i]?.has(point) ?? true),
      ),
      numbers: new Map(),
    }));
  }

  /**
   * Groups the characters that lead on.
   *
   * @param states The state of each language.
   * @param range The first and the last code point that are asked for.
   * @returns The stretches of each group; where the classes are not known, single characters.
   */
  groups(
    states: readonly unknown[],
    [from, to]: Stretch = [0, LAST],
  ): Stretch[][] {
    const begins = this.#begins;
    if (!this.isWhole) return this.#characters(states, [from, to]);
    const first = Math.max(0, after(begins, from) - 1);
    const end = after(begins, to);
    const numbers = this.#parts.map((part, i) =>
      this.#numbers(part, states[i])
    );
    const groups = new Map<string, Stretch[]>();
    for (let place = first; place < end; place++) {
      let name = "";
      let leads = true;
      for (const list of numbers) {
        const number = list[place]!;
        if (number === 0) {
          leads = false;
          break;
        }
        name += String.fromCharCode(number);
      }
      if (!leads) continue;
      const stretch = [
        Math.max(from, begins[place]!),
        Math.min(to, (begins[place + 1] ?? LAST + 1) - 1),
      ] as const;
      const known = groups.get(name);
      if (known === undefined) groups.set(name, [stretch]);
      else known.push(stretch);
    }
    return [...groups.values()];
  }

  /** Characters one by one: those of ASCII, those that languages name, and the first that lead on in the others. */
  #characters(states: readonly unknown[], [from, to]: Stretch): Stretch[][] {
    const points = new Set(this.#begins.filter((p) => from <= p && p <= to));
    for (const [i, { acceptor }] of this.#parts.entries()) {
      if (acceptor.classBegins !== undefined) continue;
      leadingCharacters(acceptor, states[i], [from, to], MAX_TRIED)
        .forEach((point) => points.add(point));
    }
    return [...points].filter((point) => !isHalf(point)).map((point) => [
      [point, point],
    ]);
  }

  #numbers({ acceptor, begins, numbers }: Part, state: unknown): Uint16Array {
    const key = acceptor.key(state);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const list = new Uint16Array(this.#begins.length);
    const seen = new Map<string | number, number>();
    let last = 0;
    for (const [place, point] of this.#begins.entries()) {
      if (begins[place] === 1) {
        const next = isHalf(point) ? undefined : acceptor.next(state, point);
        if (next === undefined) last = 0;
        else {
          const name = acceptor.key(next);
          last = seen.get(name) ?? seen.size + 1;
          seen.set(name, last);
        }
      }
      list[place] = isHalf(point) ? 0 : last;
    }
    if (numbers.size >= MAX_KEPT) numbers.clear();
    numbers.set(key, list);
    return list;
  }
}

function isHalf(point: number): boolean {
  return SURROGATES[0] <= point && point <= SURROGATES[1];
}

/** Place of the first number that is above another. */
function after(sorted: Int32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
