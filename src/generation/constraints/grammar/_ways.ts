/**
 * Ways to go on with a text: a part of the grammar, then the rest, then the rest of that.
 *
 * @module
 */
import type { CodePointCost } from "../acceptor.ts";
import { leastCosts } from "./_least_costs.ts";
import type { Grammar, GrammarNode } from "./grammar.ts";

/** What is still to come: a part, then the rest. */
export interface Way {
  readonly id: number;
  readonly node: GrammarNode;
  /** How many repetitions came before, where the part is a repetition. */
  readonly count: number;
  /** Undefined at the end of the text. */
  readonly rest: Way | undefined;
}

/** Keeps ways, so that the same part, count and rest are one object. */
export class WayTable {
  /** How many are kept. */
  size = 0;
  /** By the number of the rest, then by the part and the count. */
  readonly #ways = new Map<number, Map<number, Way>>();
  #nextId = 1;

  /**
   * Gives a way.
   *
   * @param node The part that comes first.
   * @param count How many repetitions of it came before.
   * @param rest What comes after it.
   */
  get(node: GrammarNode, count: number, rest: Way | undefined): Way {
    const restId = rest?.id ?? 0;
    let ways = this.#ways.get(restId);
    if (ways === undefined) this.#ways.set(restId, ways = new Map());
    const key = node.id * 2 ** 31 + count;
    let way = ways.get(key);
    if (way === undefined) {
      way = { id: this.#nextId++, node, count, rest };
      ways.set(key, way);
      this.size++;
    }
    return way;
  }

  /** Lets go of all ways; numbers are not given again. */
  clear(): void {
    this.#ways.clear();
    this.size = 0;
  }
}

/** What ways cost at least, for one cost of characters. */
export class WayCosts {
  readonly #ofNodes: Float64Array;
  readonly #ofWays = new WeakMap<Way, number>();

  /**
   * Takes the costs.
   *
   * @param grammar The grammar.
   * @param cost What characters cost.
   */
  constructor(grammar: Grammar, cost: CodePointCost) {
    this.#ofNodes = leastCosts(grammar, cost);
  }

  /**
   * Gives the least cost of a way: that of its part and of all that comes after.
   *
   * @param way The way.
   */
  of(way: Way): number {
    const path: Way[] = [];
    let at: Way | undefined = way;
    while (at !== undefined && !this.#ofWays.has(at)) {
      path.push(at);
      at = at.rest;
    }
    let cost = at === undefined ? 0 : this.#ofWays.get(at)!;
    for (const one of path.reverse()) {
      const { node, count } = one;
      if (node.kind !== "repeat") cost += this.#ofNodes[node.id]!;
      else if (count < node.min) {
        cost += (node.min - count) * this.#ofNodes[node.part.id]!;
      }
      this.#ofWays.set(one, cost);
    }
    return cost;
  }
}

/**
 * Whether all that a way may become is what another may become that has fewer repetitions so far, both enough.
 *
 * @param way The way.
 * @param leastCounts The least count met of each repetition and rest; the way's own goes in.
 */
export function isWithin(way: Way, leastCounts: Map<string, number>): boolean {
  const { node, count, rest } = way;
  if (node.kind !== "repeat" || count < node.min) return false;
  const key = `${node.id} ${rest?.id}`;
  const least = leastCounts.get(key);
  if (least !== undefined && least <= count) return true;
  leastCounts.set(key, count);
  return false;
}
