/**
 * Several constraints at once: a text must satisfy every one of them.
 *
 * @module
 */
import type { Acceptor, CodePointCost } from "../acceptor.ts";
import { checkAcceptor } from "../check_acceptor.ts";

/** The texts that are in each of several languages; {@linkcode allOf} builds it. */
export class AllOf implements Acceptor<readonly unknown[]> {
  /** The languages for people, joined. */
  readonly description: string;
  /** The state of every part before the first code point. */
  readonly start: readonly unknown[];
  readonly #parts: readonly Acceptor[];

  /** @param parts The languages. */
  constructor(parts: readonly Acceptor[]) {
    this.#parts = parts;
    this.start = parts.map((part) => part.start);
    this.description = parts.map((part) => part.description).join(
      " that is also ",
    );
  }

  /** The languages. */
  get parts(): readonly Acceptor[] {
    return this.#parts;
  }

  /** @inheritdoc */
  next(
    state: readonly unknown[],
    codePoint: number,
  ): readonly unknown[] | undefined {
    const after = new Array<unknown>(state.length);
    for (const [i, part] of this.#parts.entries()) {
      after[i] = part.next(state[i], codePoint);
      if (after[i] === undefined) return undefined;
    }
    return after;
  }

  /**
   * Whether a code point from a range may lead on: every part can go on with one of them, though perhaps with another than
   * the rest.
   *
   * @param state The state of every part.
   * @param from The first code point.
   * @param to The last one.
   */
  leadsOn(state: readonly unknown[], from: number, to: number): boolean {
    if (from === to) return this.next(state, from) !== undefined;
    return this.#parts.every((part, i) => part.leadsOn(state[i], from, to));
  }

  /** @inheritdoc */
  isComplete(state: readonly unknown[]): boolean {
    return this.#parts.every((part, i) => part.isComplete(state[i]));
  }

  /**
   * Gives a cost that no way to a complete text is cheaper than: that of the part which has farthest to go.
   *
   * @param state The state of every part.
   * @param cost What code points cost.
   * @returns In tokens; where it is finite there may still be no way, as the parts may want different ones.
   */
  distance(state: readonly unknown[], cost: CodePointCost): number {
    let most = 0;
    for (const [i, part] of this.#parts.entries()) {
      most = Math.max(most, part.distance(state[i], cost));
    }
    return most;
  }

  /** @inheritdoc */
  key(state: readonly unknown[]): string {
    return JSON.stringify(this.#parts.map((part, i) => part.key(state[i])));
  }
}

/**
 * Asks for everything at once.
 *
 * Whether the parts can be satisfied together is found out token by token, by a search, which takes longest where they pull
 * in different directions. A text is always finished in time; where the search is given up, tokens that would have been
 * possible are left out.
 *
 * @example First letters, and a letter that may not be
 * ```ts
 * import { acrostic, allOf, CharTokenizer, TokenMasks, withoutLetters } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const masks = new TokenMasks(
 *   allOf(acrostic("SEA"), withoutLetters("z")),
 *   CharTokenizer.train("SEA\nz"),
 * );
 * assertEquals(masks.leastTokens(masks.start()), 5); // S, E and A in lines of their own
 * ```
 *
 * @param acceptors The constraints, one at least.
 * @returns The constraint that joins them.
 * @throws {TypeError} If one is no acceptor, or there is none.
 */
export function allOf(...acceptors: readonly Acceptor[]): Acceptor {
  if (acceptors.length === 0) {
    throw new TypeError(
      "Cannot constrain: allOf() must be given a constraint at least: none",
    );
  }
  for (const acceptor of acceptors) checkAcceptor(acceptor);
  const parts = acceptors.flatMap((acceptor) =>
    acceptor instanceof AllOf ? acceptor.parts : [acceptor]
  );
  return parts.length === 1 ? parts[0]! : new AllOf(parts) as Acceptor;
}
