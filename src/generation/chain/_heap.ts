/**
 * The first few of many ids by a key, without sorting them all.
 *
 * Heaps after Williams, "Algorithm 232: Heapsort", 1964.
 *
 * @module
 */

/** A number for every id. */
export type Keys = Float32Array | Float64Array;

/** Whether one token stands before another: by the larger key, else by the lower id. */
function comesFirst(keys: Keys, a: number, b: number): boolean {
  return keys[a]! > keys[b]! || (keys[a]! === keys[b]! && a < b);
}

/**
 * Lets the id at a place of a heap sink.
 *
 * @param ids The heap.
 * @param keys What the ids are compared by.
 * @param place Where the id is.
 * @param size How long the heap is.
 * @param direction 1 has the first token on top, −1 the last one.
 */
export function sink(
  ids: Int32Array,
  keys: Keys,
  place: number,
  size: number,
  direction: 1 | -1,
): void {
  const id = ids[place]!;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= size) break;
    const other = child + 1;
    if (
      other < size &&
      comesFirst(keys, ids[other]!, ids[child]!) === (direction === 1)
    ) child = other;
    if (comesFirst(keys, ids[child]!, id) !== (direction === 1)) break;
    ids[place] = ids[child]!;
    place = child;
  }
  ids[place] = id;
}

/**
 * Moves the k first ids to the beginning, in order. What stands behind them is not all of the others.
 *
 * @param ids The ids.
 * @param keys What they are compared by.
 * @param count How many ids there are.
 * @param k How many are wanted, to `count`.
 * @param rising Whether the ids are 0, 1, 2 and so on, which is quicker.
 */
export function moveFirst(
  ids: Int32Array,
  keys: Keys,
  count: number,
  k: number,
  rising: boolean,
): void {
  for (let i = (k >> 1) - 1; i >= 0; i--) sink(ids, keys, i, k, -1);
  let least = keys[ids[0]!]!;
  for (let i = k; i < count; i++) {
    const id = rising ? i : ids[i]!;
    if (keys[id]! < least) continue;
    // Of equal ones a later id comes second.
    if (keys[id]! === least && (rising || id > ids[0]!)) continue;
    ids[0] = id;
    sink(ids, keys, 0, k, -1);
    least = keys[ids[0]!]!;
  }
  for (let end = k - 1; end > 0; end--) { // the worst goes last
    const worst = ids[0]!;
    ids[0] = ids[end]!;
    ids[end] = worst;
    sink(ids, keys, 0, end, -1);
  }
}
