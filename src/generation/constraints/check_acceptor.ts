/**
 * Whether what a caller gives is an acceptor.
 *
 * @module
 */
import { brief } from "../../tokenizers/brief.ts";
import type { Acceptor } from "./acceptor.ts";

const METHODS = ["next", "leadsOn", "isComplete", "distance", "key"] as const;

/**
 * Refuses what is no acceptor.
 *
 * @param value What a caller gave.
 * @throws {TypeError} If it lacks a member.
 */
export function checkAcceptor(value: unknown): asserts value is Acceptor {
  const acceptor = value as Acceptor | null | undefined;
  if (
    typeof acceptor === "object" && acceptor !== null &&
    typeof acceptor.description === "string" && "start" in acceptor &&
    METHODS.every((name) => typeof acceptor[name] === "function")
  ) return;
  throw new TypeError(
    `Cannot constrain: a constraint must be an acceptor, such as matching(/[a-z]+/) or withoutLetters("e"): ${
      value instanceof RegExp ? value : brief(value)
    }`,
  );
}
