/**
 * A corpus: documents kept apart, with where they come from and what is known about them.
 *
 * @module
 */

/** What a table or a JSON object says about a document beside its text. */
export type MetadataValue = string | number | boolean | null;

/** One text of a corpus. */
export interface CorpusDocument {
  /** The text; empty where a table has none. */
  readonly text: string;
  /** Where it comes from: the file, followed by `:` and the line in a table. */
  readonly source: string;
  /** Other columns of the table, by name. */
  readonly metadata: Readonly<Record<string, MetadataValue>>;
}

/**
 * Documents kept apart, and joined into one text where that is asked.
 *
 * @example Join two documents
 * ```ts
 * import { Corpus } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const corpus = new Corpus([
 *   { text: "Call me Ishmael.", source: "whale.csv:2", metadata: { chapter: "1" } },
 *   { text: "It was the best of times", source: "cities.txt", metadata: {} },
 * ]);
 * assertEquals(corpus.text, "Call me Ishmael.\n\nIt was the best of times");
 * assertEquals([...corpus].map(({ source }) => source), ["whale.csv:2", "cities.txt"]);
 * ```
 */
export class Corpus implements Iterable<CorpusDocument> {
  /** The documents in order. */
  readonly documents: readonly CorpusDocument[];

  /**
   * Gathers documents.
   *
   * @param documents The documents in order.
   */
  constructor(documents: Iterable<CorpusDocument>) {
    this.documents = [...documents];
  }

  /** Number of documents. */
  get length(): number {
    return this.documents.length;
  }

  /** All texts with an empty line between. */
  get text(): string {
    return this.join();
  }

  /**
   * Joins all texts.
   *
   * @param separator What comes between two of them.
   * @returns One text.
   */
  join(separator = "\n\n"): string {
    return this.documents.map(({ text }) => text).join(separator);
  }

  /**
   * Goes over the documents.
   *
   * @returns The documents in order.
   */
  [Symbol.iterator](): IterableIterator<CorpusDocument> {
    return this.documents[Symbol.iterator]();
  }

  /**
   * Says how much there is.
   *
   * @returns Such as `Corpus of 2 documents, 1,234 characters`.
   */
  toString(): string {
    const characters = this.documents.reduce(
      (sum, { text }) => sum + text.length,
      0,
    );
    const documents = `${this.length} document${this.length === 1 ? "" : "s"}`;
    return `Corpus of ${documents}, ${
      characters.toLocaleString("en-US")
    } characters`;
  }
}
