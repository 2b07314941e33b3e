/**
 * A decoder as a way from single tokens to bytes, as far as there is one.
 *
 * @module
 */
import { brief } from "./brief.ts";
import { bytesOfToken } from "./decoders/byte_decoders.ts";
import { createDecoder, SPACED_DECODER } from "./decoders/create_decoder.ts";
import type { Decoder } from "./decoders/decoder.ts";
import { JsonMembers } from "./json_members.ts";
import { readPattern } from "./regular_expression.ts";
import type { JsonObject } from "./tokenizer.ts";

/** Changes a token. */
export interface Change {
  /** The first token of a text. */
  first(token: string): string;
  /** Any other. */
  rest(token: string): string;
}

/** A decoder as a way from a token to bytes. */
export interface DecoderPlan {
  /** What happens to the token, in order. */
  changes: readonly Change[];
  /** Makes bytes of a changed token. */
  toBytes(token: string): Uint8Array;
  /** What is taken from the beginning of the whole text, and how often at most. */
  strip: { byte: number; count: number };
}

const encoder = new TextEncoder();
/** Where a decoder is that no longer strips. */
const NOTHING = { byte: 0, count: 0 };

/**
 * Takes a decoder apart.
 *
 * @param json The decoder as JSON; undefined where there is none.
 * @returns Its parts, sequences taken apart.
 */
export function decoderParts(json: JsonObject | undefined): JsonObject[] {
  if (json === undefined) return [];
  if (json["type"] !== "Sequence") return [json];
  return (json["decoders"] as JsonObject[]).flatMap(decoderParts);
}

/**
 * Finds the way from a token to bytes.
 *
 * @param decoder The decoder; undefined where there is none.
 * @param tokens The tokens that it is to be found for.
 * @returns The way.
 * @throws {RangeError} If the decoder does more than can be told token by token.
 */
export function planDecoder(
  decoder: Decoder | undefined,
  tokens: readonly string[],
): DecoderPlan {
  const changes: Change[] = [];
  let plan: DecoderPlan = {
    changes,
    toBytes: (token) => encoder.encode(token),
    strip: NOTHING,
  };
  let isFused = false;
  let areBytes = false; // what comes out may be a part of a character
  for (const json of decoderParts(decoder?.toJSON())) {
    const { type } = json;
    if (type === "Fuse") isFused = true;
    else if (type === "ByteLevel" && !areBytes) {
      plan = { ...plan, toBytes: bytesOfToken };
      isFused = areBytes = true;
    } else if (type === "ByteFallback" && !areBytes) {
      plan = { ...plan, toBytes: bytesOfFallback };
      areBytes = tokens.some((token) => BYTE.test(token));
    } else if (type === "Strip" && isFused && plan.strip === NOTHING) {
      plan = { ...plan, strip: readFusedStrip(json) };
    } else {
      if (areBytes || plan.strip !== NOTHING || !isTokenwise(json, isFused)) {
        throw cannotTell(json);
      }
      const members = new JsonMembers(json, "decoder");
      changes.push(changeOf(createDecoder(members), isFused));
    }
  }
  if (decoder === undefined) changes.push(changeOf(SPACED_DECODER, false));
  return plan;
}

const BYTE = /^<0x([0-9a-fA-F]{2})>$/;

function bytesOfFallback(token: string): Uint8Array {
  const byte = token.match(BYTE)?.[1];
  return byte === undefined
    ? encoder.encode(token)
    : Uint8Array.of(parseInt(byte, 16));
}

/** Whether a decoder changes tokens one at a time, by nothing but whether each is the first. */
function isTokenwise(json: JsonObject, isFused: boolean): boolean {
  switch (json["type"]) {
    case "WordPiece":
    case "Metaspace":
      return true;
    case "Strip":
      return !isFused;
    case "Replace": {
      const { source } = readPattern(
        new JsonMembers(json, "decoder"),
        "pattern",
      );
      return !isFused || /^(?:[^\\]|\\.)$/u.test(source);
    }
    default:
      return false;
  }
}

/** What a decoder does to single tokens, by letting it do it. */
function changeOf(decoder: Decoder, isFused: boolean): Change {
  let piece = "";
  const emit = (text: string) => void (piece += text);
  const take = () => {
    const text = piece;
    piece = "";
    return text;
  };
  const later = decoder.start(emit, isFused);
  later.push("a"); // the tokens after it are not the first
  take();
  return {
    first: (token) => {
      decoder.start(emit, isFused).push(token);
      return take();
    },
    rest: (token) => {
      later.push(token);
      return take();
    },
  };
}

/** Reads a decoder that takes characters from the beginning of the whole text. */
function readFusedStrip(json: JsonObject): DecoderPlan["strip"] {
  const members = new JsonMembers(json, "decoder");
  const content = members.string("content", " ");
  const count = members.count("start", 0);
  if (members.count("stop", 0) > 0 || !/^[\0-\x7F]$/.test(content)) {
    throw cannotTell(json);
  }
  return { byte: content.charCodeAt(0), count };
}

/**
 * Makes the error about a decoder that cannot be told token by token.
 *
 * @param json The part that is in the way.
 * @returns The error, to be thrown.
 */
export function cannotTell(json: JsonObject): RangeError {
  return new RangeError(
    "Cannot constrain: what a token adds to the text must follow from the tokens before it, " +
      `and this part of the decoder does not allow to tell: ${brief(json)}`,
  );
}
