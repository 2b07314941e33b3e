/**
 * Tokens without the white space at their ends, as the byte-level post-processor of Hugging Face tokenizers counts it.
 *
 * @module
 */
import type { TokenSink } from "./_piece_encoder.ts";

const LEADING = /^[\p{White_Space}Ġ]*/u;
const TRAILING = /[\p{White_Space}Ġ]*$/u;

/** What trimming needs to know of the text. */
export interface TrimContext {
  /** The whole text. */
  readonly whole: string;
  /** What a token looks like: an added one as the text has it, any other as the vocabulary does. */
  textOf(id: number, start: number, end: number): string;
  /** Whether the first token keeps the space that was put before it, if it has no other. */
  readonly addPrefixSpace: boolean;
}

/**
 * Takes white space from what tokens cover.
 *
 * @param sink The tokens.
 * @param first Number of the first token of the text.
 * @param context What to know of the text.
 */
export function trimOffsets(
  { ids, places }: TokenSink,
  first: number,
  context: TrimContext,
): void {
  if (places === undefined) return;
  const { whole, addPrefixSpace } = context;
  const starts = places.starts.data;
  const ends = places.ends.data;
  for (let i = first; i < ids.length; i++) {
    const token = context.textOf(ids.data[i]!, starts[i]!, ends[i]!);
    let leading = token.match(LEADING)![0].length;
    const trailing = token.match(TRAILING)![0].length;
    const isFirst = i === first || starts[i] === 0;
    if (isFirst && addPrefixSpace && leading === 1) leading = 0;
    for (let n = 0; n < leading && starts[i]! < ends[i]!; n++) {
      starts[i]! += whole.codePointAt(starts[i]!)! > 0xFFFF ? 2 : 1;
    }
    for (let n = 0; n < trailing && ends[i]! > starts[i]!; n++) {
      ends[i]! -= isSecondHalf(whole.charCodeAt(ends[i]! - 1)) ? 2 : 1;
    }
  }
}

function isSecondHalf(code: number): boolean {
  return code >= 0xDC00 && code < 0xE000;
}
