/**
 * Normalizers by the name that a tokenizer.json gives them.
 *
 * @module
 */
import { type JsonMembers, unknownType } from "../json_members.ts";
import { readPattern } from "../regular_expression.ts";
import { BertNormalizer } from "./bert_normalizer.ts";
import {
  LowercaseNormalizer,
  NmtNormalizer,
  StripAccentsNormalizer,
} from "./character_normalizers.ts";
import type { Normalizer } from "./normalizer.ts";
import { PrecompiledNormalizer } from "./precompiled.ts";
import { SequenceNormalizer } from "./sequence_normalizer.ts";
import {
  ByteLevelNormalizer,
  PrependNormalizer,
  ReplaceNormalizer,
  StripNormalizer,
} from "./text_normalizers.ts";
import { type UnicodeForm, UnicodeNormalizer } from "./unicode_normalizer.ts";

/** Builders by name. */
const KINDS: ReadonlyMap<string, (json: JsonMembers) => Normalizer> = new Map<
  string,
  (json: JsonMembers) => Normalizer
>([
  ["BertNormalizer", BertNormalizer.fromJSON],
  ["ByteLevel", () => new ByteLevelNormalizer()],
  ["Lowercase", () => new LowercaseNormalizer()],
  ["NFC", unicode],
  ["NFD", unicode],
  ["NFKC", unicode],
  ["NFKD", unicode],
  ["Nmt", () => new NmtNormalizer()],
  ["Precompiled", PrecompiledNormalizer.fromJSON],
  ["Prepend", (json) => new PrependNormalizer(json.string("prepend"))],
  ["Replace", replace],
  ["Sequence", sequence],
  ["Strip", strip],
  ["StripAccents", () => new StripAccentsNormalizer()],
]);

/**
 * Builds the normalizer that JSON describes.
 *
 * @param json The member `normalizer` of a tokenizer.json.
 * @returns The normalizer.
 * @throws {TypeError} If a member is missing or of the wrong type.
 * @throws {RangeError} If its type is unknown.
 * @throws {SyntaxError} If a regular expression cannot be run.
 */
export function createNormalizer(json: JsonMembers): Normalizer {
  const type = json.string("type");
  const build = KINDS.get(type);
  if (build === undefined) throw unknownType(json.path, type, KINDS.keys());
  return build(json);
}

function unicode(json: JsonMembers): Normalizer {
  return new UnicodeNormalizer(json.string("type") as UnicodeForm);
}

function replace(json: JsonMembers): Normalizer {
  const content = json.string("content");
  return new ReplaceNormalizer(
    readPattern(json, "pattern"),
    content,
    json.json,
  );
}

function sequence(json: JsonMembers): Normalizer {
  return new SequenceNormalizer(
    json.list("normalizers").map(createNormalizer),
  );
}

function strip(json: JsonMembers): Normalizer {
  return new StripNormalizer({
    left: json.boolean("strip_left", true),
    right: json.boolean("strip_right", true),
  });
}
