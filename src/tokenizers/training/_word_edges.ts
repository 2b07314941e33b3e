/**
 * Where in a word which pieces are: the edges of the lattice of all ways to cut it.
 *
 * @module
 */
import type { UnitTrie } from "../unit_trie.ts";
import { isHigh } from "./_corpus.ts";

/** Which pieces there are. */
export interface KnownPieces {
  /** Their numbers. */
  trie: UnitTrie;
  /** Their scores; -Infinity for one that is no more. */
  scores: Float64Array;
  /** A piece that is not to be found, or -1. */
  without: number;
}

/** The pieces in one word at a time. */
export class WordEdges {
  /** The edges from place i have the numbers `first[i]` to `first[i + 1]` - 1. */
  first: Int32Array = new Int32Array(1 << 8);
  /** Where each edge ends, in units from the start of the word. */
  ends: Int32Array = new Int32Array(1 << 12);
  /** The piece of each edge; -1 for a character that is none. */
  pieces: Int32Array = new Int32Array(1 << 12);

  /**
   * Finds all pieces in a word, in place of those of the word before.
   *
   * @param units The units of all words.
   * @param bounds Where the word starts and ends.
   * @param known Which pieces there are.
   */
  find(
    units: Uint16Array,
    [start, end]: readonly [number, number],
    { trie, scores, without }: KnownPieces,
  ): void {
    if (end - start + 1 >= this.first.length) {
      this.first = new Int32Array((end - start) * 2);
    }
    const first = this.first;
    let count = 0;
    for (let from = start; from < end;) {
      first[from - start] = count;
      const next = from + (isHigh(units[from]!) ? 2 : 1);
      this.#makeRoom(count + end - from + 1);
      let hasSingle = false;
      let node = 0;
      for (let at = from; at < end;) {
        node = trie.step(node, units[at++]!);
        if (node === 0) break;
        const piece = trie.valueAt(node);
        if (piece < 0 || scores[piece] === -Infinity) continue;
        if (at === next) hasSingle = true;
        if (piece === without) continue;
        this.ends[count] = at - start;
        this.pieces[count++] = piece;
      }
      if (!hasSingle) {
        this.ends[count] = next - start;
        this.pieces[count++] = -1;
      }
      if (next > from + 1) first[from + 1 - start] = count; // no edge begins within a character
      from = next;
    }
    first[end - start] = count;
  }

  #makeRoom(count: number): void {
    if (count <= this.ends.length) return;
    const ends = new Int32Array(count * 2);
    const pieces = new Int32Array(count * 2);
    ends.set(this.ends);
    pieces.set(this.pieces);
    this.ends = ends;
    this.pieces = pieces;
  }
}
