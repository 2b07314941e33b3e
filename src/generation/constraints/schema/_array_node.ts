/**
 * Arrays: items of their own at the beginning, then others, so many at least and at most.
 *
 * @module
 */
import type { Grammar, GrammarNode } from "../grammar/grammar.ts";
import type { JsonWriter } from "./_json_writer.ts";

/** What an array has. */
export interface ArrayNodeOptions {
  /** The first items, no more than `max`. */
  readonly begin: readonly GrammarNode[];
  /** Each item behind them. */
  readonly item: GrammarNode;
  /** Items at least. */
  readonly min: number;
  /** Items at most, Infinity for no end. */
  readonly max: number;
}

/**
 * Adds arrays to a grammar.
 *
 * @param grammar The grammar.
 * @param writer Writes JSON into it.
 * @param options The items.
 */
export function arrayNode(
  grammar: Grammar,
  writer: JsonWriter,
  options: ArrayNodeOptions,
): GrammarNode {
  const { begin, item, min, max } = options;
  if (min > max) return grammar.nothing;
  const behind = grammar.sequence([writer.comma, item]);
  const least = Math.max(0, min - begin.length);
  const most = max - begin.length;
  let rest: GrammarNode;
  if (begin.length > 0) rest = grammar.repeat(behind, least, most);
  else if (most === 0) rest = grammar.empty;
  else {
    const more = grammar.repeat(behind, Math.max(0, least - 1), most - 1);
    const some = grammar.sequence([item, more]);
    rest = least > 0 ? some : grammar.choice([grammar.empty, some]);
  }
  for (const [place, node] of [...begin.entries()].reverse()) {
    const comma = place > 0 ? writer.comma : grammar.empty;
    const here = grammar.sequence([comma, node, rest]);
    rest = place < min ? here : grammar.choice([grammar.empty, here]);
  }
  return writer.enclosed("[]", rest);
}
