/**
 * Cutting where a pattern is found, in each of the ways that Hugging Face tokenizers knows.
 *
 * @module
 */
import { brief } from "../brief.ts";
import { IntList } from "../int_list.ts";
import type { JsonMembers } from "../json_members.ts";
import { literalExpression, readPattern } from "../regular_expression.ts";
import type { JsonObject } from "../tokenizer.ts";
import type { Pieces, PreTokenizer } from "./pre_tokenizer.ts";
import { findScanner, type Scanner } from "./scanners.ts";

/** What becomes of a match: it goes, is a piece, or joins what is before, after, or both sides of it. */
export type SplitBehavior =
  | "Removed"
  | "Isolated"
  | "MergedWithPrevious"
  | "MergedWithNext"
  | "Contiguous";

const BEHAVIORS: readonly string[] = [
  "Removed",
  "Isolated",
  "MergedWithPrevious",
  "MergedWithNext",
  "Contiguous",
];

/** How to cut. */
export interface SplitRule {
  /** What to look for, global. */
  pattern: RegExp;
  /** What becomes of a match. */
  behavior: SplitBehavior;
  /** Whether what lies between the matches counts as a match instead. */
  invert?: boolean;
}

/** Cuts pieces where a pattern is found. */
export class SplitPreTokenizer implements PreTokenizer {
  readonly #rule: SplitRule;
  readonly #json: JsonObject;
  readonly #scanner: Scanner | undefined;

  /**
   * @param rule How to cut.
   * @param json The pre-tokenizer as JSON.
   */
  constructor(rule: SplitRule, json: JsonObject) {
    this.#rule = rule;
    this.#json = json;
    const source = (json["pattern"] as JsonObject | undefined)?.["Regex"];
    const isWhole = rule.behavior !== "Removed" || rule.invert === true;
    this.#scanner = isWhole && !/^Merged|^Contiguous/.test(rule.behavior) &&
        typeof source === "string"
      ? findScanner(source)
      : undefined;
  }

  /** @inheritdoc */
  cut(pieces: Pieces): Pieces {
    const { text, bounds } = pieces;
    const smaller = new IntList(bounds.length + text.length / 2);
    for (let i = 0; i < bounds.length; i += 2) {
      const start = bounds.data[i]!;
      const end = bounds.data[i + 1]!;
      if (this.#scanner !== undefined) {
        this.#scanner(text, start, end, smaller);
      } else splitRange(text, start, end, this.#rule, smaller);
    }
    return { ...pieces, bounds: smaller };
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return this.#json;
  }
}

/**
 * Reads how to cut.
 *
 * @param json The pre-tokenizer.
 * @param name Name of the member with the behavior.
 * @param otherwise The behavior where there is none.
 * @returns The behavior.
 * @throws {RangeError} If it is none of the known ones.
 */
export function readBehavior(
  json: JsonMembers,
  name: string,
  otherwise?: SplitBehavior,
): SplitBehavior {
  const behavior = json.string(name, otherwise);
  if (BEHAVIORS.includes(behavior)) return behavior as SplitBehavior;
  throw new RangeError(
    `Cannot load tokenizer: ${json.at(name)} must be one of ${
      BEHAVIORS.join(", ")
    }: ${brief(behavior)}`,
  );
}

/** Reads a pre-tokenizer of type `Split`. */
export function readSplit(json: JsonMembers): SplitPreTokenizer {
  return new SplitPreTokenizer({
    pattern: readPattern(json, "pattern"),
    behavior: readBehavior(json, "behavior"),
    invert: json.boolean("invert", false),
  }, json.json);
}

/** Reads a pre-tokenizer of type `CharDelimiterSplit`. */
export function readCharDelimiterSplit(json: JsonMembers): SplitPreTokenizer {
  const pattern = literalExpression(json.string("delimiter"));
  return new SplitPreTokenizer({ pattern, behavior: "Removed" }, json.json);
}

/**
 * Cuts a part of a text.
 *
 * @param text The text.
 * @param start Where the part starts.
 * @param end Where it ends.
 * @param rule How to cut.
 * @param bounds Where the bounds of the pieces are added.
 */
export function splitRange(
  text: string,
  start: number,
  end: number,
  rule: SplitRule,
  bounds: IntList,
): void {
  if (start >= end) return;
  // Look-around must not see beyond the piece.
  const part = start === 0 && end === text.length
    ? text
    : text.slice(start, end);
  const out = new PieceWriter(rule.behavior, start, bounds);
  const invert = rule.invert ?? false;
  let last = 0;
  rule.pattern.lastIndex = 0;
  for (let match; (match = rule.pattern.exec(part)) !== null;) {
    const { index } = match;
    const stop = index + match[0].length;
    if (stop === index) {
      rule.pattern.lastIndex += part.codePointAt(index)! > 0xFFFF ? 2 : 1;
      continue;
    }
    if (index > last) out.write(last, index, invert);
    out.write(index, stop, !invert);
    last = stop;
  }
  if (last < part.length) out.write(last, part.length, invert);
  out.finish();
}

/** Joins matches and what lies between as the behavior wants. */
class PieceWriter {
  readonly #behavior: SplitBehavior;
  readonly #base: number;
  readonly #bounds: IntList;
  #start = 0;
  #end = 0;
  #pending = false;
  #wasMatch = false;

  constructor(behavior: SplitBehavior, base: number, bounds: IntList) {
    this.#behavior = behavior;
    this.#base = base;
    this.#bounds = bounds;
  }

  write(start: number, end: number, isMatch: boolean): void {
    if (isMatch && this.#behavior === "Removed") {
      this.finish();
      return;
    }
    if (!this.#pending || !this.#joins(isMatch)) {
      this.finish();
      this.#start = start;
    }
    this.#pending = true;
    this.#end = end;
    this.#wasMatch = isMatch;
  }

  finish(): void {
    if (!this.#pending) return;
    this.#bounds.push(this.#base + this.#start);
    this.#bounds.push(this.#base + this.#end);
    this.#pending = false;
  }

  /** Whether the next part belongs to the piece before it. */
  #joins(isMatch: boolean): boolean {
    switch (this.#behavior) {
      case "MergedWithPrevious":
        return isMatch && !this.#wasMatch;
      case "MergedWithNext":
        return !isMatch && this.#wasMatch;
      case "Contiguous":
        return isMatch === this.#wasMatch;
      default:
        return false;
    }
  }
}
