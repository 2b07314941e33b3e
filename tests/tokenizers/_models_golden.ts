/**
 * What Hugging Face tokenizers made of the models, trainers and normalizers of `tests/golden/tokenizer_models.py`.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { PieceTokens } from "../../src/tokenizers/models/model.ts";
import type { JsonObject } from "../../src/tokenizers/tokenizer.ts";

/** Tokens of one piece; offsets in code points, start and end in turn. */
export interface GoldenTokens {
  ids: number[];
  offsets: number[];
}

/** The file. */
export interface ModelsGolden {
  wordPiece: { model: JsonObject; texts: string[]; tokens: GoldenTokens[] };
  unigram: {
    texts: string[];
    models: { model: JsonObject; tokens: GoldenTokens[] }[];
  };
  training: {
    words: Record<string, number>;
    madeUp: Record<string, number>;
    wordPiece: { options: Record<string, never>; vocab: string[] }[];
    unigram: {
      options: Record<string, never>;
      words: "words" | "madeUp";
      pieces: [string, number][];
      unknownId: number;
    }[];
  };
  normalizers: {
    texts: string[];
    normalizers: { config: JsonObject; texts: string[]; offsets: number[][] }[];
  };
}

/** Reads the file. */
export function readModelsGolden(): ModelsGolden {
  const url = new URL("../golden/tokenizer_models.json", import.meta.url);
  return JSON.parse(Deno.readTextFileSync(fromFileUrl(url)));
}

/** Tokens as the golden file has them. */
export function toGolden(piece: string, tokens: PieceTokens): GoldenTokens {
  const count = (unit: number) => Array.from(piece.slice(0, unit)).length;
  return {
    ids: [...tokens.ids],
    offsets: tokens.ids.flatMap((_, i) => [
      count(tokens.starts[i]!),
      count(tokens.ends[i]!),
    ]),
  };
}
