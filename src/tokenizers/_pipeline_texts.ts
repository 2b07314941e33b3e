/**
 * What each token of a {@linkcode PipelineTokenizer} adds to a text, read off the parts of its decoder.
 *
 * @module
 */
import {
  cannotTell,
  decoderParts,
  type DecoderPlan,
  planDecoder,
} from "./_decoder_plan.ts";
import { JsonMembers } from "./json_members.ts";
import type { PipelineTokenizer } from "./pipeline_tokenizer.ts";
import type { JsonObject } from "./tokenizer.ts";
import type { TokenGroup, TokenMove, TokenTexts } from "./token_texts.ts";

/** A point of a text between two tokens. */
interface Point {
  isFirst: boolean;
  /** How much is still to be taken from the beginning. */
  toStrip: number;
}

const encoder = new TextEncoder();

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
  const parts = decoderParts(tokenizer.decoder?.toJSON());
  if (parts.length === 1 && parts[0]!["type"] === "BPEDecoder") {
    return suffixTexts(tokens, parts[0]!);
  }
  const plan = planDecoder(
    tokenizer.decoder,
    ids.map((id) => tokenizer.vocabulary[id]!),
  );
  return plannedTexts(tokens, plan);
}

/** The tokens that are text. */
interface Tokens {
  vocabSize: number;
  ids: readonly number[];
  tokenizer: PipelineTokenizer;
}

function plannedTexts(
  { vocabSize, ids, tokenizer }: Tokens,
  { changes, toBytes, strip }: DecoderPlan,
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
