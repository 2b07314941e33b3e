/**
 * Which tokens a model has in its memory that starts over when it is full, and which of them are to be read again then.
 *
 * @module
 */

/** The tokens since the model began without memory. */
export class ReadingWindow {
  readonly #limit: number;
  #ids: number[] = [];

  /** @param limit Tokens after which the model starts over, from 1; undefined if it never does. */
  constructor(limit: number = Infinity) {
    this.#limit = limit;
  }

  /** How many tokens the model can read before it starts over. */
  get room(): number {
    return this.#limit - this.#ids.length;
  }

  /**
   * Notes what the model reads.
   *
   * @param ids As many tokens as there is room for, or fewer.
   */
  add(ids: ArrayLike<number>): void {
    if (this.#limit === Infinity) return;
    for (let i = 0; i < ids.length; i++) this.#ids.push(ids[i]!);
  }

  /**
   * Begins anew with the last half.
   *
   * @returns What the model is to read now, without memory of what was before.
   */
  startOver(): Int32Array {
    const half = Math.floor(this.#limit / 2);
    this.#ids = this.#ids.slice(this.#ids.length - half);
    return Int32Array.from(this.#ids);
  }

  /**
   * Begins with a text.
   *
   * @param ids The text, of any length.
   * @returns The end of it: what the model would have in its memory after reading it token by token, starting over by
   * {@linkcode ReadingWindow.startOver} each time that there is no room.
   */
  begin(ids: Int32Array): Int32Array {
    const excess = ids.length - this.#limit;
    const given = this.#limit - Math.floor(this.#limit / 2); // tokens that go each time
    const end = excess > 0
      ? ids.subarray(Math.ceil(excess / given) * given)
      : ids;
    this.add(end);
    return end;
  }
}
