/**
 * The file tokenizer.json of Hugging Face tokenizers: from its members to the parts of a tokenizer.
 *
 * Written from files of that library's versions 0.13 to 0.23.
 *
 * @module
 */
import { readAddedToken } from "./added_tokens.ts";
import { createDecoder } from "./decoders/create_decoder.ts";
import { JsonMembers, unknownType } from "./json_members.ts";
import { BPEModel } from "./models/bpe.ts";
import type { TokenizerModel } from "./models/model.ts";
import { UnigramModel } from "./models/unigram.ts";
import { WordLevelModel } from "./models/word_level.ts";
import { WordPieceModel } from "./models/word_piece.ts";
import { createNormalizer } from "./normalizers/create_normalizer.ts";
import type { TokenizerParts } from "./pipeline_tokenizer.ts";
import { createPostProcessor } from "./post_processors/post_processor.ts";
import { createPreTokenizer } from "./pre_tokenizers/create_pre_tokenizer.ts";
import type { JsonObject } from "./tokenizer.ts";

/** Readers of models by type. */
const MODELS: ReadonlyMap<string, (json: JsonMembers) => TokenizerModel> =
  new Map<string, (json: JsonMembers) => TokenizerModel>([
    ["BPE", BPEModel.fromJSON],
    ["Unigram", UnigramModel.fromJSON],
    ["WordLevel", WordLevelModel.fromJSON],
    ["WordPiece", WordPieceModel.fromJSON],
  ]);

/**
 * Builds the parts of a tokenizer.
 *
 * @param json The content of a tokenizer.json.
 * @returns The parts.
 * @throws {TypeError} If a member is missing or of the wrong type.
 * @throws {RangeError} If a type is unknown or a member out of range.
 * @throws {SyntaxError} If a regular expression cannot be run.
 */
export function readTokenizerJSON(json: unknown): TokenizerParts {
  const file = new JsonMembers(json, "");
  const part = <T>(name: string, create: (json: JsonMembers) => T) =>
    file.has(name) ? create(file.members(name)) : undefined;
  return {
    addedTokens: file.has("added_tokens")
      ? file.list("added_tokens").map(readAddedToken)
      : [],
    normalizer: part("normalizer", createNormalizer),
    preTokenizer: part("pre_tokenizer", createPreTokenizer),
    model: readModel(file.members("model")),
    postProcessor: part("post_processor", createPostProcessor),
    decoder: part("decoder", createDecoder),
    others: {
      truncation: file.json["truncation"] ?? null,
      padding: file.json["padding"] ?? null,
    } as JsonObject,
  };
}

function readModel(json: JsonMembers): TokenizerModel {
  const type = json.string("type", guessType(json));
  const read = MODELS.get(type);
  if (read === undefined) throw unknownType(json.path, type, MODELS.keys());
  return read(json);
}

/** Files of old versions do not name the type. */
function guessType(json: JsonMembers): string {
  if (json.has("merges")) return "BPE";
  if (Array.isArray(json.raw("vocab"))) return "Unigram";
  return json.has("max_input_chars_per_word") ? "WordPiece" : "WordLevel";
}
