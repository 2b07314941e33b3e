/**
 * The loss of a model that counts, without its distributions.
 *
 * @module
 */
import type { Counting } from "../networks/network.ts";
import {
  type Measurement,
  streamsOf,
  type ValidationTokens,
} from "./validate.ts";

/**
 * Mean loss over tokens, read as `measure()` reads them, but token by token in place of rows of logits.
 *
 * @param counting What has counted.
 * @param tokens The text's tokens, two at least, or those of documents, one of which has two.
 * @param pause Awaited after every piece; the measurement is given up when it says `true`.
 * @returns What was measured; undefined when it was given up.
 */
export async function measureCounts(
  counting: Counting,
  tokens: ValidationTokens,
  pause: () => Promise<boolean>,
): Promise<Measurement | undefined> {
  const streams = streamsOf(tokens);
  const targets = streams.reduce(
    (sum, { length }) => sum + Math.max(length - 1, 0),
    0,
  );
  let loss = 0;
  for (const stream of streams) {
    for (const sum of counting.measure(stream)) {
      loss += sum / targets;
      if (await pause()) return undefined;
    }
  }
  return { loss };
}
