/**
 * What happens to the tokens of a text in the end: special tokens before and after, and offsets without spaces.
 *
 * @module
 */
import { brief } from "../brief.ts";
import { type JsonMembers, refuse, unknownType } from "../json_members.ts";
import type { JsonObject } from "../tokenizer.ts";

/** What a post-processor does to the tokens of one text. */
export interface PostProcessor {
  /** Ids of the special tokens before the text. */
  readonly before: readonly number[];
  /** Ids of the special tokens after it. */
  readonly after: readonly number[];
  /** Each takes spaces from the ends of what tokens cover; the first token keeps one where they are added. */
  readonly trims: readonly { readonly addPrefixSpace: boolean }[];
  /** The member `post_processor` of a tokenizer.json. */
  readonly json: JsonObject;
}

/** Readers by name. */
const KINDS: ReadonlyMap<string, (json: JsonMembers) => PostProcessor> =
  new Map<string, (json: JsonMembers) => PostProcessor>([
    ["BertProcessing", readPair],
    ["ByteLevel", readByteLevel],
    ["RobertaProcessing", readPair],
    ["Sequence", readSequence],
    ["TemplateProcessing", readTemplate],
  ]);

/**
 * Reads the post-processor that JSON describes.
 *
 * @param json The member `post_processor` of a tokenizer.json.
 * @returns The post-processor.
 * @throws {TypeError} If a member is missing or of the wrong type.
 * @throws {RangeError} If its type is unknown.
 */
export function createPostProcessor(json: JsonMembers): PostProcessor {
  const type = json.string("type");
  const read = KINDS.get(type);
  if (read === undefined) throw unknownType(json.path, type, KINDS.keys());
  return read(json);
}

function readByteLevel(json: JsonMembers): PostProcessor {
  const trims = json.boolean("trim_offsets", true)
    ? [{ addPrefixSpace: json.boolean("add_prefix_space", true) }]
    : [];
  return { before: [], after: [], trims, json: json.json };
}

/** `BertProcessing` and `RobertaProcessing`: one token before, one after. */
function readPair(json: JsonMembers): PostProcessor {
  const isRoberta = json.string("type") === "RobertaProcessing";
  const trims = isRoberta && json.boolean("trim_offsets", true)
    ? [{ addPrefixSpace: json.boolean("add_prefix_space", true) }]
    : [];
  return {
    before: [readToken(json, "cls")],
    after: [readToken(json, "sep")],
    trims,
    json: json.json,
  };
}

/** A token with its id. */
function readToken(json: JsonMembers, name: string): number {
  const [token, id] = json.array(name);
  if (typeof token !== "string" || !isId(id)) {
    throw refuse(json.at(name), "a token and its id", json.raw(name));
  }
  return id;
}

function readTemplate(json: JsonMembers): PostProcessor {
  const known = json.members("special_tokens");
  const sides: [number[], number[]] = [[], []];
  let isAfter = 0;
  for (const item of json.list("single")) {
    if (item.has("Sequence")) {
      if (isAfter === 1) {
        throw new RangeError(
          `Cannot load tokenizer: ${item.path} must be a special token, as the text stands in a template once: ${
            brief(item.json)
          }`,
        );
      }
      isAfter = 1;
      continue;
    }
    const name = item.members("SpecialToken").string("id");
    const ids = known.members(name).array("ids");
    if (!ids.every(isId)) {
      throw refuse(known.members(name).at("ids"), "an array of ids", ids);
    }
    sides[isAfter]!.push(...ids);
  }
  return { before: sides[0], after: sides[1], trims: [], json: json.json };
}

function readSequence(json: JsonMembers): PostProcessor {
  const parts = json.list("processors").map(createPostProcessor);
  return {
    before: parts.toReversed().flatMap((part) => part.before),
    after: parts.flatMap((part) => part.after),
    trims: parts.flatMap((part) => part.trims),
    json: json.json,
  };
}

function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
