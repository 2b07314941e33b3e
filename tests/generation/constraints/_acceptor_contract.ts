/**
 * What every acceptor must hold to.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { RandomStream } from "../../../src/engine/random.ts";
import type {
  Acceptor,
  CodePointCost,
} from "../../../src/generation/constraints/acceptor.ts";

/** Costs of some characters, from 1 up; all others cannot be written. */
export function costOf(
  characters: string,
  random: RandomStream,
): CodePointCost {
  const costs = Array.from(
    characters,
    (character) => [character.codePointAt(0)!, 1 + random.integer(4)] as const,
  );
  return {
    id: {},
    cheapest: (from, to) =>
      Math.min(
        Infinity,
        ...costs.filter(([point]) => from <= point && point <= to).map((
          [, cost],
        ) => cost),
      ),
  };
}

/** Whether an acceptor takes a text. */
export function accepts(acceptor: Acceptor, text: string): boolean {
  let state: unknown = acceptor.start;
  for (const character of text) {
    state = acceptor.next(state, character.codePointAt(0)!);
    if (state === undefined) return false;
  }
  return acceptor.isComplete(state);
}

/**
 * Goes through the states that are reached with some characters, and compares what the acceptor says of each with what it
 * says of the next.
 *
 * @param acceptor The acceptor.
 * @param characters The characters.
 * @param random Draws costs.
 * @param isExact Whether `distance()` is that of a real way.
 */
export function checkAcceptorContract(
  acceptor: Acceptor,
  characters: string,
  random: RandomStream,
  isExact = true,
): void {
  const cost = costOf(characters, random);
  const points = Array.from(
    characters,
    (character) => character.codePointAt(0)!,
  );
  const states = new Map([[acceptor.key(acceptor.start), acceptor.start]]);
  for (const state of states.values()) { // grows on the way
    if (states.size > 2000) break;
    const costs: number[] = acceptor.isComplete(state) ? [0] : [];
    for (const point of points) {
      const after = acceptor.next(state, point);
      assertEquals(acceptor.leadsOn(state, point, point), after !== undefined);
      if (after === undefined) continue;
      const key = acceptor.key(after);
      const known = states.get(key);
      if (known === undefined) states.set(key, after);
      else {assertEquals(
          acceptor.distance(known, cost),
          acceptor.distance(after, cost),
        );}
      costs.push(cost.cheapest(point, point) + acceptor.distance(after, cost));
    }
    const least = Math.min(Infinity, ...costs);
    if (isExact) {
      assertEquals(acceptor.distance(state, cost), least, `${state}`);
    } else assert(acceptor.distance(state, cost) <= least);
    const from = points[random.integer(points.length)]! - random.integer(3);
    const to = from + random.integer(40);
    let leads = false;
    for (let point = Math.max(0, from); point <= to; point++) {
      leads ||= acceptor.next(state, point) !== undefined;
    }
    const answer = acceptor.leadsOn(state, Math.max(0, from), to);
    if (isExact) assertEquals(answer, leads, `${from} to ${to}`);
    else assert(answer || !leads);
  }
  assert(states.size > 0);
}
