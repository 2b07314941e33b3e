/**
 * JSON Lines to documents: one object a line, one field of it is the text.
 *
 * @module
 */
import type { CorpusDocument, MetadataValue } from "./corpus.ts";
import { list } from "./_parse_table.ts";

/**
 * Reads JSON Lines.
 *
 * @param text The lines.
 * @param name The file, for errors and sources.
 * @param options Which field is the text, and which others to keep.
 * @returns A document a line; empty lines are passed over, a field that is missing or null is an empty text.
 * @throws {SyntaxError} If a line is no JSON object, or a field has no plain value; with the line.
 * @throws {RangeError} If no line has the field, with the fields there are.
 */
export function parseJsonLines(
  text: string,
  name: string,
  { field, metadata }: { field: string; metadata: readonly string[] },
): CorpusDocument[] {
  const documents: CorpusDocument[] = [];
  const seen = new Set<string>();
  for (const [i, line] of text.split(/\r\n?|\n/).entries()) {
    if (line.trim() === "") continue;
    const place = `${JSON.stringify(name)}, line ${i + 1}`;
    const object = parseObject(line, place);
    for (const key of Object.keys(object)) seen.add(key);
    const value = valueOf(object, field);
    if (typeof value !== "string" && value !== null) {
      throw new SyntaxError(
        `Cannot load corpus: field ${JSON.stringify(field)} must be a string: ${
          kindOf(value)
        } in ${place}`,
      );
    }
    const others = metadata.map((key) => {
      const other = valueOf(object, key);
      if (typeof other === "object" && other !== null) {
        throw new SyntaxError(
          `Cannot load corpus: field ${
            JSON.stringify(key)
          } must be a string, a number, a truth value or null: ${
            kindOf(other)
          } in ${place}`,
        );
      }
      return [key, other as MetadataValue];
    });
    documents.push({
      text: value ?? "",
      source: `${name}:${i + 1}`,
      metadata: Object.fromEntries(others),
    });
  }
  for (const key of [field, ...metadata]) {
    if (documents.length > 0 && !seen.has(key)) {
      throw new RangeError(
        `Cannot load corpus: no such field: ${JSON.stringify(key)}; ${
          JSON.stringify(name)
        } has the fields ${list([...seen])}`,
      );
    }
  }
  return documents;
}

function parseObject(line: string, place: string): object {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new SyntaxError(
      `Cannot load corpus: every line must be JSON: ${place}: ${
        (cause as Error).message
      }`,
      { cause },
    );
  }
  if (kindOf(value) !== "object") {
    throw new SyntaxError(
      `Cannot load corpus: every line must be a JSON object: ${
        kindOf(value)
      } in ${place}`,
    );
  }
  return value as object;
}

/** A field's value; null where there is none. */
function valueOf(object: object, key: string): unknown {
  return Object.hasOwn(object, key)
    ? (object as Record<string, unknown>)[key]
    : null;
}

function kindOf(value: unknown): string {
  return value === null
    ? "null"
    : Array.isArray(value)
    ? "array"
    : typeof value;
}
