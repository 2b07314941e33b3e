/**
 * Grammars in GBNF, the notation of llama.cpp (its grammars/README.md says what it is).
 *
 * @module
 */
import { madeBy } from "./made_by.ts";
import type { Acceptor } from "./acceptor.ts";
import { GBNFParser } from "./grammar/gbnf_parser.ts";
import { GrammarAcceptor } from "./grammar/grammar_acceptor.ts";

/**
 * Makes the language of a grammar in GBNF: the texts of its rule `root`.
 *
 * Rules `name ::= …`, texts in quotes, classes such as `[a-z]` and `[^"\n]`, `.` for any character, groups, `|`, `*`, `+`,
 * `?`, `{m}`, `{m,}`, `{m,n}`, comments after `#`, and the escapes `\n`, `\r`, `\t`, `\\`, `\"`, `\[`, `\]`, `\xXX`, `\uXXXX` and
 * `\UXXXXXXXX` are understood. A rule may go on in the next line after `::=`, after `|`, before `|`, and in brackets. Rules
 * may refer to each other and to themselves, but must not begin with themselves.
 *
 * @param source The grammar.
 * @returns The language.
 * @throws {TypeError} If the grammar is no text.
 * @throws {SyntaxError} If it cannot be read, at which line and column; if a rule is missing, is there twice or begins with
 * itself; or if `root` has no text.
 * @throws {RangeError} If a number of repetitions is larger than 2³⁰.
 *
 * @example Sums in brackets
 * ```ts
 * import { gbnf } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const sums = gbnf(`
 *   root ::= term ("+" term)*   # one at least
 *   term ::= [0-9]+ | "(" root ")"
 * `);
 * let state: unknown = sums.start;
 * for (const character of "1+(2+30)") state = sums.next(state, character.codePointAt(0)!);
 * assertEquals(sums.isComplete(state), true);
 * ```
 */
export function gbnf(source: string): Acceptor {
  if (typeof source !== "string") {
    throw new TypeError(
      `Cannot constrain: a grammar must be a text: ${
        source === null ? "null" : typeof source
      }`,
    );
  }
  const grammar = new GBNFParser(source).parse();
  const acceptor = new GrammarAcceptor(
    grammar,
    grammar.rule("root"),
    "a text of the grammar's rule root",
  );
  return madeBy(acceptor, "gbnf", [source]);
}
