/**
 * Where classes of characters begin, in a language that knows some characters and treats all others alike.
 *
 * @module
 */

/**
 * @param known The code points that it knows.
 * @returns The code points at which a class may begin, in rising order.
 */
export function classBeginsOf(known: Iterable<number>): readonly number[] {
  const begins = new Set<number>();
  for (const point of known) begins.add(point).add(point + 1);
  return [...begins].sort((a, b) => a - b);
}
