/**
 * A deterministic automaton as an acceptor: small languages for tests.
 *
 * @module
 */
import type { RandomStream } from "../../../src/engine/random.ts";
import type {
  Acceptor,
  CodePointCost,
} from "../../../src/generation/constraints/acceptor.ts";

/** A way from one state to another. */
export interface Edge {
  from: number;
  to: number;
  /** First and last code point. */
  range: readonly [number, number];
}

/** State 0 is the start. */
export class Automaton implements Acceptor<number> {
  readonly start = 0;
  readonly #byCost = new WeakMap<object, number[]>();

  constructor(
    readonly edges: readonly Edge[],
    readonly ends: ReadonlySet<number>,
    readonly description = "a text of a small automaton",
  ) {}

  next(state: number, codePoint: number): number | undefined {
    return this.edges.find(({ from, range }) =>
      from === state && range[0] <= codePoint && codePoint <= range[1]
    )?.to;
  }

  leadsOn(state: number, first: number, last: number): boolean {
    return this.edges.some(({ from, range }) =>
      from === state && range[0] <= last && first <= range[1]
    );
  }

  isComplete(state: number): boolean {
    return this.ends.has(state);
  }

  distance(state: number, cost: CodePointCost): number {
    let distances = this.#byCost.get(cost.id);
    if (distances === undefined) {
      const count = 1 +
        Math.max(0, ...this.edges.flatMap(({ from, to }) => [from, to]));
      distances = Array.from(
        { length: count },
        (_, n) => this.ends.has(n) ? 0 : Infinity,
      );
      for (let round = 0; round < count; round++) {
        for (const { from, to, range } of this.edges) {
          distances[from] = Math.min(
            distances[from]!,
            cost.cheapest(...range) + distances[to]!,
          );
        }
      }
      this.#byCost.set(cost.id, distances);
    }
    return distances[state]!;
  }

  key(state: number): number {
    return state;
  }

  /** Whether a text is in the language. */
  accepts(text: string): boolean {
    let state: number | undefined = 0;
    for (const character of text) {
      state = this.next(state, character.codePointAt(0)!);
      if (state === undefined) return false;
    }
    return this.ends.has(state);
  }
}

/** The language of some texts. */
export function oneOfTexts(texts: readonly string[]): Automaton {
  const edges: Edge[] = [];
  const ends = new Set<number>();
  const states = new Map([["", 0]]);
  for (const text of texts) {
    let [prefix, from] = ["", 0];
    for (const character of text) {
      prefix += character;
      let to = states.get(prefix);
      if (to === undefined) {
        to = states.size;
        states.set(prefix, to);
        const point = character.codePointAt(0)!;
        edges.push({ from, to, range: [point, point] });
      }
      from = to;
    }
    ends.add(from);
  }
  return new Automaton(
    edges,
    ends,
    `one of ${texts.map((text) => JSON.stringify(text)).join(", ")}`,
  );
}

/** Characters of a range, so many of them; the last state goes round where there is no limit. */
export function manyOf(
  first: string,
  last: string,
  min: number,
  max = Infinity,
): Automaton {
  const range = [first.codePointAt(0)!, last.codePointAt(0)!] as const;
  const count = max === Infinity ? min : max;
  const edges = Array.from(
    { length: count },
    (_, from): Edge => ({ from, to: from + 1, range }),
  );
  if (max === Infinity) edges.push({ from: count, to: count, range });
  const ends = new Set(
    Array.from({ length: count - min + 1 }, (_, i) => min + i),
  );
  return new Automaton(edges, ends, `${min} to ${max} of ${first}-${last}`);
}

/** A random automaton over some characters, with some of the ranges between them; its edges do not overlap. */
export function randomAutomaton(
  characters: readonly string[],
  random: RandomStream,
): Automaton {
  const size = 2 + random.integer(4);
  const points = characters.map((character) => character.codePointAt(0)!)
    .sort((a, b) => a - b);
  const edges: Edge[] = [];
  for (let from = 0; from < size; from++) {
    for (const [i, point] of points.entries()) {
      if (random.uniform() < 0.75) {
        edges.push({ from, to: random.integer(size), range: [point, point] });
      }
      const next = points[i + 1] ?? 0x10FFFF;
      if (random.uniform() < 0.1 && next > point + 1) {
        const range = [point + 1, next - 1] as const;
        edges.push({ from, to: random.integer(size), range });
      }
    }
  }
  const ends = new Set([random.integer(size), random.integer(size)]);
  return new Automaton(edges, ends);
}
