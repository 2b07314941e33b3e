/**
 * Puts masks together from where tokens lead and whether an end can be reached from there.
 *
 * @module
 */
import type { Reach } from "./_reach.ts";
import type { TokenTarget, TokenTargets, TokenWalk } from "./_token_walk.ts";
import type { WritingState } from "./_writing_state.ts";

/** Most points that are looked at for one question. */
export const MAX_STEPS = 1000;
/** The same where it is certain that there is an answer. */
const MANY_STEPS = 100_000;

/** What a mask is made of. */
export interface MaskParts {
  /** Where tokens lead. */
  walk: TokenWalk;
  /** Whether an end can be reached. */
  reach: Reach;
  /** Number V of ids. */
  vocabSize: number;
  /** Id of the token by which the model ends a text. */
  endToken: number | undefined;
  /** The language for people. */
  description: string;
}

/** Makes masks, and keeps those that hold for any number of tokens but few. */
export class MaskBuilder {
  readonly #parts: MaskParts;

  /** @param parts What a mask is made of. */
  constructor(parts: MaskParts) {
    this.#parts = parts;
  }

  /**
   * Makes the mask of a point, or finds it.
   *
   * @param from A point of a text.
   * @param tokensLeft How many tokens may still be written.
   * @returns Bits by id.
   * @throws {RangeError} If the acceptor has promised a way to a complete text, and there is none.
   */
  build(from: WritingState, tokensLeft: number): Uint32Array {
    const targets = this.#parts.walk.from(from);
    if (targets.mask !== undefined && targets.need < tokensLeft) {
      return targets.mask;
    }
    if (targets.last?.tokensLeft === tokensLeft) return targets.last.mask;
    let mask = this.#join(from, targets, tokensLeft);
    if (!from.isComplete && mask.every((bits) => bits === 0)) {
      if (this.#isStillPossible(from, targets, tokensLeft)) {
        mask = this.#join(from, targets, tokensLeft);
      }
    }
    targets.last = { tokensLeft, mask };
    return mask;
  }

  /** Looks longer for a way, if there must be one; then it is known to the targets on it. */
  #isStillPossible(
    from: WritingState,
    { list }: TokenTargets,
    tokensLeft: number,
  ): boolean {
    const { reach, description } = this.#parts;
    if (!reach.fits(from, tokensLeft, MAX_STEPS)) return false;
    for (const { state } of list) {
      if (reach.search(state, tokensLeft - 1, MANY_STEPS) === true) return true;
    }
    throw new RangeError(
      "Cannot constrain: an acceptor's distance() must be that of a real way to a complete text: " +
        `there is none within ${tokensLeft} tokens to ${description}`,
    );
  }

  /** Joins the tokens of the targets from which a complete text can be reached. */
  #join(
    from: WritingState,
    targets: TokenTargets,
    tokensLeft: number,
  ): Uint32Array {
    const { walk, vocabSize, endToken } = this.#parts;
    const mask = new Uint32Array(Math.ceil(vocabSize / 32));
    let need = 0;
    let isFull = true; // nothing is missing but what leads nowhere
    for (const target of targets.list) {
      const { state, ids, addsText } = target;
      // What adds no text must be followed by what does.
      const rest = addsText ? [target] : walk.from(state).list;
      const before = addsText ? 1 : 2;
      const least = this.#leastNeed(rest, tokensLeft - before) + before - 1;
      if (least === Infinity) {
        isFull &&= rest.every(({ state }) => state.low === Infinity);
        continue;
      }
      need = Math.max(need, least);
      if (ids instanceof Int32Array) {
        for (const id of ids) mask[id >> 5]! |= 1 << (id & 31);
      } else {
        for (let place = 0; place < ids.length; place++) {
          mask[place]! |= ids[place]!;
        }
      }
    }
    if (from.isComplete && endToken !== undefined) {
      mask[endToken >> 5]! |= 1 << (endToken & 31);
    }
    if (isFull) Object.assign(targets, { mask, need });
    return mask;
  }

  /** How many tokens are enough after the best of some targets, if as many are left; else Infinity. */
  #leastNeed(targets: readonly TokenTarget[], tokensLeft: number): number {
    let least = Infinity;
    for (const { state } of targets) {
      if (!this.#parts.reach.fits(state, tokensLeft, MAX_STEPS)) continue;
      least = Math.min(least, state.high);
    }
    return least;
  }
}
