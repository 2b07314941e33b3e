/**
 * What generation must keep to: a language that is read code point by code point.
 *
 * @module
 */

/** What code points cost at least, in tokens. */
export interface CodePointCost {
  /** Distances are kept for as long as this object lives: the same object, the same costs. */
  readonly id: object;

  /**
   * Gives the cost of the cheapest code point of a range.
   *
   * @param from The first code point.
   * @param to The last one.
   * @returns In tokens; Infinity where none can be written.
   */
  cheapest(from: number, to: number): number;
}

/** A language over Unicode code points, read from left to right. States are immutable values that may be shared. */
export interface Acceptor<S = unknown> {
  /** The language for people, such as `a text that matches /[0-9]+/`. */
  readonly description: string;

  /** The state before the first code point. */
  readonly start: S;

  /**
   * Code points at which a class of characters may begin: each other one is treated as the one before it, in every state.
   * Languages that say it are searched sooner for texts that they have in common.
   *
   * @default {undefined} for all code points
   */
  readonly classBegins?: readonly number[];

  /**
   * Reads one more code point.
   *
   * @param state The state so far.
   * @param codePoint From 0 to 0x10FFFF.
   * @returns The state after it; undefined where no text of the language goes on so.
   */
  next(state: S, codePoint: number): S | undefined;

  /**
   * Whether a code point of a range leads on: for characters of which some bytes are known.
   *
   * @param state The state so far.
   * @param from The first code point.
   * @param to The last one.
   */
  leadsOn(state: S, from: number, to: number): boolean;

  /**
   * Whether the text may end here.
   *
   * @param state The state so far.
   */
  isComplete(state: S): boolean;

  /**
   * Gives the least cost of a way from here to a complete text.
   *
   * @param state The state so far.
   * @param cost What code points cost.
   * @returns In tokens; Infinity where there is no way.
   */
  distance(state: S, cost: CodePointCost): number;

  /**
   * Gives a state's name, by which masks are kept: equal keys, equal futures.
   *
   * @param state The state.
   */
  key(state: S): string | number;
}
