/**
 * What the parts of a grammar cost at least.
 *
 * The least cost of a part follows from those of its parts (D. E. Knuth, "A generalization of Dijkstra's algorithm", 1977).
 * Parts of a part come before it, so one pass over all nodes is enough, but for rules: passes go on until none gets
 * cheaper.
 *
 * @module
 */
import type { CodePointCost } from "../acceptor.ts";
import type { Grammar } from "./grammar.ts";

/** One token for each character: least costs are least lengths, 0 where a part can be the empty text. */
export const LENGTH: CodePointCost = {
  id: {},
  cheapest: () => 1,
};

/**
 * Takes the least costs of all parts.
 *
 * @param grammar The grammar, finished.
 * @param cost What characters cost.
 * @returns A cost for every node, by id; Infinity where no text is.
 */
export function leastCosts(
  grammar: Grammar,
  cost: CodePointCost,
): Float64Array {
  const { nodes, rules } = grammar;
  const costs = new Float64Array(nodes.length).fill(Infinity);
  for (let isCheaper = true; isCheaper;) {
    isCheaper = false;
    for (const node of nodes) {
      let least = Infinity;
      if (node.kind === "empty") least = 0;
      else if (node.kind === "characters") {
        if (costs[node.id]! < Infinity) continue;
        for (let i = 0; i < node.set.length; i += 2) {
          const one = cost.cheapest(node.set[i]!, node.set[i + 1]!);
          if (one < least) least = one;
        }
      } else if (node.kind === "sequence") {
        least = costs[node.first.id]! + costs[node.rest.id]!;
      } else if (node.kind === "choice") {
        for (const { id } of node.options) {
          if (costs[id]! < least) least = costs[id]!;
        }
      } else if (node.kind === "repeat") {
        least = node.min === 0 ? 0 : node.min * costs[node.part.id]!;
      } else least = costs[rules.get(node.name)!.id]!;
      if (least < costs[node.id]!) {
        costs[node.id] = least;
        isCheaper = true;
      }
    }
  }
  return costs;
}
