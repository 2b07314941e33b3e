/**
 * `clean()`: missing values, spelling, white space and duplicates, in texts, documents and arrays, with a report.
 *
 * @module
 */
import { cleanArray } from "./_clean_array.ts";
import { cleanRows, type Row, TEXT } from "./_clean_rows.ts";
import {
  ARRAY_OPTIONS,
  checkCleanOptions,
  type CleanOptions,
  type CleanTextOptions,
  TEXT_OPTIONS,
} from "./clean_options.ts";
import { CleanReport } from "./clean_report.ts";
import { Corpus, type CorpusDocument } from "./corpus.ts";
import type { NdArray, NdArrays } from "./nd_array.ts";

/** Clean data, and what was done to it. */
export interface Cleaned<T> {
  /** The data without what was missing. */
  readonly data: T;
  /** What was dropped, filled and changed, and where. */
  readonly report: CleanReport;
}

/** A typed array of numbers. */
export type NumericArray = Exclude<NdArrays[keyof NdArrays], string[]>;

/** An object with a text that may be missing. */
export interface RawDocument {
  /** The text. */
  readonly text: string | null | undefined;
  /** Where it comes from. */
  readonly source?: string;
  /** What else is known about it, by name. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Cleans the documents of a corpus. */
export function clean(
  data: Corpus,
  options?: CleanTextOptions,
): Cleaned<Corpus>;
/** Cleans texts. */
export function clean(
  data: readonly (string | null | undefined)[],
  options?: CleanTextOptions,
): Cleaned<string[]>;
/** Cleans documents, which keep all that they have beside the text. */
export function clean<D extends RawDocument>(
  data: readonly D[],
  options?: CleanTextOptions,
): Cleaned<(Omit<D, "text"> & { readonly text: string })[]>;
/** Cleans numbers. */
export function clean(
  data: readonly (number | null | undefined)[],
  options?: CleanOptions,
): Cleaned<number[]>;
/** Cleans a typed array. */
export function clean<A extends NumericArray>(
  data: A,
  options?: CleanOptions,
): Cleaned<A>;
/** Cleans an array of several dimensions, whose first one counts rows. */
export function clean<A extends NdArray>(
  data: A,
  options?: CleanOptions,
): Cleaned<A>;
/**
 * Cleans texts, documents, numbers or an array: nothing is missing in the result, and the report says what was done.
 *
 * For texts the order is: missing values, Unicode, white space, duplicates. The data itself is left as it is.
 *
 * @example Drop what is missing and what is there twice
 * ```ts
 * import { clean } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const { data, report } = clean(["The whale ", null, "N/A", "The whale"], {
 *   whitespace: "trim",
 *   duplicates: "exact",
 * });
 * assertEquals(data, ["The whale"]);
 * assertEquals([report.rows, report.missing.length, report.duplicates.length], [4, 2, 1]);
 * ```
 *
 * @example Fill the columns of a matrix
 * ```ts
 * import { clean } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const matrix = { shape: [3, 2], dtype: "float32", data: Float32Array.of(1, NaN, 3, 8, NaN, 2) } as const;
 * const { data } = clean(matrix, { missing: "fill", fill: "mean" });
 * assertEquals(data.data, Float32Array.of(1, 5, 3, 8, 2, 2));
 * ```
 *
 * @param data The data: a corpus, texts, documents, numbers, a typed array, or an array with a shape.
 * @param options What to do; without any, rows with missing values are dropped and texts brought to NFC.
 * @returns The clean data and the report.
 * @throws {RangeError} If a value is missing and `missing` is `"error"`, or the rule for filling has no value.
 * @throws {TypeError} If the data is of another kind, or an option does not exist, has no effect or does not fit it.
 */
export function clean(
  data: unknown,
  options: CleanTextOptions = {},
): Cleaned<unknown> {
  if (data instanceof Corpus) {
    const { data: documents, report } = cleanDocuments(data.documents, options);
    return { data: new Corpus(documents as CorpusDocument[]), report };
  }
  if (Array.isArray(data)) {
    const first = data.find((each) => each !== null && each !== undefined);
    if (typeof first === "number") return cleanNumbers(data, options);
    if (typeof first === "object") return cleanDocuments(data, options);
    return cleanTexts(data, options);
  }
  checkCleanOptions(options, ARRAY_OPTIONS);
  if (ArrayBuffer.isView(data) && !(data instanceof DataView)) {
    const view = data as NumericArray;
    const flat = { shape: [view.length], dtype: "float64", data: view };
    const { data: array, report } = cleanNdArray(flat as NdArray, options);
    return { data: array.data, report };
  }
  if (isNdArray(data)) return cleanNdArray(data, options);
  throw new TypeError(
    `Cannot clean: data must be a corpus, a list of texts, documents or numbers, a typed array, or an array with a shape: ${
      typeof data === "string" ? "string; put it in a list" : typeof data
    }`,
  );
}

function isNdArray(data: unknown): data is NdArray {
  return typeof data === "object" && data !== null && "shape" in data &&
    "data" in data && "dtype" in data && Array.isArray(data.shape);
}

function cleanNdArray(
  array: NdArray,
  options: CleanOptions,
): Cleaned<NdArray> {
  const { missing = "drop", fill, missingValues } = options;
  const { array: result, rows, missing: entries } = cleanArray(array, {
    missing,
    fill,
    missingValues,
  });
  return { data: result, report: reportOn(rows, result.shape[0]!, entries) };
}

function cleanNumbers(
  numbers: readonly unknown[],
  options: CleanOptions,
): Cleaned<number[]> {
  checkCleanOptions(options, ARRAY_OPTIONS);
  const values = Float64Array.from(numbers, (value, i) => {
    if (typeof value === "number") return value;
    if (value === null || value === undefined) return NaN;
    throw new TypeError(
      `Cannot clean: a list must have numbers only, or texts only: ${typeof value} in row ${i}`,
    );
  });
  const { data: { data }, report } = cleanNdArray({
    shape: [values.length],
    dtype: "float64",
    data: values,
  }, options);
  return { data: Array.from(data as Float64Array), report };
}

function cleanTexts(
  texts: readonly unknown[],
  options: CleanTextOptions,
): Cleaned<string[]> {
  if (options.columns !== undefined) {
    throw new TypeError(
      "Cannot clean: columns has no effect on texts, leave it out",
    );
  }
  const rows = texts.map((text, i): Row => {
    checkText(text, i);
    return { source: undefined, values: new Map([[TEXT, text]]) };
  });
  const { kept, report } = runRules(rows, options);
  const data = kept.map((i) => rows[i]!.values.get(TEXT) as string);
  return { data, report };
}

function cleanDocuments(
  documents: readonly RawDocument[],
  options: CleanTextOptions,
): Cleaned<unknown[]> {
  const columns = options.columns ?? [];
  const rows = documents.map((document, i): Row => {
    if (typeof document !== "object" || document === null) {
      throw new TypeError(
        `Cannot clean: a list must have documents only: ${
          document === null ? "null" : typeof document
        } in row ${i}`,
      );
    }
    const { text, source, metadata = {} } = document;
    checkText(text, i);
    const values = new Map<string, unknown>([[TEXT, text]]);
    for (const column of columns) {
      if (Object.hasOwn(metadata, column)) values.set(column, metadata[column]);
    }
    return { source, values };
  });
  for (const column of columns) {
    if (rows.length > 0 && !rows.some(({ values }) => values.has(column))) {
      const known = new Set(
        documents.flatMap(({ metadata }) => Object.keys(metadata ?? {})),
      );
      throw new RangeError(
        `Cannot clean: no such column: ${
          JSON.stringify(column)
        }; metadata has ${
          [...known].map((name) => JSON.stringify(name)).join(", ") ||
          "no columns"
        }`,
      );
    }
  }
  const { kept, report } = runRules(rows, options);
  const data = kept.map((i) => {
    const { values } = rows[i]!;
    const filled = columns.map((column) => [column, values.get(column)]);
    return {
      ...documents[i]!,
      text: values.get(TEXT) as string,
      ...(columns.length > 0 && {
        metadata: { ...documents[i]!.metadata, ...Object.fromEntries(filled) },
      }),
    };
  });
  return { data, report };
}

function checkText(text: unknown, row: number): void {
  if (typeof text === "string" || text === null || text === undefined) return;
  throw new TypeError(
    `Cannot clean: a text must be a string, or missing: ${typeof text} in row ${row}`,
  );
}

function runRules(
  rows: readonly Row[],
  options: CleanTextOptions,
): { kept: number[]; report: CleanReport } {
  checkCleanOptions(options, TEXT_OPTIONS);
  return cleanRows(rows, {
    missing: options.missing ?? "drop",
    fill: options.fill,
    missingValues: options.missingValues,
    columns: [TEXT, ...options.columns ?? []],
    normalize: options.normalize ?? "NFC",
    whitespace: options.whitespace ?? "keep",
    duplicates: options.duplicates ?? "keep",
    similarity: options.similarity ?? 0.8,
    shingle: options.shingle ?? 5,
  });
}

function reportOn(
  rows: number,
  kept: number,
  missing: CleanReport["missing"],
): CleanReport {
  return new CleanReport({
    rows,
    kept,
    missing,
    normalized: 0,
    respaced: 0,
    duplicates: [],
  });
}
