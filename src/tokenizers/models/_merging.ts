/**
 * Byte pair encoding of one piece: the pair of lowest rank is merged first, the leftmost of equals, until none is left.
 *
 * @module
 */
import type { PairTable } from "../pair_table.ts";

/** From this many symbols on a heap finds the next pair. */
const LONG = 48;

/** Symbols of a piece, which merging joins in place. */
export interface Symbols {
  /** Ids of the tokens. */
  ids: Int32Array;
  /** Where each starts in the piece. */
  starts: Int32Array;
  /** Where each ends. */
  ends: Int32Array;
  /** How many there are. */
  count: number;
}

/** What the merges are: ranks by pair, and the token that each rank makes. */
export interface MergeTable {
  /** Ranks by pair of ids. */
  ranks: PairTable;
  /** Id of the token that the merge of a rank makes. */
  made: Int32Array;
}

/**
 * Merges all pairs of a piece.
 *
 * @param symbols The symbols, which become the tokens.
 * @param table The merges.
 */
export function mergeSymbols(symbols: Symbols, table: MergeTable): void {
  if (symbols.count < LONG) mergeShort(symbols, table);
  else mergeLong(symbols, table);
}

/** Ranks of the pairs of a short piece. */
const shortRanks = new Int32Array(LONG);
const NONE = 0x7FFFFFFF;

/** Looks through all ranks for every merge. */
function mergeShort(symbols: Symbols, { ranks, made }: MergeTable): void {
  const { ids, starts, ends } = symbols;
  let count = symbols.count;
  for (let i = 0; i + 1 < count; i++) {
    shortRanks[i] = rankOf(ranks, ids[i]!, ids[i + 1]!);
  }
  for (;;) {
    let best = NONE;
    let at = 0;
    for (let i = 0; i + 1 < count; i++) {
      const rank = shortRanks[i]!;
      if (rank < best) {
        best = rank;
        at = i;
      }
    }
    if (best === NONE) break;
    ids[at] = made[best]!;
    ends[at] = ends[at + 1]!;
    count--;
    for (let i = at + 1; i < count; i++) {
      ids[i] = ids[i + 1]!;
      starts[i] = starts[i + 1]!;
      ends[i] = ends[i + 1]!;
      shortRanks[i] = shortRanks[i + 1]!;
    }
    if (at > 0) shortRanks[at - 1] = rankOf(ranks, ids[at - 1]!, ids[at]!);
    if (at + 1 < count) shortRanks[at] = rankOf(ranks, ids[at]!, ids[at + 1]!);
  }
  symbols.count = count;
}

function rankOf(ranks: PairTable, first: number, second: number): number {
  const rank = ranks.get(first, second);
  return rank < 0 ? NONE : rank;
}

/** Keeps the pairs in a heap, and the symbols in a list with links. */
function mergeLong(symbols: Symbols, { ranks, made }: MergeTable): void {
  const { ids, starts, ends, count } = symbols;
  const next = new Int32Array(count);
  const previous = new Int32Array(count);
  const heap = new RankHeap(count);
  for (let i = 0; i < count; i++) {
    next[i] = i + 1 < count ? i + 1 : -1;
    previous[i] = i - 1;
    if (i + 1 < count) heap.push(ranks.get(ids[i]!, ids[i + 1]!), i);
  }
  while (heap.size > 0) {
    const rank = heap.rank;
    const at = heap.place;
    heap.pop();
    const after = next[at]!;
    if (ids[at]! < 0 || after < 0) continue;
    if (ranks.get(ids[at]!, ids[after]!) !== rank) continue; // merged otherwise since
    ids[at] = made[rank]!;
    ends[at] = ends[after]!;
    ids[after] = -1;
    const beyond = next[after]!;
    next[at] = beyond;
    if (beyond >= 0) {
      previous[beyond] = at;
      heap.push(ranks.get(ids[at]!, ids[beyond]!), at);
    }
    const before = previous[at]!;
    if (before >= 0) heap.push(ranks.get(ids[before]!, ids[at]!), before);
  }
  let kept = 0;
  for (let i = 0; i < count; i++) {
    if (ids[i]! < 0) continue;
    ids[kept] = ids[i]!;
    starts[kept] = starts[i]!;
    ends[kept++] = ends[i]!;
  }
  symbols.count = kept;
}

/** A heap of places by rank, then by place. */
class RankHeap {
  size = 0;
  #ranks: Int32Array;
  #places: Int32Array;

  constructor(capacity: number) {
    this.#ranks = new Int32Array(capacity + 1);
    this.#places = new Int32Array(capacity + 1);
  }

  /** The lowest rank. */
  get rank(): number {
    return this.#ranks[0]!;
  }

  /** The leftmost place of the lowest rank. */
  get place(): number {
    return this.#places[0]!;
  }

  push(rank: number, place: number): void {
    if (rank < 0) return;
    if (this.size === this.#ranks.length) {
      this.#ranks = grown(this.#ranks);
      this.#places = grown(this.#places);
    }
    const ranks = this.#ranks;
    const places = this.#places;
    let i = this.size++;
    while (i > 0) {
      const parent = i - 1 >> 1;
      if (
        ranks[parent]! < rank ||
        (ranks[parent] === rank && places[parent]! < place)
      ) break;
      ranks[i] = ranks[parent]!;
      places[i] = places[parent]!;
      i = parent;
    }
    ranks[i] = rank;
    places[i] = place;
  }

  pop(): void {
    const ranks = this.#ranks;
    const places = this.#places;
    const size = --this.size;
    const rank = ranks[size]!;
    const place = places[size]!;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (
        child + 1 < size &&
        (ranks[child + 1]! < ranks[child]! ||
          (ranks[child + 1] === ranks[child] &&
            places[child + 1]! < places[child]!))
      ) child++;
      if (
        rank < ranks[child]! ||
        (rank === ranks[child] && place < places[child]!)
      ) break;
      ranks[i] = ranks[child]!;
      places[i] = places[child]!;
      i = child;
    }
    ranks[i] = rank;
    places[i] = place;
  }
}

function grown(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
