/**
 * What each token of a {@linkcode PipelineTokenizer} adds to a text, read off the parts of its decoder.
 *
 * @module
 */
import { brief } from "./brief.ts";
import { bytesOfToken } from "./decoders/byte_decoders.ts";
import { createDecoder, SPACED_DECODER } from "./decoders/create_decoder.ts";
import type { Decoder } from "./decoders/decoder.ts";
import { JsonMembers } from "./json_members.ts";
import type { PipelineTokenizer } from "./pipeline_tokenizer.ts";
import { readPattern } from "./regular_expression.ts";
import type { JsonObject } from "./tokenizer.ts";
import type { TokenGroup, TokenMove, TokenTexts } from "./token_texts.ts";

/** Changes a token. */
interface Change {
  /** The first token of a text. */
  first(token: string): string;
  /** Any other. */
  rest(token: string): string;
}

/** A decoder as a way from a token to bytes. */
interface Plan {
  changes: Change[];
  /** Makes bytes of a changed token. */
  toBytes(token: string): Uint8Array;
  /** What is taken from the beginning of the whole text, and how often at most. */
  strip: { byte: number; count: number };
}

/** A point of a text between two tokens. */
interface Point {
  isFirst: boolean;
  /** How much is still to be taken from the beginning. */
  toStrip: number;
}

const encoder = new TextEncoder();
/** Where a decoder is that no longer strips. */
const NOTHING = { byte: 0, count: 0 };

/**
 * Tells what each token adds to a text.
 *
 * @param tokenizer A tokenizer with a decoder.
 * @returns The texts.
 * @throws {RangeError} If the decoder does more than can be told token by token.
 */
export function pipelineTexts(tokenizer: PipelineTokenizer): TokenTexts {
  const special = new Set(tokenizer.specialTokens.values());
  const ids = [...new Set(tokenizer.vocab.values())].sort((a, b) => a - b)
    .filter((id) =>
      !special.has(id) && tokenizer.vocabulary[id]!.isWellFormed()
    );
  const tokens = { vocabSize: tokenizer.vocabSize, ids, tokenizer };
  const parts = flatten(tokenizer.decoder?.toJSON());
  if (parts.length === 1 && parts[0]!["type"] === "BPEDecoder") {
    return suffixTexts(tokens, parts[0]!);
  }
  return plannedTexts(tokens, makePlan(parts, tokens));
}

/** The tokens that are text. */
interface Tokens {
  vocabSize: number;
  ids: readonly number[];
  tokenizer: PipelineTokenizer;
}

/** The parts of a decoder, sequences taken apart. */
function flatten(json: JsonObject | undefined): JsonObject[] {
  if (json === undefined) return [];
  if (json["type"] !== "Sequence") return [json];
  return (json["decoders"] as JsonObject[]).flatMap(flatten);
}

function makePlan(
  parts: readonly JsonObject[],
  { ids, tokenizer }: Tokens,
): Plan {
  const changes: Change[] = [];
  let plan: Plan = {
    changes,
    toBytes: (token) => encoder.encode(token),
    strip: NOTHING,
  };
  let isFused = false;
  let areBytes = false; // what comes out may be a part of a character
  for (const json of parts) {
    const { type } = json;
    if (type === "Fuse") isFused = true;
    else if (type === "ByteLevel" && !areBytes) {
      plan = { ...plan, toBytes: bytesOfToken };
      isFused = areBytes = true;
    } else if (type === "ByteFallback" && !areBytes) {
      plan = { ...plan, toBytes: bytesOfFallback };
      areBytes = ids.some((id) => BYTE.test(tokenizer.vocabulary[id]!));
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
  if (tokenizer.decoder === undefined) {
    changes.push(changeOf(SPACED_DECODER, false));
  }
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
function readFusedStrip(json: JsonObject): Plan["strip"] {
  const members = new JsonMembers(json, "decoder");
  const content = members.string("content", " ");
  const count = members.count("start", 0);
  if (members.count("stop", 0) > 0 || !/^[\0-\x7F]$/.test(content)) {
    throw cannotTell(json);
  }
  return { byte: content.charCodeAt(0), count };
}

function cannotTell(json: JsonObject): RangeError {
  return new RangeError(
    "Cannot constrain: what a token adds to the text must follow from the tokens before it, " +
      `and this part of the decoder does not allow to tell: ${brief(json)}`,
  );
}

function plannedTexts(
  { vocabSize, ids, tokenizer }: Tokens,
  { changes, toBytes, strip }: Plan,
): TokenTexts {
  const points: Point[] = [{ isFirst: true, toStrip: strip.count }];
  const numbers = new Map<string, number>();
  const groups: TokenGroup[] = [];
  const contexts: TokenMove[][] = [];
  const write = (id: number, isFirst: boolean) =>
    changes.reduce(
      (token, change) => isFirst ? change.first(token) : change.rest(token),
      tokenizer.vocabulary[id]!,
    );
  if (ids.every((id) => write(id, true) === write(id, false))) {
    points[0]!.isFirst = false; // it makes no difference
  }
  numbers.set(keyOf(points[0]!), 0);
  for (const [context, point] of points.entries()) { // grows on the way
    const found = new Map<number, { ids: number[]; texts: Uint8Array[] }>();
    for (const id of ids) {
      const bytes = toBytes(write(id, point.isFirst));
      const { text, toStrip } = stripped(bytes, point, strip.byte);
      const after = { isFirst: false, toStrip };
      let next = numbers.get(keyOf(after));
      if (next === undefined) {
        next = points.push(after) - 1;
        numbers.set(keyOf(after), next);
      }
      if (text.length === 0 && next === context) continue; // adds nothing
      let group = found.get(next);
      if (group === undefined) found.set(next, group = { ids: [], texts: [] });
      group.ids.push(id);
      group.texts.push(text);
    }
    contexts.push([...found].map(([next, group]): TokenMove => ({
      lead: "",
      group: groups.push({ ...group, ids: Int32Array.from(group.ids) }) - 1,
      next,
    })));
  }
  return { vocabSize, groups, contexts };
}

function keyOf({ isFirst, toStrip }: Point): string {
  return `${isFirst} ${toStrip}`;
}

/** Takes from a token what is still to be taken from the beginning of the text. */
function stripped(
  text: Uint8Array,
  { toStrip }: Point,
  byte: number,
): { text: Uint8Array; toStrip: number } {
  let taken = 0;
  while (taken < toStrip && text[taken] === byte) taken++;
  const rest = text.subarray(taken);
  return { text: rest, toStrip: rest.length > 0 ? 0 : toStrip - taken };
}

/**
 * Tokens that say by a suffix that a word ends: the space comes before the next token, as the last token of a text has
 * none. A token with the suffix elsewhere than at its end is none that can be told.
 */
function suffixTexts(
  { vocabSize, ids, tokenizer }: Tokens,
  json: JsonObject,
): TokenTexts {
  const suffix = new JsonMembers(json, "decoder").string("suffix", "</w>");
  if (suffix === "") throw cannotTell(json);
  const kinds = [0, 1].map(() => ({
    ids: [] as number[],
    texts: [] as Uint8Array[],
  }));
  for (const id of ids) {
    const token = tokenizer.vocabulary[id]!;
    const ends = token.endsWith(suffix);
    const body = ends ? token.slice(0, -suffix.length) : token;
    if (body.includes(suffix) || token === "") continue;
    kinds[ends ? 1 : 0]!.ids.push(id);
    kinds[ends ? 1 : 0]!.texts.push(encoder.encode(body));
  }
  const moves = (lead: "" | " ") =>
    [0, 1].map((n) => ({
      lead,
      group: n,
      next: n,
    }));
  return {
    vocabSize,
    groups: kinds.map((kind) => ({ ...kind, ids: Int32Array.from(kind.ids) })),
    contexts: [moves(""), moves(" ")],
  };
}
