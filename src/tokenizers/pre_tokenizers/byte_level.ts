/**
 * The pre-tokenizer of GPT-2: words with the space before them, given to the model as bytes.
 *
 * @module
 */
import { IntList } from "../int_list.ts";
import type { JsonMembers } from "../json_members.ts";
import { AlignedText, composeOrigins } from "../normalizers/aligned_text.ts";
import type { JsonObject } from "../tokenizer.ts";
import type { Pieces, PreTokenizer } from "./pre_tokenizer.ts";
import { findScanner, GPT2_EXPRESSION, type Scanner } from "./scanners.ts";

/** Options of {@linkcode ByteLevelPreTokenizer}. */
export interface ByteLevelOptions {
  /**
   * Whether pieces that do not begin with a space get one.
   *
   * @default {false}
   */
  addPrefixSpace?: boolean;
  /**
   * Whether to cut by the expression of GPT-2.
   *
   * @default {true}
   */
  useRegex?: boolean;
}

/** Cuts as GPT-2 does, and has the model work on bytes. */
export class ByteLevelPreTokenizer implements PreTokenizer {
  readonly #addPrefixSpace: boolean;
  readonly #scanner: Scanner | undefined;
  readonly #json: JsonObject;

  /**
   * @param options Whether to add spaces and whether to cut.
   * @param json The pre-tokenizer as JSON, if it was read from some.
   */
  constructor(options: ByteLevelOptions = {}, json?: JsonObject) {
    const { addPrefixSpace = false, useRegex = true } = options;
    this.#addPrefixSpace = addPrefixSpace;
    this.#scanner = useRegex ? findScanner(GPT2_EXPRESSION) : undefined;
    this.#json = json ?? {
      type: "ByteLevel",
      add_prefix_space: addPrefixSpace,
      trim_offsets: true,
      use_regex: useRegex,
    };
  }

  /** Reads a pre-tokenizer of type `ByteLevel`. */
  static fromJSON(json: JsonMembers): ByteLevelPreTokenizer {
    return new ByteLevelPreTokenizer({
      addPrefixSpace: json.boolean("add_prefix_space", true),
      useRegex: json.boolean("use_regex", true),
    }, json.json);
  }

  /** @inheritdoc */
  cut(pieces: Pieces): Pieces {
    const spaced = this.#addPrefixSpace ? addSpaces(pieces) : pieces;
    if (this.#scanner === undefined) return { ...spaced, byteLevel: true };
    const { text, bounds } = spaced;
    const smaller = new IntList(bounds.length + text.length / 2);
    for (let i = 0; i < bounds.length; i += 2) {
      this.#scanner(text, bounds.data[i]!, bounds.data[i + 1]!, smaller);
    }
    return { ...spaced, bounds: smaller, byteLevel: true };
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return this.#json;
  }
}

/** Gives a space to every piece that does not begin with one. */
function addSpaces(pieces: Pieces): Pieces {
  return prependToPieces(pieces, " ", (start) => pieces.text[start] !== " ");
}

/**
 * Puts a string before some of the pieces; it counts as their first character.
 *
 * @param pieces The pieces.
 * @param prefix The string.
 * @param wants Whether the piece that starts at a place gets it.
 * @returns The longer pieces.
 */
export function prependToPieces(
  pieces: Pieces,
  prefix: string,
  wants: (start: number) => boolean,
): Pieces {
  const { text, bounds: { data, length } } = pieces;
  let count = 0;
  for (let i = 0; i < length; i += 2) {
    if (data[i]! < data[i + 1]! && wants(data[i]!)) count++;
  }
  if (count === 0) return pieces;
  const result = new AlignedText(text.length + count * prefix.length);
  const bounds = new IntList(length);
  for (let i = 0; i < length; i += 2) {
    const start = data[i]!;
    const end = data[i + 1]!;
    bounds.push(result.length);
    if (start < end && wants(start)) {
      const first = text.codePointAt(start)! > 0xFFFF ? 2 : 1;
      result.push(prefix, start, start + first);
    }
    result.keep(text, start, end);
    bounds.push(result.length);
  }
  const { text: longer, origins } = result.finish();
  return {
    ...pieces,
    text: longer,
    origins: composeOrigins(pieces.origins, origins),
    bounds,
  };
}
