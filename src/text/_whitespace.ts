/**
 * Rules for white space: at the ends, in runs, or all in one line.
 *
 * White space is what `\s` of a regular expression matches; line ends are LF, as `loadCorpus()` makes them.
 *
 * @module
 */

/** How white space is treated. */
export type WhitespaceRule = "keep" | "trim" | "collapse" | "line";

/** What each rule does to a text. */
export const WHITESPACE: Readonly<
  Record<WhitespaceRule, (text: string) => string>
> = {
  keep: (text) => text,
  trim: (text) =>
    text.split("\n").map((line) => line.trimEnd()).join("\n")
      .replace(/^\n+/, "").replace(/\n+$/, ""),
  collapse: (text) =>
    text.replace(/[^\S\n]+/g, " ").replace(/ ?\n ?/g, "\n")
      .replace(/\n{3,}/g, "\n\n").trim(),
  line: (text) => text.replace(/\s+/g, " ").trim(),
};
