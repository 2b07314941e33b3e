/**
 * How a text is cut into tokens, for the eye: in colours in a notebook and on a terminal, with bars in plain text.
 *
 * @module
 */
import { showsColours } from "../text/shows_colours.ts";

/** A token in its place. */
export interface ExplainedToken {
  /** The token as the vocabulary has it. */
  readonly token: string;
  /** Its id. */
  readonly id: number;
  /** What it covers in the text; empty for a special token that was added. */
  readonly text: string;
  /** Where that starts, in UTF-16 units. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
  /** Whether it is a special token. */
  readonly isSpecial: boolean;
}

/** Backgrounds that letters are readable on in light and in dark. */
const HUES: readonly number[] = [210, 30, 120, 280, 0, 170];

/** The same on a terminal: codes of background colours. */
const TERMINAL: readonly number[] = [44, 43, 42, 45, 41, 46];

const ESCAPE = "\x1b[";

/**
 * The tokens of a text, one after the other.
 *
 * @example See where a tokenizer cuts
 * ```ts
 * import { CharTokenizer } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const explanation = CharTokenizer.train("whale").explain("heal");
 * assertEquals(explanation.toString({ color: false }), "h|e|a|l\n4 tokens: 2 1 0 3");
 * ```
 */
export class Explanation {
  /** The tokens, in order. */
  readonly tokens: readonly ExplainedToken[];

  /**
   * Takes the tokens; `explain()` of a tokenizer does.
   *
   * @param tokens The tokens, in order.
   */
  constructor(tokens: readonly ExplainedToken[]) {
    this.tokens = tokens;
  }

  /**
   * Writes the tokens for a terminal.
   *
   * @param options Whether to write colours, by default where standard output shows them; without them bars stand between tokens.
   * @returns Two parts: the text, and the ids.
   */
  toString(options: { color?: boolean } = {}): string {
    const { color = showsColours() } = options;
    const parts = this.tokens.map((token, i) =>
      color
        ? `${ESCAPE}30;${TERMINAL[i % TERMINAL.length]}m${
          labelOf(token)
        }${ESCAPE}0m`
        : labelOf(token)
    );
    const count = `${this.tokens.length} token${
      this.tokens.length === 1 ? "" : "s"
    }`;
    const ids = this.tokens.map(({ id }) => id).join(" ");
    return `${parts.join(color ? "" : "|")}\n${count}: ${ids}`;
  }

  /**
   * Describes the tokens as HTML.
   *
   * @returns A self-contained element; the ids show where the pointer rests.
   */
  toHTML(): string {
    const parts = this.tokens.map((token, i) => {
      const hue = HUES[i % HUES.length]!;
      const border = token.isSpecial ? "1px solid currentColor" : "none";
      const title = escapeHTML(`${token.token} (${token.id})`);
      return `<span title="${title}" style="background:hsla(${hue},80%,55%,0.35);border:${border};` +
        `border-radius:3px;color:inherit">${escapeHTML(labelOf(token))}</span>`;
    });
    const { length } = this.tokens;
    return `<div style="font-family:monospace;line-height:1.7;white-space:pre-wrap;overflow-wrap:anywhere">` +
      `${parts.join("")}</div><div style="opacity:0.7">${length} token${
        length === 1 ? "" : "s"
      }</div>`;
  }

  /**
   * Gives a notebook what it shows.
   *
   * @returns The tokens as HTML and as plain text.
   */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return {
      "text/plain": this.toString({ color: false }),
      "text/html": this.toHTML(),
    };
  }
}

/**
 * What is written for a token: its text, or its name where it has none. Of several tokens that cover one character, the
 * first shows it and the others say that it goes on.
 */
function labelOf(
  { text, token, start, end, isSpecial }: ExplainedToken,
): string {
  if (text === "" && end > start && !isSpecial) return "…";
  if (text === "" || isSpecial) return token;
  return text.replaceAll("\r", "␍").replaceAll("\n", "⏎\n").replaceAll(
    "\t",
    "⇥\t",
  );
}

function escapeHTML(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(
    ">",
    "&gt;",
  ).replaceAll('"', "&quot;");
}
