/**
 * Whether a text can be completed with the tokens that are left.
 *
 * Two bounds answer most questions: what the missing characters cost at least, and what they cost one by one. Between
 * them the points are searched, the most promising first, by weighted A* (Pohl, "Heuristic Search Viewed as Path Finding in
 * a Graph", 1970), and what is found out stays with them.
 *
 * @module
 */
import type { CodePointCost } from "./acceptor.ts";
import type { JointWays } from "./_joint_ways.ts";
import { leadingCharacters } from "./_leading_characters.ts";
import { codePointRange, missingBytes, WHOLE } from "./_partial_character.ts";
import type { WayTokens } from "./_way_tokens.ts";
import { Queue } from "./_queue.ts";
import type { TextState, TextStates } from "./_text_states.ts";
import type { TokenCosts } from "./_token_costs.ts";
import type { TokenWalk } from "./_token_walk.ts";
import type { WritingState } from "./_writing_state.ts";

/** Most code points that are tried in place of a character of which some bytes are missing. */
const MAX_TRIED = 4;

/** How much more what is still to be written counts in a search than what was written: any way will do that is short enough. */
const EAGERNESS = 4;
/** Characters are taken up byte by byte where everything else has failed. */
const LATER = 1e6;

/** Counts characters. */
const CHARACTER: CodePointCost = { id: {}, cheapest: () => 1 };

/** What is needed to find out. */
export interface ReachParts {
  /** The language. */
  states: TextStates;
  /** Where tokens lead. */
  walk: TokenWalk;
  /** What characters cost. */
  costs: TokenCosts;
  /** The ways of several languages at once; undefined for one, whose distance is that of a real way. */
  joint: JointWays | undefined;
  /** The tokens of those ways. */
  wayTokens: WayTokens | undefined;
  /** The same of each of several languages by itself: where one alone cannot end in time, nor can all. */
  alone: readonly Reach[];
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
  readonly #lengths = new WeakMap<TextState, number>();

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
    if (this.#low(state) > tokens || this.#low(state) === Infinity) {
      return false;
    }
    if (tokens <= 2) return this.#fitsExactly(state, tokens);
    if (tokens <= state.gaveUp && steps < Infinity) return false;
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

  /** Whether it fits when a character of which bytes are missing is completed byte by byte. */
  #fitsByBytes(state: WritingState, tokens: number, steps: number): boolean {
    const { text, partial, context } = state;
    const { states, costs } = this.#parts;
    if (partial === WHOLE || !costs.bytewise[context]) return false;
    const missing = missingBytes(partial);
    return this.#charactersOf(state).some((point) => {
      const after = states.next(text, point);
      if (after === null) return false;
      const next = states.point(after, WHOLE, context);
      if (!this.fits(next, tokens - missing, steps)) return false;
      state.high = Math.min(this.#high(state), missing + next.high);
      return true;
    });
  }

  /** Forgets the points of languages by themselves, once they are many. */
  tidy(): void {
    for (const { states } of this.#parts.alone.map((reach) => reach.#parts)) {
      states.tidy();
    }
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
    const waiting = new Queue<Visit>();
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
      if (tokens - steps <= 2) {
        if (this.#fitsExactly(state, tokens - steps)) waiting.push(visit);
        continue;
      }
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
    const { states: { acceptor }, joint, costs } = this.#parts;
    const cost = joint === undefined
      ? acceptor.distance(state.text.state, costs.least)
      : joint.least(state.text, costs.least);
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
    return state.high = state.isComplete ? 0 : this.#byCharacters(state);
  }

  /**
   * How many tokens it might take: a guess, which is right for a way that goes character by character. Longer tokens make
   * better than that, and are tried first.
   */
  #hope(state: WritingState): number {
    if (!Number.isNaN(state.hope)) return state.hope;
    const { text, partial, context } = state;
    const { states: { acceptor }, costs } = this.#parts;
    const high = this.#distance(text, costs.certain[context]!);
    const rest = high < Infinity
      ? high
      : acceptor.distance(text.state, costs.least);
    return state.hope = missingBytes(partial) + rest;
  }

  /** How many tokens it takes to go on character by character. */
  #byCharacters(state: WritingState): number {
    const { text, partial, context } = state;
    const { states, costs } = this.#parts;
    if (partial === WHOLE) return this.#enough(text, context);
    if (!costs.bytewise[context]) return Infinity;
    let least = Infinity;
    for (const point of this.#charactersOf(state)) {
      const after = states.next(text, point);
      if (after !== null) {
        least = Math.min(least, this.#enough(after, context));
      }
    }
    return missingBytes(partial) + least;
  }

  /** Whether one or two tokens are enough, by trying all that are not too short. */
  #fitsExactly(state: WritingState, tokens: number): boolean {
    if (isWithin(this.#high(state), tokens)) return true;
    if (this.#low(state) > tokens) return false;
    if (!this.#fitsAlone(state, tokens)) {
      state.low = tokens + 1;
      return false;
    }
    const isEnough = this.#parts.walk.some(
      state,
      (after) =>
        tokens === 1 ? after.isComplete : this.#fitsExactly(after, tokens - 1),
      tokens === 1 ? (text, bytes) => this.#length(text) > bytes : undefined,
    );
    if (isEnough) state.high = tokens;
    else state.low = Math.max(this.#low(state), tokens + 1);
    return isEnough;
  }

  /** Whether each of several languages could end so soon, were it not for the others; they have far fewer points. */
  #fitsAlone(
    { text, partial, context }: WritingState,
    tokens: number,
  ): boolean {
    return this.#parts.alone.every((reach, i) => {
      const { states } = reach.#parts;
      const part = states.at((text.state as readonly unknown[])[i]);
      return reach.#fitsExactly(states.point(part, partial, context), tokens);
    });
  }

  /** How many characters a text lacks at least. */
  #length(text: TextState): number {
    let length = this.#lengths.get(text);
    if (length === undefined) {
      const { states: { acceptor }, joint } = this.#parts;
      length = joint === undefined
        ? acceptor.distance(text.state, CHARACTER)
        : joint.least(text, CHARACTER);
      this.#lengths.set(text, length);
    }
    return length;
  }

  /** How many tokens are enough for a known way. */
  #enough(text: TextState, context: number): number {
    const { costs, wayTokens } = this.#parts;
    return Math.min(
      this.#distance(text, costs.certain[context]!),
      wayTokens?.count(text, context) ?? Infinity,
    );
  }

  /** What a real way costs. */
  #distance(text: TextState, cost: CodePointCost): number {
    const { states: { acceptor }, joint } = this.#parts;
    return joint === undefined
      ? acceptor.distance(text.state, cost)
      : joint.way(text, cost).high;
  }

  /** Some characters that a partial one may become. */
  #charactersOf({ text, partial }: WritingState): number[] {
    const { states: { acceptor }, joint } = this.#parts;
    const range = codePointRange(partial);
    return joint === undefined
      ? leadingCharacters(acceptor, text.state, range, MAX_TRIED)
      : joint.characters(text, range);
  }
}

/** Whether a way is short enough, if there is one at all. */
function isWithin(high: number, tokens: number): boolean {
  return high < Infinity && high <= tokens;
}
