/**
 * Text that a model wrote, made safe and measured for the place where it is shown: control characters replaced,
 * columns counted, lines wrapped, HTML escaped.
 *
 * Columns follow Unicode Standard Annex #11: wide and fullwidth characters take two, marks that combine take none.
 *
 * @module
 */

/** C0 and C1 controls but the line feed, which lines are split at. */
const CONTROL = /[^\P{Cc}\n]/gu;
/** Marks that turn the reading direction of everything after them, and line separators. */
const INVISIBLE = /[\u2028-\u202e\u2066-\u2069]/gu;
const ZERO_WIDTH = /^[\p{M}\p{Cf}]$/u;
const WIDE =
  /^(?:\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Emoji_Presentation}|[\u3000-\u303e\uff01-\uff60\uffe0-\uffe6])$/u;

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

/** Columns that a text without control characters takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  if (character < "\u0300") return 1;
  if (ZERO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
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
