/**
 * The kinds of tokenizers by name, for models that carry theirs in a file.
 *
 * @module
 */
import { brief } from "./brief.ts";
import { CharTokenizer } from "./char_tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Builders by kind. */
const KINDS: ReadonlyMap<string, (json: unknown) => Tokenizer> = new Map([
  ["char", (json: unknown): Tokenizer => CharTokenizer.fromJSON(json)],
]);

/**
 * Builds a tokenizer again from what its `toJSON()` returned.
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
 * @throws {TypeError} If it is not an object with a kind, or a member is of the wrong type.
 * @throws {RangeError} If the kind is unknown, or a member is not valid.
 */
export function tokenizerFromJSON(json: unknown): Tokenizer {
  if (
    typeof json !== "object" || json === null || !("kind" in json) ||
    typeof json.kind !== "string"
  ) {
    throw new TypeError(
      `Cannot build tokenizer: JSON must be an object with a kind: ${
        brief(json)
      }`,
    );
  }
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
