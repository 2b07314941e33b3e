/**
 * CSV and TSV to documents: one column is the text, others are kept beside it.
 *
 * RFC 4180, read by csv-parse.
 *
 * @module
 */
import { CsvError, parse } from "csv-parse/sync";
import type { CorpusDocument } from "./corpus.ts";

/** Which columns, and how they are told apart. */
export interface TableOptions {
  readonly column: string | undefined;
  readonly metadata: readonly string[];
  readonly header: readonly string[] | undefined;
  readonly delimiter: string;
  readonly quote: string | false;
  /** Whether a quote inside of a cell that does not start with one stands for itself. */
  readonly relaxed: boolean;
}

/** The column that is the text unless another one is named. */
const DEFAULT_COLUMN = "text";

/** Most names that an error lists. */
const MAX_NAMES = 20;

/**
 * Reads a table.
 *
 * @param text The table.
 * @param name The file, for errors and sources.
 * @param options Columns and signs.
 * @returns A document a row.
 * @throws {SyntaxError} If the table cannot be parsed, with its line.
 * @throws {RangeError} If there is no such column, with the columns there are.
 */
export function parseTable(
  text: string,
  name: string,
  options: TableOptions,
): CorpusDocument[] {
  const rows = parseRows(text, name, options);
  const header = options.header ?? rows.shift()?.cells;
  if (header === undefined) {
    throw new SyntaxError(
      `Cannot load corpus: the table has no header line: ${
        JSON.stringify(name)
      }`,
    );
  }
  const column = options.column ?? defaultColumn(header, name);
  const place = find(column, header, name);
  const others = options.metadata.map((other) =>
    [other, find(other, header, name)] as const
  );
  const documents: CorpusDocument[] = [];
  for (const { line, cells } of rows) {
    if (cells.length === 1 && cells[0] === "" && header.length > 1) continue; // an empty line
    if (cells.length !== header.length) {
      throw new SyntaxError(
        `Cannot load corpus: every row must have ${header.length} cells like the header: ${cells.length} in ${
          JSON.stringify(name)
        }, line ${line}`,
      );
    }
    documents.push({
      text: cells[place]!,
      source: `${name}:${line}`,
      metadata: Object.fromEntries(
        others.map(([other, at]) => [other, cells[at]!]),
      ),
    });
  }
  return documents;
}

/** The rows with the line in which each starts, from 1. */
function parseRows(
  text: string,
  name: string,
  { delimiter, quote, relaxed }: TableOptions,
): { line: number; cells: string[] }[] {
  const rows: { line: number; cells: string[] }[] = [];
  let line = 1; // where the next row starts
  try {
    parse(text, {
      delimiter,
      quote,
      ...(quote !== false && { escape: quote }),
      relax_quotes: relaxed,
      relax_column_count: true,
      record_delimiter: ["\r\n", "\n", "\r"],
      on_record(cells: string[]) {
        rows.push({ line, cells });
        line++;
        for (const cell of cells) {
          line += cell.match(/\r\n?|\n/g)?.length ?? 0;
        }
        return null;
      },
    });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const isOpen = cause.code === "CSV_QUOTE_NOT_CLOSED";
    throw new SyntaxError(
      `Cannot load corpus: ${reason(cause, quote)}: ${
        JSON.stringify(name)
      }, line ${isOpen ? line : cause["lines"]}`,
      { cause },
    );
  }
  return rows;
}

function reason({ code, message }: CsvError, quote: string | false): string {
  switch (code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return `a cell starts with ${quote} and never ends`;
    case "INVALID_OPENING_QUOTE":
      return `a cell has ${quote} in it but does not start with it; double it in a quoted cell, or set quote: false`;
    case "CSV_INVALID_CLOSING_QUOTE":
      return `a cell goes on after its closing ${quote}; double it inside of a cell, or set quote: false`;
    default:
      return `the table cannot be parsed: ${message}`;
  }
}

/** The column that must be the text. */
function defaultColumn(header: readonly string[], name: string): string {
  if (header.includes(DEFAULT_COLUMN)) return DEFAULT_COLUMN;
  if (header.length === 1) return header[0]!;
  throw new RangeError(
    `Cannot load corpus: name the column of the text, such as column: ${
      JSON.stringify(header[0])
    }: ${JSON.stringify(name)} has the columns ${list(header)}`,
  );
}

function find(column: string, header: readonly string[], name: string): number {
  const place = header.indexOf(column);
  if (place < 0) {
    throw new RangeError(
      `Cannot load corpus: no such column: ${JSON.stringify(column)}; ${
        JSON.stringify(name)
      } has the columns ${list(header)}`,
    );
  }
  if (header.indexOf(column, place + 1) >= 0) {
    throw new RangeError(
      `Cannot load corpus: a column must be there once: ${
        JSON.stringify(column)
      } in ${JSON.stringify(name)}`,
    );
  }
  return place;
}

/**
 * Lists names for an error.
 *
 * @param names The names.
 * @returns The first of them in quotes.
 */
export function list(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map((name) => JSON.stringify(name));
  const rest = names.length - shown.length;
  return shown.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
