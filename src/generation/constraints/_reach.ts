/**
 * Whether a text can be completed with the tokens that are left.
 *
 * Two bounds answer most questions: what the missing characters cost at least, and what they cost one by one. Between
 * them the points are searched, the most promising first, by weighted A* (Pohl, "Heuristic Search Viewed as Path Finding in
 * a Graph", 1970), and what is found out stays with them.
 *
 * @module
 */
import type { TextStates } from "./_text_states.ts";
import { leadingCharacters } from "./_leading_characters.ts";
import { codePointRange, missingBytes, WHOLE } from "./_partial_character.ts";
import type { TokenCosts } from "./_token_costs.ts";
import type { TokenWalk } from "./_token_walk.ts";
import type { WritingState } from "./_writing_state.ts";

/** Most code points that are tried in place of a character of which some bytes are missing. */
const MAX_TRIED = 4;
/** Characters that a way is tried with: a line break, and what can be seen of ASCII. */
const CHARACTERS = [0x0A, ...Array.from({ length: 0x5F }, (_, i) => 0x20 + i)];

/** How much more what is still to be written counts in a search than what was written: any way will do that is short enough. */
const EAGERNESS = 4;
/** Characters are taken up byte by byte where everything else has failed. */
const LATER = 1e6;

/** What is needed to find out. */
export interface ReachParts {
  /** The language. */
  states: TextStates;
  /** Where tokens lead. */
  walk: TokenWalk;
  /** What characters cost. */
  costs: TokenCosts;
  /** Whether the acceptor's distance is that of a real way; else no way may be shorter. */
  isExact: boolean;
}

/** A point that a search has come to. */
interface Visit {
  state: WritingState;
  /** Tokens from the first point. */
  steps: number;
  before: Visit | undefined;
  /** The smaller, the sooner its turn. */
  order: number;
}

/** Answers the question, and keeps the answers. */
export class Reach {
  readonly #parts: ReachParts;

  /** @param parts The language, the tokens and their costs. */
  constructor(parts: ReachParts) {
    this.#parts = parts;
  }

  /**
   * Tells whether a complete text can be reached.
   *
   * @param state A point of a text.
   * @param tokens How many tokens may be written; Infinity asks whether there is any way.
   * @param steps How many points may be looked at; once they are used up, the answer is no. A character of which some bytes
   * are missing is completed first, where that can be done byte by byte.
   */
  fits(state: WritingState, tokens: number, steps: number): boolean {
    if (isWithin(this.#high(state), tokens)) return true;
    if (tokens <= state.gaveUp && steps < Infinity) return false;
    if (this.#low(state) > tokens || this.#low(state) === Infinity) {
      return false;
    }
    const isBytewise = state.partial !== WHOLE &&
      this.#parts.costs.bytewise[state.context]!;
    if (isBytewise && steps < Infinity) {
      if (
        this.#fitsByBytes(state, tokens, steps) ||
        this.#fitsAfterToken(state, tokens, steps)
      ) return true;
      state.gaveUp = Math.max(state.gaveUp, tokens);
      return false;
    }
    if (!this.#parts.isExact && this.#fitsByCharacters(state, tokens)) {
      return true;
    }
    const answer = this.search(state, tokens, steps);
    if (answer === undefined) state.gaveUp = Math.max(state.gaveUp, tokens);
    return answer === true;
  }

  /**
   * Whether it fits when one token completes the character. Hundreds of beginnings of characters lead to a few points, which
   * are searched once.
   */
  #fitsAfterToken(state: WritingState, tokens: number, steps: number): boolean {
    return this.#parts.walk.from(state).list.some(({ state: target }) => {
      if (target.partial !== WHOLE || !this.fits(target, tokens - 1, steps)) {
        return false;
      }
      state.high = Math.min(this.#high(state), 1 + target.high);
      return true;
    });
  }

  /** Whether it fits when characters are written one by one, each time one of ASCII that brings the end nearest. */
  #fitsByCharacters(root: WritingState, tokens: number): boolean {
    if (root.partial !== WHOLE) return false;
    const { states, costs } = this.#parts;
    const cost = costs.certain[root.context]!;
    const way = [root];
    let left = tokens;
    for (let at = root; !isWithin(this.#high(at), left); way.push(at)) {
      let [best, least]: [WritingState | undefined, number] = [
        undefined,
        this.#hope(at),
      ];
      for (const point of CHARACTERS) {
        if (cost.cheapest(point, point) !== 1) continue;
        const after = states.next(at.text, point);
        if (after === null) continue;
        const next = states.point(after, WHOLE, root.context);
        const hope = this.#hope(next);
        if (hope < least) [best, least] = [next, hope];
      }
      if (best === undefined || left-- === 0 || least > left) return false;
      at = best;
    }
    let { high } = way.at(-1)!;
    for (const state of way.reverse()) {
      state.high = Math.min(this.#high(state), high++);
    }
    return true;
  }

  /** Whether it fits when a character of which bytes are missing is completed byte by byte. */
  #fitsByBytes(state: WritingState, tokens: number, steps: number): boolean {
    const { text, partial, context } = state;
    const { states, costs } = this.#parts;
    if (partial === WHOLE || !costs.bytewise[context]) return false;
    const missing = missingBytes(partial);
    return leadingCharacters(
      states.acceptor,
      text.state,
      codePointRange(partial),
      MAX_TRIED,
    ).some((point) => {
      const after = states.next(text, point);
      if (after === null) return false;
      const next = states.point(after, WHOLE, context);
      if (!this.fits(next, tokens - missing, steps)) return false;
      state.high = Math.min(this.#high(state), missing + next.high);
      return true;
    });
  }

  /**
   * Tells how many tokens a complete text takes at least.
   *
   * @param state A point of a text.
   * @param steps How many points may be looked at for each number of tokens.
   * @returns The number; Infinity where no way was found.
   */
  least(state: WritingState, steps: number): number {
    if (!this.fits(state, Infinity, steps)) return Infinity;
    while (state.high > 0 && this.fits(state, state.high - 1, steps));
    return state.high;
  }

  /**
   * Searches without regard to what was given up before.
   *
   * @param root A point of a text.
   * @param tokens How many tokens may be written.
   * @param most How many points may be looked at.
   * @returns Whether a complete text can be reached; undefined where it was given up.
   */
  search(
    root: WritingState,
    tokens: number,
    most: number,
  ): boolean | undefined {
    const best = new Map<WritingState, number>([[root, 0]]);
    const waiting = new Queue();
    waiting.push({ state: root, steps: 0, before: undefined, order: 0 });
    let looked = 0;
    for (let visit = waiting.pop(); visit; visit = waiting.pop()) {
      const { state, steps } = visit;
      if (steps > best.get(state)!) continue; // a shorter way was found since
      if (isWithin(steps + this.#high(state), tokens)) {
        let { high } = state;
        for (let at: Visit | undefined = visit; at; at = at.before) {
          at.state.high = Math.min(this.#high(at.state), high++);
        }
        return true;
      }
      if (looked++ >= most) return undefined;
      this.#parts.walk.tidy(); // no more than one list is in use
      for (const { state: next } of this.#parts.walk.from(state).list) {
        const after = steps + 1;
        if (after >= (best.get(next) ?? Infinity)) continue;
        const low = this.#low(next);
        if (after + low > tokens || low === Infinity) continue;
        best.set(next, after);
        const order = after + EAGERNESS * this.#hope(next) +
          (next.partial === WHOLE ? 0 : LATER);
        waiting.push({ state: next, steps: after, before: visit, order });
      }
    }
    for (const [state, steps] of best) {
      state.low = Math.max(this.#low(state), tokens - steps + 1);
    }
    return false;
  }

  /** A number of tokens that no way is shorter than. */
  #low(state: WritingState): number {
    if (!Number.isNaN(state.low)) return state.low;
    if (state.isComplete) return state.low = 0;
    const { states: { acceptor }, costs } = this.#parts;
    const cost = acceptor.distance(state.text.state, costs.least);
    state.low = Math.ceil(cost - 1e-6); // sums of fractions may come out a little too large
    if (state.partial !== WHOLE) {
      // All tokens of a character but the last are of nothing else.
      const tokens = missingBytes(state.partial) / costs.longestRest;
      state.low = Math.max(1, state.low) + Math.ceil(tokens) - 1;
    }
    return state.low;
  }

  /** A number of tokens that there is a way of. */
  #high(state: WritingState): number {
    if (!Number.isNaN(state.high)) return state.high;
    state.high = state.isComplete
      ? 0
      : this.#parts.isExact
      ? this.#byCharacters(state)
      : Infinity;
    return state.high;
  }

  /**
   * How many tokens it might take: a guess, which is right for a way that goes character by character. Longer tokens make
   * better than that, and are tried first.
   */
  #hope(state: WritingState): number {
    if (!Number.isNaN(state.hope)) return state.hope;
    const { text, partial, context } = state;
    const { states: { acceptor }, costs } = this.#parts;
    const high = acceptor.distance(text.state, costs.certain[context]!);
    const rest = high < Infinity
      ? high
      : acceptor.distance(text.state, costs.least);
    return state.hope = missingBytes(partial) + rest;
  }

  /** How many tokens it takes to go on character by character. */
  #byCharacters({ text, partial, context }: WritingState): number {
    const { states: { acceptor }, costs } = this.#parts;
    const cost = costs.certain[context]!;
    if (partial === WHOLE) return acceptor.distance(text.state, cost);
    if (!costs.bytewise[context]) return Infinity;
    let least = Infinity;
    const range = codePointRange(partial);
    for (
      const point of leadingCharacters(acceptor, text.state, range, MAX_TRIED)
    ) {
      const after = acceptor.next(text.state, point);
      if (after === undefined) continue;
      least = Math.min(least, acceptor.distance(after, cost));
    }
    return missingBytes(partial) + least;
  }
}

/** Whether a way is short enough, if there is one at all. */
function isWithin(high: number, tokens: number): boolean {
  return high < Infinity && high <= tokens;
}

/** Visits by their order, the latest first among equals. */
class Queue {
  readonly #heap: Visit[] = [];

  push(visit: Visit): void {
    const heap = this.#heap;
    let place = heap.push(visit) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (heap[parent]!.order < visit.order) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = visit;
  }

  pop(): Visit | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      const other = child + 1;
      if (other < heap.length && heap[other]!.order < heap[child]!.order) {
        child = other;
      }
      if (heap[child]!.order >= last.order) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
    return first;
  }
}
