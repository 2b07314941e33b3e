/**
 * What the parts of a grammar cost at least.
 *
 * The least cost of a part follows from those of its parts (D. E. Knuth, "A generalization of Dijkstra's algorithm", 1977).
 * Parts of a part come before it, so one pass over all nodes is enough, but for rules: whenever one gets cheaper, so may
 * all that it is a part of.
 *
 * @module
 */
import type { CodePointCost } from "../acceptor.ts";
import type { Grammar, GrammarNode } from "./grammar.ts";

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
  const parents = parentsOf(grammar);
  const open: GrammarNode[] = [];
  for (const node of nodes) {
    costs[node.id] = costOf(node);
    for (const rule of parents.get(node) ?? []) {
      if (rule.id < node.id && costs[node.id]! < Infinity) open.push(rule);
    }
  }
  for (let at = 0; at < open.length; at++) { // the list grows as it is read
    const node = open[at]!;
    const least = costOf(node);
    if (least >= costs[node.id]!) continue;
    costs[node.id] = least;
    open.push(...parents.get(node) ?? []);
  }
  return costs;

  /** The cost of a node by those of its parts as far as they are known. */
  function costOf(node: GrammarNode): number {
    if (node.kind === "empty") return 0;
    if (node.kind === "sequence") {
      return costs[node.first.id]! + costs[node.rest.id]!;
    }
    if (node.kind === "repeat") {
      return node.min === 0 ? 0 : node.min * costs[node.part.id]!;
    }
    if (node.kind === "rule") return costs[rules.get(node.name)!.id]!;
    let least = Infinity;
    if (node.kind === "choice") {
      for (const { id } of node.options) least = Math.min(least, costs[id]!);
      return least;
    }
    for (let i = 0; i < node.set.length; i += 2) {
      const one = cost.cheapest(node.set[i]!, node.set[i + 1]!);
      least = Math.min(least, one);
    }
    return least;
  }
}

/** What each node is a part of, what rules stand for included. */
function parentsOf(grammar: Grammar): Map<GrammarNode, GrammarNode[]> {
  const parents = new Map<GrammarNode, GrammarNode[]>();
  for (const node of grammar.nodes) {
    for (const part of partsOf(node, grammar)) {
      const known = parents.get(part);
      if (known === undefined) parents.set(part, [node]);
      else known.push(node);
    }
  }
  return parents;
}

function partsOf(node: GrammarNode, grammar: Grammar): readonly GrammarNode[] {
  if (node.kind === "sequence") return [node.first, node.rest];
  if (node.kind === "choice") return node.options;
  if (node.kind === "repeat") return [node.part];
  return node.kind === "rule" ? [grammar.rules.get(node.name)!] : [];
}
