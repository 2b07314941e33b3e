/**
 * A text under a constraint while it is written: what it may go on with, and when it ends.
 *
 * @module
 */
import { brief } from "../../tokenizers/brief.ts";
import type { MaskState, TokenMasks } from "./token_masks.ts";

/** One text that is written under a constraint; `constrain()` begins it. */
export class ConstrainedText {
  readonly #masks: TokenMasks;
  readonly #stopWhenComplete: boolean;
  #state: MaskState;
  #tokensLeft: number;
  #hasEnded = false;

  /**
   * Begins a text; `constrain()` checks first that it can be completed.
   *
   * @param masks The tokens that are allowed.
   * @param maxTokens How many may be written.
   * @param stopWhenComplete Whether the text ends as soon as it is complete.
   */
  constructor(masks: TokenMasks, maxTokens: number, stopWhenComplete: boolean) {
    this.#masks = masks;
    this.#tokensLeft = maxTokens;
    this.#stopWhenComplete = stopWhenComplete;
    this.#state = masks.start();
    this.#look();
  }

  /** Whether the text satisfies the constraint as it is. */
  get isComplete(): boolean {
    return this.#masks.isComplete(this.#state);
  }

  /** Whether nothing is to be written any more; the text is complete then. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** How many tokens may still be written. */
  get tokensLeft(): number {
    return this.#tokensLeft;
  }

  /**
   * Gives −Infinity to every token that may not come next.
   *
   * @param logits One score for every token of the vocabulary, shape (V,); they are changed.
   * @throws {TypeError} If they are not V numbers of a Float32Array.
   * @throws {RangeError} If the text has ended.
   */
  mask(logits: Float32Array): void {
    this.#refuseIfEnded();
    const { vocabSize } = this.#masks;
    if (!(logits instanceof Float32Array) || logits.length !== vocabSize) {
      throw new TypeError(
        `Cannot constrain: logits must be a Float32Array of ${vocabSize} numbers: ${
          logits instanceof Float32Array ? logits.length : brief(logits)
        }`,
      );
    }
    const allowed = this.#masks.allowed(this.#state, this.#tokensLeft);
    for (let place = 0; place < allowed.length; place++) {
      const bits = allowed[place]!;
      const first = place * 32;
      if (bits === 0) {
        logits.fill(-Infinity, first, first + 32);
        continue;
      }
      const count = Math.min(32, vocabSize - first);
      for (let i = 0; i < count; i++) {
        if ((bits >>> i & 1) === 0) logits[first + i] = -Infinity;
      }
    }
  }

  /**
   * Takes the token that was chosen.
   *
   * @param id One that was allowed.
   * @throws {RangeError} If the text has ended, or it was not allowed.
   */
  take(id: number): void {
    this.#refuseIfEnded();
    const allowed = this.#masks.allowed(this.#state, this.#tokensLeft);
    const isAllowed = Number.isInteger(id) && id >= 0 &&
      ((allowed[id >> 5] ?? 0) >>> (id & 31) & 1) === 1;
    if (!isAllowed) {
      throw new RangeError(
        `Cannot constrain: a token must be one that is allowed here: ${id}, where the text must be ` +
          `${this.#masks.acceptor.description} and ${this.#tokensLeft} tokens are left`,
      );
    }
    this.#tokensLeft--;
    if (id === this.#masks.endToken) {
      this.#hasEnded = true;
      return;
    }
    this.#state = this.#masks.advance(this.#state, id);
    this.#look();
  }

  /** Finds out whether the text has ended. */
  #look(): void {
    if (!this.isComplete) return;
    this.#hasEnded = this.#stopWhenComplete || this.#tokensLeft === 0 ||
      this.#masks.mustEnd(this.#state, this.#tokensLeft);
  }

  #refuseIfEnded(): void {
    if (!this.#hasEnded) return;
    throw new RangeError(
      "Cannot constrain: a text that has ended goes on no more: hasEnded is true",
    );
  }
}
