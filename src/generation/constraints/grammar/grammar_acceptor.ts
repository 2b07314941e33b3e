/**
 * Reads texts of a grammar from left to right, every way at once.
 *
 * A way is what is still to come: a part of the grammar, then the rest, then the rest of that. Ways are made as a text is
 * read (V. Antimirov, "Partial derivatives of regular expressions and finite automaton constructions", 1996), so that a
 * thousand repetitions take no more room than one, and rules may nest without end. Ways and the states, which are sets of
 * ways, are kept and found again: the same text read twice takes a table, not a search.
 *
 * @module
 */
import type { Acceptor, CodePointCost } from "../acceptor.ts";
import { Alphabet } from "./_alphabet.ts";
import { type CharacterSet, characterSet } from "./character_set.ts";
import { findLeftRecursion } from "./_left_recursion.ts";
import { leastCosts, LENGTH } from "./_least_costs.ts";
import { isWithin, type Way, WayCosts, WayTable } from "./_ways.ts";
import type { Grammar, GrammarNode } from "./grammar.ts";

/** A text that can be read in more ways at once is refused. */
const MOST_WAYS = 20_000;

/** When so many states or ways are kept, all are forgotten but those in use. */
const MOST_KEPT = 200_000;

/** Where a text can stand. */
export interface GrammarState {
  /** States of other futures have other numbers. */
  readonly id: number;
  /** Whether the text may end here. */
  readonly isComplete: boolean;
  /** What may come, each with a character first. */
  readonly ways: readonly Way[];
  /** The state after each letter as far as it was asked for, null where there is none. */
  readonly targets: (GrammarState | null | undefined)[];
}

/** The language of a grammar. */
export class GrammarAcceptor implements Acceptor<GrammarState> {
  readonly description: string;
  readonly start: GrammarState;
  readonly #grammar: Grammar;
  readonly #lengths: Float64Array;
  readonly #alphabet: Alphabet;
  /** The letters of every node of characters, by id; 1 where it has one. */
  readonly #letters = new Map<GrammarNode, Uint8Array>();
  readonly #costs = new WeakMap<
    object,
    { ways: WayCosts; ofStates: WeakMap<GrammarState, number> }
  >();
  readonly #ways = new WayTable();
  #states = new Map<string, GrammarState>();
  #nextId = 1;

  /**
   * Takes a grammar.
   *
   * @param grammar The grammar, all its rules defined.
   * @param root What a whole text is.
   * @param description The language for people.
   * @throws {SyntaxError} If a rule begins with itself, or no text is in the language.
   */
  constructor(grammar: Grammar, root: GrammarNode, description: string) {
    this.description = description;
    this.#grammar = grammar;
    this.#lengths = leastCosts(grammar, LENGTH);
    const ring = findLeftRecursion(grammar, root, this.#lengths);
    if (ring !== undefined) {
      throw new SyntaxError(
        `Cannot constrain: a rule must not begin with itself: ${
          ring.join(" -> ")
        }; repeat with * or put the rule last`,
      );
    }
    if (this.#lengths[root.id] === Infinity) {
      throw new SyntaxError(
        `Cannot constrain: the language must have a text: ${description} has none`,
      );
    }
    const parts = grammar.nodes.filter((node) => node.kind === "characters");
    this.#alphabet = new Alphabet(parts.map(({ set }) => set));
    for (const part of parts) {
      const letters = new Uint8Array(this.#alphabet.size);
      for (const letter of this.#alphabet.lettersOf(part.set)) {
        letters[letter] = 1;
      }
      this.#letters.set(part, letters);
    }
    this.start = this.#stateOf([this.#ways.get(root, 0, undefined)]);
  }

  /** @inheritdoc */
  get classBegins(): readonly number[] {
    return Array.from(this.#alphabet.stretches(), ({ from }) => from);
  }

  /** @inheritdoc */
  next(state: GrammarState, codePoint: number): GrammarState | undefined {
    const letter = this.#alphabet.letterOf(codePoint);
    const known = state.targets[letter];
    if (known !== undefined) return known ?? undefined;
    const rests: (Way | undefined)[] = [];
    for (const { node, rest } of state.ways) {
      if (this.#letters.get(node)![letter] === 1) rests.push(rest);
    }
    const target = rests.length === 0 ? null : this.#stateOf(rests);
    state.targets[letter] = target;
    return target ?? undefined;
  }

  /** @inheritdoc */
  leadsOn(state: GrammarState, from: number, to: number): boolean {
    const sets = state.ways.map(({ node }) => this.#letters.get(node)!);
    return this.#alphabet.someLetter(
      from,
      to,
      (letter) => sets.some((letters) => letters[letter] === 1),
    );
  }

  /** @inheritdoc */
  isComplete(state: GrammarState): boolean {
    return state.isComplete;
  }

  /** @inheritdoc */
  distance(state: GrammarState, cost: CodePointCost): number {
    if (state.isComplete) return 0;
    let table = this.#costs.get(cost.id);
    if (table === undefined) {
      table = {
        ways: new WayCosts(this.#grammar, cost),
        ofStates: new WeakMap(),
      };
      this.#costs.set(cost.id, table);
    }
    let least = table.ofStates.get(state);
    if (least === undefined) {
      least = Infinity;
      for (const way of state.ways) {
        least = Math.min(least, table.ways.of(way));
      }
      table.ofStates.set(state, least);
    }
    return least;
  }

  /** @inheritdoc */
  key(state: GrammarState): number {
    return state.id;
  }

  /**
   * Gives where a state leads to.
   *
   * @param state The state.
   * @returns Each state that comes next, and the characters that lead to it.
   */
  stepsFrom(
    state: GrammarState,
  ): { set: CharacterSet; next: GrammarState }[] {
    const ranges = new Map<GrammarState, number[]>();
    for (const { from, to } of this.#alphabet.stretches()) {
      const next = this.next(state, from);
      if (next === undefined) continue;
      const known = ranges.get(next);
      if (known === undefined) ranges.set(next, [from, to]);
      else known.push(from, to);
    }
    return Array.from(ranges, ([next, all]) => ({
      set: characterSet(all),
      next,
    }));
  }

  /** The state of ways, each followed to its next characters. */
  #stateOf(begins: readonly (Way | undefined)[]): GrammarState {
    const seen = new Set<Way | undefined>();
    const found: Way[] = [];
    // Fewer repetitions so far leave more to come: they are followed first.
    const open = [...begins].sort((a, b) => (b?.count ?? 0) - (a?.count ?? 0));
    const leastCounts = new Map<string, number>();
    while (open.length > 0) {
      const way = open.pop();
      if (seen.has(way) || (way && isWithin(way, leastCounts))) continue;
      seen.add(way);
      if (seen.size > MOST_WAYS) {
        throw new RangeError(
          `Cannot constrain: a text must be readable in ${MOST_WAYS} ways at once at most: ` +
            `${this.description} has more; repeat with * instead of large numbers, or write rules that begin alike as one`,
        );
      }
      if (way === undefined) continue;
      if (way.node.kind === "characters") found.push(way);
      else this.#follow(way, open);
    }
    found.sort((a, b) => a.id - b.id);
    const isComplete = seen.has(undefined);
    const key = `${isComplete} ${found.map(({ id }) => id).join()}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      if (this.#states.size + this.#ways.size > MOST_KEPT) this.#forget();
      state = { id: this.#nextId++, isComplete, ways: found, targets: [] };
      this.#states.set(key, state);
    }
    return state;
  }

  /** Puts what a way may be into a list of ways to follow. */
  #follow(way: Way, open: (Way | undefined)[]): void {
    const { node, rest, count } = way;
    if (node.kind === "sequence") {
      this.#push(node.first, this.#ways.get(node.rest, 0, rest), open);
    } else if (node.kind === "choice") {
      for (const option of node.options) this.#push(option, rest, open);
    } else if (node.kind === "rule") {
      this.#push(this.#grammar.rules.get(node.name)!, rest, open);
    } else if (node.kind === "repeat") {
      const { part, min, max } = node;
      if (count >= min) open.push(rest);
      // Without an end, all counts from the least one on are the same.
      const after = max === Infinity ? Math.min(count + 1, min) : count + 1;
      this.#push(
        part,
        after < max ? this.#ways.get(node, after, rest) : rest,
        open,
      );
    } else open.push(rest);
  }

  #push(
    node: GrammarNode,
    rest: Way | undefined,
    open: (Way | undefined)[],
  ): void {
    if (this.#lengths[node.id] !== Infinity) {
      open.push(this.#ways.get(node, 0, rest));
    }
  }

  /** Lets go of all that is kept; states and ways that somebody has stay right, and get new numbers when met again. */
  #forget(): void {
    for (const state of this.#states.values()) state.targets.length = 0;
    this.#states = new Map();
    this.#ways.clear();
  }
}
