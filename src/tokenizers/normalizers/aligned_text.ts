/**
 * A text under construction that knows where every unit of it came from, for normalizers.
 *
 * @module
 */
import type { Offsets } from "../tokenizer.ts";
import type { NormalizedText } from "./normalizer.ts";

/** Collects a changed text piece by piece. */
export class AlignedText {
  readonly #parts: string[] = [];
  #starts: Int32Array;
  #ends: Int32Array;
  #length = 0;

  /** @param capacity How many UTF-16 units to expect; it grows by itself. */
  constructor(capacity = 16) {
    this.#starts = new Int32Array(Math.max(16, capacity));
    this.#ends = new Int32Array(this.#starts.length);
  }

  /** Number of UTF-16 units so far. */
  get length(): number {
    return this.#length;
  }

  /**
   * Adds a text whose units all came from one range of the original.
   *
   * @param text The text.
   * @param start Where the range starts.
   * @param end Where it ends.
   */
  push(text: string, start: number, end: number): void {
    const length = this.#reserve(text.length);
    this.#starts.fill(start, length, this.#length);
    this.#ends.fill(end, length, this.#length);
    this.#parts.push(text);
  }

  /**
   * Adds a part of the original as it is: each code point came from itself.
   *
   * @param original The original text.
   * @param start Where the part starts.
   * @param end Where it ends.
   */
  keep(original: string, start: number, end: number): void {
    let at = this.#reserve(end - start);
    for (let i = start; i < end; at++) {
      const size = original.codePointAt(i)! > 0xFFFF ? 2 : 1;
      this.#starts[at] = i;
      this.#ends[at] = i + size;
      if (size === 2) {
        at++;
        this.#starts[at] = i;
        this.#ends[at] = i + size;
      }
      i += size;
    }
    this.#parts.push(original.slice(start, end));
  }

  /**
   * Ends the text.
   *
   * @returns The text with its origins.
   */
  finish(): NormalizedText {
    return {
      text: this.#parts.join(""),
      origins: {
        starts: this.#starts.subarray(0, this.#length),
        ends: this.#ends.subarray(0, this.#length),
      },
    };
  }

  /** Makes room for more units and gives the place of the first. */
  #reserve(units: number): number {
    const before = this.#length;
    this.#length += units;
    if (this.#length > this.#starts.length) {
      const size = Math.max(this.#length, 2 * this.#starts.length);
      const starts = new Int32Array(size);
      const ends = new Int32Array(size);
      starts.set(this.#starts);
      ends.set(this.#ends);
      this.#starts = starts;
      this.#ends = ends;
    }
    return before;
  }
}

/**
 * Follows two changes back at once.
 *
 * @param first Where the units of the text between came from; undefined where it is the original.
 * @param second Where the units of the last text came from in the text between.
 * @returns Where the units of the last text came from in the original.
 */
export function composeOrigins(
  first: Offsets | undefined,
  second: Offsets | undefined,
): Offsets | undefined {
  if (first === undefined) return second;
  if (second === undefined) return first;
  const count = second.starts.length;
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const start = second.starts[i]!;
    const end = second.ends[i]!;
    starts[i] = first.starts[start] ?? 0;
    ends[i] = end > start ? first.ends[end - 1]! : starts[i]!;
  }
  return { starts, ends };
}
