/**
 * Where a text has a space if nothing else is said: between words, after a comma and not before it, around quotes as they
 * open and close. Encoding and decoding ask the same rules, so that only what breaks them must be written down.
 *
 * @module
 */

/** What a token is to its neighbours. */
type Side = "start" | "word" | "open" | "close" | "tight" | "character";

/** Nothing comes between these and what follows. */
const OPENING = /^[\p{Ps}\p{Pi}¿¡#$€£@]$/u;
/** Nothing comes between these and what is before them. */
const CLOSING = /^[\p{Pe}\p{Pf}.,;:!?…%°，。、；：！？]$/u;
/** Nothing comes on either side. */
const TIGHT = /^[\p{Pd}\p{Pc}\p{M}\p{C}\p{Emoji_Modifier}/\\’]$/u;
/** Characters of scripts that have no spaces. */
const UNSPACED =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const WHITE_SPACE = /^\p{White_Space}$/u;

/** Knows after which tokens a space is expected. */
export class Spacing {
  #last: Side = "start";
  /** Whether a straight quote of either kind is open. */
  readonly #isOpen = { '"': false, "'": false };

  /** What was read so far, as far as it counts: equal keys, equal futures. */
  get key(): string {
    return `${this.#last} ${this.#isOpen['"']} ${this.#isOpen["'"]}`;
  }

  /** Makes another that has read the same. */
  copy(): Spacing {
    const copy = new Spacing();
    copy.#last = this.#last;
    Object.assign(copy.#isOpen, this.#isOpen);
    return copy;
  }

  /**
   * Tells what stands between the tokens so far and the next.
   *
   * @param token The next token, no white space.
   * @returns A space or nothing.
   */
  before(token: string): "" | " " {
    const side = this.#sideOf(token);
    if (this.#last === "start" || this.#last === "open") return "";
    if (this.#last === "tight" || side === "tight") return "";
    if (side === "close") return "";
    if (side === "character") return "";
    if (this.#last === "character" && side !== "word") return "";
    return " ";
  }

  /**
   * Takes a token.
   *
   * @param token The token, white space or not.
   */
  accept(token: string): void {
    if (isWhiteSpace(token)) {
      this.#last = "start";
      if (token === "\n") this.#isOpen['"'] = this.#isOpen["'"] = false;
      return;
    }
    this.#last = this.#sideOf(token);
    if (token === '"' || token === "'") {
      this.#isOpen[token] = !this.#isOpen[token];
    }
  }

  #sideOf(token: string): Side {
    if (token === '"' || token === "'") {
      return this.#isOpen[token] ? "close" : "open";
    }
    return fixedSide(token);
  }
}

/** What a token is to its neighbours wherever it stands. */
function fixedSide(token: string): Side {
  if (CLOSING.test(token)) return "close";
  if (OPENING.test(token)) return "open";
  if (TIGHT.test(token)) return "tight";
  return UNSPACED.test(token) ? "character" : "word";
}

/**
 * Tells all that the rules know of a token.
 *
 * @param token The token.
 * @returns The same for tokens that are treated alike.
 */
export function kindOf(token: string): string {
  if (isWhiteSpace(token)) return token === "\n" ? "line break" : "white space";
  return token === '"' || token === "'" ? token : fixedSide(token);
}

/** Whether a token is one character of white space. */
export function isWhiteSpace(token: string): boolean {
  return WHITE_SPACE.test(token);
}

/** Words with their apostrophes, characters of scripts without spaces, and everything else one by one. */
export const WORDS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}])[\p{L}\p{N}\p{M}])+(?:['’]\p{L}+)*|[^]/gu;
