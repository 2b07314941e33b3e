/**
 * The tokens of a unigram model with their scores, checked.
 *
 * @module
 */
import { brief } from "../brief.ts";
import { refuse } from "../json_members.ts";

/** A token and its score. */
export function readPiece(
  json: unknown,
  path: string,
): readonly [string, number] {
  if (
    !Array.isArray(json) || json.length !== 2 || typeof json[0] !== "string" ||
    typeof json[1] !== "number"
  ) {
    throw refuse(path, "a token and its score", json);
  }
  return [json[0], json[1]];
}

/** Ids by token; throws where tokens or scores make no sense. */
export function indexPieces(
  pieces: readonly (readonly [string, number])[],
): Map<string, number> {
  if (pieces.length === 0) {
    throw new RangeError(
      "Cannot build UnigramModel: the vocabulary must have a token: []",
    );
  }
  const vocab = new Map<string, number>();
  for (const [id, [token, score]] of pieces.entries()) {
    if (!Number.isFinite(score)) {
      throw new RangeError(
        `Cannot build UnigramModel: a score must be finite: ${score} for ${
          brief(token)
        }`,
      );
    }
    const twin = vocab.get(token);
    if (twin !== undefined) {
      throw new RangeError(
        `Cannot build UnigramModel: the vocabulary must have no duplicates: ${
          brief(token)
        } at ${twin} and ${id}`,
      );
    }
    vocab.set(token, id);
  }
  return vocab;
}

/** Throws unless an id is that of a token, or undefined. */
export function checkUnknownId(id: number | undefined, count: number): void {
  if (id === undefined) return;
  if (!Number.isInteger(id) || id < 0 || id >= count) {
    throw new RangeError(
      `Cannot build UnigramModel: the unknown id must be from 0 to ${
        count - 1
      }: ${id}`,
    );
  }
}
