/**
 * Puts pieces into rows of one width, few rows: best fit, longest piece first (Johnson, "Near-optimal bin packing
 * algorithms", 1973).
 *
 * @module
 */

/**
 * Packs pieces. The result depends on their widths alone.
 *
 * @param widths Width of each piece, from 1 to `rowWidth`.
 * @param rowWidth Width of a row.
 * @returns The pieces of each row, as places in `widths`.
 */
export function pack(widths: Uint32Array, rowWidth: number): number[][] {
  const rows: number[][] = [];
  /** Rows by the room that is left in them. */
  const open: number[][] = Array.from({ length: rowWidth }, () => []);
  const longestFirst = Uint32Array.from(widths.keys())
    .sort((a, b) => widths[b]! - widths[a]! || a - b);
  for (const piece of longestFirst) {
    const width = widths[piece]!;
    let room = width;
    while (room < rowWidth && open[room]!.length === 0) room++;
    let row = rows.length;
    if (room < rowWidth) row = open[room]!.pop()!;
    else rows.push([]);
    rows[row]!.push(piece);
    const left = room - width;
    if (left > 0) open[left]!.push(row);
  }
  return rows;
}
