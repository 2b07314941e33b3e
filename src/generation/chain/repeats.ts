/**
 * Stages against texts that repeat themselves: no n-gram twice, and the DRY penalty on tokens that make a repeat longer.
 *
 * No repeated n-gram: Paulus, Xiong and Socher, "A Deep Reinforced Model for Abstractive Summarization", 2017, section 2.5.
 * DRY: the author's description, github.com/oobabooga/text-generation-webui/pull/5677, with the limits of llama.cpp.
 *
 * @module
 */
import { checkOptionNames } from "../../text/options.ts";
import { finiteScore } from "./_finite_score.ts";
import {
  checkPenaltyWindow,
  type PenaltyWindow,
  windowStart,
} from "./_penalty_window.ts";
import { RepeatLengths } from "./_repeat_lengths.ts";
import {
  readSequences,
  type TokenSequence,
  vocabularyCheck,
} from "./_token_sequences.ts";
import {
  type ChainStage,
  type Knob,
  readKnob,
  writeKnob,
  writeValue,
} from "./stage.ts";

/** What DRY takes from the score of a token that would make a repeat of L tokens longer: multiplier · base^(L − allowedLength). */
export interface DryOptions {
  /** From 0, which takes nothing; 0.8 is usual. */
  multiplier: Knob;

  /**
   * From 1.
   *
   * @default {1.75}
   */
  base?: number;

  /**
   * The shortest repeat, in tokens that were written already, that must not grow for nothing.
   *
   * @default {2}
   */
  allowedLength?: number;

  /**
   * Where copies are looked for; llama.cpp, and its preset, look at the last 64 tokens.
   *
   * @default {"all"}
   */
  window?: PenaltyWindow;

  /**
   * Tokens, or several in a row, that no repeat goes across, such as the end of a line. One that is a single token is never
   * penalized itself.
   *
   * @default {none}
   */
  breakers?: readonly TokenSequence[];
}

/**
 * Options of the stages against repeats.
 *
 * @example After 0 1 2 0 1, the 2 would make a repeat of two tokens longer
 * ```ts
 * import { createChain } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const context = { tokens: [0, 1, 2, 0, 1], promptLength: 5 };
 * const logits = Float32Array.of(4, 3, 2);
 * const dry = createChain({ dry: { multiplier: 0.5 } });
 * assertEquals([...dry.apply(logits, context)], [4, 3, 1.5]);
 * const never = createChain({ noRepeatNgram: 3 });
 * assertEquals([...never.apply(logits, context)], [4, 3, -Infinity]);
 * ```
 */
export interface RepeatOptions {
  /**
   * So many tokens in a row are not written a second time, the prompt's counted too, while there is something else; 0 allows all.
   *
   * @default {0}
   */
  noRepeatNgram?: Knob;

  /**
   * Takes from the scores of tokens that would make a repeat longer, the more the longer it is.
   *
   * @default {nothing}
   */
  dry?: DryOptions;
}

/**
 * Makes the stage that writes no n-gram twice.
 *
 * @param knob The n, from 0, which allows all.
 * @returns The stage.
 * @throws {TypeError} If it is an empty list.
 * @throws {RangeError} If it is no integer from 0.
 */
export function noRepeatNgramStage(knob: Knob): ChainStage {
  const sizeAt = readKnob(knob, {
    name: "noRepeatNgram",
    rule: "an integer from 0",
    allows: (value) => Number.isSafeInteger(value) && value >= 0,
  });
  const repeats = new RepeatLengths();
  return {
    name: "noRepeatNgram",
    description: `noRepeatNgram ${writeKnob(knob)}`,
    apply(candidates): void {
      const size = sizeAt(candidates);
      const { tokens } = candidates.context;
      if (size === 0 || tokens.length < size) return;
      const lengths = repeats.of(tokens, 0);
      const banned = new Set<number>();
      if (size === 1) banned.add(tokens[0]!); // the other tokens stand after one
      for (let k = 1; k < tokens.length; k++) {
        if (lengths[k]! >= size - 1) banned.add(tokens[tokens.length - k]!);
      }
      if (banned.size > 0) candidates.remove(banned);
    },
  };
}

/** An exponential above e to this is infinite in single precision. */
const LARGEST_LOG = 88.7228391;

const DRY_EXAMPLE = "{ dry: { multiplier: 0.8 } }";

/**
 * Makes the stage that takes from the scores of tokens that would make a repeat longer.
 *
 * @param options The penalty, and what it looks at.
 * @returns The stage; it throws a RangeError where the vocabulary lacks a token of a breaker.
 * @throws {TypeError} If an option is unknown, the breakers are no list, or the multiplier is an empty list.
 * @throws {RangeError} If a number is out of range, or a breaker is empty or has something that is no id.
 */
export function dryStage(options: DryOptions): ChainStage {
  checkOptionNames("Cannot sample: dry", options, [
    "multiplier",
    "base",
    "allowedLength",
    "window",
    "breakers",
  ], DRY_EXAMPLE);
  const {
    multiplier,
    base = 1.75,
    allowedLength = 2,
    window = "all",
    breakers: given = [],
  } = options;
  const multiplierAt = readKnob(multiplier, {
    name: "dry.multiplier",
    rule: "a number from 0",
    example: DRY_EXAMPLE,
    allows: (value) => value >= 0 && value < Infinity,
  });
  if (typeof base !== "number" || !(base >= 1 && base < Infinity)) {
    throw new RangeError(
      `Cannot sample: dry.base must be a number from 1: ${writeValue(base)}`,
    );
  }
  if (!Number.isSafeInteger(allowedLength) || allowedLength < 1) {
    throw new RangeError(
      `Cannot sample: dry.allowedLength must be an integer from 1: ${
        writeValue(allowedLength)
      }`,
    );
  }
  checkPenaltyWindow("dry.window", window);
  const breakers = readSequences("dry.breakers", given);
  const checkVocabulary = vocabularyCheck("dry.breakers", breakers);
  const byHead = Map.groupBy(breakers, ([head]) => head!);
  // Keeps the penalty finite; a base that near to 1 never grows that far.
  const most = base > 1.000001
    ? Math.floor(LARGEST_LOG / Math.log(base))
    : Infinity;
  const repeats = new RepeatLengths();
  return {
    name: "dry",
    description: `dry: multiplier ${
      writeKnob(multiplier)
    }, base ${base}, allowedLength ${allowedLength}, window ${window}, breakers ${breakers.length}`,
    apply(candidates): void {
      const { logits, context } = candidates;
      checkVocabulary(logits.length);
      const multiplier = multiplierAt(candidates);
      if (multiplier === 0) return;
      const { tokens } = context;
      const first = windowStart(window, context);
      const limit = tokensSinceBreaker(tokens, first, byHead);
      if (limit < allowedLength) return;
      const size = tokens.length - first;
      const lengths = repeats.of(tokens, first);
      const longest = new Map<number, number>();
      for (let k = 1; k < size; k++) {
        const length = Math.min(lengths[k]!, limit);
        if (length < allowedLength) continue;
        const id = tokens[tokens.length - k]!;
        longest.set(id, Math.max(longest.get(id) ?? 0, length));
      }
      for (const [id, length] of longest) {
        if (byHead.get(id)?.some(({ length }) => length === 1)) continue;
        const exponent = Math.min(length - allowedLength, most);
        logits[id] = finiteScore(logits[id]! - multiplier * base ** exponent);
      }
      candidates.sorted = false;
    },
  };
}

/**
 * How many tokens stand behind the last breaker, the one that begins last; of those that begin there the longest one counts.
 *
 * @param tokens The text.
 * @param first Where to begin to read it.
 * @param breakers By their first tokens.
 */
function tokensSinceBreaker(
  tokens: ArrayLike<number>,
  first: number,
  breakers: ReadonlyMap<number, Int32Array[]>,
): number {
  const end = tokens.length;
  if (breakers.size === 0) return end - first;
  for (let at = end - 1; at >= first; at--) {
    let longest = 0;
    for (const breaker of breakers.get(tokens[at]!) ?? []) {
      const { length } = breaker;
      if (length <= longest || at + length > end) continue;
      if (breaker.every((id, i) => tokens[at + i] === id)) longest = length;
    }
    if (longest > 0) return end - at - longest;
  }
  return end - first;
}
