/**
 * Decoders that change the text of tokens: spaces, marks, replacements.
 *
 * @module
 */
import type { JsonMembers } from "../json_members.ts";
import { readMetaspace } from "../pre_tokenizers/metaspace.ts";
import { readPattern } from "../regular_expression.ts";
import type { JsonObject } from "../tokenizer.ts";
import {
  type Decoder,
  type DecoderRun,
  type Emit,
  TokenwiseDecoder,
} from "./decoder.ts";

/** What cleaning up takes a space from, in order. */
const CLEANUPS: readonly (readonly [string, string])[] = [
  [" .", "."],
  [" ?", "?"],
  [" !", "!"],
  [" ,", ","],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" do not", " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

function cleanUp(text: string): string {
  for (const [from, to] of CLEANUPS) text = text.replaceAll(from, () => to);
  return text;
}

/** Reads `WordPiece`: a space before every token that does not go on with a word. */
export function readWordPiece(json: JsonMembers): Decoder {
  const prefix = json.string("prefix", "##");
  const cleanup = json.boolean("cleanup", true);
  return new TokenwiseDecoder((token, isFirst) => {
    let text = token;
    if (!isFirst) {
      text = token.startsWith(prefix)
        ? token.slice(prefix.length)
        : ` ${token}`;
    }
    return cleanup ? cleanUp(text) : text;
  }, json.json);
}

/** Reads `Metaspace`: ▁ becomes a space again, and goes from the first token where one was put before the text. */
export function readMetaspaceDecoder(json: JsonMembers): Decoder {
  const { replacement, prependScheme } = readMetaspace(json);
  return new TokenwiseDecoder(
    (token, isFirst) =>
      token.replaceAll(
        replacement,
        isFirst && prependScheme !== "never" ? "" : " ",
      ),
    json.json,
  );
}

/** Reads `CTC`: equal tokens in a row count once, and padding is left out. */
export function readCTC(json: JsonMembers): Decoder {
  const pad = json.string("pad_token", "<pad>");
  const delimiter = json.string("word_delimiter_token", "|");
  const cleanup = json.boolean("cleanup", true);
  function start(emit: Emit): DecoderRun {
    let last: string | undefined;
    return {
      push: (token) => {
        if (token === last) return;
        last = token;
        const text = token.replaceAll(pad, "");
        const clean = cleanup ? cleanUp(text).replaceAll(delimiter, " ") : text;
        if (clean !== "") emit(clean);
      },
      flush: () => {},
    };
  }
  return { fuses: false, start, toJSON: () => json.json };
}

/** Reads `BPEDecoder`: the end of a word becomes a space, but for the last. */
export function readBPEDecoder(json: JsonMembers): Decoder {
  const suffix = json.string("suffix", "</w>");
  function start(emit: Emit): DecoderRun {
    let held: string | undefined;
    return {
      push: (token) => {
        if (held !== undefined) emit(held.replaceAll(suffix, " "));
        held = token;
      },
      flush: () => {
        if (held !== undefined) emit(held.replaceAll(suffix, ""));
        held = undefined;
      },
    };
  }
  return { fuses: false, start, toJSON: () => json.json };
}

/** Reads `Fuse`: all tokens are one. */
export function readFuse(json: JsonMembers): Decoder {
  return {
    fuses: true,
    start: (emit) => ({ push: emit, flush: () => {} }),
    toJSON: () => json.json,
  };
}

/** Reads `Replace`. */
export function readReplace(json: JsonMembers): Decoder {
  const pattern = readPattern(json, "pattern");
  const content = json.string("content");
  const isOneCharacter = /^(?:[^\\]|\\.)$/u.test(pattern.source);
  function start(emit: Emit, fused: boolean): DecoderRun {
    let held = "";
    const change = (text: string) => emit(text.replace(pattern, () => content));
    // A match may begin in one piece of a token and end in another.
    return fused && !isOneCharacter
      ? {
        push: (piece) => void (held += piece),
        flush: () => {
          if (held !== "") change(held);
          held = "";
        },
      }
      : { push: change, flush: () => {} };
  }
  return { fuses: false, start, toJSON: () => json.json };
}

/** Reads `Strip`: takes so many of a character from the ends of each token. */
export function readStrip(json: JsonMembers): Decoder {
  return new StripDecoder({
    content: json.string("content", " "),
    left: json.count("start", 0),
    right: json.count("stop", 0),
  }, json.json);
}

/** What to take from where. */
interface StripRule {
  content: string;
  left: number;
  right: number;
}

class StripDecoder implements Decoder {
  readonly fuses = false;
  readonly #rule: StripRule;
  readonly #json: JsonObject;

  constructor(rule: StripRule, json: JsonObject) {
    this.#rule = rule;
    this.#json = json;
  }

  start(emit: Emit, fused: boolean): DecoderRun {
    if (!fused) {
      return {
        push: (token) => emit(this.#stripRight(this.#stripLeft(token))),
        flush: () => {},
      };
    }
    // One token in pieces: the start may still have some, the end is held back.
    const { content, left, right } = this.#rule;
    let taken = 0;
    let isAtStart = true;
    let held = "";
    return {
      push: (piece) => {
        while (isAtStart && piece !== "") {
          isAtStart = taken < left && piece.startsWith(content);
          if (!isAtStart) break;
          piece = piece.slice(content.length);
          taken++;
        }
        held += piece;
        const size = right * content.length;
        const sure = size === 0 ? held.length : held.length - size;
        if (sure <= 0) return;
        emit(held.slice(0, sure));
        held = held.slice(sure);
      },
      flush: () => {
        const rest = this.#stripRight(held);
        held = "";
        if (rest !== "") emit(rest);
      },
    };
  }

  toJSON(): JsonObject {
    return this.#json;
  }

  #stripLeft(token: string): string {
    const { content, left } = this.#rule;
    for (let n = 0; n < left && token.startsWith(content); n++) {
      token = token.slice(content.length);
    }
    return token;
  }

  #stripRight(token: string): string {
    const { content, right } = this.#rule;
    for (let n = 0; n < right && token.endsWith(content); n++) {
      token = token.slice(0, -content.length);
    }
    return token;
  }
}
