/**
 * A point of a text that is being written token by token.
 *
 * @module
 */
import { WHOLE } from "./_partial_character.ts";
import type { TextState } from "./_text_states.ts";
import type { TokenTargets } from "./_token_walk.ts";

/** All that the future depends on; equal points are one object. */
export class WritingState {
  /** The text up to the last whole character. */
  readonly text: TextState;
  /** What is known of the next one. */
  readonly partial: number;
  /** The decoder's context. */
  readonly context: number;
  /** Where the tokens lead; undefined while nobody has asked. */
  targets: TokenTargets | undefined;
  /** No complete text is nearer, in tokens; NaN while nobody has asked. */
  low = NaN;
  /** There is a complete text as near; NaN while nobody has asked. */
  high = NaN;
  /** How many tokens it might take: a guess; NaN while nobody has asked. */
  hope = NaN;
  /** The largest number of tokens for which a search was given up; −1 for none. */
  gaveUp = -1;

  /**
   * @param text The text up to the last whole character.
   * @param partial What is known of the next one.
   * @param context The decoder's context.
   */
  constructor(text: TextState, partial: number, context: number) {
    this.text = text;
    this.partial = partial;
    this.context = context;
  }

  /** Whether the text may end here. */
  get isComplete(): boolean {
    return this.partial === WHOLE && this.text.isComplete;
  }
}
