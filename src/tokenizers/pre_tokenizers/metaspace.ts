/**
 * The pre-tokenizer of SentencePiece: spaces are written as ▁, and words begin with one.
 *
 * @module
 */
import { brief } from "../brief.ts";
import { IntList } from "../int_list.ts";
import type { JsonMembers } from "../json_members.ts";
import { literalExpression } from "../regular_expression.ts";
import type { JsonObject } from "../tokenizer.ts";
import { prependToPieces } from "./byte_level.ts";
import type { Pieces, PreTokenizer } from "./pre_tokenizer.ts";
import { splitRange } from "./split.ts";

/** Which pieces get a ▁ before them. */
export type PrependScheme = "always" | "first" | "never";

/** Options of {@linkcode MetaspacePreTokenizer}. */
export interface MetaspaceOptions {
  /** What is written for a space: one character. */
  replacement: string;
  /** Which pieces get one before them. */
  prependScheme: PrependScheme;
  /** Whether to cut before each. */
  split: boolean;
}

/** Writes spaces as ▁ and cuts before them. */
export class MetaspacePreTokenizer implements PreTokenizer {
  readonly #options: MetaspaceOptions;

  /** @param options What stands for a space, and where. */
  constructor(options: MetaspaceOptions) {
    this.#options = options;
  }

  /** Reads a pre-tokenizer of type `Metaspace`. */
  static fromJSON(json: JsonMembers): MetaspacePreTokenizer {
    return new MetaspacePreTokenizer(readMetaspace(json));
  }

  /** @inheritdoc */
  cut(pieces: Pieces): Pieces {
    const { replacement, prependScheme, split } = this.#options;
    const text = pieces.text.replaceAll(" ", replacement);
    let marked: Pieces = { ...pieces, text };
    if (prependScheme !== "never") {
      marked = prependToPieces(
        marked,
        replacement,
        (start) =>
          text[start] !== replacement &&
          (prependScheme === "always" ||
            (pieces.atStart && (pieces.origins?.starts[start] ?? start) === 0)),
      );
    }
    if (!split) return marked;
    const { bounds } = marked;
    const smaller = new IntList(bounds.length + text.length / 2);
    const rule = {
      pattern: literalExpression(replacement),
      behavior: "MergedWithNext",
    } as const;
    for (let i = 0; i < bounds.length; i += 2) {
      const { data } = bounds;
      splitRange(marked.text, data[i]!, data[i + 1]!, rule, smaller);
    }
    return { ...marked, bounds: smaller };
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return {
      type: "Metaspace",
      replacement: this.#options.replacement,
      prepend_scheme: this.#options.prependScheme,
      split: this.#options.split,
    };
  }
}

/**
 * Reads the members of a pre-tokenizer or decoder of type `Metaspace`.
 *
 * @param json The object.
 * @returns The options.
 * @throws {RangeError} If the replacement is not one character, or the scheme is unknown.
 */
export function readMetaspace(json: JsonMembers): MetaspaceOptions {
  const replacement = json.string("replacement", "▁");
  if (replacement.length !== 1) {
    throw new RangeError(
      `Cannot load tokenizer: ${
        json.at("replacement")
      } must be one character: ${brief(replacement)}`,
    );
  }
  const isOld = json.has("add_prefix_space") && !json.has("prepend_scheme");
  const scheme = isOld && !json.boolean("add_prefix_space")
    ? "never"
    : json.string("prepend_scheme", "always");
  if (scheme !== "always" && scheme !== "first" && scheme !== "never") {
    throw new RangeError(
      `Cannot load tokenizer: ${
        json.at("prepend_scheme")
      } must be always, first or never: ${brief(scheme)}`,
    );
  }
  return {
    replacement,
    prependScheme: scheme,
    split: json.boolean("split", true),
  };
}
