/**
 * What a run learns from, in a few numbers: kept in its history and its checkpoints, so that it goes on with the same data.
 *
 * @module
 */
import { fingerprintOf } from "../data/fingerprint.ts";
import { type FitTokens, sizeOf, textsOf } from "./fit_data.ts";

/** Some data, in plain JSON. */
export interface DataRecord {
  /** One text, or documents. */
  kind: "text" | "documents";
  /** Tokens, over all documents. */
  tokens: number;
  /** How many documents there are. */
  documents?: number;
  /** Tokens in the vocabulary. */
  vocabSize: number;
  /**
   * SHA-256 of the ids, in hexadecimal: the same for the same ids, however they are given. Of more than 128 MiB of ids,
   * evenly spread parts count.
   */
  fingerprint: string;
}

/**
 * @param data The ids.
 * @param vocabSize Tokens in the vocabulary.
 * @returns What they are.
 */
export async function describeData(
  data: FitTokens,
  vocabSize: number,
): Promise<DataRecord> {
  const texts = textsOf(data);
  return {
    kind: data.kind,
    tokens: sizeOf(data),
    ...(data.kind === "documents" && { documents: texts.length }),
    vocabSize,
    fingerprint: await fingerprintOf(texts, { vocabSize }),
  };
}

/**
 * @param was The data of the run.
 * @param is The data that it is to go on with.
 * @returns What differs, in words; undefined where nothing does.
 */
export function differenceOf(
  was: DataRecord | null,
  is: DataRecord | null,
): string | undefined {
  if (was === null || is === null) {
    return was === is
      ? undefined
      : `${wordsFor(is)} instead of ${wordsFor(was)}`;
  }
  if (was.fingerprint === is.fingerprint && was.kind === is.kind) {
    return undefined;
  }
  const [before, now] = [wordsFor(was), wordsFor(is)];
  return before !== now
    ? `${now} instead of ${before}`
    : `${now}, as it was, but other ones: fingerprint ${
      is.fingerprint.slice(0, 12)
    } instead of ${was.fingerprint.slice(0, 12)}`;
}

function wordsFor(record: DataRecord | null): string {
  if (record === null) return "nothing";
  const { kind, tokens, documents, vocabSize } = record;
  const count = `${tokens} tokens of a vocabulary of ${vocabSize}`;
  return kind === "text"
    ? `a text of ${count}`
    : `${documents} document${documents === 1 ? "" : "s"} of ${count}`;
}
