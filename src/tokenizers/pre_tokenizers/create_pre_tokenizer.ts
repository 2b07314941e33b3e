/**
 * Pre-tokenizers by the name that a tokenizer.json gives them.
 *
 * @module
 */
import { type JsonMembers, unknownType } from "../json_members.ts";
import { ByteLevelPreTokenizer } from "./byte_level.ts";
import { MetaspacePreTokenizer } from "./metaspace.ts";
import type { PreTokenizer } from "./pre_tokenizer.ts";
import { readCharDelimiterSplit, readSplit } from "./split.ts";
import {
  readBert,
  readDigits,
  readFixedLength,
  readPunctuation,
  readWhitespace,
  readWhitespaceSplit,
  SequencePreTokenizer,
} from "./word_pre_tokenizers.ts";

/** Builders by name. */
const KINDS: ReadonlyMap<string, (json: JsonMembers) => PreTokenizer> = new Map<
  string,
  (json: JsonMembers) => PreTokenizer
>([
  ["BertPreTokenizer", readBert],
  ["ByteLevel", ByteLevelPreTokenizer.fromJSON],
  ["CharDelimiterSplit", readCharDelimiterSplit],
  ["Digits", readDigits],
  ["FixedLength", readFixedLength],
  ["Metaspace", MetaspacePreTokenizer.fromJSON],
  ["Punctuation", readPunctuation],
  ["Sequence", readSequence],
  ["Split", readSplit],
  ["Whitespace", readWhitespace],
  ["WhitespaceSplit", readWhitespaceSplit],
]);

/**
 * Builds the pre-tokenizer that JSON describes.
 *
 * @param json The member `pre_tokenizer` of a tokenizer.json.
 * @returns The pre-tokenizer.
 * @throws {TypeError} If a member is missing or of the wrong type.
 * @throws {RangeError} If its type is unknown, or one works on bytes that is not the last.
 * @throws {SyntaxError} If a regular expression cannot be run.
 */
export function createPreTokenizer(json: JsonMembers): PreTokenizer {
  const type = json.string("type");
  const build = KINDS.get(type);
  if (build === undefined) throw unknownType(json.path, type, KINDS.keys());
  return build(json);
}

function readSequence(json: JsonMembers): PreTokenizer {
  const list = json.list("pretokenizers");
  const early = list.slice(0, -1).find((part) =>
    part.raw("type") === "ByteLevel"
  );
  if (early !== undefined) {
    throw new RangeError(
      `Cannot load tokenizer: ByteLevel must be the last pre-tokenizer of a sequence: ${early.path}`,
    );
  }
  return new SequencePreTokenizer(list.map(createPreTokenizer), json.json);
}
