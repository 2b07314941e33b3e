/**
 * When a probability is as large as a bound, computed from scores that are given in single precision.
 *
 * The logarithm of a half is such a score but for rounding, and its token must count as half the probability. Scores that are
 * off by ε make a probability p of some tokens together wrong by ε p (1 − p) at most.
 *
 * @module
 */

/** How far the rounding of scores of the usual size, below 8, may change their differences. */
const ROUNDING = 2 ** -21;

/**
 * @param probability Of a token, or of several together.
 * @param bound From 0 to 1.
 * @returns Whether it is the bound or more, as far as rounding lets that be told.
 */
export function reaches(probability: number, bound: number): boolean {
  return probability >= leastReaching(bound);
}

/**
 * @param bound From 0 to 1.
 * @returns The smallest probability, of a token or of several together, that {@linkcode reaches} it.
 */
export function leastReaching(bound: number): number {
  return bound - ROUNDING * bound * (1 - bound);
}

/**
 * @param bound From 0 to 1.
 * @returns The largest probability that does not exceed it, or does by rounding alone.
 */
export function mostNotExceeding(bound: number): number {
  return bound + ROUNDING * bound * (1 - bound);
}
