/**
 * A list of whole numbers that grows by itself.
 *
 * @module
 */

/** Whole numbers in one typed array. */
export class IntList {
  /** The numbers; those from `length` on mean nothing. */
  data: Int32Array;
  /** How many numbers there are. */
  length = 0;

  /**
   * Starts empty.
   *
   * @param capacity How many numbers to expect.
   */
  constructor(capacity = 64) {
    this.data = new Int32Array(Math.max(4, capacity));
  }

  /**
   * Adds a number.
   *
   * @param value The number.
   */
  push(value: number): void {
    if (this.length === this.data.length) this.reserve(1);
    this.data[this.length++] = value;
  }

  /**
   * Makes room.
   *
   * @param more How many numbers will be added.
   */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.data.length) return;
    const data = new Int32Array(Math.max(needed, this.data.length * 2));
    data.set(this.data.subarray(0, this.length));
    this.data = data;
  }

  /**
   * Copies the numbers.
   *
   * @returns An array of their own size.
   */
  toArray(): Int32Array {
    return this.data.slice(0, this.length);
  }
}
