/**
 * JSON texts as parts of a grammar: every text, name and value in the one form in which JSON.stringify writes it (RFC 8259).
 *
 * @module
 */
import {
  ANY_CHARACTER,
  type CharacterSet,
  charactersOf,
  complementOf,
  contains,
  intersectionOf,
} from "../grammar/character_set.ts";
import type { Grammar, GrammarNode } from "../grammar/grammar.ts";

/** Where white space is written. */
export type JsonWhitespace = "none" | "spaces" | "any";

/** Control characters, `"` and `\`. */
const ESCAPED: CharacterSet = [0, 0x1f, 0x22, 0x22, 0x5c, 0x5c];

/** Writes JSON into a grammar. */
export class JsonWriter {
  /** What may stand after a bracket that opens, and before `:`, `,` and a bracket that closes. */
  readonly gap: GrammarNode;
  /** Between two members or items. */
  readonly comma: GrammarNode;
  /** Between a name and its value. */
  readonly colon: GrammarNode;
  /** Any characters within quotes. */
  readonly anyCharacters: GrammarNode;
  /** Any text in quotes. */
  readonly anyText: GrammarNode;
  readonly #grammar: Grammar;
  readonly #written = new Map<CharacterSet, GrammarNode>();

  /**
   * Takes a grammar.
   *
   * @param grammar The grammar.
   * @param whitespace Where white space is written.
   */
  constructor(grammar: Grammar, whitespace: JsonWhitespace) {
    this.#grammar = grammar;
    const any = grammar.repeat(
      grammar.characters(charactersOf(" \t\n\r")),
      0,
      Infinity,
    );
    this.gap = whitespace === "any" ? any : grammar.empty;
    const after = whitespace === "spaces" ? grammar.text(" ") : this.gap;
    this.comma = grammar.sequence([this.gap, grammar.text(","), after]);
    this.colon = grammar.sequence([this.gap, grammar.text(":"), after]);
    this.anyCharacters = grammar.repeat(
      this.character(ANY_CHARACTER),
      0,
      Infinity,
    );
    this.anyText = this.quoted(this.anyCharacters);
  }

  /**
   * One character of a text, escaped where JSON.stringify escapes it.
   *
   * @param set The characters.
   */
  character(set: CharacterSet): GrammarNode {
    let written = this.#written.get(set);
    if (written === undefined) {
      const grammar = this.#grammar;
      const plain = intersectionOf(set, complementOf(ESCAPED));
      const options = [grammar.characters(plain)];
      for (let i = 0; i < ESCAPED.length; i += 2) {
        for (let point = ESCAPED[i]!; point <= ESCAPED[i + 1]!; point++) {
          if (!contains(set, point)) continue;
          const text = JSON.stringify(String.fromCodePoint(point));
          options.push(grammar.text(text.slice(1, -1)));
        }
      }
      written = grammar.choice(options);
      this.#written.set(set, written);
    }
    return written;
  }

  /**
   * A text in quotes.
   *
   * @param content The text, its characters written.
   */
  quoted(content: GrammarNode): GrammarNode {
    const grammar = this.#grammar;
    return grammar.sequence([grammar.text('"'), content, grammar.text('"')]);
  }

  /**
   * Any text in quotes that is none of a list.
   *
   * @param texts The list.
   */
  textBut(texts: readonly string[]): GrammarNode {
    const grammar = this.#grammar;
    const quote = grammar.text('"');

    /** What may come after a beginning that the rests have in common. */
    const after = (rests: readonly string[][]): GrammarNode => {
      const byFirst = new Map<string, string[][]>();
      for (const [first, ...rest] of rests) {
        if (first === undefined) continue;
        byFirst.set(first, [...byFirst.get(first) ?? [], rest]);
      }
      const others = complementOf(charactersOf([...byFirst.keys()].join("")));
      const options = [
        grammar.sequence([this.character(others), this.anyCharacters, quote]),
        ...Array.from(byFirst, ([first, left]) =>
          grammar.sequence([
            this.character(charactersOf(first)),
            after(left),
          ])),
      ];
      if (!rests.some(({ length }) => length === 0)) options.push(quote);
      return grammar.choice(options);
    };
    return grammar.sequence([
      quote,
      after(
        texts.filter((text) => text.isWellFormed()).map((text) => [...text]),
      ),
    ]);
  }

  /**
   * A member of an object.
   *
   * @param name Its name in quotes.
   * @param value Its value.
   */
  member(name: string, value: GrammarNode): GrammarNode {
    const rest = this.#grammar.sequence([this.colon, value]);
    return this.#grammar.text(JSON.stringify(name), rest);
  }

  /**
   * Things in brackets.
   *
   * @param brackets Such as `{}`.
   * @param content What is between them.
   */
  enclosed(brackets: string, content: GrammarNode): GrammarNode {
    const grammar = this.#grammar;
    return grammar.sequence([
      grammar.text(brackets[0]!),
      this.gap,
      content,
      this.gap,
      grammar.text(brackets[1]!),
    ]);
  }

  /**
   * A value as it is.
   *
   * @param value Any value of JSON.
   */
  value(value: unknown): GrammarNode {
    const grammar = this.#grammar;
    if (typeof value !== "object" || value === null) {
      return grammar.text(JSON.stringify(value));
    }
    const isList = Array.isArray(value);
    const items = isList
      ? value.map((item) => this.value(item))
      : Object.entries(value).map(([name, member]) =>
        this.member(name, this.value(member))
      );
    const content = items.flatMap((item, i) =>
      i > 0 ? [this.comma, item] : [item]
    );
    return this.enclosed(isList ? "[]" : "{}", grammar.sequence(content));
  }
}
