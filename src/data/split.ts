/**
 * Cuts a text's tokens into a part to learn from and a later part to measure on.
 *
 * The validation part is the end of the text, in one piece. Batches are cut inside each part alone, so no window and
 * no target straddles the border: nothing that is measured was ever seen in training.
 *
 * @module
 */

/** Options of {@linkcode splitTokens}. */
export interface SplitOptions {
  /**
   * Share of the tokens kept apart for validation, from 0 (none) up to but not 1.
   *
   * @default {0.1}
   */
  validation?: number;

  /**
   * Tokens in one training window: the training part must hold one window and the token that follows it.
   *
   * @default {1}
   */
  sequenceLength?: number;
}

/** The two parts, as views on the same memory. */
export interface TokenSplit {
  /** The tokens to learn from, shape (N,). */
  train: Int32Array;

  /** The tokens to measure on, shape (M,); empty when the share is 0. */
  validation: Int32Array;
}

/** A validation part has a token to read and a token to predict, at least. */
const SMALLEST_VALIDATION = 2;

/**
 * Splits tokens into a training part and the validation part that follows it.
 *
 * @param ids All tokens of the text, in order.
 * @param options The share kept apart and the length of a window.
 * @returns Both parts.
 * @throws {RangeError} If there are no tokens, if the share is not in [0, 1), or if one of the parts is too short.
 *
 * @example Keep the last tenth
 * ```ts
 * import { splitTokens } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const { train, validation } = splitTokens(Int32Array.from({ length: 30 }, (_, i) => i));
 * assertEquals(train.length, 27);
 * assertEquals([...validation], [27, 28, 29]);
 * ```
 */
export function splitTokens(
  ids: Int32Array,
  options: SplitOptions = {},
): TokenSplit {
  const { validation: share = 0.1, sequenceLength = 1 } = options;
  if (!(share >= 0 && share < 1)) {
    throw new RangeError(
      `Cannot split the text: validation must be a share from 0 up to but not 1: ${share}`,
    );
  }
  if (ids.length === 0) {
    throw new RangeError("Cannot split the text: it has no tokens");
  }

  const kept = Math.round(ids.length * share);
  const border = ids.length - kept;
  if (border < sequenceLength + 1) {
    const ways = [
      "a longer text",
      "a smaller sequenceLength",
      ...(kept > 0 ? ["validation: 0"] : []),
    ];
    throw new RangeError(
      `Cannot split the text: a window of ${sequenceLength} tokens and the token that follows need ` +
        `${
          sequenceLength + 1
        }: the training part has ${border} of the text's ${ids.length} tokens; ` +
        `give ${ways.slice(0, -1).join(", ")} or ${ways.at(-1)}`,
    );
  }
  if (share > 0 && kept < SMALLEST_VALIDATION) {
    throw new RangeError(
      `Cannot split the text: the validation part needs ${SMALLEST_VALIDATION} tokens: ` +
        `a share of ${share} leaves it ${kept} of ${ids.length}; give a longer text, a larger share or validation: 0`,
    );
  }
  return { train: ids.subarray(0, border), validation: ids.subarray(border) };
}
