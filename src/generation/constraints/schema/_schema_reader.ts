/**
 * What the parts of a JSON schema say, with all that they refer to.
 *
 * @module
 */
import { mergeParts } from "./_merge_parts.ts";
import { noParts, readParts, type SchemaParts } from "./_schema_parts.ts";
import { below, isObject, type JsonSchema } from "./json_schema_type.ts";

/** Reads parts of one document. */
export class SchemaReader {
  readonly #document: JsonSchema;

  /**
   * Takes the document.
   *
   * @param document The whole schema.
   */
  constructor(document: JsonSchema) {
    this.#document = document;
  }

  /**
   * Gives what a schema says, what `$ref` and `allOf` add included.
   *
   * @param schema The schema.
   * @param at Where it stands, a JSON pointer.
   * @param way The references that led here for the same value.
   * @returns Nothing is left in `refs` and `all`; undefined where no value fits.
   * @throws {SyntaxError} If a keyword is not read, or a reference leads nowhere or in a circle.
   */
  read(
    schema: JsonSchema,
    at: string,
    way: readonly string[] = [],
  ): SchemaParts | undefined {
    if (schema === false) return undefined;
    const { refs, all, ...own } = schema === true
      ? noParts()
      : readParts(schema, at);
    const choices = own.choices.map((choice) => ({ ...choice, way }));
    let parts: SchemaParts = { ...own, choices, refs: [], all: [] };
    for (const ref of refs) {
      if (way.includes(ref)) refuseCircle(at);
      const other = this.read(this.#resolve(ref, at), ref, [...way, ref]);
      if (other === undefined) return undefined;
      parts = mergeParts(parts, other);
    }
    for (const [place, one] of all.entries()) {
      const other = this.read(one, below(at, "allOf", place), way);
      if (other === undefined) return undefined;
      parts = mergeParts(parts, other);
    }
    return parts;
  }

  /** The schema that a reference means. */
  #resolve(ref: string, at: string): JsonSchema {
    if (ref !== "#" && !ref.startsWith("#/")) {
      throw new SyntaxError(
        `Cannot constrain: $ref must begin with #, other documents are not read: ${
          JSON.stringify(ref)
        } at ${at}`,
      );
    }
    let found: unknown = this.#document;
    for (const step of ref.split("/").slice(1)) {
      const name = unescape(step);
      found = typeof found === "object" && found !== null &&
          name !== undefined && Object.hasOwn(found, name)
        ? (found as Record<string, unknown>)[name]
        : undefined;
    }
    if (typeof found === "boolean" || isObject(found)) return found;
    throw new SyntaxError(
      `Cannot constrain: $ref must lead to a schema: ${
        JSON.stringify(ref)
      } at ${at}`,
    );
  }
}

/**
 * Refuses a schema that comes back to itself for the same value.
 *
 * @param at Where it does.
 */
export function refuseCircle(at: string): never {
  throw new SyntaxError(
    `Cannot constrain: a JSON schema must not refer to itself but from members and items: $ref at ${at}`,
  );
}

/** The name that a step of a JSON pointer in a reference means; undefined where it is none. */
function unescape(step: string): string | undefined {
  try {
    return decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return undefined;
  }
}
