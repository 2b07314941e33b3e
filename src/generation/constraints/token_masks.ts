/**
 * Which tokens a text may go on with, so that it ends in a language whatever is chosen and however few tokens are left.
 *
 * The vocabulary is a trie of bytes that an acceptor walks through; what a walk finds is kept by the acceptor's state
 * (the idea of Willard and Louf, "Efficient Guided Generation for Large Language Models", 2023; the trie is that of
 * Koo, Liu and He, "Automata-based constraints for language model decoding", 2024, done without an automaton).
 *
 * @module
 */
import { checkOptionNames } from "../../text/options.ts";
import {
  type TokenTexts,
  tokenTexts,
  withoutToken,
} from "../../tokenizers/token_texts.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import type { Acceptor } from "./acceptor.ts";
import { checkAcceptor } from "./check_acceptor.ts";
import { AllOf } from "./forms/all_of.ts";
import { JointWays } from "./_joint_ways.ts";
import { MaskBuilder, MAX_STEPS } from "./_mask_builder.ts";
import { missingCharacters } from "./_missing_characters.ts";
import { Reach } from "./_reach.ts";
import { TextStates } from "./_text_states.ts";
import { type TokenCosts, tokenCosts } from "./_token_costs.ts";
import { TokenWalk } from "./_token_walk.ts";
import { WHOLE } from "./_partial_character.ts";
import { WayTokens } from "./_way_tokens.ts";
import { WritingState } from "./_writing_state.ts";

/** A point of a text that is being written under a constraint; equal points are one object. */
export interface MaskState {
  /** Whether the text may end here. */
  readonly isComplete: boolean;
}

/** Options of {@linkcode TokenMasks}. */
export interface TokenMasksOptions {
  /**
   * Id of the token by which the model ends a text; it is allowed where the text is complete, and nowhere else.
   *
   * @default {undefined} which is for models that have none
   */
  endToken?: number | undefined;
}

const OPTIONS: readonly string[] = [
  "endToken",
] satisfies (keyof TokenMasksOptions)[];

const costs = new WeakMap<TokenTexts, TokenCosts>();

/**
 * The tokens that are allowed at each point of a text.
 *
 * A token is allowed if and only if a text of the language goes on with it that this vocabulary can complete with the
 * tokens that are left, the end token not counted. Its bytes must be UTF-8: those for which a decoder writes U+FFFD are
 * never allowed. Where the question takes a search of more than 1,000 points, a token counts as not allowed, and so it does
 * where it ends within a character whose bytes are tokens and neither they nor one token more lead on in time. That happens
 * only close to the last token, or with languages joined by {@linkcode allOf}: then texts of the language may be left out, but what is allowed can always be
 * completed.
 *
 * Masks are kept, so one object should serve all texts under a constraint.
 *
 * @example A vocabulary without an e
 * ```ts
 * import { CharTokenizer, TokenMasks, withoutLetters } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const masks = new TokenMasks(withoutLetters("e"), CharTokenizer.train("whale")); // a, e, h, l, w
 * assertEquals(masks.allowed(masks.start(), 10), Uint32Array.of(0b11101));
 * ```
 */
export class TokenMasks {
  /** The language. */
  readonly acceptor: Acceptor;
  /** Number V of ids. */
  readonly vocabSize: number;
  /** Id of the token by which the model ends a text. */
  readonly endToken: number | undefined;
  readonly #states: TextStates;
  readonly #walk: TokenWalk;
  readonly #costs: TokenCosts;
  readonly #reach: Reach;
  readonly #builder: MaskBuilder;

  /**
   * Builds the vocabulary's trie, once for each tokenizer; masks are made when they are asked for.
   *
   * @param acceptor The language.
   * @param tokenizer Whose tokens are chosen, one of this library's.
   * @param options The end token.
   * @throws {TypeError} If the acceptor is none, the tokenizer is of another class, or an option is unknown.
   * @throws {RangeError} If the decoder does more than can be told token by token, or the end token is no id.
   */
  constructor(
    acceptor: Acceptor,
    tokenizer: Tokenizer,
    options: TokenMasksOptions = {},
  ) {
    checkAcceptor(acceptor);
    checkOptionNames("Cannot constrain", options, OPTIONS);
    const { endToken } = options;
    let texts = tokenTexts(tokenizer);
    if (
      endToken !== undefined &&
      !(Number.isInteger(endToken) && endToken >= 0 &&
        endToken < texts.vocabSize)
    ) {
      throw new RangeError(
        `Cannot constrain: endToken must be an id from 0 to ${
          texts.vocabSize - 1
        }: ${endToken}`,
      );
    }
    if (endToken !== undefined) texts = withoutToken(texts, endToken);
    this.acceptor = acceptor;
    this.vocabSize = texts.vocabSize;
    this.endToken = endToken;
    this.#states = new TextStates(acceptor);
    this.#walk = new TokenWalk(texts, this.#states);
    let known = costs.get(texts);
    if (known === undefined) costs.set(texts, known = tokenCosts(texts));
    this.#costs = known;
    const joint = acceptor instanceof AllOf
      ? new JointWays(acceptor, this.#states)
      : undefined;
    this.#reach = new Reach({
      states: this.#states,
      walk: this.#walk,
      costs: known,
      joint,
      wayTokens: joint && new WayTokens({ texts, joint, costs: known }),
      alone: acceptor instanceof AllOf
        ? acceptor.parts.map((part) => {
          const states = new TextStates(part);
          const walk = new TokenWalk(texts, states);
          const none = { joint: undefined, wayTokens: undefined, alone: [] };
          return new Reach({ states, walk, costs: known, ...none });
        })
        : [],
    });
    this.#builder = new MaskBuilder({
      walk: this.#walk,
      reach: this.#reach,
      vocabSize: this.vocabSize,
      endToken,
      description: acceptor.description,
    });
  }

  /** Gives the beginning of a text. */
  start(): MaskState {
    return this.#states.point(this.#states.start, WHOLE, 0);
  }

  /**
   * Tells how many tokens complete a text.
   *
   * @param state A point of a text.
   * @returns The least number of tokens; where it takes a long search, one that is enough. Infinity where no way was found.
   */
  leastTokens(state: MaskState): number {
    return this.#reach.least(check(state), MAX_STEPS);
  }

  /**
   * Tells which characters the vocabulary lacks, where it cannot write any text of the language.
   *
   * @returns Those of one text, each once; none where there are enough characters, or it was not found out.
   */
  missingCharacters(): string[] {
    return missingCharacters(this.acceptor, this.#costs.least);
  }

  /**
   * Tells whether a complete text can be reached.
   *
   * @param state A point of a text.
   * @param tokensLeft How many tokens may still be written.
   */
  canEnd(state: MaskState, tokensLeft = Infinity): boolean {
    checkTokensLeft(tokensLeft);
    return this.#reach.fits(check(state), tokensLeft, MAX_STEPS);
  }

  /**
   * Tells which tokens may come next.
   *
   * @param state A point of a text.
   * @param tokensLeft How many tokens may still be written, from 0; Infinity for any number.
   * @returns Bits by id, shape (V / 32, rounded up): token `id` is allowed where bit `id % 32` of number `id >> 5` is set.
   * The array is used again: it must not be changed.
   * @throws {TypeError} If the state is none.
   * @throws {RangeError} If `tokensLeft` is out of range, or the acceptor has promised a way to a complete text that is none.
   */
  allowed(state: MaskState, tokensLeft: number): Uint32Array {
    const from = check(state);
    checkTokensLeft(tokensLeft);
    this.#walk.tidy();
    this.#states.tidy();
    this.#reach.tidy();
    return this.#builder.build(from, tokensLeft);
  }

  /**
   * Goes on by a token.
   *
   * @param state A point of a text.
   * @param id A token, not the end token.
   * @returns The point after it.
   * @throws {TypeError} If the state is none.
   * @throws {RangeError} If no text of the language goes on with the token.
   */
  advance(state: MaskState, id: number): MaskState {
    const target = this.#walk.from(check(state)).list.find(({ ids }) =>
      has(ids, id)
    );
    if (target !== undefined) return target.state;
    throw new RangeError(
      `Cannot constrain: no text goes on with token ${id} here, as it must be ${this.acceptor.description}`,
    );
  }

  /**
   * Tells whether the text may end.
   *
   * @param state A point of a text.
   */
  isComplete(state: MaskState): boolean {
    return check(state).isComplete;
  }

  /**
   * Tells whether the text must end: it is complete, and no token may come next but the end token.
   *
   * @param state A point of a text.
   * @param tokensLeft How many tokens may still be written.
   */
  mustEnd(state: MaskState, tokensLeft = Infinity): boolean {
    if (!this.isComplete(state)) return false;
    const mask = this.allowed(state, tokensLeft);
    const end = this.endToken ?? -1;
    return mask.every((bits, place) =>
      bits === 0 || (place === end >> 5 && bits >>> 0 === 1 << (end & 31) >>> 0)
    );
  }
}

/** Whether a token is among those of a target. */
function has(ids: Int32Array | Uint32Array, id: number): boolean {
  return ids instanceof Int32Array
    ? ids.includes(id)
    : Number.isInteger(id) && ((ids[id >> 5] ?? 0) >>> (id & 31) & 1) === 1;
}

function check(state: MaskState): WritingState {
  if (state instanceof WritingState) return state;
  throw new TypeError(
    `Cannot constrain: the state must come from start() or advance(): ${
      state === null ? "null" : typeof state
    }`,
  );
}

function checkTokensLeft(tokensLeft: number): void {
  const isCount = tokensLeft === Infinity ||
    Number.isSafeInteger(tokensLeft) && tokensLeft >= 0;
  if (isCount) return;
  throw new RangeError(
    `Cannot constrain: tokensLeft must be an integer from 0, or Infinity: ${tokensLeft}`,
  );
}
