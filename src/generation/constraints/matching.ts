/**
 * Texts that match a regular expression.
 *
 * @module
 */
import { madeBy } from "./made_by.ts";
import type { Acceptor } from "./acceptor.ts";
import { Grammar } from "./grammar/grammar.ts";
import { GrammarAcceptor } from "./grammar/grammar_acceptor.ts";
import { regularExpression } from "./grammar/regular_expression.ts";

/**
 * Makes the language of a regular expression: the texts that it matches as a whole.
 *
 * Classes, `\p{…}`, groups, choices, every kind of quantifier, `^` at the beginning and `$` at the end are understood, and
 * the flags i, s, u and v, all as RegExp has them. Look-ahead, look-behind, back references and word boundaries cannot be
 * told from left to right and are refused.
 *
 * Without the flags u and v RegExp counts characters beyond U+FFFF, such as 🐋, as two. They are then written where they
 * stand in the expression, and where `.` or a negated class is repeated without end (`.*`, `[^"]+`), and nowhere else.
 *
 * @param regex The expression.
 * @returns The language.
 * @throws {TypeError} If `regex` is no RegExp.
 * @throws {SyntaxError} If the expression has a part that cannot be told from left to right, a flag that has no effect, or
 * matches no text.
 * @throws {RangeError} If a number of repetitions is larger than 2³⁰.
 *
 * @example A date
 * ```ts
 * import { matching } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const date = matching(/\d{4}-\d\d-\d\d/);
 * let state: unknown = date.start;
 * for (const character of "1851-10-18") state = date.next(state, character.codePointAt(0)!);
 * assertEquals(date.isComplete(state), true);
 * ```
 */
export function matching(regex: RegExp): Acceptor {
  if (!(regex instanceof RegExp)) {
    throw new TypeError(
      `Cannot constrain: the regular expression must be a RegExp, such as /[0-9]+/: ${
        regex === null ? "null" : typeof regex
      }`,
    );
  }
  const grammar = new Grammar();
  const root = regularExpression(grammar, regex);
  return madeBy(
    new GrammarAcceptor(grammar, root, `a text that matches ${regex}`),
    "matching",
    [regex.source, regex.flags],
  );
}
