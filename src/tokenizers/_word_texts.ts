/**
 * What each token of a {@linkcode WordTokenizer} adds to a text: itself, and before it a space where the rules expect one.
 *
 * @module
 */
import { isWhiteSpace, kindOf, Spacing } from "./_spacing.ts";
import type { TokenGroup, TokenMove, TokenTexts } from "./token_texts.ts";
import type { WordTokenizer } from "./word_tokenizer.ts";
import { JOIN } from "./_words.ts";

/** A point of a text between two tokens. */
interface Point {
  spacing: Spacing;
  isJoined: boolean;
}

/** Tokens that the rules treat alike. */
interface Kind {
  /** One of them. */
  token: string;
  ids: number[];
  texts: Uint8Array[];
}

/**
 * Tells what each token adds to a text.
 *
 * @param tokenizer A tokenizer over words.
 * @returns The texts, with a context for everything that the spaces depend on.
 */
export function wordTexts(tokenizer: WordTokenizer): TokenTexts {
  const kinds = gatherKinds(tokenizer);
  const points: Point[] = [{ spacing: new Spacing(), isJoined: false }];
  const numbers = new Map([[keyOf(points[0]!), 0]]);
  const contexts: TokenMove[][] = [];
  for (const point of points) { // grows on the way
    const moves: TokenMove[] = [];
    for (const [group, { token }] of kinds.entries()) {
      if (token === JOIN && point.isJoined) continue; // adds nothing
      const { lead, after } = goOn(point, token);
      let next = numbers.get(keyOf(after));
      if (next === undefined) {
        next = points.push(after) - 1;
        numbers.set(keyOf(after), next);
      }
      moves.push({ lead, group, next });
    }
    contexts.push(moves);
  }
  return {
    vocabSize: tokenizer.vocabSize,
    groups: kinds.map(({ ids, texts }): TokenGroup => ({
      ids: Int32Array.from(ids),
      texts,
    })),
    contexts,
  };
}

function gatherKinds(tokenizer: WordTokenizer): Kind[] {
  const kinds = new Map<string, Kind>();
  const encoder = new TextEncoder();
  for (const [id, token] of tokenizer.vocabulary.entries()) {
    if (tokenizer.specialTokens.has(token)) continue;
    const name = token === JOIN ? JOIN : kindOf(token);
    let kind = kinds.get(name);
    if (kind === undefined) {
      kind = { token, ids: [], texts: [] };
      kinds.set(name, kind);
    }
    kind.ids.push(id);
    kind.texts.push(encoder.encode(token === JOIN ? "" : token));
  }
  return [...kinds.values()];
}

function keyOf({ spacing, isJoined }: Point): string {
  return `${spacing.key} ${isJoined}`;
}

/** What `decodeStream()` does with a token. */
function goOn(
  { spacing, isJoined }: Point,
  token: string,
): { lead: "" | " "; after: Point } {
  if (token === JOIN) return { lead: "", after: { spacing, isJoined: true } };
  const lead = isJoined || isWhiteSpace(token) ? "" : spacing.before(token);
  const after = spacing.copy();
  after.accept(token);
  return { lead, after: { spacing: after, isJoined: false } };
}
