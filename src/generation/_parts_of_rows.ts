/**
 * Which rows are computed side by side.
 *
 * @module
 */
import { cutRows } from "../engine/cut_rows.ts";
import { lanes } from "../engine/side_by_side.ts";

/** Rows of the smallest part that is written on a core of its own. */
const SMALLEST_PART = 8;

/**
 * @param rows How many rows there are.
 * @returns Their numbers, part by part.
 */
export function partsOf(rows: number): number[][] {
  return cutRows(rows, { most: lanes(), smallest: SMALLEST_PART });
}
