/**
 * Small tables of a report, as plain text for a terminal and as HTML for a notebook.
 *
 * @module
 */
import { displayWidth } from "./display_width.ts";

/** A table: rows of cells, all of one length. */
export interface ReportTable {
  /** Names of the columns; none where the first cell of a row names it. */
  readonly head?: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Controls, line ends, marks that turn the reading direction, and separators. */
// deno-lint-ignore no-control-regex
const UNSAFE = /[\0-\x1F\x7F-\x9F\u2028-\u202E\u2066-\u2069]/g;

/** Style of every cell: no colours, so that it reads on light and dark pages. */
const CELL =
  "padding:2px 14px 2px 0;text-align:left;vertical-align:top;border:none;background:none";

/**
 * Replaces what would move the cursor or break the line.
 *
 * @param text Any text.
 * @returns The text with U+FFFD in place of each such character, a blank for a tab.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, (unsafe) => unsafe === "\t" ? " " : "\uFFFD");
}

/**
 * Escapes a text for HTML, in elements and in quoted attributes alike.
 *
 * @param text Any text.
 * @returns The text for HTML.
 */
export function toHtml(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/**
 * Writes a table with its columns in line.
 *
 * @param table The table.
 * @param indent What every line starts with.
 * @returns Its lines.
 */
export function plainTable({ head, rows }: ReportTable, indent = "  "): string {
  const all = [...(head === undefined ? [] : [head]), ...rows].map((row) =>
    row.map(printable)
  );
  const widths: number[] = [];
  for (const row of all) {
    for (const [i, cell] of row.entries()) {
      widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell));
    }
  }
  return all.map((row) => {
    const cells = row.map((cell, i) =>
      cell + " ".repeat(widths[i]! - displayWidth(cell))
    );
    return (indent + cells.join("  ")).trimEnd();
  }).join("\n");
}

/**
 * Writes a table as HTML that stands for itself.
 *
 * @param table The table.
 * @returns A `<table>` element.
 */
export function htmlTable({ head, rows }: ReportTable): string {
  const line = (row: readonly string[], tag: "td" | "th") =>
    `<tr style="background:none">${
      row.map((cell, i) =>
        `<${tag} style="${CELL}${i === 0 ? ";white-space:nowrap" : ""}">${
          toHtml(cell)
        }</${tag}>`
      ).join("")
    }</tr>`;
  return `<table style="border-collapse:collapse;border:none;margin:4px 0;color:inherit;font-size:inherit">${
    head === undefined ? "" : line(head, "th")
  }${rows.map((row) => line(row, "td")).join("")}</table>`;
}
