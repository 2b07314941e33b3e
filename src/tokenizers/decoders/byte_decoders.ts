/**
 * Decoders of tokens that are bytes: those of the byte alphabet, and those like `<0x0A>`.
 *
 * @module
 */
import { decodeBytes } from "../byte_alphabet.ts";
import type { JsonObject } from "../tokenizer.ts";
import type { Decoder, DecoderRun, Emit } from "./decoder.ts";

/** Reads tokens of the byte alphabet as UTF-8; what is no UTF-8 becomes U+FFFD. */
export class ByteLevelDecoder implements Decoder {
  /** @inheritdoc */
  readonly fuses = true;
  readonly #json: JsonObject;

  /** @param json The decoder as JSON. */
  constructor(json: JsonObject) {
    this.#json = json;
  }

  /** @inheritdoc */
  start(emit: Emit): DecoderRun {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    return {
      push: (token) => {
        const text = decoder.decode(bytesOfToken(token), { stream: true });
        if (text !== "") emit(text);
      },
      flush: () => {
        const text = decoder.decode();
        if (text !== "") emit(text);
      },
    };
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return this.#json;
  }
}

/**
 * The bytes that a token of the byte alphabet stands for.
 *
 * @param token The token; one with other characters stands for itself.
 * @returns Its bytes.
 */
export function bytesOfToken(token: string): Uint8Array {
  return decodeBytes(token) ?? new TextEncoder().encode(token);
}

/** Joins tokens such as `<0xC3>` to characters; a run of them that is no UTF-8 gives one U+FFFD for each. */
export class ByteFallbackDecoder implements Decoder {
  /** @inheritdoc */
  readonly fuses = false;

  /** @inheritdoc */
  start(emit: Emit): DecoderRun {
    let bytes: number[] = [];
    function flush(): void {
      if (bytes.length === 0) return;
      const run = bytes;
      bytes = [];
      try {
        const decoder = new TextDecoder("utf-8", {
          fatal: true,
          ignoreBOM: true,
        });
        emit(decoder.decode(Uint8Array.from(run)));
      } catch {
        for (const _ of run) emit("\uFFFD");
      }
    }
    return {
      push: (token) => {
        const byte = token.match(/^<0x([0-9a-fA-F]{2})>$/)?.[1];
        if (byte !== undefined) bytes.push(parseInt(byte, 16));
        else {
          flush();
          emit(token);
        }
      },
      flush,
    };
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return { type: "ByteFallback" };
  }
}
