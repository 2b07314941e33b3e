/**
 * Texts under a constraint while they are written: what each may go on with, and when it ends.
 *
 * @module
 */
import { checkOptionNames } from "../../text/options.ts";
import { brief } from "../../tokenizers/brief.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import type { Acceptor } from "./acceptor.ts";
import { checkAcceptor } from "./check_acceptor.ts";
import { allOf } from "./forms/all_of.ts";
import { type MaskState, TokenMasks } from "./token_masks.ts";

/** What a text must keep to: a language, or several at once. */
export type Constraint = Acceptor | readonly Acceptor[];

/** Options of {@linkcode constrain}. */
export interface ConstrainOptions {
  /** The tokenizer of the model, one of this library's. */
  tokenizer: Tokenizer;

  /** How many tokens to write at most, from 0; the text is complete by then. The end token is one of them. */
  maxTokens: number;

  /**
   * Id of the token by which the model ends a text: it may choose it wherever the text is complete.
   *
   * @default {undefined} which is for models that have none
   */
  endToken?: number | undefined;

  /**
   * Ends a text as soon as it is complete. Otherwise it ends where nothing can follow, such as after the last bracket of a
   * JSON object, where the model chooses its end token, or after `maxTokens`: a number grows digit by digit as long as it
   * may.
   *
   * @default {false}
   */
  stopWhenComplete?: boolean;
}

const OPTIONS: readonly string[] = [
  "tokenizer",
  "maxTokens",
  "endToken",
  "stopWhenComplete",
] satisfies (keyof ConstrainOptions)[];

/** Masks by constraint, tokenizer and end token, so that what one call has found out serves the next. */
const kept = new WeakMap<
  Acceptor,
  WeakMap<Tokenizer, Map<number | undefined, TokenMasks>>
>();

/**
 * Begins texts under a constraint, as many as are wanted; a text is what the model writes, without the prompt.
 *
 * @example A text that may not stop early, and must not run on
 * ```ts
 * import { CharTokenizer, constrain, mustContain } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const tokenizer = CharTokenizer.train("aesw"); // a, e, s, w
 * const begin = constrain(mustContain(["sea"]), { tokenizer, maxTokens: 4 });
 * const text = begin();
 * text.take(3); // "w": three tokens are left, just enough for the word
 * const logits = Float32Array.of(5, 4, 3, 2);
 * text.mask(logits);
 * assertEquals(logits, Float32Array.of(-Infinity, -Infinity, 3, -Infinity));
 * ```
 *
 * @param constraint A language, or several at once.
 * @param options The tokenizer, how many tokens there may be, and when a text ends.
 * @returns A function that begins a text.
 * @throws {TypeError} If the constraint or an option is of the wrong type, or an option is unknown.
 * @throws {RangeError} If an option is out of range, or if no text can be written: the vocabulary lacks characters, or
 * `maxTokens` are too few, and then the message says how many it takes.
 */
export function constrain(
  constraint: Constraint,
  options: ConstrainOptions,
): () => ConstrainedText {
  checkOptionNames("Cannot constrain", options, OPTIONS);
  const { tokenizer, maxTokens, endToken, stopWhenComplete = false } = options;
  if (!Number.isSafeInteger(maxTokens) || maxTokens < 0) {
    throw new RangeError(
      `Cannot constrain: maxTokens must be an integer from 0: ${
        brief(maxTokens)
      }`,
    );
  }
  if (typeof stopWhenComplete !== "boolean") {
    throw new TypeError(
      `Cannot constrain: stopWhenComplete must be true or false: ${
        brief(stopWhenComplete)
      }`,
    );
  }
  const acceptor = Array.isArray(constraint)
    ? allOf(...constraint as readonly Acceptor[])
    : constraint as Acceptor;
  const masks = masksFor(acceptor, tokenizer, endToken);
  checkReach(masks, maxTokens);
  return () => new ConstrainedText(masks, maxTokens, stopWhenComplete);
}

function masksFor(
  acceptor: Acceptor,
  tokenizer: Tokenizer,
  endToken: number | undefined,
): TokenMasks {
  checkAcceptor(acceptor);
  let byTokenizer = kept.get(acceptor);
  if (byTokenizer === undefined) {
    kept.set(acceptor, byTokenizer = new WeakMap());
  }
  const byEnd = byTokenizer.get(tokenizer) ?? new Map();
  let masks = byEnd.get(endToken);
  if (masks === undefined) {
    masks = new TokenMasks(acceptor, tokenizer, { endToken });
    byEnd.set(endToken, masks);
    byTokenizer.set(tokenizer, byEnd);
  }
  return masks;
}

/** Refuses what cannot be done before a token is written. */
function checkReach(masks: TokenMasks, maxTokens: number): void {
  const start = masks.start();
  if (masks.canEnd(start, maxTokens)) return;
  const least = masks.leastTokens(start);
  const { description } = masks.acceptor;
  if (least === Infinity) {
    const missing = masks.missingCharacters().map((text) =>
      JSON.stringify(text)
    );
    throw new RangeError(
      `Cannot constrain: the tokens of the vocabulary must be able to make ${description}: ${
        missing.length > 0
          ? `none has ${missing.join(" or ")}`
          : `no such text was found with ${masks.vocabSize} tokens`
      }`,
    );
  }
  throw new RangeError(
    `Cannot constrain: maxTokens must be ${least} or more for ${description}: ${maxTokens}`,
  );
}

/** One text that is written under a constraint; {@linkcode constrain} begins it. */
export class ConstrainedText {
  readonly #masks: TokenMasks;
  readonly #stopWhenComplete: boolean;
  #state: MaskState;
  #tokensLeft: number;
  #hasEnded = false;

  /**
   * Begins a text; {@linkcode constrain} checks first that it can be completed.
   *
   * @param masks The tokens that are allowed.
   * @param maxTokens How many may be written.
   * @param stopWhenComplete Whether the text ends as soon as it is complete.
   */
  constructor(masks: TokenMasks, maxTokens: number, stopWhenComplete: boolean) {
    this.#masks = masks;
    this.#tokensLeft = maxTokens;
    this.#stopWhenComplete = stopWhenComplete;
    this.#state = masks.start();
    this.#look();
  }

  /** Whether the text satisfies the constraint as it is. */
  get isComplete(): boolean {
    return this.#masks.isComplete(this.#state);
  }

  /** Whether nothing is to be written any more; the text is complete then. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** How many tokens may still be written. */
  get tokensLeft(): number {
    return this.#tokensLeft;
  }

  /**
   * Gives −Infinity to every token that may not come next.
   *
   * @param logits One score for every token of the vocabulary, shape (V,); they are changed.
   * @throws {TypeError} If they are not V numbers of a Float32Array.
   * @throws {RangeError} If the text has ended.
   */
  mask(logits: Float32Array): void {
    this.#refuseIfEnded();
    const { vocabSize } = this.#masks;
    if (!(logits instanceof Float32Array) || logits.length !== vocabSize) {
      throw new TypeError(
        `Cannot constrain: logits must be a Float32Array of ${vocabSize} numbers: ${
          logits instanceof Float32Array ? logits.length : brief(logits)
        }`,
      );
    }
    const allowed = this.#masks.allowed(this.#state, this.#tokensLeft);
    for (let place = 0; place < allowed.length; place++) {
      const bits = allowed[place]!;
      const first = place * 32;
      if (bits === 0) {
        logits.fill(-Infinity, first, first + 32);
        continue;
      }
      const count = Math.min(32, vocabSize - first);
      for (let i = 0; i < count; i++) {
        if ((bits >>> i & 1) === 0) logits[first + i] = -Infinity;
      }
    }
  }

  /**
   * Takes the token that was chosen.
   *
   * @param id One that was allowed.
   * @throws {RangeError} If the text has ended, or it was not allowed.
   */
  take(id: number): void {
    this.#refuseIfEnded();
    const allowed = this.#masks.allowed(this.#state, this.#tokensLeft);
    const isAllowed = Number.isInteger(id) && id >= 0 &&
      ((allowed[id >> 5] ?? 0) >>> (id & 31) & 1) === 1;
    if (!isAllowed) {
      throw new RangeError(
        `Cannot constrain: a token must be one that is allowed here: ${id}, where the text must be ` +
          `${this.#masks.acceptor.description} and ${this.#tokensLeft} tokens are left`,
      );
    }
    this.#tokensLeft--;
    if (id === this.#masks.endToken) {
      this.#hasEnded = true;
      return;
    }
    this.#state = this.#masks.advance(this.#state, id);
    this.#look();
  }

  /** Finds out whether the text has ended. */
  #look(): void {
    if (!this.isComplete) return;
    this.#hasEnded = this.#stopWhenComplete || this.#tokensLeft === 0 ||
      this.#masks.mustEnd(this.#state, this.#tokensLeft);
  }

  #refuseIfEnded(): void {
    if (!this.#hasEnded) return;
    throw new RangeError(
      "Cannot constrain: a text that has ended goes on no more: hasEnded is true",
    );
  }
}
