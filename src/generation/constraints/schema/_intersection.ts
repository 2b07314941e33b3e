/**
 * Texts that several expressions match, of so many characters at least and at most, as rules of a grammar: one rule for
 * what may come after each beginning.
 *
 * @module
 */
import {
  ANY_CHARACTER,
  type CharacterSet,
  intersectionOf,
} from "../grammar/character_set.ts";
import type { Grammar, GrammarNode } from "../grammar/grammar.ts";
import type {
  GrammarAcceptor,
  GrammarState,
} from "../grammar/grammar_acceptor.ts";

/** More rules are refused. */
const MOST_RULES = 50_000;

/** What texts must be. */
export interface IntersectionOptions {
  /** Languages without rules that refer to themselves, one at least. */
  readonly acceptors: readonly GrammarAcceptor[];
  /** Characters at least. */
  readonly min: number;
  /** Characters at most, Infinity for no end. */
  readonly max: number;
  /** How a character is written. */
  readonly write: (set: CharacterSet) => GrammarNode;
  /** A beginning of names of rules that no other rule has. */
  readonly name: string;
}

/**
 * Adds texts that are in every one of some languages to a grammar.
 *
 * @param grammar The grammar.
 * @param options The languages and lengths.
 * @throws {RangeError} If it takes more than 50,000 rules.
 */
export function intersectionNode(
  grammar: Grammar,
  options: IntersectionOptions,
): GrammarNode {
  const { acceptors, min, max, write, name } = options;
  const limit = max === Infinity ? min : max;
  const open: { rule: string; states: GrammarState[]; count: number }[] = [];
  const known = new Set<string>();

  function ruleOf(states: GrammarState[], count: number): GrammarNode {
    const rule = `${name} ${states.map(({ id }) => id).join(" ")} ${count}`;
    if (!known.has(rule)) {
      if (known.size === MOST_RULES) {
        throw new RangeError(
          `Cannot constrain: patterns and lengths must take ${MOST_RULES} rules at most together: ${name} takes more; ` +
            "say less of them, or a smaller maxLength",
        );
      }
      known.add(rule);
      open.push({ rule, states, count });
    }
    return grammar.rule(rule);
  }

  const root = ruleOf(acceptors.map(({ start }) => start), 0);
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { rule, states, count } = at;
    const isComplete = states.every(({ isComplete }) => isComplete);
    const parts = isComplete && count >= min ? [grammar.empty] : [];
    let steps = [{ set: ANY_CHARACTER, nexts: [] as GrammarState[] }];
    for (const [i, acceptor] of acceptors.entries()) {
      const own = acceptor.stepsFrom(states[i]!);
      steps = steps.flatMap(({ set, nexts }) =>
        own.map((step) => ({
          set: intersectionOf(set, step.set),
          nexts: [...nexts, step.next],
        })).filter(({ set }) => set.length > 0)
      );
    }
    if (count < max) {
      for (const { set, nexts } of steps) {
        const after = ruleOf(nexts, Math.min(count + 1, limit));
        parts.push(grammar.sequence([write(set), after]));
      }
    }
    grammar.define(rule, grammar.choice(parts));
  }
  return root;
}
