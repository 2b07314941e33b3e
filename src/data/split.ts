/**
 * Cuts a text's tokens into a part to learn from and later parts to measure on.
 *
 * Each part is one piece of the text, in the order train, validation, test. Batches are cut inside each part alone, so
 * no window and no target straddles a border: nothing that is measured, nor what is read before it, was ever seen in
 * training. A gap keeps the parts further apart, so that what begins in one does not end in the next: a sentence, a
 * repetition.
 *
 * @module
 */
import { checkGap, checkNames, checkShares } from "./_checks.ts";
import {
  sliceTokens,
  type TokenArray,
  type TokenSource,
} from "./token_source.ts";

/** Options of {@linkcode splitTokens}. */
export interface SplitOptions {
  /**
   * Share of the tokens kept apart for validation, from 0 (none) up to but not 1.
   *
   * @default {0.1}
   */
  validation?: number;

  /**
   * Share of the tokens kept apart for a last test, at the end of the text, from 0 (none) up to but not 1.
   *
   * @default {0}
   */
  test?: number;

  /**
   * Tokens before each border that belong to no part; the length of a context is a good one. The training part gives
   * them.
   *
   * @default {0}
   */
  gap?: number;

  /**
   * Tokens in one training window: the training part must hold one window and the token that follows it.
   *
   * @default {1}
   */
  sequenceLength?: number;
}

/** The parts, as views on the same memory, or as sources over parts of the same source. */
export interface TokenSplit<Tokens = Int32Array> {
  /** The tokens to learn from, shape (N,). */
  train: Tokens;

  /** The tokens to measure on, shape (M,); empty when the share is 0. */
  validation: Tokens;

  /** The tokens for a last test; empty when the share is 0. */
  test: Tokens;
}

/** A part to measure on has a token to read and a token to predict, at least. */
const SMALLEST_PART = 2;

/**
 * Splits tokens into a training part and the validation and test parts that follow it.
 *
 * @param ids All tokens of the text, in order: an array, or a source such as a cache.
 * @param options The shares kept apart, the gap, and the length of a window.
 * @returns The parts.
 * @throws {RangeError} If there are no tokens, if a share is not in [0, 1), if the gap is not an integer from 0, or if
 * one of the parts is too short.
 * @throws {TypeError} If an option is unknown, or has no effect.
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
 *
 * @example Three parts, a context apart
 * ```ts
 * import { splitTokens } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const ids = Uint8Array.from({ length: 100 }, (_, i) => i);
 * const { train, validation, test } = splitTokens(ids, { validation: 0.1, test: 0.1, gap: 8 });
 * assertEquals([train.length, validation[0], validation.length, test[0]], [64, 72, 10, 90]);
 * ```
 */
export function splitTokens<Tokens extends TokenArray | TokenSource>(
  ids: Tokens,
  options: SplitOptions = {},
): TokenSplit<Tokens> {
  const { validation = 0.1, test = 0, gap = 0, sequenceLength = 1 } = options;
  checkNames("split the text", options, [
    "validation",
    "test",
    "gap",
    "sequenceLength",
  ]);
  checkShares("split the text", { validation, test });
  checkGap("split the text", gap);
  if (options.gap !== undefined && gap > 0 && validation + test === 0) {
    throw new TypeError(
      "Cannot split the text: gap has no effect with a single part, leave it out",
    );
  }
  const { length } = ids;
  if (length === 0) {
    throw new RangeError("Cannot split the text: it has no tokens");
  }

  const kept = {
    validation: Math.round(length * validation),
    test: Math.round(length * test),
  };
  const testStart = length - kept.test;
  const validationEnd = testStart -
    (kept.test > 0 && kept.validation > 0 ? gap : 0);
  const validationStart = validationEnd - kept.validation;
  const border = validationStart - (kept.validation + kept.test > 0 ? gap : 0);
  if (border < sequenceLength + 1) {
    const ways = [
      "a longer text",
      "a smaller sequenceLength",
      ...(gap > 0 ? ["a smaller gap"] : []),
      ...(kept.validation > 0 ? ["validation: 0"] : []),
    ];
    throw new RangeError(
      `Cannot split the text: a window of ${sequenceLength} tokens and the token that follows need ` +
        `${sequenceLength + 1}: the training part has ${
          Math.max(border, 0)
        } of the text's ${length} tokens; ` +
        `give ${ways.slice(0, -1).join(", ")} or ${ways.at(-1)}`,
    );
  }
  for (const name of ["validation", "test"] as const) {
    const share = { validation, test }[name];
    if (share > 0 && kept[name] < SMALLEST_PART) {
      throw new RangeError(
        `Cannot split the text: the ${name} part needs ${SMALLEST_PART} tokens: ` +
          `a share of ${share} leaves it ${
            kept[name]
          } of ${length}; give a longer text, a larger share or ${name}: 0`,
      );
    }
  }
  return {
    train: sliceTokens(ids, 0, border),
    validation: sliceTokens(ids, validationStart, validationEnd),
    test: sliceTokens(ids, testStart),
  };
}
