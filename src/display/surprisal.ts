/**
 * Text whose tokens stand on a background that is the stronger the more surprising they were: HTML for a notebook, colours
 * for a terminal.
 *
 * The surprisal of a token is minus its log-probability, in bits here (Hale, "A Probabilistic Earley Parser as a
 * Psycholinguistic Model", 2001).
 *
 * @module
 */
import { printable, toHtml } from "../text/report_table.ts";

/** A token to be shown. */
export interface ShownToken {
  /** What it is in the text; empty for a token without text. */
  readonly text: string;
  /** What is shown of a token without text. */
  readonly token: string;
  /** Natural logarithm of its probability; undefined where there is none. */
  readonly logProbability: number | undefined;
}

/** Bits of surprisal that have the strongest colour, and more. */
const STRONGEST = 10;
/** Colours of a terminal's 256, from this many bits on. */
const TERMINAL: readonly (readonly [bits: number, colour: number])[] = [
  [9, 203],
  [6, 209],
  [3, 221],
  [1, 229],
];

/**
 * @param logProbability Natural.
 * @returns The surprisal in bits.
 */
export function bitsOf(logProbability: number): number {
  return -logProbability * Math.LOG2E;
}

/**
 * Writes a token for a notebook.
 *
 * @param shown The token, and what shows where the pointer rests.
 * @returns An element.
 */
export function colouredHtml(shown: ShownToken & { title: string }): string {
  return `<span title="${
    toHtmlLines(shown.title, "&#10;")
  }" style="background:${
    colourOf(shown.logProbability)
  };color:inherit;border-radius:2px">${
    toHtmlLines(labelOf(shown), "\n")
  }</span>`;
}

/**
 * Writes a token for a terminal.
 *
 * @param shown The token.
 * @returns The text with escape codes.
 */
export function colouredText(shown: ShownToken): string {
  const label = labelOf(shown).split("\n").map(printable);
  const { logProbability = 0 } = shown;
  const level = TERMINAL.find(([bits]) => bitsOf(logProbability) >= bits);
  return label.map((line) =>
    line === "" || level === undefined
      ? line
      : `\x1b[38;5;16;48;5;${level[1]}m${line}\x1b[0m`
  ).join("\n");
}

/** The colours with their bits, as HTML. */
export function surprisalScale(): string {
  return [0, 2, 4, 6, 8, 10].map((bits) =>
    `<span style="background:${
      colourOf(-bits / Math.LOG2E)
    };color:inherit;padding:0 6px">${bits}${
      bits === STRONGEST ? "+" : ""
    }</span>`
  ).join("");
}

function colourOf(logProbability: number | undefined): string {
  if (logProbability === undefined) return "none";
  const strength = Math.min(1, Math.max(0, bitsOf(logProbability) / STRONGEST));
  return `hsla(14,90%,50%,${(0.6 * strength).toFixed(2)})`;
}

/** What is written for a token. */
function labelOf({ text, token }: ShownToken): string {
  if (text === "") return token;
  return text.replaceAll(/\r?\n/g, "⏎\n").replaceAll("\t", "⇥");
}

/** Makes every line safe, and joins them. */
function toHtmlLines(text: string, lineEnd: string): string {
  return text.split("\n").map(toHtml).join(lineEnd);
}
