/**
 * Where a running sum over tokens in falling order of a key is enough, found without putting them in order.
 *
 * Tokens are counted into buckets by their keys, first all of them, then those of the bucket in which the sum is reached,
 * and so on (Hoare, "Algorithm 65: Find", 1961, by buckets and weights); a few that are left are put in order by a heap.
 *
 * @module
 */
import { type Keys, sink } from "./_heap.ts";

/** How many buckets there are. */
const BUCKETS = 256;

/** So few are put in order. */
const FEW = 64;

/** Tokens, and what is summed over them. */
export interface Summed {
  /** Their ids, the first {@linkcode Summed.count} of these. */
  ids: Int32Array;
  /** How many there are. */
  count: number;
  /** By id, what they are in falling order of; the lower ids come first among equals. */
  keys: Keys;
  /** By id, what each adds, 0 or more. */
  shares: Float64Array;
  /** What the sum has to reach. */
  enough: number;
  /** Whether it must go past that. */
  past: boolean;
}

/** Finds the place; its memory is used again. */
export class RunningSum {
  #ids = new Int32Array(0);
  readonly #sums = new Float64Array(BUCKETS);

  /**
   * @param summed The tokens; nothing of them is changed.
   * @returns Id of the token with which the sum is enough; −1 where all together are not.
   */
  find({ ids, count, keys, shares, enough, past }: Summed): number {
    if (this.#ids.length < count) this.#ids = new Int32Array(ids.length);
    const sums = this.#sums;
    let sum = 0; // of those that come before all that are left
    let isPart = false;
    while (count > FEW) {
      let [least, most] = [Infinity, -Infinity];
      for (let i = 0; i < count; i++) {
        const key = keys[ids[i]!]!;
        if (key < least) least = key;
        if (key > most) most = key;
      }
      const scale = (BUCKETS - 1) / (most - least);
      if (!(scale > 0 && scale < Infinity)) break; // equal, or as good as that
      sums.fill(0);
      for (let i = 0; i < count; i++) {
        const id = ids[i]!;
        sums[((most - keys[id]!) * scale) | 0]! += shares[id]!;
      }
      let bucket = 0;
      for (; bucket < BUCKETS; bucket++) {
        const after = sum + sums[bucket]!;
        if (past ? after > enough : after >= enough) break;
        sum = after;
      }
      if (bucket === BUCKETS) {
        if (!isPart) return -1;
        bucket = ((most - least) * scale) | 0; // it is rounding that is missing: the last one it is
        sum -= sums[bucket]!;
      }
      const inBucket = this.#ids;
      let left = 0;
      for (let i = 0; i < count; i++) { // in place from the second time on
        const id = ids[i]!;
        inBucket[left] = id; // without a branch that nobody can predict
        left += Number((((most - keys[id]!) * scale) | 0) === bucket);
      }
      [ids, count, isPart] = [inBucket, left, true];
    }
    this.#ids.set(ids.subarray(0, count));
    const order = this.#ids;
    const isInOrder = areInOrder(order, keys, count);
    if (!isInOrder) {
      for (let i = (count >> 1) - 1; i >= 0; i--) {
        sink(order, keys, i, count, 1);
      }
    }
    let last = -1;
    for (let i = 0; i < count; i++) {
      if (isInOrder) last = order[i]!;
      else {
        last = order[0]!;
        order[0] = order[count - 1 - i]!;
        sink(order, keys, 0, count - 1 - i, 1);
      }
      sum += shares[last]!;
      if (past ? sum > enough : sum >= enough) return last;
    }
    return isPart ? last : -1;
  }
}

/** Whether ids stand in falling order of their keys already, the lower first among equals, as equal ones mostly do. */
function areInOrder(ids: Int32Array, keys: Keys, count: number): boolean {
  for (let i = 1; i < count; i++) {
    const fall = keys[ids[i - 1]!]! - keys[ids[i]!]!;
    if (!(fall > 0 || (fall === 0 && ids[i - 1]! < ids[i]!))) return false;
  }
  return true;
}
