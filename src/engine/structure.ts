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
 * @returns Its parts.
 * @throws {TypeError} If there is anything else in it, such as a typed array or a Promise.
 */
export function flatten(value: unknown, what: string): Flat {
  const tensors: Tensor[] = [];
  const visit = (part: unknown): { signature: string; rebuild: Rebuild } => {
    if (part instanceof tf.Tensor) {
      const place = tensors.push(part) - 1;
      return {
        signature: `${part.dtype}[${part.shape}]`,
        rebuild: (replacements) => replacements[place],
      };
    }
    if (Array.isArray(part)) {
      const items = part.map(visit);
      return {
        signature: `(${items.map(({ signature }) => signature)})`,
        rebuild: (replacements) =>
          items.map(({ rebuild }) => rebuild(replacements)),
      };
    }
    if (isPlainObject(part)) {
      const entries = Object.entries(part).map(([key, item]) =>
        [key, visit(item)] as const
      );
      return {
        signature: `{${
          entries.map(([key, { signature }]) =>
            `${JSON.stringify(key)}:${signature}`
          )
        }}`,
        rebuild: (replacements) =>
          Object.fromEntries(
            entries.map(([key, { rebuild }]) => [key, rebuild(replacements)]),
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

type Rebuild = (replacements: readonly Tensor[]) => unknown;

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
