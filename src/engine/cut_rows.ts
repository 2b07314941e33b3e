/**
 * Cuts a batch into parts that can be worked on at the same time.
 *
 * @module
 */

/** Options of {@linkcode cutRows}. */
export interface CutRowsOptions {
  /** How many parts there may be, from 1. */
  most: number;

  /** Rows of the smallest part, from 1. */
  smallest: number;
}

/**
 * Cuts a batch into as many parts as there may be, of about the same length.
 *
 * @param batch Rows, B.
 * @param options How many and how small.
 * @returns The places of each part's rows, from 0 to B − 1 in their order.
 */
export function cutRows(
  batch: number,
  { most, smallest }: CutRowsOptions,
): number[][] {
  const count = Math.max(Math.min(most, Math.floor(batch / smallest)), 1);
  const border = (i: number): number => Math.round(batch * i / count);
  return Array.from(
    { length: count },
    (_, i) =>
      Array.from(
        { length: border(i + 1) - border(i) },
        (_, k) => border(i) + k,
      ),
  );
}
