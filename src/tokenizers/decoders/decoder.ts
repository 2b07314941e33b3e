/**
 * What a decoder does: it turns tokens into text, one by one, so that decoding a whole text and decoding a stream are the
 * same.
 *
 * @module
 */
import type { JsonObject } from "../tokenizer.ts";

/** Takes a piece of the result. */
export type Emit = (piece: string) => void;

/** A decoder at work on one text. */
export interface DecoderRun {
  /**
   * Takes the next token.
   *
   * @param token The token, or a piece of text from the decoder before.
   */
  push(token: string): void;
  /** Ends the text: what was held back comes out. */
  flush(): void;
}

/** Turns tokens into pieces of text. */
export interface Decoder {
  /** Whether its pieces make up one token for the decoder after it. */
  readonly fuses: boolean;

  /**
   * Starts a text.
   *
   * @param emit Takes the pieces.
   * @param fused Whether what it is given is one token that comes in pieces.
   * @returns The run.
   */
  start(emit: Emit, fused: boolean): DecoderRun;

  /**
   * Describes the decoder.
   *
   * @returns The member `decoder` of a tokenizer.json.
   */
  toJSON(): JsonObject;
}

/** A decoder that changes tokens one at a time; it is told which is the first. */
export class TokenwiseDecoder implements Decoder {
  /** @inheritdoc */
  readonly fuses = false;
  readonly #change: (token: string, isFirst: boolean) => string;
  readonly #json: JsonObject;

  /**
   * @param change What becomes of a token.
   * @param json The decoder as JSON.
   */
  constructor(
    change: (token: string, isFirst: boolean) => string,
    json: JsonObject,
  ) {
    this.#change = change;
    this.#json = json;
  }

  /** @inheritdoc */
  start(emit: Emit, fused: boolean): DecoderRun {
    let isFirst = true;
    return {
      push: (token) => {
        emit(this.#change(token, isFirst));
        // Pieces of one token are all the first.
        if (!fused) isFirst = false;
      },
      flush: () => {},
    };
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return this.#json;
  }
}

/** Several decoders, one after the other. */
export class SequenceDecoder implements Decoder {
  /** @inheritdoc */
  readonly fuses: boolean;
  readonly #parts: readonly Decoder[];
  readonly #json: JsonObject;

  /**
   * @param parts The decoders.
   * @param json The whole as JSON.
   */
  constructor(parts: readonly Decoder[], json: JsonObject) {
    this.#parts = parts;
    this.#json = json;
    this.fuses = parts.some((part) => part.fuses);
  }

  /** @inheritdoc */
  start(emit: Emit, fused: boolean): DecoderRun {
    const runs: DecoderRun[] = [];
    for (let i = this.#parts.length - 1; i >= 0; i--) {
      const next = runs[0];
      const isFused = fused || this.#parts.slice(0, i).some((d) => d.fuses);
      runs.unshift(
        this.#parts[i]!.start(
          next ? (piece) => next.push(piece) : emit,
          isFused,
        ),
      );
    }
    return {
      push: (token) => runs.length > 0 ? runs[0]!.push(token) : emit(token),
      flush: () => runs.forEach((run) => run.flush()),
    };
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return this.#json;
  }
}
