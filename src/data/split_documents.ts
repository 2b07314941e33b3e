/**
 * Cuts a collection of documents into a part to learn from and parts to measure on, none of them in two parts.
 *
 * @module
 */
import { Corpus, type CorpusDocument } from "../text/corpus.ts";
import { RandomStream } from "../engine/random.ts";
import { checkNames, checkShares } from "./_checks.ts";

/** What errors say cannot be done. */
const ACTION = "split the documents";

/** Options of {@linkcode splitDocuments}. */
export interface SplitDocumentsOptions<Document> {
  /**
   * Share of the documents kept apart for validation, from 0 (none) up to but not 1.
   *
   * @default {0.1}
   */
  validation?: number;

  /**
   * Share of the documents kept apart for a last test, from 0 (none) up to but not 1.
   *
   * @default {0}
   */
  test?: number;

  /**
   * Chooses which documents go where.
   *
   * @default {0}
   */
  seed?: number;

  /**
   * What a document belongs to, such as its author: documents with the same answer go to the same part.
   *
   * @default {the document's content} so that a document that is there twice is not in two parts
   */
  groupOf?: (document: Document, index: number) => string | number;
}

/** The parts; each has its documents in their old order. */
export interface DocumentSplit<Document> {
  /** The documents to learn from. */
  train: Document[];

  /** The documents to measure on; empty when the share is 0. */
  validation: Document[];

  /** The documents for a last test; empty when the share is 0. */
  test: Document[];
}

/**
 * Splits documents by chance. Documents of one group stay together, so a part may hold a few more than its share.
 *
 * @param documents Strings, arrays of ids, or anything else, in an array, or a corpus.
 * @param options The shares kept apart, the seed, and what belongs together.
 * @returns The parts.
 * @throws {RangeError} If a share is not in [0, 1), or if there are too few documents for every part to have one.
 * @throws {TypeError} If the documents are not an array, or if an option is unknown.
 *
 * @example Two of ten songs
 * ```ts
 * import { splitDocuments } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const songs = Array.from({ length: 10 }, (_, i) => `song ${i}`);
 * const { train, validation } = splitDocuments(songs, { validation: 0.2, seed: 1 });
 * assertEquals([train.length, validation.length], [8, 2]);
 * assertEquals([...train, ...validation].sort(), songs);
 * ```
 */
export function splitDocuments<Document>(
  documents: readonly Document[],
  options?: SplitDocumentsOptions<Document>,
): DocumentSplit<Document>;
/** {@linkcode splitDocuments} of the documents of a corpus. */
export function splitDocuments(
  corpus: Corpus,
  options?: SplitDocumentsOptions<CorpusDocument>,
): DocumentSplit<CorpusDocument>;
export function splitDocuments<Document>(
  given: readonly Document[] | Corpus,
  options: SplitDocumentsOptions<Document> = {},
): DocumentSplit<Document> {
  const documents = given instanceof Corpus
    ? given.documents as readonly unknown[] as readonly Document[]
    : given;
  const { validation = 0.1, test = 0, seed = 0, groupOf = contentOf } = options;
  checkNames(ACTION, options, ["validation", "test", "seed", "groupOf"]);
  checkShares(ACTION, { validation, test });
  const groups = shuffledGroups(documents, { seed, groupOf, action: ACTION });
  const parts = { test: [] as number[], validation: [] as number[] };
  for (const [name, share] of Object.entries({ test, validation })) {
    if (share === 0) continue;
    const wanted = Math.max(1, Math.round(documents.length * share));
    const part = parts[name as keyof typeof parts];
    while (part.length < wanted && groups.length > 0) {
      for (const place of groups.pop()!) part.push(place); // a group may be larger than a call's arguments
    }
    if (part.length === 0 || groups.length === 0) {
      throw new RangeError(
        `Cannot ${ACTION}: every part needs a document that is in no other: there are ${documents.length}, ` +
          `some of them alike or in one group perhaps; give more, a smaller share or ${name}: 0`,
      );
    }
  }
  const pick = (places: number[]): Document[] =>
    places.sort((a, b) => a - b).map((place) => documents[place]!);
  return {
    train: pick(groups.flat()),
    validation: pick(parts.validation),
    test: pick(parts.test),
  };
}

/**
 * Puts places of documents together by their group, the groups in an order by chance.
 *
 * @param documents The documents.
 * @param options The seed, what belongs together, and what errors say cannot be done.
 * @returns Places in `documents`, group by group.
 * @throws {TypeError} If the documents are not an array.
 * @throws {RangeError} If there are none.
 */
export function shuffledGroups<Document>(
  documents: readonly Document[],
  options: {
    seed: number;
    groupOf: (document: Document, index: number) => string | number;
    action: string;
  },
): number[][] {
  const { seed, groupOf, action } = options;
  if (!Array.isArray(documents)) {
    throw new TypeError(
      `Cannot ${action}: the documents must be an array: ${typeof documents}`,
    );
  }
  if (documents.length === 0) {
    throw new RangeError(`Cannot ${action}: there are none`);
  }
  const groups = new Map<string | number, number[]>();
  for (const [index, document] of documents.entries()) {
    const group = groupOf(document, index);
    const places = groups.get(group);
    if (places === undefined) groups.set(group, [index]);
    else places.push(index);
  }
  return new RandomStream(seed, "split").shuffle([...groups.values()]);
}

/**
 * Tells documents apart by what they say.
 *
 * @param document Anything.
 * @param index Its place.
 * @returns The same for documents of the same characters or the same ids; for anything else its place.
 */
export function contentOf(document: unknown, index: number): string | number {
  if (typeof document === "string") return `text ${document}`;
  const isIds = ArrayBuffer.isView(document) && !(document instanceof DataView);
  return isIds ? `ids ${document}` : index;
}
