/**
 * The vocabulary of a tokenizer.json: an object of ids by token.
 *
 * @module
 */
import { brief } from "../brief.ts";
import type { JsonMembers } from "../json_members.ts";

/** The largest id that a file may name: more would only waste memory. */
export const MAX_ID: number = 2 ** 22;

/**
 * Reads the member `vocab` of a model.
 *
 * @param json The model.
 * @returns Ids by token.
 * @throws {TypeError} If it is not an object of whole numbers.
 * @throws {RangeError} If two tokens have one id.
 */
export function readVocab(json: JsonMembers): Map<string, number> {
  const members = json.members("vocab");
  const vocab = new Map<string, number>();
  const tokens = new Map<number, string>();
  for (const [token, id] of Object.entries(members.json)) {
    if (
      typeof id !== "number" || !Number.isInteger(id) || id < 0 || id > MAX_ID
    ) {
      throw new TypeError(
        `Cannot load tokenizer: ${members.path} must have ids from 0 to ${MAX_ID}: ${
          brief(id)
        } for ${brief(token)}`,
      );
    }
    const twin = tokens.get(id);
    if (twin !== undefined) {
      throw new RangeError(
        `Cannot load tokenizer: ${members.path} must have an id for one token only: ${id} for ${
          brief(twin)
        } and ${brief(token)}`,
      );
    }
    tokens.set(id, token);
    vocab.set(token, id);
  }
  return vocab;
}
