/**
 * Whether constraints contradict each other, whatever the tokens are: for the message to somebody whose text cannot be
 * written. Their common points are searched, each character class once (Hopcroft and Ullman, "Introduction to Automata
 * Theory, Languages, and Computation", 1979, section 3.3).
 *
 * @module
 */
import type { Acceptor } from "./acceptor.ts";

/** Most code points that are read, and most points of texts that are looked at; half a second or so. */
const MAX_READ = 16_000_000;
const MAX_POINTS = 20_000;

const LAST = 0x10FFFF;
/** Halves of characters, which no text has by themselves. */
const SURROGATES = [0xD800, 0xDFFF] as const;

/** Code points from one on, to the next class, after which a language is in the same state. */
interface CharacterClass {
  from: number;
  /** undefined where no text goes on so. */
  after: unknown;
}

/** A language, with the classes of characters at each of its states as far as they were asked for. */
class Part {
  readonly acceptor: Acceptor;
  /** Code points to try, all others being like the one before; undefined for all. */
  readonly #begins: readonly number[] | undefined;
  readonly #classes = new Map<string | number, readonly CharacterClass[]>();

  constructor(acceptor: Acceptor) {
    this.acceptor = acceptor;
    const { classBegins } = acceptor;
    this.#begins = classBegins && [
      ...new Set([0, SURROGATES[0], SURROGATES[1] + 1, ...classBegins]),
    ].filter((point) => point <= LAST).sort((a, b) => a - b);
  }

  /** The classes at a state; `read` counts the code points that it took to find them. */
  classes(state: unknown, budget: { read: number }): readonly CharacterClass[] {
    const key = this.acceptor.key(state);
    const known = this.#classes.get(key);
    if (known !== undefined) return known;
    const found: CharacterClass[] = [];
    const count = this.#begins?.length ?? LAST + 1;
    for (let i = 0; i < count; i++) {
      const from = this.#begins?.[i] ?? i;
      const isHalf = SURROGATES[0] <= from && from <= SURROGATES[1];
      const after = isHalf ? undefined : this.acceptor.next(state, from);
      if (i === 0 || !this.#isSame(after, found.at(-1)!.after)) {
        found.push({ from, after });
      }
    }
    budget.read += count;
    this.#classes.set(key, found);
    return found;
  }

  #isSame(one: unknown, other: unknown): boolean {
    if (one === other) return true;
    if (one === undefined || other === undefined) return false;
    return this.acceptor.key(one) === this.acceptor.key(other);
  }
}

/**
 * Finds languages that have no text in common: two of those given, or else all of them.
 *
 * @param acceptors The languages.
 * @returns Those that contradict each other; undefined where they have a text in common, or it was not found out.
 */
export function contradiction(
  acceptors: readonly Acceptor[],
): readonly Acceptor[] | undefined {
  const parts = acceptors.map((acceptor) => new Part(acceptor));
  const budget = { read: 0 };
  const together = [
    ...parts.flatMap((one, i) =>
      parts.slice(i + 1).map((other) => [one, other])
    ),
    ...(parts.length > 2 ? [parts] : []),
  ];
  return together.find((some) => haveNoText(some, budget))
    ?.map(({ acceptor }) => acceptor);
}

/** Whether it is certain that languages have no text in common. */
function haveNoText(parts: readonly Part[], budget: { read: number }): boolean {
  const keyOf = (states: readonly unknown[]): string =>
    JSON.stringify(parts.map(({ acceptor }, i) => acceptor.key(states[i])));
  const start = parts.map(({ acceptor }) => acceptor.start);
  const seen = new Set([keyOf(start)]);
  const waiting = [start];
  for (let states = waiting.pop(); states; states = waiting.pop()) {
    const here = states;
    if (parts.every(({ acceptor }, i) => acceptor.isComplete(here[i]))) {
      return false;
    }
    if (budget.read > MAX_READ || seen.size > MAX_POINTS) return false;
    const classes = parts.map((part, i) => part.classes(here[i], budget));
    for (const next of together(classes)) {
      const key = keyOf(next);
      if (seen.has(key)) continue;
      seen.add(key);
      waiting.push(next);
    }
  }
  return true;
}

/** The states that one character leads to in all languages at once, class by class. */
function* together(
  classes: readonly (readonly CharacterClass[])[],
): Generator<unknown[], void, undefined> {
  const places = classes.map(() => 0);
  for (;;) {
    const after = classes.map((list, i) => list[places[i]!]!.after);
    if (!after.includes(undefined)) yield after;
    const ends = classes.map((list, i) =>
      list[places[i]! + 1]?.from ?? LAST + 1
    );
    const end = Math.min(...ends);
    if (end > LAST) return;
    for (const [i, at] of ends.entries()) if (at === end) places[i]!++;
  }
}
