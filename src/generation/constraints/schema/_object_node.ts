/**
 * Objects: members in an order, some of them left out, and then others.
 *
 * @module
 */
import type { Grammar, GrammarNode } from "../grammar/grammar.ts";
import type { JsonWriter } from "./_json_writer.ts";

/** What an object has. */
export interface ObjectNodeOptions {
  /** The members with names, in their order. */
  readonly members: readonly {
    readonly name: string;
    readonly value: GrammarNode;
    readonly isRequired: boolean;
  }[];

  /** Values of members with other names, as many as they like. */
  readonly others: GrammarNode;
}

/**
 * Adds objects to a grammar.
 *
 * @param grammar The grammar.
 * @param writer Writes JSON into it.
 * @param options The members.
 */
export function objectNode(
  grammar: Grammar,
  writer: JsonWriter,
  options: ObjectNodeOptions,
): GrammarNode {
  const { members, others } = options;
  const other = grammar.sequence([
    writer.textBut(members.map(({ name }) => name)),
    writer.colon,
    others,
  ]);
  const behindOther = grammar.sequence([writer.comma, other]);
  // What may come from a member on, where it is the first that is written, and where one was written before.
  let next = grammar.repeat(behindOther, 0, Infinity);
  let first = grammar.choice([grammar.empty, grammar.sequence([other, next])]);
  for (const { name, value, isRequired } of members.toReversed()) {
    const member = grammar.sequence([writer.member(name, value), next]);
    const behind = grammar.sequence([writer.comma, member]);
    first = isRequired ? member : grammar.choice([member, first]);
    next = isRequired ? behind : grammar.choice([behind, next]);
  }
  return writer.enclosed("{}", first);
}
