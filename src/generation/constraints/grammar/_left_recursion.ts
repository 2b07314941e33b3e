/**
 * Rules that begin with themselves, which no reader from left to right can follow.
 *
 * @module
 */
import type { Grammar, GrammarNode } from "./grammar.ts";

/**
 * Finds a rule that begins with itself, at once or by way of other rules.
 *
 * @param grammar The grammar, finished.
 * @param root Where texts begin.
 * @param lengths The least length of every node, by id.
 * @returns The names on the way from the rule to itself; undefined where there is none.
 */
export function findLeftRecursion(
  grammar: Grammar,
  root: GrammarNode,
  lengths: Float64Array,
): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];

  /** Rules that a text of a part may begin with. */
  function beginningsOf(root: GrammarNode): string[] {
    const names: string[] = [];
    const seen = new Set<GrammarNode>();
    const open = [root];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      if (node.kind === "rule") names.push(node.name);
      else if (node.kind === "choice") open.push(...node.options);
      else if (node.kind === "repeat") open.push(node.part);
      else if (node.kind === "sequence") {
        open.push(node.first);
        if (lengths[node.first.id] === 0) open.push(node.rest);
      }
    }
    return names;
  }

  function visit(name: string): string[] | undefined {
    const place = path.indexOf(name);
    if (place >= 0) return [...path.slice(place), name];
    if (done.has(name)) return undefined;
    done.add(name);
    path.push(name);
    for (const next of beginningsOf(grammar.rules.get(name)!)) {
      const ring = visit(next);
      if (ring !== undefined) return ring;
    }
    path.pop();
    return undefined;
  }

  for (const node of [root, ...grammar.rules.values()]) {
    for (const name of beginningsOf(node)) {
      const ring = visit(name);
      if (ring !== undefined) return ring;
    }
  }
  return undefined;
}
