/**
 * Nested arguments and results: tensors in arrays and plain objects, taken apart into a flat list and put together
 * again.
 *
 * @module
 */
import { type Tensor, tf } from "./tf.ts";

/** A nested value taken apart. */
export interface Flat {
  /** Its tensors, in order. */
  tensors: Tensor[];
  /** All of it but the tensors' values: nesting, shapes, data types, and what is no tensor. */
  signature: string;
  /** Puts it together again with other tensors in place of its own. */
  rebuild(tensors: readonly Tensor[]): unknown;
}

/**
 * @param value Tensors, numbers, strings, bools, null and undefined, in arrays and plain objects.
 * @param what What the value is, for the error.
 * @param variables Whether a variable is a tensor among others, or one that stands for itself and is told apart.
 * @returns Its parts.
 * @throws {TypeError} If there is anything else in it, such as a typed array or a Promise, or itself.
 */
export function flatten(
  value: unknown,
  what: string,
  variables: "by value" | "by reference" = "by value",
): Flat {
  const tensors: Tensor[] = [];
  const around = new Set<unknown>();
  const visitInside = (outer: unknown, part: unknown): Part => {
    if (part === outer || around.has(part)) {
      throw new TypeError(`Cannot use ${what}: it must not contain itself`);
    }
    around.add(outer);
    const visited = visit(part);
    around.delete(outer);
    return visited;
  };
  const visit = (part: unknown): Part => {
    if (part instanceof tf.Tensor) {
      if (variables === "by reference" && part instanceof tf.Variable) {
        return { signature: `variable ${part.id}`, rebuild: () => part };
      }
      const place = tensors.push(part) - 1;
      return {
        signature: `${part.dtype}[${part.shape}]`,
        rebuild: (replacements) => replacements[place],
      };
    }
    if (Array.isArray(part)) {
      const items = Array.from(part, (item) => visitInside(part, item)); // a hole is undefined
      return {
        signature: `(${items.map(({ signature }) => signature)})`,
        rebuild: (replacements) =>
          items.map(({ rebuild }) => rebuild(replacements)),
      };
    }
    if (isPlainObject(part)) {
      const keys = Object.keys(part);
      // In one order, whatever the object's own, so that a state of { a, b } may become { b, a }.
      const items = new Map(
        keys.toSorted().map((key) => [key, visitInside(part, part[key])]),
      );
      const signatures = Array.from(
        items,
        ([key, { signature }]) => `${JSON.stringify(key)}:${signature}`,
      );
      return {
        signature: `{${signatures}}`,
        rebuild: (replacements) =>
          Object.fromEntries(
            keys.map((key) => [key, items.get(key)!.rebuild(replacements)]),
          ),
      };
    }
    if (part !== null && !STATIC.has(typeof part)) {
      throw new TypeError(
        `Cannot use ${what}: it must be made of tensors, numbers, strings, bools, arrays and plain objects: ${
          inWords(part)
        }`,
      );
    }
    const signature = typeof part === "string"
      ? JSON.stringify(part)
      : Object.is(part, -0)
      ? "-0"
      : `${part}${typeof part === "bigint" ? "n" : ""}`;
    return { signature, rebuild: () => part };
  };
  const { signature, rebuild } = visit(value);
  return { tensors, signature, rebuild };
}

/**
 * What a function returned, taken apart.
 *
 * @param result What it returned.
 * @param name The function's name.
 * @returns Its parts.
 * @throws {TypeError} If it is a Promise or has anything else in it that cannot be a result.
 */
export function flattenResult(result: unknown, name: string): Flat {
  if (result instanceof Promise) {
    result.catch(() => {}); // its failure follows from ours
    throw new TypeError(
      `Cannot compile "${name}": a compiled function must not be async: read values outside`,
    );
  }
  return flatten(result, `the result of "${name}"`);
}

interface Part {
  signature: string;
  rebuild: (replacements: readonly Tensor[]) => unknown;
}

const STATIC = new Set(["number", "string", "boolean", "undefined", "bigint"]);

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function inWords(value: unknown): string {
  if (typeof value !== "object" || value === null) return typeof value;
  return value.constructor?.name ?? "object";
}
