/**
 * Members of JSON that came from elsewhere, each checked when it is read.
 *
 * @module
 */
import { brief } from "./brief.ts";
import type { JsonObject } from "./tokenizer.ts";

/** The members of one object; every getter throws where the member is of another type. */
export class JsonMembers {
  /** The object itself. */
  readonly json: JsonObject;
  /** Where it stands in the file, such as `"model"`. */
  readonly path: string;

  /**
   * @param json The object.
   * @param path Where it stands in the file; empty for the file itself.
   * @throws {TypeError} If it is not an object.
   */
  constructor(json: unknown, path: string) {
    if (typeof json !== "object" || json === null || Array.isArray(json)) {
      throw refuse(path || "tokenizer.json", "an object", json);
    }
    this.json = json as JsonObject;
    this.path = path;
  }

  /** Whether a member is there and not null. */
  has(name: string): boolean {
    return this.#get(name) !== undefined;
  }

  /** The member as it is; undefined where it is missing or null. */
  raw(name: string): unknown {
    return this.#get(name);
  }

  /** A string. */
  string(name: string, otherwise?: string): string {
    return this.#typed(name, "string", "a string", otherwise);
  }

  /** A string, or undefined where it is missing or null. */
  optionalString(name: string): string | undefined {
    return this.has(name) ? this.string(name) : undefined;
  }

  /** True or false. */
  boolean(name: string, otherwise?: boolean): boolean {
    return this.#typed(name, "boolean", "true or false", otherwise);
  }

  /** A whole number from 0. */
  count(name: string, otherwise?: number): number {
    const value = this.#typed<number>(
      name,
      "number",
      "a whole number from 0",
      otherwise,
    );
    if (!Number.isSafeInteger(value) || value < 0) {
      throw refuse(this.at(name), "a whole number from 0", value);
    }
    return value;
  }

  /** An array. */
  array(name: string): readonly unknown[] {
    const value = this.#get(name);
    if (!Array.isArray(value)) throw refuse(this.at(name), "an array", value);
    return value;
  }

  /** An object. */
  members(name: string): JsonMembers {
    return new JsonMembers(this.#get(name), this.at(name));
  }

  /** The objects of an array. */
  list(name: string): JsonMembers[] {
    return this.array(name).map((json, i) =>
      new JsonMembers(json, `${this.at(name)}[${i}]`)
    );
  }

  /** Where a member stands in the file. */
  at(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.json, name)
      ? this.json[name] ?? undefined
      : undefined;
  }

  #typed<T>(name: string, type: string, rule: string, otherwise?: T): T {
    const value = this.#get(name) ?? otherwise;
    const found: string = typeof value;
    if (found !== type) throw refuse(this.at(name), rule, value);
    return value as T;
  }
}

/**
 * Makes the error about a part of a tokenizer.json that this library does not know.
 *
 * @param path Where it stands.
 * @param value Its type.
 * @param known The types that would do.
 * @returns The error, to be thrown.
 */
export function unknownType(
  path: string,
  value: string,
  known: Iterable<string>,
): RangeError {
  return new RangeError(
    `Cannot load tokenizer: ${path} has an unknown type: ${brief(value)}; ` +
      `known types: ${[...known].join(", ")}`,
  );
}

/** The error about a member of the wrong type. */
export function refuse(path: string, rule: string, value: unknown): TypeError {
  return new TypeError(
    `Cannot load tokenizer: ${path} must be ${rule}: ${brief(value)}`,
  );
}
