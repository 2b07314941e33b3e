/**
 * What `clean()` did: rows dropped and values filled, texts changed, duplicates left out, and where.
 *
 * @module
 */
import { htmlTable, plainTable, type ReportTable } from "./report_table.ts";

/** A value that was missing. */
export interface MissingEntry {
  /** Row, from 0, in the data as it came. */
  readonly row: number;
  /** Column: its name, its number, or its place in the row such as `"1,2"`; undefined where there are none. */
  readonly column: string | number | undefined;
  /** Where a document comes from. */
  readonly source: string | undefined;
  /** What became of it: the row was dropped, or the value filled. */
  readonly action: "dropped" | "filled";
  /** What it was filled with. */
  readonly value?: string | number | bigint | boolean;
}

/** A text that was left out because another one is the same or nearly so. */
export interface DuplicateEntry {
  /** Row, from 0, in the data as it came. */
  readonly row: number;
  /** Row of the text that was kept. */
  readonly of: number;
  /** Share of the shingles of both that both have: 1 if the texts are equal. */
  readonly similarity: number;
  /** Where a document comes from. */
  readonly source: string | undefined;
}

/** The counts of a {@linkcode CleanReport}. */
export interface CleanCounts {
  /** Rows of the data as it came. */
  readonly rows: number;
  /** Rows of the result. */
  readonly kept: number;
  /** Values that were missing. */
  readonly missing: readonly MissingEntry[];
  /** Texts that Unicode normalisation changed. */
  readonly normalized: number;
  /** Texts whose white space changed. */
  readonly respaced: number;
  /** Texts that were left out as duplicates. */
  readonly duplicates: readonly DuplicateEntry[];
}

/** Places that are printed of each kind. */
const SHOWN = 5;

/**
 * What `clean()` did. Prints as text, and shows as a table in a notebook.
 *
 * @example Print what was dropped
 * ```ts
 * import { clean } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const { report } = clean(["white whale", "NA", "white whale"], { duplicates: "exact" });
 * assertEquals(
 *   String(report),
 *   "Cleaned 3 rows: 1 kept\n" +
 *     "  missing, dropped  1  row 1\n" +
 *     "  duplicates        1  row 2 (as row 0)",
 * );
 * ```
 */
export class CleanReport implements CleanCounts {
  /** Rows of the data as it came. */
  readonly rows: number;
  /** Rows of the result. */
  readonly kept: number;
  /** Values that were missing. */
  readonly missing: readonly MissingEntry[];
  /** Texts that Unicode normalisation changed. */
  readonly normalized: number;
  /** Texts whose white space changed. */
  readonly respaced: number;
  /** Texts that were left out as duplicates. */
  readonly duplicates: readonly DuplicateEntry[];

  /**
   * Keeps the counts.
   *
   * @param counts What was done.
   */
  constructor(counts: CleanCounts) {
    this.rows = counts.rows;
    this.kept = counts.kept;
    this.missing = counts.missing;
    this.normalized = counts.normalized;
    this.respaced = counts.respaced;
    this.duplicates = counts.duplicates;
  }

  /**
   * Writes the report.
   *
   * @returns A line for the whole, and one for each kind of change that there was.
   */
  toString(): string {
    const table = this.#table();
    return this.#headline() +
      (table.rows.length === 0 ? "" : `\n${plainTable(table)}`);
  }

  /**
   * Shows the report in a notebook.
   *
   * @returns The report as plain text and as HTML.
   */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    const table = this.#table();
    return {
      "text/plain": this.toString(),
      "text/html": `<div>${this.#headline()}${
        table.rows.length === 0 ? "" : htmlTable(table)
      }</div>`,
    };
  }

  #headline(): string {
    const rows = this.rows.toLocaleString("en-US");
    return `Cleaned ${rows} row${this.rows === 1 ? "" : "s"}: ${
      this.kept.toLocaleString("en-US")
    } kept`;
  }

  #table(): ReportTable {
    const dropped = this.missing.filter(({ action }) => action === "dropped");
    const filled = this.missing.filter(({ action }) => action === "filled");
    const rows = [
      ["missing, dropped", dropped.length, places(dropped, placeOf)],
      ["missing, filled", filled.length, places(filled, fillOf)],
      ["normalized", this.normalized, ""],
      ["white space changed", this.respaced, ""],
      [
        "duplicates",
        this.duplicates.length,
        places(this.duplicates, duplicateOf),
      ],
    ] as const;
    return {
      rows: rows.filter(([, count]) => count > 0).map((
        [name, count, where],
      ) => [
        name,
        count.toLocaleString("en-US"),
        where,
      ]),
    };
  }
}

/** The first places of a kind, and how many more there are. */
function places<E>(entries: readonly E[], print: (entry: E) => string): string {
  const shown = entries.slice(0, SHOWN).map(print).join(", ");
  const rest = entries.length - SHOWN;
  return rest > 0 ? `${shown} and ${rest.toLocaleString("en-US")} more` : shown;
}

function placeOf(
  { row, column, source }: Pick<MissingEntry, "row" | "column" | "source">,
): string {
  const place = source ?? `row ${row}`;
  return column === undefined ? place : `${place}, column ${column}`;
}

function fillOf(entry: MissingEntry): string {
  const { value } = entry;
  return `${placeOf(entry)} (${
    typeof value === "string" ? JSON.stringify(value) : value
  })`;
}

function duplicateOf(
  { row, of, similarity, source }: DuplicateEntry,
): string {
  const share = similarity === 1
    ? "as"
    : `${Math.floor(similarity * 100)} % of`;
  return `${source ?? `row ${row}`} (${share} row ${of})`;
}
