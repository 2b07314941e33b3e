/**
 * What a recording ends with that has to be made anew, by parts.
 *
 * @module
 */

/** A function that was recorded for XLA as a whole has parts that can run side by side. */
export class PartsWanted extends Error {}
