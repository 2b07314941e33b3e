/**
 * The kinds of tokenizers by name, for models that carry theirs in a file.
 *
 * @module
 */
import { BPETokenizer } from "./bpe_tokenizer.ts";
import { brief } from "./brief.ts";
import { ByteTokenizer } from "./byte_tokenizer.ts";
import { CharTokenizer } from "./char_tokenizer.ts";
import { PipelineTokenizer } from "./pipeline_tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { readTokenizerJSON } from "./tokenizer_json.ts";
import { UnigramTokenizer } from "./unigram_tokenizer.ts";
import { WordPieceTokenizer } from "./word_piece_tokenizer.ts";
import { WordTokenizer } from "./word_tokenizer.ts";

/** Builders by kind. */
const KINDS: ReadonlyMap<string, (json: unknown) => Tokenizer> = new Map<
  string,
  (json: unknown) => Tokenizer
>([
  ["bpe", fromTokenizerJSON],
  ["byte", ByteTokenizer.fromJSON],
  ["char", CharTokenizer.fromJSON],
  ["unigram", fromTokenizerJSON],
  ["word", WordTokenizer.fromJSON],
  ["word_level", fromTokenizerJSON],
  ["word_piece", fromTokenizerJSON],
]);

/**
 * Builds a tokenizer again from what its `toJSON()` returned, or from the content of a tokenizer.json.
 *
 * @example There and back
 * ```ts
 * import { CharTokenizer, tokenizerFromJSON } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const json = JSON.stringify(CharTokenizer.train("whale"));
 * assertEquals(tokenizerFromJSON(JSON.parse(json)).vocabSize, 5);
 * ```
 *
 * @param json Plain JSON.
 * @returns A tokenizer of the kind that the JSON names.
 * @throws {TypeError} If it is not an object with a kind or a model, or a member is of the wrong type.
 * @throws {RangeError} If the kind is unknown, or a member is not valid.
 */
export function tokenizerFromJSON(json: unknown): Tokenizer {
  if (!describesTokenizer(json)) {
    throw new TypeError(
      `Cannot build tokenizer: JSON must be an object with a kind, as toJSON() gives it, or with a model, ` +
        `as a tokenizer.json has it: ${brief(json)}`,
    );
  }
  if (!("kind" in json)) return fromTokenizerJSON(json);
  const build = KINDS.get(json.kind);
  if (build === undefined) {
    throw new RangeError(
      `Cannot build tokenizer: unknown kind: ${
        brief(json.kind)
      }; known kinds: ${[...KINDS.keys()].join(", ")}`,
    );
  }
  return build(json);
}

/**
 * Tells a tokenizer's JSON from any other, such as a configuration or a vocabulary, whatever words that has.
 *
 * @param json Plain JSON.
 * @returns Whether it names its kind, or is like the content of a tokenizer.json.
 */
export function describesTokenizer(
  json: unknown,
): json is { kind: string } | { model: unknown } {
  if (typeof json !== "object" || json === null) return false;
  return "kind" in json ? typeof json.kind === "string" : "model" in json;
}

/** Builds the tokenizer that the content of a tokenizer.json describes. */
function fromTokenizerJSON(json: unknown): Tokenizer {
  const parts = readTokenizerJSON(json);
  switch (parts.model.type) {
    case "BPE":
      return new BPETokenizer(parts);
    case "Unigram":
      return new UnigramTokenizer(parts);
    case "WordPiece":
      return new WordPieceTokenizer(parts);
    default:
      return new PipelineTokenizer(parts);
  }
}
