/**
 * Cross-validation: the same data cut k times, so that everything is measured on once.
 *
 * @module
 */
import { checkGap, checkNames } from "./_checks.ts";
import { contentOf, shuffledGroups } from "./split_documents.ts";
import { Corpus, type CorpusDocument } from "../text/corpus.ts";
import {
  sliceTokens,
  type TokenArray,
  type TokenSource,
} from "./token_source.ts";

/** What errors say cannot be done. */
const ACTION = "make folds";

/** Options of {@linkcode kFolds} over documents. */
export interface DocumentFoldsOptions<Document> {
  /**
   * How many folds, 2 at least.
   *
   * @default {5}
   */
  folds?: number;

  /**
   * Chooses which documents go where.
   *
   * @default {0}
   */
  seed?: number;

  /**
   * What a document belongs to: documents with the same answer go to the same fold.
   *
   * @default {the document's content}
   */
  groupOf?: (document: Document, index: number) => string | number;
}

/** Options of {@linkcode kFolds} over the tokens of one text. */
export interface TokenFoldsOptions {
  /**
   * How many folds, 2 at least.
   *
   * @default {5}
   */
  folds?: number;

  /**
   * Tokens on either side of a validation part that are not trained on; the length of a context is a good one.
   *
   * @default {0}
   */
  gap?: number;
}

/** One way to cut the data. */
export interface Fold<Train, Validation = Train> {
  /** What to learn from. */
  train: Train;

  /** What to measure on. */
  validation: Validation;
}

/**
 * Cuts documents into k parts by chance; each fold measures on one of them and learns from the others.
 *
 * @param documents Strings, arrays of ids, or anything else, in an array, or a corpus.
 * @param options The number of folds, the seed, and what belongs together.
 * @returns The folds; documents keep their old order.
 * @throws {RangeError} If `folds` is not an integer from 2, or if there are not as many groups of documents.
 * @throws {TypeError} If an option is unknown.
 *
 * @example Measure on every document once
 * ```ts
 * import { kFolds } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const folds = kFolds(["a", "b", "c", "d"], { folds: 2 });
 * assertEquals(folds.flatMap(({ validation }) => validation).sort(), ["a", "b", "c", "d"]);
 * ```
 */
export function kFolds<Document>(
  documents: readonly Document[],
  options?: DocumentFoldsOptions<Document>,
): Fold<Document[]>[];
/** {@linkcode kFolds} of the documents of a corpus. */
export function kFolds(
  corpus: Corpus,
  options?: DocumentFoldsOptions<CorpusDocument>,
): Fold<CorpusDocument[]>[];
/**
 * Cuts a text's tokens into k pieces of equal length; each fold measures on one of them and learns from what lies
 * before and after it. The training part is a list of one or two pieces, so that no window goes across the hole:
 * `fit()` takes it as documents.
 *
 * @param ids The text's tokens, in order: an array, or a source such as a cache.
 * @param options The number of folds and the gap.
 * @returns The folds, in the order of the text.
 * @throws {RangeError} If `folds` is not an integer from 2, the gap not an integer from 0, or a part too short.
 * @throws {TypeError} If an option is unknown.
 *
 * @example The middle of three folds
 * ```ts
 * import { kFolds } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const ids = Uint8Array.from({ length: 12 }, (_, i) => i);
 * const { train, validation } = kFolds(ids, { folds: 3, gap: 1 })[1]!;
 * assertEquals(validation, Uint8Array.of(4, 5, 6, 7));
 * assertEquals(train, [Uint8Array.of(0, 1, 2), Uint8Array.of(9, 10, 11)]);
 * ```
 */
export function kFolds<Tokens extends TokenArray | TokenSource>(
  ids: Tokens,
  options?: TokenFoldsOptions,
): Fold<Tokens[], Tokens>[];
export function kFolds(
  given: readonly unknown[] | Corpus | TokenArray | TokenSource,
  options: DocumentFoldsOptions<never> & TokenFoldsOptions = {},
): Fold<unknown[], unknown>[] {
  const data = given instanceof Corpus ? given.documents : given;
  checkNames(ACTION, options, ["folds", "seed", "groupOf", "gap"]);
  const { folds = 5 } = options;
  if (!Number.isSafeInteger(folds) || folds < 2) {
    throw new RangeError(
      `Cannot ${ACTION}: folds must be an integer from 2: ${folds}`,
    );
  }
  return Array.isArray(data)
    ? foldDocuments(data, folds, options as DocumentFoldsOptions<unknown>)
    : foldTokens(data as TokenArray | TokenSource, folds, options);
}

function foldDocuments(
  documents: readonly unknown[],
  folds: number,
  options: DocumentFoldsOptions<unknown>,
): Fold<unknown[]>[] {
  checkNames(ACTION, options, ["folds", "seed", "groupOf"]);
  const { seed = 0, groupOf = contentOf } = options;
  const groups = shuffledGroups(documents, { seed, groupOf, action: ACTION });
  if (groups.length < folds) {
    throw new RangeError(
      `Cannot ${ACTION}: ${folds} folds need as many documents that are not alike: there are ${groups.length}`,
    );
  }
  const foldOf = new Uint32Array(documents.length);
  for (const [i, places] of groups.entries()) {
    for (const place of places) foldOf[place] = i % folds;
  }
  return Array.from({ length: folds }, (_, fold) => ({
    train: documents.filter((_, place) => foldOf[place] !== fold),
    validation: documents.filter((_, place) => foldOf[place] === fold),
  }));
}

function foldTokens(
  ids: TokenArray | TokenSource,
  folds: number,
  options: TokenFoldsOptions,
): Fold<(TokenArray | TokenSource)[], TokenArray | TokenSource>[] {
  checkNames(ACTION, options, ["folds", "gap"]);
  const { gap = 0 } = options;
  checkGap(ACTION, gap);
  const { length } = ids;
  const borderOf = (fold: number): number => Math.floor(length * fold / folds);
  return Array.from({ length: folds }, (_, fold) => {
    const [start, end] = [borderOf(fold), borderOf(fold + 1)];
    const train = [
      sliceTokens(ids, 0, Math.max(0, start - gap)),
      sliceTokens(ids, Math.min(length, end + gap), length),
    ].filter((piece) => piece.length >= 2); // one to read, one to predict
    if (end - start < 2 || train.length === 0) {
      throw new RangeError(
        `Cannot ${ACTION}: every part needs 2 tokens: ${folds} folds with a gap of ${gap} leave too few of ${length}; ` +
          "give a longer text, fewer folds or a smaller gap",
      );
    }
    return { train, validation: sliceTokens(ids, start, end) };
  });
}
