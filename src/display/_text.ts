/**
 * Text that a model wrote, made safe and cut for the place where it is shown: control characters replaced, lines wrapped,
 * HTML escaped.
 *
 * @module
 */
import { characterWidth, displayWidth } from "../text/display_width.ts";

/** C0 and C1 controls but the line feed, which lines are split at. */
const CONTROL = /[^\P{Cc}\n]/gu;
/** Marks that turn the reading direction of everything after them, and line separators. */
const INVISIBLE = /[\u2028-\u202e\u2066-\u2069]/gu;

/**
 * Replaces what would move the cursor, ring, or recolour the terminal: a tab becomes a blank, every other control
 * character its picture (U+2400 and on) or U+FFFD.
 */
export function withoutControls(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(CONTROL, controlPicture).replace(
    INVISIBLE,
    "\ufffd",
  );
}

function controlPicture(character: string): string {
  const code = character.codePointAt(0)!;
  if (code === 9) return " ";
  if (code < 32) return String.fromCodePoint(0x2400 + code);
  return code === 127 ? "\u2421" : "\ufffd";
}

/** Cuts a text so that it takes at most `columns`, with an ellipsis where something is missing. */
export function truncate(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = "";
  let width = 1; // the ellipsis
  for (const character of text) {
    width += characterWidth(character);
    if (width > columns) break;
    kept += character;
  }
  return columns > 0 ? `${kept}…` : "";
}

/**
 * Breaks a text into lines of at most `columns`, at blanks where there are any; line feeds stay breaks.
 * Blanks at a break are dropped, those within and before a line are kept.
 */
export function wrap(text: string, columns: number): string[] {
  const width = Math.max(1, columns);
  return text.split("\n").flatMap((line) => wrapLine(line, width));
}

function wrapLine(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const word of text.match(/\s+|\S+/gu) ?? []) {
    const width = displayWidth(word);
    if (used + width <= columns) {
      line += word;
      used += width;
    } else if (word.trim() === "") {
      lines.push(line);
      line = "";
      used = 0;
    } else {
      if (line.trim() !== "") lines.push(line.trimEnd());
      line = "";
      used = 0;
      for (const character of word) {
        const next = characterWidth(character);
        if (used + next > columns && line !== "") {
          lines.push(line);
          line = "";
          used = 0;
        }
        line += character;
        used += next;
      }
    }
  }
  if (line.trim() !== "" || lines.length === 0) lines.push(line.trimEnd());
  return lines;
}

/** Cuts a text after a number of code points, with an ellipsis where something is missing. */
export function clip(text: string, codePoints: number): string {
  if (text.length <= codePoints) return text;
  const kept = [...text];
  return kept.length <= codePoints
    ? text
    : `${kept.slice(0, codePoints).join("")}…`;
}

/** Escapes a text for HTML, in elements and in quoted attributes alike. */
export function escapeHtml(text: string): string {
  return withoutControls(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
