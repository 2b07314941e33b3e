/**
 * Stages that make texts longer or shorter by the scores of the tokens that end one.
 *
 * The meaning is that of Hugging Face's smallest number of new tokens and its exponential decay of the length.
 *
 * @module
 */
import { checkOptionNames } from "../../text/options.ts";
import { tokenIds } from "../token_ids.ts";
import { finiteScore } from "./_finite_score.ts";
import { vocabularyCheck } from "./_token_sequences.ts";
import { type ChainStage, writeValue } from "./stage.ts";

/** How the end of a text comes to be likelier. */
export interface LengthDecay {
  /** How many new tokens there are before it begins. */
  start: number;

  /** Where n tokens more than these were written, every stop token has |score| · (factor^n − 1) added; 1 adds nothing. */
  factor: number;
}

/**
 * Options of the stages about the length of texts.
 *
 * @example Token 0 ends a text, but not before the third token
 * ```ts
 * import { createChain } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const chain = createChain({ minTokens: 2, stopTokens: [0], topK: 1 });
 * const logits = Float32Array.of(4, 3, 2);
 * const early = chain.apply(logits, { tokens: [1, 1], promptLength: 1 });
 * assertEquals([...early], [-Infinity, 3, -Infinity]);
 * const late = chain.apply(logits, { tokens: [1, 1, 1], promptLength: 1 });
 * assertEquals([...late], [4, -Infinity, -Infinity]);
 * ```
 */
export interface LengthOptions {
  /** Ids of the tokens that end a text; needed by the two other options, and without effect alone. */
  stopTokens?: ArrayLike<number>;

  /**
   * How many new tokens there are before a stop token may be chosen, while there is another one.
   *
   * @default {0}
   */
  minTokens?: number;

  /**
   * Makes stop tokens likelier from place to place.
   *
   * @default {never}
   */
  lengthDecay?: LengthDecay;
}

/**
 * Makes the stage that lets no text end early.
 *
 * @param minTokens How many new tokens there must be, from 0.
 * @param stopTokens Ids of the tokens that end a text.
 * @returns The stage; it throws a RangeError where the vocabulary lacks a stop token.
 * @throws {TypeError} If the stop tokens are missing or no list.
 * @throws {RangeError} If the number is no integer from 0, or a stop token is no id.
 */
export function minTokensStage(
  minTokens: number,
  stopTokens: ArrayLike<number> | undefined,
): ChainStage {
  if (!Number.isSafeInteger(minTokens) || minTokens < 0) {
    throw new RangeError(
      `Cannot sample: minTokens must be an integer from 0: ${
        writeValue(minTokens)
      }`,
    );
  }
  const ids = readStopTokens("minTokens", stopTokens);
  const checkVocabulary = vocabularyCheck("stopTokens", [ids]);
  return {
    name: "minTokens",
    description: `minTokens ${minTokens}`,
    apply(candidates): void {
      checkVocabulary(candidates.ids.length);
      if (candidates.position < minTokens) candidates.remove(ids);
    },
  };
}

/**
 * Makes the stage that lets texts end by and by.
 *
 * @param decay Where it begins, and how fast it is.
 * @param stopTokens Ids of the tokens that end a text.
 * @returns The stage; it throws a RangeError where the vocabulary lacks a stop token.
 * @throws {TypeError} If the stop tokens are missing or no list, or the decay is no object or has an unknown member.
 * @throws {RangeError} If a number is out of range, or a stop token is no id.
 */
export function lengthDecayStage(
  decay: LengthDecay,
  stopTokens: ArrayLike<number> | undefined,
): ChainStage {
  checkOptionNames(
    "Cannot sample: lengthDecay",
    decay,
    ["start", "factor"],
    "{ lengthDecay: { start: 50, factor: 1.05 } }",
  );
  const { start, factor } = decay;
  if (!Number.isSafeInteger(start) || start < 0) {
    throw new RangeError(
      `Cannot sample: lengthDecay.start must be an integer from 0: ${
        writeValue(start)
      }`,
    );
  }
  if (typeof factor !== "number" || !(factor > 0 && factor < Infinity)) {
    throw new RangeError(
      `Cannot sample: lengthDecay.factor must be a number above 0: ${
        writeValue(factor)
      }`,
    );
  }
  const ids = new Set(readStopTokens("lengthDecay", stopTokens));
  const checkVocabulary = vocabularyCheck("stopTokens", [[...ids]]);
  return {
    name: "lengthDecay",
    description: `lengthDecay ${factor} from ${start}`,
    apply(candidates): void {
      const { logits, position } = candidates;
      checkVocabulary(logits.length);
      if (position <= start || factor === 1) return;
      const growth = factor ** (position - start) - 1;
      for (const id of ids) {
        const score = logits[id]!;
        if (score === 0 || score === -Infinity) continue; // times an infinite growth, or against it
        logits[id] = finiteScore(score + Math.abs(score) * growth);
      }
      candidates.sorted = false;
    },
  };
}

/** Checks the tokens that an option needs. */
function readStopTokens(
  option: string,
  stopTokens: ArrayLike<number> | undefined,
): Int32Array {
  const ids = tokenIds("Cannot sample", "stopTokens", stopTokens ?? []);
  if (ids.length > 0) return ids;
  throw new TypeError(
    `Cannot sample: ${option} has no effect without stopTokens, the ids of tokens that end a text`,
  );
}
