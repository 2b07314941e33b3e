/**
 * The batches that suit what a model learns from.
 *
 * @module
 */
import type { TokenBatches } from "../data/batches.ts";
import { DocumentBatches } from "../data/document_batches.ts";
import { RandomWindows } from "../data/random_windows.ts";
import { TokenStreams } from "../data/streams.ts";
import type { FitTokens } from "./fit_data.ts";
import type { FitSettings } from "./fit_settings.ts";

/**
 * @param train The ids to learn from.
 * @param settings Size and kind of the batches, and the seed.
 * @returns The batches.
 * @throws {RangeError} If there are too few ids for one.
 */
export function batchesOf(
  train: FitTokens,
  { batchSize, sequenceLength, seed, batches }: FitSettings,
): TokenBatches {
  const options = { batchSize, sequenceLength, seed };
  if (train.kind === "documents") {
    return new DocumentBatches(train.documents, options);
  }
  return batches === "streams"
    ? new TokenStreams(train.tokens, options)
    : new RandomWindows(train.tokens, options);
}
