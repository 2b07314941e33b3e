/**
 * Missing values in arrays of numbers or strings: rows dropped, or values filled column by column.
 *
 * @module
 */
import type { MissingEntry } from "./clean_report.ts";
import {
  fillFor,
  MISSING_WORDS,
  type MissingTest,
  missingTest,
  type Value,
} from "./_missing.ts";
import type { NdArray } from "./nd_array.ts";

/** What is done about missing values. */
export interface MissingRules {
  readonly missing: "drop" | "fill" | "error";
  readonly fill: Value | undefined;
  readonly missingValues: readonly unknown[] | undefined;
}

type Elements = NdArray["data"];

/** Rows of a table, one after the other. */
interface Rows {
  readonly data: Elements;
  readonly rows: number;
  /** Elements of a row. */
  readonly width: number;
  /** Numbers that make one element. */
  readonly parts: number;
  readonly shape: readonly number[];
  readonly isMissing: MissingTest;
}

/**
 * Cleans an array; its first dimension counts rows.
 *
 * @param array The array, which is left as it is.
 * @param rules What to do.
 * @returns A new array, and the places.
 * @throws {RangeError} If a value is missing and `missing` is `"error"`, or nothing can be filled in.
 * @throws {TypeError} If shape, type and data do not fit together.
 */
export function cleanArray(
  array: NdArray,
  rules: MissingRules,
): { array: NdArray; rows: number; missing: MissingEntry[] } {
  const { shape, dtype, data } = array;
  if (shape.length === 0) {
    throw new RangeError(
      "Cannot clean: an array must have a dimension: its shape is []",
    );
  }
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw new TypeError(
      `Cannot clean: a shape must have whole numbers from 0: [${shape}]`,
    );
  }
  const isText = dtype === "str" || dtype === "bytes";
  const rows = shape[0]!;
  const width = shape.slice(1).reduce((size, length) => size * length, 1);
  const parts = dtype === "complex64" || dtype === "complex128" ? 2 : 1;
  if (rows * width * parts !== data.length) {
    throw new TypeError(
      `Cannot clean: shape [${shape}] of dtype ${dtype} takes ${
        rows * width * parts
      } elements: data has ${data.length}`,
    );
  }
  const words = rules.missingValues === undefined
    ? (isText ? MISSING_WORDS : [])
    : elementsOf(rules.missingValues, data);
  const table = {
    data,
    rows,
    width,
    parts,
    shape,
    isMissing: missingTest(words),
  };
  if (rules.missing === "fill") {
    const { data: filled, missing } = fillColumns(table, rules.fill!);
    return { array: { shape, dtype, data: filled } as NdArray, rows, missing };
  }
  const { kept, missing } = sieve(table, rules.missing);
  return {
    array: {
      shape: [kept.length, ...shape.slice(1)],
      dtype,
      data: take(table, kept),
    } as NdArray,
    rows,
    missing,
  };
}

/** The rows in which nothing is missing, and the first place in each of the others. */
function sieve(
  table: Rows,
  policy: "drop" | "error",
): { kept: number[]; missing: MissingEntry[] } {
  const kept: number[] = [];
  const missing: MissingEntry[] = [];
  for (let row = 0; row < table.rows; row++) {
    let column = 0;
    while (column < table.width && !lacks(table, row, column)) column++;
    if (column === table.width) {
      kept.push(row);
      continue;
    }
    if (policy === "error") {
      const place = columnName(table, column);
      throw new RangeError(
        `Cannot clean: no value may be missing: row ${row}${
          place === undefined ? "" : `, column ${place}`
        } has none; set missing to "drop" or "fill"`,
      );
    }
    missing.push({
      row,
      column: columnName(table, column),
      source: undefined,
      action: "dropped",
    });
  }
  return { kept, missing };
}

function fillColumns(
  table: Rows,
  fill: Value,
): { data: Elements; missing: MissingEntry[] } {
  const { rows, width, parts } = table;
  const data = table.data.slice() as Elements;
  const missing: MissingEntry[] = [];
  for (let column = 0; column < width; column++) {
    const present: number[] = []; // rows
    const absent: number[] = [];
    for (let row = 0; row < rows; row++) {
      (lacks(table, row, column) ? absent : present).push(row);
    }
    if (absent.length === 0) continue;
    const name = columnName(table, column);
    const what = `Cannot clean${name === undefined ? "" : ` column ${name}`}`;
    const values = fillParts(table, { column, present, fill, what });
    for (const row of absent) {
      for (let part = 0; part < parts; part++) {
        put(data, (row * width + column) * parts + part, values[part]!, what);
      }
      const value = parts === 2 ? `${values[0]} + ${values[1]}i` : values[0]!;
      missing.push({
        row,
        column: name,
        source: undefined,
        action: "filled",
        value,
      });
    }
  }
  missing.sort((a, b) => a.row - b.row);
  return { data, missing };
}

/** The number, or the real and the imaginary part, that a column is filled with. */
function fillParts(
  { data, width, parts }: Rows,
  { column, present, fill, what }: {
    column: number;
    present: readonly number[];
    fill: Value;
    what: string;
  },
): Value[] {
  if (parts === 2 && (fill === "median" || fill === "mode")) {
    throw new RangeError(
      `${what}: complex numbers have no ${fill}; fill with "mean" or a number`,
    );
  }
  return Array.from({ length: parts }, (_, part) => {
    if (part === 1 && fill !== "mean") return 0;
    const values = present.map((row) =>
      data[(row * width + column) * parts + part]!
    );
    return fillFor(values, { fill, what });
  });
}

/** Type of an array's elements. */
function kindOf(data: Elements): "string" | "bigint" | "number" {
  if (Array.isArray(data)) return "string";
  return data instanceof BigInt64Array || data instanceof BigUint64Array
    ? "bigint"
    : "number";
}

/** Values that mean that there is none, rounded as the elements of the array are. */
function elementsOf(values: readonly unknown[], data: Elements): unknown[] {
  const wanted = kindOf(data);
  return values.map((value) => {
    const kind: string = typeof value;
    if (kind !== wanted) {
      throw new TypeError(
        `Cannot clean: missingValues must be ${wanted}s for this array: ${kind}`,
      );
    }
    if (data instanceof Float32Array) return Math.fround(value as number);
    if (data instanceof Float16Array) return Math.f16round(value as number);
    return value;
  });
}

/** Writes a value where it fits. */
function put(data: Elements, at: number, value: Value, what: string): void {
  const wanted = kindOf(data);
  const kind: string = typeof value;
  if (kind !== wanted) {
    throw new TypeError(
      `${what}: fill must be a ${wanted} for this array: ${kind}`,
    );
  }
  (data as Value[])[at] = value;
  const isFloat = data instanceof Float16Array || data instanceof Float32Array;
  if (!isFloat && !Object.is(data[at], value) && data[at] !== value) {
    throw new RangeError(
      `${what}: a ${data.constructor.name} cannot hold the fill: ${value}; fill with "mode" or another value`,
    );
  }
}

function lacks(
  { data, width, parts, isMissing }: Rows,
  row: number,
  column: number,
): boolean {
  const at = (row * width + column) * parts;
  return isMissing(data[at]) || (parts === 2 && Number.isNaN(data[at + 1]));
}

function take({ data, width, parts }: Rows, kept: readonly number[]): Elements {
  const size = width * parts;
  if (Array.isArray(data)) {
    return kept.flatMap((row) => data.slice(row * size, (row + 1) * size));
  }
  const Class = data.constructor as new (length: number) => Float64Array;
  const result = new Class(kept.length * size);
  for (const [to, row] of kept.entries()) {
    const values = data.subarray(row * size, (row + 1) * size) as Float64Array;
    result.set(values, to * size); // of the class of the data, whatever it is
  }
  return result;
}

/** What a column is called: its number in a matrix, its indices beyond that. */
function columnName(
  { shape }: Rows,
  column: number,
): string | number | undefined {
  if (shape.length === 1) return undefined;
  if (shape.length === 2) return column;
  const indices: number[] = [];
  let rest = column;
  for (const length of shape.slice(1).reverse()) {
    indices.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return indices.join(",");
}
