/**
 * The first steps from a text to tokens: added tokens are found, and what lies between them is normalized.
 *
 * @module
 */
import { type AddedToken, AddedTokenFinder } from "./added_tokens.ts";
import type { Normalizer } from "./normalizers/normalizer.ts";
import type { Offsets } from "./tokenizer.ts";

/** A text to be cut, or an added token in its place. */
export interface Segment {
  /** Id of the token; undefined for text. */
  readonly id: number | undefined;
  /** The normalized text, or the token. */
  readonly text: string;
  /** Where the units of the text came from, counted from `base`; undefined where each came from its own place. */
  readonly origins: Offsets | undefined;
  /** Where it starts in the whole. */
  readonly base: number;
  /** Where a token ends in the whole. */
  readonly end: number;
}

/** Cuts texts at added tokens. */
export class Segmenter {
  readonly #rawTokens: AddedTokenFinder;
  readonly #normalizedTokens: AddedTokenFinder;
  readonly #normalizer: Normalizer | undefined;

  /**
   * @param addedTokens The tokens to look for, some before the text is normalized and some after it.
   * @param normalizer Changes what lies between.
   */
  constructor(
    addedTokens: readonly AddedToken[],
    normalizer: Normalizer | undefined,
  ) {
    this.#normalizer = normalizer;
    this.#rawTokens = new AddedTokenFinder(
      addedTokens.filter(({ normalized }) => !normalized),
    );
    this.#normalizedTokens = new AddedTokenFinder(
      addedTokens.filter(({ normalized }) => normalized),
      (text) => normalizer?.normalize(text).text ?? text,
    );
  }

  /**
   * Cuts a text.
   *
   * @param whole A well-formed string.
   * @returns Its segments, in order.
   */
  *split(whole: string): Generator<Segment> {
    for (const { id, start, end } of this.#rawTokens.split(whole)) {
      const text = whole.slice(start, end);
      if (id === undefined) yield* this.#normalize(text, start);
      else yield { id, text, origins: undefined, base: start, end };
    }
  }

  *#normalize(raw: string, base: number): Generator<Segment> {
    const { text, origins } = this.#normalizer?.normalize(raw) ??
      { text: raw, origins: undefined };
    for (const { id, start, end } of this.#normalizedTokens.split(text)) {
      const part = text.slice(start, end);
      const from = base + (origins?.starts[start] ?? start);
      const to = base + (origins?.ends[end - 1] ?? end);
      if (id !== undefined) {
        yield { id, text: part, origins: undefined, base: from, end: to };
      } else if (origins === undefined) {
        yield { id, text: part, origins, base: from, end: to };
      } else {
        const places = {
          starts: origins.starts.subarray(start, end),
          ends: origins.ends.subarray(start, end),
        };
        yield { id, text: part, origins: places, base, end: to };
      }
    }
  }
}
