/**
 * A text as words, marks and what else must be written down to get it back.
 *
 * @module
 */
import { brief } from "./brief.ts";
import { isWhiteSpace, Spacing, WORDS } from "./_spacing.ts";

/** Stands for words that have no token. */
export const UNKNOWN = "<unk>";
/** Stands where a reader would expect a space and the text has none. */
export const JOIN = "<join>";

/** Takes a token and where it stands. */
export type TakeToken = (token: string, start: number, end: number) => void;

/**
 * Cuts a text into words, marks, and the white space that no rule foresees.
 *
 * @param text A well-formed string.
 * @param take Takes the tokens, in order.
 */
export function forEachToken(text: string, take: TakeToken): void {
  const spacing = new Spacing();
  let gap = 0; // where the white space before the next word starts
  for (const { 0: word, index } of text.matchAll(WORDS)) {
    if (isWhiteSpace(word)) continue;
    const expected = spacing.before(word);
    if (index === gap) {
      if (expected === " ") take(JOIN, index, index);
    } else if (index !== gap + 1 || expected !== text[gap]) {
      takeSpace(text, gap, index, { spacing, take });
    }
    spacing.accept(word);
    gap = index + word.length;
    take(word, index, gap);
  }
  takeSpace(text, gap, text.length, { spacing, take });
}

function takeSpace(
  text: string,
  start: number,
  end: number,
  { spacing, take }: { spacing: Spacing; take: TakeToken },
): void {
  for (let i = start; i < end; i++) {
    spacing.accept(text[i]!);
    take(text[i]!, i, i + 1);
  }
}

/**
 * Checks the tokens that a word tokenizer is built over.
 *
 * @param vocabulary The tokens.
 * @returns Ids by token.
 * @throws {TypeError} If it is not an array of strings.
 * @throws {RangeError} If an entry is empty or a duplicate, or one of the two tokens that are no words is missing.
 */
export function checkVocabulary(vocabulary: unknown): Map<string, number> {
  if (
    !Array.isArray(vocabulary) ||
    !vocabulary.every((entry) => typeof entry === "string")
  ) {
    throw new TypeError(
      `Cannot build WordTokenizer: vocabulary must be an array of strings: ${
        brief(vocabulary)
      }`,
    );
  }
  const ids = new Map<string, number>();
  for (const [id, entry] of (vocabulary as string[]).entries()) {
    if (entry === "" || !entry.isWellFormed() || ids.has(entry)) {
      throw new RangeError(
        `Cannot build WordTokenizer: entries must be well-formed, not empty, and all different: ${
          brief(entry)
        } at ${id}`,
      );
    }
    ids.set(entry, id);
  }
  for (const token of [UNKNOWN, JOIN]) {
    if (!ids.has(token)) {
      throw new RangeError(
        `Cannot build WordTokenizer: the vocabulary must have ${token}: it is missing`,
      );
    }
  }
  return ids;
}
