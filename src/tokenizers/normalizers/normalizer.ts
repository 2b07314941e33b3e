/**
 * What a normalizer does: it changes a text before it is cut, and remembers where every character came from.
 *
 * Which character a changed one counts as follows `NormalizedString` of Hugging Face tokenizers: a character that takes
 * the place of several counts as the first of them, one that is inserted as the one before it.
 *
 * @module
 */
import type { JsonObject, Offsets } from "../tokenizer.ts";

/** A changed text, and where it came from. */
export interface NormalizedText {
  /** The text after the change. */
  readonly text: string;
  /**
   * Unit i of `text` came from the units `starts[i]` to `ends[i]` - 1 of the original; undefined where every unit came
   * from the one at its own place.
   */
  readonly origins: Offsets | undefined;
}

/** Changes a text before it is cut. */
export interface Normalizer {
  /**
   * Changes a text.
   *
   * @param text A well-formed string.
   * @returns The changed text, well-formed too, and where every UTF-16 unit of it came from.
   */
  normalize(text: string): NormalizedText;

  /**
   * Describes the normalizer.
   *
   * @returns The member `normalizer` of a tokenizer.json.
   */
  toJSON(): JsonObject;
}
