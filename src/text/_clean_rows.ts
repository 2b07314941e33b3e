/**
 * Missing values, spelling, white space and duplicates in rows of texts.
 *
 * @module
 */
import {
  CleanReport,
  type DuplicateEntry,
  type MissingEntry,
} from "./clean_report.ts";
import { type Duplicate, findExact, findNear } from "./_duplicates.ts";
import type { MissingRules } from "./_clean_array.ts";
import { fillFor, MISSING_WORDS, missingTest, type Value } from "./_missing.ts";
import { WHITESPACE, type WhitespaceRule } from "./_whitespace.ts";

/** What is done about texts. */
export interface TextRules extends MissingRules {
  /** The text, and the other columns that must have a value. */
  readonly columns: readonly string[];
  readonly normalize: "NFC" | "NFD" | "NFKC" | "NFKD" | "none";
  readonly whitespace: WhitespaceRule;
  readonly duplicates: "keep" | "exact" | "near";
  readonly similarity: number;
  readonly shingle: number;
}

/** The column that is the text. */
export const TEXT = "text";

/** A row: values by column. */
export interface Row {
  readonly source: string | undefined;
  readonly values: Map<string, unknown>;
}

/**
 * Cleans rows, whose values are changed in place.
 *
 * @param rows The rows.
 * @param rules What to do.
 * @returns Numbers of the rows to keep, and the report.
 * @throws {RangeError} If a value is missing and `missing` is `"error"`, or nothing can be filled in.
 */
export function cleanRows(
  rows: readonly Row[],
  rules: TextRules,
): { kept: number[]; report: CleanReport } {
  const missing: MissingEntry[] = [];
  const dropped = new Set<number>();
  for (const column of rules.columns) {
    treatColumn(rows, column, { rules, missing, dropped });
  }
  missing.sort((a, b) => a.row - b.row);
  let kept = [...rows.keys()].filter((row) => !dropped.has(row));
  const { normalized, respaced } = respell(kept.map((i) => rows[i]!), rules);
  const duplicates = findDuplicates(
    kept.map((i) => rows[i]!.values.get(TEXT) as string),
    rules,
  ).map(({ index, of, similarity }): DuplicateEntry => ({
    row: kept[index]!,
    of: kept[of]!,
    similarity,
    source: rows[kept[index]!]!.source,
  }));
  const doubles = new Set(duplicates.map(({ row }) => row));
  kept = kept.filter((row) => !doubles.has(row));
  const report = new CleanReport({
    rows: rows.length,
    kept: kept.length,
    missing,
    normalized,
    respaced,
    duplicates,
  });
  return { kept, report };
}

/** Drops, fills or refuses what one column lacks. */
function treatColumn(
  rows: readonly Row[],
  column: string,
  { rules, missing, dropped }: {
    rules: TextRules;
    missing: MissingEntry[];
    dropped: Set<number>;
  },
): void {
  const isMissing = missingTest(rules.missingValues ?? MISSING_WORDS);
  const absent: number[] = [];
  const present: Value[] = [];
  for (const [i, { values }] of rows.entries()) {
    const value = values.get(column);
    if (isMissing(value)) absent.push(i);
    else present.push(value as Value);
  }
  if (absent.length === 0) return;
  if (rules.missing === "error") {
    const { source } = rows[absent[0]!]!;
    throw new RangeError(
      `Cannot clean: no value may be missing: ${
        source ?? `row ${absent[0]}`
      }, column ${column} has none; set missing to "drop" or "fill"`,
    );
  }
  const value = rules.missing === "fill"
    ? fillFor(present, {
      fill: rules.fill!,
      what: `Cannot clean column ${column}`,
    })
    : undefined;
  if (value !== undefined && column === TEXT && typeof value !== "string") {
    throw new TypeError(
      `Cannot clean column ${column}: fill must be a string for texts: ${typeof value}`,
    );
  }
  for (const row of absent) {
    if (dropped.has(row)) continue; // for want of another value
    const { source, values } = rows[row]!;
    if (value === undefined) dropped.add(row);
    else values.set(column, value);
    missing.push({
      row,
      column: rules.columns.length > 1 ? column : undefined,
      source,
      action: value === undefined ? "dropped" : "filled",
      ...(value !== undefined && { value }),
    });
  }
}

/** Changes the spelling of the texts, and counts those that changed. */
function respell(
  rows: readonly Row[],
  { normalize, whitespace }: TextRules,
): { normalized: number; respaced: number } {
  let [normalized, respaced] = [0, 0];
  for (const { values } of rows) {
    const text = values.get(TEXT) as string;
    const normal = normalize === "none" ? text : text.normalize(normalize);
    const spaced = WHITESPACE[whitespace](normal);
    if (normal !== text) normalized++;
    if (spaced !== normal) respaced++;
    values.set(TEXT, spaced);
  }
  return { normalized, respaced };
}

function findDuplicates(
  texts: readonly string[],
  { duplicates, similarity, shingle }: TextRules,
): Duplicate[] {
  if (duplicates === "keep") return [];
  return duplicates === "exact"
    ? findExact(texts)
    : findNear(texts, { similarity, shingle });
}
