/**
 * Decoders by the name that a tokenizer.json gives them.
 *
 * @module
 */
import { type JsonMembers, unknownType } from "../json_members.ts";
import { ByteFallbackDecoder, ByteLevelDecoder } from "./byte_decoders.ts";
import { type Decoder, SequenceDecoder, TokenwiseDecoder } from "./decoder.ts";
import {
  readBPEDecoder,
  readCTC,
  readFuse,
  readMetaspaceDecoder,
  readReplace,
  readStrip,
  readWordPiece,
} from "./text_decoders.ts";

/** Builders by name. */
const KINDS: ReadonlyMap<string, (json: JsonMembers) => Decoder> = new Map<
  string,
  (json: JsonMembers) => Decoder
>([
  ["BPEDecoder", readBPEDecoder],
  ["ByteFallback", () => new ByteFallbackDecoder()],
  ["ByteLevel", (json) => new ByteLevelDecoder(json.json)],
  ["CTC", readCTC],
  ["Fuse", readFuse],
  ["Metaspace", readMetaspaceDecoder],
  ["Replace", readReplace],
  ["Sequence", readSequence],
  ["Strip", readStrip],
  ["WordPiece", readWordPiece],
]);

/**
 * Builds the decoder that JSON describes.
 *
 * @param json The member `decoder` of a tokenizer.json.
 * @returns The decoder.
 * @throws {TypeError} If a member is missing or of the wrong type.
 * @throws {RangeError} If its type is unknown.
 * @throws {SyntaxError} If a regular expression cannot be run.
 */
export function createDecoder(json: JsonMembers): Decoder {
  const type = json.string("type");
  const build = KINDS.get(type);
  if (build === undefined) throw unknownType(json.path, type, KINDS.keys());
  return build(json);
}

/** What puts tokens together where there is no decoder: spaces between. */
export const SPACED_DECODER: Decoder = new TokenwiseDecoder(
  (token, isFirst) => isFirst ? token : ` ${token}`,
  {},
);

function readSequence(json: JsonMembers): Decoder {
  const parts = json.list("decoders").map(createDecoder);
  return new SequenceDecoder(parts, json.json);
}
