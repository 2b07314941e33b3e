/** Tokens for tests of src/data/. @module */
import type { TokenSource } from "../../src/data/token_source.ts";

/** The numbers from 0 on, so that an id is its place. */
export function count(length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => i);
}

/** A source that is no array, over the numbers from 0 on. */
export function countingSource(length: number): TokenSource {
  return { length, read: (start, end) => count(length).slice(start, end) };
}

/** Inputs that count in a batch. */
export function counted(
  values: Int32Array,
  mask: Uint8Array | undefined,
): number[] {
  return [...values].filter((_, i) => mask === undefined || mask[i] === 1);
}
