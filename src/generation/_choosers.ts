/**
 * What chooses the tokens of a text beside a chain: a constraint before it, and somebody who looks on.
 *
 * @module
 */
import { Candidates, type CandidatesWatcher } from "./chain/candidates.ts";
import type { ConstrainedText } from "./constraints/constrained_text.ts";
import type { TextRow } from "./text_row.ts";
import type { TokenChooser } from "./write_texts.ts";

/** Chooses among the tokens that a constraint allows. */
export class ConstrainedChooser implements TokenChooser {
  readonly #text: ConstrainedText;
  readonly #chooser: TokenChooser;
  #logits = new Float32Array(0);

  /**
   * @param text The text, under its constraint.
   * @param chooser Chooses among what is allowed.
   */
  constructor(text: ConstrainedText, chooser: TokenChooser) {
    this.#text = text;
    this.#chooser = chooser;
  }

  get isOver(): boolean {
    return this.#text.hasEnded;
  }

  pick(logits: Float32Array, row: TextRow): number {
    if (this.#logits.length !== logits.length) {
      this.#logits = new Float32Array(logits.length);
    }
    this.#logits.set(logits); // the scores stay as they are for those who look at them
    this.#text.mask(this.#logits);
    const id = this.#chooser.pick(this.#logits, row);
    this.#text.take(id);
    return id;
  }
}

/** Shows the scores that reach another chooser. */
export class WatchedChooser implements TokenChooser {
  readonly #chooser: TokenChooser;
  readonly #watch: CandidatesWatcher;
  readonly #candidates = new Candidates();

  /**
   * @param chooser The other one, which does the work.
   * @param watch Sees what it may choose from.
   */
  constructor(chooser: TokenChooser, watch: CandidatesWatcher) {
    this.#chooser = chooser;
    this.#watch = watch;
  }

  get isOver(): boolean {
    return this.#chooser.isOver ?? false;
  }

  pick(logits: Float32Array, row: TextRow): number {
    this.#candidates.begin(logits, row);
    this.#watch(this.#candidates);
    return this.#chooser.pick(logits, row);
  }
}
