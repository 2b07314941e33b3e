/**
 * A table from pairs of ids to a number: open addressing over typed arrays, several times as fast as a Map of numbers.
 *
 * @module
 */

/** Numbers from 0, by pairs of ids from 0. */
export class PairTable {
  #mask: number;
  #first: Int32Array;
  #second: Int32Array;
  #values: Int32Array; // -1 where the place is free
  #size = 0;

  /** @param capacity How many pairs to expect; it grows by itself. */
  constructor(capacity = 16) {
    let places = 32;
    while (places < capacity * 2) places *= 2;
    this.#mask = places - 1;
    this.#first = new Int32Array(places);
    this.#second = new Int32Array(places);
    this.#values = new Int32Array(places).fill(-1);
  }

  /** Number of pairs. */
  get size(): number {
    return this.#size;
  }

  /**
   * Looks a pair up.
   *
   * @param first The first id.
   * @param second The second id.
   * @returns Its number, or -1.
   */
  get(first: number, second: number): number {
    const values = this.#values;
    for (let place = hash(first, second) & this.#mask;;) {
      const value = values[place]!;
      if (
        value < 0 ||
        (this.#first[place] === first && this.#second[place] === second)
      ) return value;
      place = (place + 1) & this.#mask;
    }
  }

  /**
   * Adds a pair, or gives it another number.
   *
   * @param first The first id.
   * @param second The second id.
   * @param value Its number.
   */
  set(first: number, second: number, value: number): void {
    if (this.#size * 2 > this.#mask) this.#grow();
    let place = hash(first, second) & this.#mask;
    while (
      this.#values[place]! >= 0 &&
      !(this.#first[place] === first && this.#second[place] === second)
    ) place = (place + 1) & this.#mask;
    if (this.#values[place]! < 0) this.#size++;
    this.#first[place] = first;
    this.#second[place] = second;
    this.#values[place] = value;
  }

  #grow(): void {
    const larger = new PairTable(this.#mask + 1);
    for (let i = 0; i <= this.#mask; i++) {
      if (this.#values[i]! >= 0) {
        larger.set(this.#first[i]!, this.#second[i]!, this.#values[i]!);
      }
    }
    this.#mask = larger.#mask;
    this.#first = larger.#first;
    this.#second = larger.#second;
    this.#values = larger.#values;
  }
}

function hash(first: number, second: number): number {
  const mixed = Math.imul(first, 0x9E3779B1) ^ Math.imul(second, 0x85EBCA6B);
  return mixed ^ mixed >>> 15;
}
