/**
 * How long the end of a text is a copy of what stands elsewhere in it.
 *
 * This is the Z-algorithm (Gusfield, "Algorithms on Strings, Trees and Sequences", 1997, section 1.3) on the text read
 * backwards: time and memory grow with the text alone, however much of it is repeated.
 *
 * @module
 */

/** Finds repeats, in memory that is used again. */
export class RepeatLengths {
  #lengths = new Int32Array(0);

  /**
   * @param tokens The text.
   * @param first Where to begin to read it.
   * @returns At k, from 1 up to but not the number of tokens read, how many tokens at the end of the text are the same as those
   *   at the end of the text without its last k tokens; good until the next call.
   */
  of(tokens: ArrayLike<number>, first: number): Int32Array {
    const size = tokens.length - first;
    if (this.#lengths.length < size) this.#lengths = new Int32Array(2 * size);
    const lengths = this.#lengths;
    const last = tokens.length - 1;
    let [from, to] = [0, 0]; // of the copies found, that which reaches furthest back: of places from..to − 1, backwards
    for (let k = 1; k < size; k++) {
      let length = k < to ? Math.min(lengths[k - from]!, to - k) : 0;
      if (k + length >= to) {
        while (
          k + length < size &&
          tokens[last - length] === tokens[last - k - length]
        ) length++;
        [from, to] = [k, k + length];
      }
      lengths[k] = length;
    }
    return lengths;
  }
}
