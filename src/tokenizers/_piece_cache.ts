/**
 * Tokens of pieces seen before: a hash table over the units of the text itself, so that a known piece costs no string.
 *
 * @module
 */
import type { IntList } from "./int_list.ts";

/** Pieces longer than this are not kept. */
const MAX_UNITS = 64;

/** Numbers of pieces and tokens that are kept before the table starts anew. */
const MAX_PIECES = 1 << 18;
const MAX_TOKENS = 1 << 20;

/** Places in the table at first. */
const FIRST_PLACES = 1 << 12;

/** Keeps the ids of short pieces. */
export class PieceCache {
  #places = new Int32Array(FIRST_PLACES).fill(-1);
  #size = 0;
  #hashes = new Int32Array(1024);
  #unitEnds = new Int32Array(1024);
  #idEnds = new Int32Array(1024);
  #units = new Uint16Array(8192);
  #ids = new Int32Array(4096);

  /**
   * Adds the ids of a piece to a list, if they are known.
   *
   * @param text The text.
   * @param start Where the piece starts.
   * @param end Where it ends.
   * @param out The list.
   * @returns Whether they are known.
   */
  copy(text: string, start: number, end: number, out: IntList): boolean {
    const length = end - start;
    if (length > MAX_UNITS) return false;
    const hash = hashOf(text, start, end);
    const piece = this.#places[this.#placeOf(text, start, length, hash)]!;
    if (piece < 0) return false;
    const first = piece === 0 ? 0 : this.#idEnds[piece - 1]!;
    const last = this.#idEnds[piece]!;
    out.reserve(last - first);
    const { data } = out;
    let at = out.length;
    for (let i = first; i < last; i++) data[at++] = this.#ids[i]!;
    out.length = at;
    return true;
  }

  /**
   * Keeps the ids of a piece, if it is short.
   *
   * @param text The text.
   * @param start Where the piece starts.
   * @param end Where it ends.
   * @param ids Its ids.
   */
  add(
    text: string,
    start: number,
    end: number,
    ids: ArrayLike<number>,
  ): void {
    const length = end - start;
    if (length > MAX_UNITS) return;
    const idsBefore = this.#size === 0 ? 0 : this.#idEnds[this.#size - 1]!;
    if (this.#size >= MAX_PIECES || idsBefore + ids.length > MAX_TOKENS) {
      this.#size = 0;
      this.#places.fill(-1);
      return this.add(text, start, end, ids);
    }
    if (this.#size * 2 >= this.#places.length) this.#grow();
    const hash = hashOf(text, start, end);
    const place = this.#placeOf(text, start, length, hash);
    if (this.#places[place]! >= 0) return;
    const piece = this.#size++;
    this.#places[place] = piece;
    const unitsBefore = piece === 0 ? 0 : this.#unitEnds[piece - 1]!;
    this.#hashes = roomFor(this.#hashes, piece + 1);
    this.#unitEnds = roomFor(this.#unitEnds, piece + 1);
    this.#idEnds = roomFor(this.#idEnds, piece + 1);
    this.#units = roomFor(this.#units, unitsBefore + length);
    this.#ids = roomFor(this.#ids, idsBefore + ids.length);
    this.#hashes[piece] = hash;
    this.#unitEnds[piece] = unitsBefore + length;
    this.#idEnds[piece] = idsBefore + ids.length;
    for (let i = 0; i < length; i++) {
      this.#units[unitsBefore + i] = text.charCodeAt(start + i);
    }
    this.#ids.set(ids, idsBefore);
  }

  /** Where a piece is, or would be. */
  #placeOf(text: string, start: number, length: number, hash: number): number {
    const mask = this.#places.length - 1;
    const units = this.#units;
    for (let place = hash & mask;; place = (place + 1) & mask) {
      const piece = this.#places[place]!;
      if (piece < 0) return place;
      if (this.#hashes[piece] !== hash) continue;
      const first = piece === 0 ? 0 : this.#unitEnds[piece - 1]!;
      if (this.#unitEnds[piece]! - first !== length) continue;
      let i = 0;
      while (i < length && units[first + i] === text.charCodeAt(start + i)) i++;
      if (i === length) return place;
    }
  }

  #grow(): void {
    const places = new Int32Array(this.#places.length * 2).fill(-1);
    const mask = places.length - 1;
    for (let piece = 0; piece < this.#size; piece++) {
      let place = this.#hashes[piece]! & mask;
      while (places[place]! >= 0) place = (place + 1) & mask;
      places[place] = piece;
    }
    this.#places = places;
  }
}

function hashOf(text: string, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash;
}

/** An array with room for so many numbers: the same, or a larger copy. */
function roomFor<A extends Int32Array | Uint16Array>(
  array: A,
  count: number,
): A {
  if (count <= array.length) return array;
  const size = Math.max(count, array.length * 2);
  const larger = new (array.constructor as new (size: number) => A)(size);
  larger.set(array);
  return larger;
}
