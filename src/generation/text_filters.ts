/**
 * Where a text ends: at a stop string, or at the end of a sentence. Each filter takes the text as it comes and holds back
 * what might not belong to it, so that a reader of the stream never sees what is cut off.
 *
 * Sentences end where the Unicode rules say (Unicode Standard Annex 29, section 5, as `Intl.Segmenter` has them), but not
 * after English titles and initials, which those rules cannot tell from ends.
 *
 * @module
 */

/** Takes a text piece by piece, and finds its end. */
export interface TextFilter {
  /** What ended the text; undefined while it goes on. */
  readonly ended: string | undefined;

  /**
   * Takes the next piece; nothing after the end.
   *
   * @param piece Any text.
   * @returns What is certain to belong to the text now.
   */
  push(piece: string): string;

  /**
   * Ends the text.
   *
   * @returns What was held back, as far as it belongs to the text.
   */
  flush(): string;
}

/** Ends a text before the first stop string, however it is cut into pieces. */
export class StopStrings implements TextFilter {
  readonly #stops: readonly string[];
  readonly #isLongEnough: () => boolean;
  #held = "";
  #ended: string | undefined;

  /**
   * @param stops Texts that end it, none of them empty.
   * @param isLongEnough Whether the text may end now; a stop string that is complete before is a part of the text.
   */
  constructor(
    stops: readonly string[],
    isLongEnough: () => boolean = () => true,
  ) {
    this.#stops = stops;
    this.#isLongEnough = isLongEnough;
  }

  get ended(): string | undefined {
    return this.#ended;
  }

  push(piece: string): string {
    const { length } = this.#held;
    this.#held += piece;
    const held = this.#held;
    // The one that is complete first ends the text; of those that are at one time, the longest.
    let [start, end] = [0, Infinity];
    for (const stop of this.#isLongEnough() ? this.#stops : []) {
      const at = held.indexOf(stop, length - stop.length + 1); // one that was complete before came too early
      if (at < 0) continue;
      const after = at + stop.length;
      if (after < end || (after === end && at < start)) {
        [start, end] = [at, after];
      }
    }
    if (end < Infinity) {
      this.#ended = held.slice(start, end);
      this.#held = "";
      return held.slice(0, start);
    }
    const certain = held.length - this.#longestBeginning();
    this.#held = held.slice(certain);
    return held.slice(0, certain);
  }

  flush(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }

  /** Length of the longest end of what is held that may become a stop string. */
  #longestBeginning(): number {
    const held = this.#held;
    let longest = 0;
    for (const stop of this.#stops) {
      let length = Math.min(stop.length - 1, held.length);
      while (length > longest && !held.endsWith(stop.slice(0, length))) {
        length--;
      }
      longest = Math.max(longest, length);
    }
    return longest;
  }
}

const SENTENCES = new Intl.Segmenter(undefined, { granularity: "sentence" });

/** Signs that may end a sentence: before one of them there is no need to look. */
const MAY_END = /[\p{Sentence_Terminal}\r\n\u2028\u2029]/u;

/** A sentence that has its end: the sign, and closing quotes and brackets after it. */
const COMPLETE =
  /[\p{Sentence_Terminal}\u2026][\p{Close_Punctuation}\p{Final_Punctuation}\p{Initial_Punctuation}"'’]*\s*$/u;

/** Points that end no sentence: titles, and initials of names. */
const ABBREVIATION =
  /(?:^|[\s"'“‘(])(?:\p{Lu}|Mrs?|Ms|Dr|Prof|St|Capt|Lt|Col|Gen|Rev|Hon|Sr|Jr|vs)\.\s*$/u;

/**
 * The ends of the sentences of a text. What goes on in lower case belongs to the sentence before: "Stop!" he said.
 *
 * @param text Any text.
 * @returns After each sentence that has its end, the place where the next one begins, or the length of the text.
 */
function sentenceEnds(text: string): number[] {
  const begins = Array.from(SENTENCES.segment(text), ({ index }) => index);
  return [...begins.slice(1), text.length].filter((end, i) => {
    const sentence = text.slice(begins[i], end);
    return COMPLETE.test(sentence) && !ABBREVIATION.test(sentence) &&
      !LOWER_CASE.test(text.slice(end));
  });
}

const LOWER_CASE = /^\p{Lowercase}/u;

/** Ends a text with the first sentence. Blanks at its end do not belong to it. */
export class SentenceEnd implements TextFilter {
  readonly #isLongEnough: () => boolean;
  /** The sentence so far. */
  #sentence = "";
  /** How much of it has been given out. */
  #given = 0;
  #ended: string | undefined;

  /** @param isLongEnough Whether the text may end now; a sentence that ends before is passed over. */
  constructor(isLongEnough: () => boolean = () => true) {
    this.#isLongEnough = isLongEnough;
  }

  get ended(): string | undefined {
    return this.#ended;
  }

  push(piece: string): string {
    this.#sentence += piece;
    const ends = MAY_END.test(this.#sentence)
      ? sentenceEnds(this.#sentence)
      : [];
    // A sentence has ended where the next one has begun.
    for (const end of ends) {
      if (end === this.#sentence.length || !this.#isLongEnough()) continue;
      const kept = this.#sentence.slice(0, end).trimEnd();
      this.#ended = kept.trimStart();
      this.#sentence = "";
      return kept.slice(this.#given);
    }
    const passed = ends.findLast((end) => end < this.#sentence.length) ?? 0;
    const certain = Math.max(
      this.#given,
      passed,
      this.#sentence.trimEnd().length,
    );
    const out = this.#sentence.slice(this.#given, certain);
    this.#sentence = this.#sentence.slice(passed); // too early to end the text
    this.#given = certain - passed;
    return out;
  }

  flush(): string {
    const rest = this.#sentence.slice(this.#given);
    this.#sentence = "";
    this.#given = 0;
    return rest;
  }
}

/**
 * Takes a sentence that has no end off a text.
 *
 * @param text Any text.
 * @returns The text up to the end of its last whole sentence; all of it where no sentence is whole.
 */
export function trimIncomplete(text: string): string {
  const end = sentenceEnds(text).at(-1);
  return end === undefined ? text : text.slice(0, end).trimEnd();
}
