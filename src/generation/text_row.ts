/**
 * One text under way: its tokens, what each of them adds to the text, and whether it has come to its end.
 *
 * @module
 */
import type { TokenStream } from "../tokenizers/tokenizer.ts";
import type { TokenDetails } from "./_inspect.ts";
import { SentenceEnd, StopStrings, type TextFilter } from "./text_filters.ts";

/**
 * Why a text ended: it has as many tokens, took as long as it may, met a stop string, a token that ends texts, or the end
 * of a sentence, or its constraint has nothing more to say.
 */
export type GenerationStopReason =
  | "maxTokens"
  | "maxSeconds"
  | "stop"
  | "endToken"
  | "sentence"
  | "constraint";

/** What ends a text, beside its length. */
export interface TextEnds {
  /** Texts before which it ends. */
  stop: readonly string[];
  /** Ids that end it, and are no part of it. */
  stopTokens: readonly number[];
  /** Whether it ends with a sentence. */
  stopAtSentence: boolean;
  /** Tokens that it has at least before a stop string or a sentence ends it. */
  minTokens: number;
}

/** A text under way. */
export class TextRow {
  /** The prompt's ids and those written since. */
  readonly tokens: number[];
  /** How many of them are the prompt's. */
  readonly promptLength: number;
  /** What each new token added to the text; a token that is a part of a character adds nothing until it is whole. */
  readonly pieces: string[] = [];
  /** Of each new token, the block with what the model held of it, and its place in there; where that is asked for. */
  readonly details: (readonly [TokenDetails, number])[] = [];
  readonly #decoder: TokenStream;
  readonly #stopTokens: ReadonlySet<number>;
  readonly #filters: (readonly [GenerationStopReason, TextFilter])[] = [];
  #reason: GenerationStopReason | undefined;
  #text = "";

  /**
   * Begins a text.
   *
   * @param prompt Ids to go on from.
   * @param decoder Makes text of the new tokens.
   * @param ends What ends it.
   */
  constructor(prompt: Int32Array, decoder: TokenStream, ends: TextEnds) {
    this.tokens = [...prompt];
    this.promptLength = prompt.length;
    this.#decoder = decoder;
    this.#stopTokens = new Set(ends.stopTokens);
    const isLongEnough = (): boolean => this.pieces.length >= ends.minTokens;
    if (ends.stop.length > 0) {
      this.#filters.push(["stop", new StopStrings(ends.stop, isLongEnough)]);
    }
    if (ends.stopAtSentence) {
      this.#filters.push(["sentence", new SentenceEnd(isLongEnough)]);
    }
  }

  /** Why it ended; undefined while it goes on. */
  get reason(): GenerationStopReason | undefined {
    return this.#reason;
  }

  /** The stop string that ended it. */
  get stop(): string | undefined {
    return this.#filters.find(([reason]) =>
      reason === "stop" && reason === this.#reason
    )?.[1].ended;
  }

  /** All that is certain to belong to the text. */
  get text(): string {
    return this.#text;
  }

  /**
   * Tells what each new token adds to the text that is shown in the end.
   *
   * @param text The beginning of the text that is shown.
   * @returns The pieces without what was cut off.
   */
  shownPieces(text: string): string[] {
    let left = text.length;
    return this.pieces.map((piece) => {
      const shown = piece.slice(0, left);
      left -= shown.length;
      return shown;
    });
  }

  /**
   * Takes the next token; none after the end.
   *
   * @param id Its id.
   * @param details What the model held of the tokens of its block.
   * @param place Its place in the block.
   * @returns What belongs to the text now.
   */
  push(id: number, details?: TokenDetails, place = 0): string {
    this.tokens.push(id);
    if (details !== undefined) this.details.push([details, place]);
    if (this.#stopTokens.has(id)) {
      this.pieces.push("");
      return this.end("endToken");
    }
    const piece = this.#decoder.push(id);
    this.pieces.push(piece);
    return this.#give(piece);
  }

  /**
   * Ends the text.
   *
   * @param reason Why.
   * @returns What was held back.
   */
  end(reason: GenerationStopReason): string {
    const rest = this.#decoder.flush();
    if (this.pieces.length > 0) this.pieces[this.pieces.length - 1] += rest;
    const out = this.#give(rest, true);
    this.#reason ??= reason;
    return out;
  }

  /** Passes a piece through the filters; the last piece, and what comes before an end, brings out what they hold. */
  #give(piece: string, isLast = false): string {
    let out = piece;
    for (const [reason, filter] of this.#filters) {
      out = filter.push(out);
      if (isLast) out += filter.flush();
      if (filter.ended === undefined) continue;
      this.#reason = reason;
      isLast = true;
    }
    this.#text += out;
    return out;
  }
}
