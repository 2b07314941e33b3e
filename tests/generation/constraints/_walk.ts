/** Random texts of a language, and whether a text is one. */
import { assert } from "@std/assert";
import type { RandomStream } from "../../../src/engine/random.ts";
import type {
  Acceptor,
  CodePointCost,
} from "../../../src/generation/constraints/acceptor.ts";

/** Whether a text is one of the language. */
export function accepts(acceptor: Acceptor, text: string): boolean {
  let state: unknown = acceptor.start;
  for (const character of text) {
    const next = acceptor.next(state, character.codePointAt(0)!);
    if (next === undefined) return false;
    state = next;
  }
  return acceptor.isComplete(state);
}

/** One token for each of the characters, no other can be written. */
export function costOf(characters: string): CodePointCost {
  const points = Array.from(characters, (it) => it.codePointAt(0)!)
    .sort((a, b) => a - b);
  return {
    id: {},
    cheapest: (from, to) =>
      points.some((point) => from <= point && point <= to) ? 1 : Infinity,
  };
}

/**
 * Writes a text of the language: some random characters, then a shortest way to an end, each step of which must be as the
 * distance says.
 *
 * @returns Undefined where the characters are not enough to write one.
 */
export function writeText(
  acceptor: Acceptor,
  random: RandomStream,
  characters: string,
  cost: CodePointCost,
  length: number,
): string | undefined {
  const points = Array.from(characters, (it) => it.codePointAt(0)!);
  let state: unknown = acceptor.start;
  let text = "";
  if (acceptor.distance(state, cost) === Infinity) return undefined;
  for (let steps = random.integer(length + 1);; steps--) {
    const left = acceptor.distance(state, cost);
    assert((left === 0) === acceptor.isComplete(state));
    if (left === 0 && (steps <= 0 || random.uniform() < 0.1)) return text;
    const ways = points.flatMap((point) => {
      const next = acceptor.next(state, point);
      assert(acceptor.leadsOn(state, point, point) === (next !== undefined));
      if (next === undefined) return [];
      const distance = acceptor.distance(next, cost);
      assert(distance >= left - 1, "no step is worth two");
      return [{ point, next, distance }];
    });
    const wanted = steps > 0
      ? ways.filter(({ distance }) => distance < Infinity)
      : ways.filter(({ distance }) => distance === left - 1);
    if (wanted.length === 0) {
      assert(left === 0, `a text goes on from ${JSON.stringify(text)}`);
      return text;
    }
    const way = wanted[random.integer(wanted.length)]!;
    text += String.fromCodePoint(way.point);
    state = way.next;
  }
}

/** A text with one character changed, taken away or put in. */
export function mutate(
  text: string,
  random: RandomStream,
  characters: string,
): string {
  const list = Array.from(text);
  const others = Array.from(characters);
  const place = random.integer(list.length + 1);
  const other = others[random.integer(others.length)]!;
  const kind = random.integer(3);
  list.splice(place, kind === 0 ? 0 : 1, ...(kind === 1 ? [] : [other]));
  return list.join("");
}
