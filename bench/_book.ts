/**
 * A long text for timing tokenizers: a book again and again, in which every copy has words of its own.
 *
 * @module
 */
import { RandomStream } from "../src/engine/random.ts";

/** One word of so many is changed in every copy. */
const CHANGED = 50;

/**
 * Makes a text of a given size.
 *
 * @param book The text of the book.
 * @param bytes How many bytes of ASCII to make.
 * @returns The text; the first copy is the book itself.
 */
export function makeText(book: string, bytes: number): string {
  const random = new RandomStream(7, 0);
  const copies = [book];
  for (let size = book.length; size < bytes; size += book.length) {
    copies.push(
      book.replaceAll(
        /[a-z]{4,}/g,
        (word) => random.integer(CHANGED) === 0 ? change(word) : word,
      ),
    );
  }
  return copies.join("\n").slice(0, bytes);

  function change(word: string): string {
    const at = random.integer(word.length);
    const letter = String.fromCharCode(0x61 + random.integer(26));
    return word.slice(0, at) + letter + word.slice(at + 1);
  }
}
