/**
 * A trie of tokens over UTF-16 units: its edges lie in one hash table over typed arrays, so that a step touches one place
 * in memory.
 *
 * @module
 */

/** Numbers that a place of the table holds: parent, unit, child. */
const WIDTH = 4; // 16 bytes, so that no place lies on two cache lines

/** Numbers by token, found unit by unit. */
export class UnitTrie {
  /** Children of the root by unit; 0 where there is none. */
  readonly #first = new Int32Array(0x10000);
  #table: Int32Array; // the child is 0 where a place is free
  #mask: number;
  #values: Int32Array; // by node; -1 where no token ends
  #nodes = 1;

  /**
   * Takes in tokens; those that are empty or not well-formed are left out, as no text has them.
   *
   * @param tokens The tokens, each with its number from 0. Of a token that comes twice the last number counts.
   */
  constructor(tokens: Iterable<readonly [string, number]>) {
    this.#mask = 1023;
    this.#table = new Int32Array((this.#mask + 1) * WIDTH);
    this.#values = new Int32Array(1024).fill(-1);
    for (const [token, value] of tokens) {
      if (token.isWellFormed() && token !== "") this.#add(token, value);
    }
  }

  /**
   * Goes on by a unit.
   *
   * @param node Where to start; 0 is the root.
   * @param unit The unit.
   * @returns The next node, or 0 where no token goes on so.
   */
  step(node: number, unit: number): number {
    if (node === 0) return this.#first[unit]!;
    const table = this.#table;
    for (let place = hash(node, unit) & this.#mask;;) {
      const at = place * WIDTH;
      const child = table[at + 2]!;
      if (child === 0 || (table[at] === node && table[at + 1] === unit)) {
        return child;
      }
      place = (place + 1) & this.#mask;
    }
  }

  /**
   * Looks up what ends at a node.
   *
   * @param node The node.
   * @returns The number of the token, or -1.
   */
  valueAt(node: number): number {
    return this.#values[node]!;
  }

  #add(token: string, value: number): void {
    let node = 0;
    for (let i = 0; i < token.length; i++) {
      const unit = token.charCodeAt(i);
      const child = this.step(node, unit);
      node = child === 0 ? this.#addEdge(node, unit) : child;
    }
    this.#values[node] = value;
  }

  #addEdge(parent: number, unit: number): number {
    const child = this.#nodes++;
    if (child === this.#values.length) {
      const values = new Int32Array(child * 2).fill(-1, child);
      values.set(this.#values);
      this.#values = values;
    }
    if (parent === 0) this.#first[unit] = child;
    else {
      if (child * 2 > this.#mask) this.#grow();
      this.#insert(parent, unit, child);
    }
    return child;
  }

  #insert(parent: number, unit: number, child: number): void {
    let place = hash(parent, unit) & this.#mask;
    while (this.#table[place * WIDTH + 2] !== 0) {
      place = (place + 1) & this.#mask;
    }
    this.#table.set([parent, unit, child], place * WIDTH);
  }

  #grow(): void {
    const table = this.#table;
    this.#mask = this.#mask * 2 + 1;
    this.#table = new Int32Array((this.#mask + 1) * WIDTH);
    for (let at = 0; at < table.length; at += WIDTH) {
      const child = table[at + 2]!;
      if (child !== 0) this.#insert(table[at]!, table[at + 1]!, child);
    }
  }
}

function hash(node: number, unit: number): number {
  const mixed = Math.imul(node, 0x9E3779B1) ^ Math.imul(unit, 0x85EBCA6B);
  return mixed ^ mixed >>> 15;
}
