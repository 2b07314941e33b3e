/**
 * A text with the log-probability of each of its tokens: plain values, shown in colours by surprisal.
 *
 * @module
 */
import {
  bitsOf,
  colouredHtml,
  colouredText,
  type ShownToken,
  surprisalScale,
} from "../display/surprisal.ts";
import { plainTable, toHtml } from "../text/report_table.ts";
import { showsColours } from "../text/shows_colours.ts";

/** A token, and how likely the model held it. */
export interface ScoredToken {
  /** Its id. */
  readonly id: number;
  /** The token as the vocabulary has it. */
  readonly token: string;
  /** What it covers in the text; empty for a special token that was added. */
  readonly text: string;
  /** Where that starts, in UTF-16 units. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
  /** Natural logarithm of its probability after what was before; undefined for the first token, which is only read. */
  readonly logProbability: number | undefined;
  /** How many tokens were more likely, from 0; undefined for the first token. */
  readonly rank: number | undefined;
}

/** What `score()` returns of one text. */
export class ScoredText {
  /** The text. */
  readonly text: string;
  /** Its tokens, with special tokens that were added. */
  readonly tokens: readonly ScoredToken[];
  /** The sum over the tokens that were predicted, in nats. */
  readonly logProbability: number;
  /** The same per token that was predicted. */
  readonly meanLogProbability: number;
  /** e to minus the mean. */
  readonly perplexity: number;
  /** Minus the sum in bits, divided by the code points after the first token if that has text. */
  readonly bitsPerCharacter: number;

  /**
   * Takes the tokens; `score()` does.
   *
   * @param text The text.
   * @param tokens Its tokens, in order.
   */
  constructor(text: string, tokens: readonly ScoredToken[]) {
    this.text = text;
    this.tokens = tokens;
    let [sum, count] = [0, 0];
    for (const { logProbability } of tokens) {
      if (logProbability === undefined) continue;
      sum += logProbability;
      count++;
    }
    let characters = 0;
    for (const _ of text.slice(tokens[0]?.end ?? 0)) characters++;
    this.logProbability = sum;
    this.meanLogProbability = sum / count;
    this.perplexity = Math.exp(-sum / count);
    this.bitsPerCharacter = -sum * Math.LOG2E / characters;
  }

  /**
   * Writes the text for a terminal.
   *
   * @param options Whether to write colours, by default where standard output shows them; without them there is a line for each token.
   * @returns The tokens and the figures.
   */
  toString(options: { color?: boolean } = {}): string {
    const { color = showsColours() } = options;
    if (color) {
      return `${this.#shown.map(colouredText).join("")}\n${this.#figures}`;
    }
    const rows = this.tokens.map((each) => [
      JSON.stringify(each.text || each.token),
      each.logProbability?.toFixed(3) ?? "read only",
      each.rank === undefined ? "" : String(each.rank + 1),
    ]);
    const head = ["token", "log-probability", "rank"];
    return `${this.#figures}\n${plainTable({ head, rows })}`;
  }

  /**
   * Writes the text as HTML, each token on a background that is the stronger the more surprising it was.
   *
   * @returns A self-contained element, without scripts; the numbers show where the pointer rests.
   */
  toHTML(): string {
    const parts = this.#shown.map(colouredHtml);
    return `<div style="font-family:monospace;line-height:1.7;white-space:pre-wrap;overflow-wrap:anywhere">${
      parts.join("")
    }</div><div style="opacity:0.85;margin-top:4px">${
      toHtml(this.#figures)
    }; bits: ${surprisalScale()}</div>`;
  }

  /** Gives `console.log()` the text. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /**
   * Gives a notebook what it shows.
   *
   * @returns The text as HTML and as plain text.
   */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return {
      "text/plain": this.toString({ color: false }),
      "text/html": this.toHTML(),
    };
  }

  get #figures(): string {
    return `log-probability ${this.logProbability.toFixed(3)}, ${
      this.meanLogProbability.toFixed(3)
    } per token, perplexity ${this.perplexity.toPrecision(4)}, ${
      this.bitsPerCharacter.toFixed(3)
    } bits per character`;
  }

  /** All of the text: the tokens, and plain what lies between them, such as the blanks between words. */
  get #shown(): (ShownToken & { title: string })[] {
    const all: (ShownToken & { title: string })[] = [];
    let at = 0;
    const passTo = (place: number): void => {
      if (place <= at) return;
      const text = this.text.slice(at, place);
      const title = "of no token";
      all.push({ text, token: "", logProbability: undefined, title });
      at = place;
    };
    for (const each of this.tokens) {
      if (each.end > each.start) passTo(each.start);
      all.push({ ...shown(each), title: titleOf(each) });
      at = Math.max(at, each.end);
    }
    passTo(this.text.length);
    return all;
  }
}

/** What is shown of a token; of several tokens that cover one character, all but the first have no text. */
function shown(each: ScoredToken): ShownToken {
  const { text, token, start, end, logProbability } = each;
  return { text, token: end > start ? "…" : token, logProbability };
}

function titleOf({ token, logProbability, rank }: ScoredToken): string {
  if (logProbability === undefined) return "read only";
  const probability = Math.exp(logProbability).toPrecision(3);
  const bits = bitsOf(logProbability).toFixed(2);
  return `${
    JSON.stringify(token)
  }: probability ${probability}, ${bits} bits, rank ${rank! + 1}`;
}
