/**
 * Pre-tokenizers that cut at white space, punctuation and digits.
 *
 * @module
 */
import type { JsonMembers } from "../json_members.ts";
import { IntList } from "../int_list.ts";
import { translateExpression } from "../regular_expression.ts";
import { PUNCTUATION } from "../older_unicode.ts";
import type { JsonObject } from "../tokenizer.ts";
import type { Pieces, PreTokenizer } from "./pre_tokenizer.ts";
import { readBehavior, SplitPreTokenizer, type SplitRule } from "./split.ts";

/** Reads `WhitespaceSplit`: pieces without white space. */
export function readWhitespaceSplit(json: JsonMembers): PreTokenizer {
  return split("\\s", "Removed", json.json);
}

/** Letters, marks, digits and joiners: `\w` of the regular expressions of Rust. */
const RUST_WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}";

/** Reads `Whitespace`: words, and runs of what is neither word nor white space. */
export function readWhitespace(json: JsonMembers): PreTokenizer {
  const expression = `[${RUST_WORD}]+|[^${RUST_WORD}\\s]+`;
  return split(expression, "Removed", json.json, true);
}

/** Reads `Punctuation`. */
export function readPunctuation(json: JsonMembers): PreTokenizer {
  const behavior = readBehavior(json, "behavior", "Isolated");
  return new SplitPreTokenizer(
    { pattern: PUNCTUATION, behavior },
    json.json,
  );
}

/** Reads `Digits`: numbers apart from the rest, digit by digit on demand. */
export function readDigits(json: JsonMembers): PreTokenizer {
  const behavior = json.boolean("individual_digits", false)
    ? "Isolated"
    : "Contiguous";
  return new SplitPreTokenizer(
    { pattern: /\p{N}/gu, behavior },
    json.json,
  );
}

/** Reads `BertPreTokenizer`: words without white space, each punctuation mark alone. */
export function readBert(json: JsonMembers): PreTokenizer {
  return new SequencePreTokenizer([
    split("\\s", "Removed", {}),
    new SplitPreTokenizer({ pattern: PUNCTUATION, behavior: "Isolated" }, {}),
  ], json.json);
}

/** Reads `FixedLength`: pieces of so many characters. */
export function readFixedLength(json: JsonMembers): PreTokenizer {
  const length = Math.max(1, json.count("length", 5));
  return new SplitPreTokenizer({
    pattern: new RegExp(`[^]{1,${length}}`, "gu"),
    behavior: "Isolated",
  }, json.json);
}

function split(
  expression: string,
  behavior: SplitRule["behavior"],
  json: JsonObject,
  invert = false,
): PreTokenizer {
  const pattern = translateExpression(expression);
  return new SplitPreTokenizer({ pattern, behavior, invert }, json);
}

/** Several pre-tokenizers, one after the other. */
export class SequencePreTokenizer implements PreTokenizer {
  readonly #parts: readonly PreTokenizer[];
  readonly #json: JsonObject;

  /**
   * @param parts The pre-tokenizers.
   * @param json The whole as JSON.
   */
  constructor(parts: readonly PreTokenizer[], json: JsonObject) {
    this.#parts = parts;
    this.#json = json;
  }

  /** @inheritdoc */
  cut(pieces: Pieces): Pieces {
    for (const part of this.#parts) pieces = part.cut(pieces);
    return pieces;
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return this.#json;
  }
}

/**
 * The whole of a text as one piece.
 *
 * @param text The text.
 * @returns Bounds of the only piece.
 */
export function onePiece(text: string): IntList {
  const bounds = new IntList(2);
  if (text === "") return bounds;
  bounds.push(0);
  bounds.push(text.length);
  return bounds;
}
