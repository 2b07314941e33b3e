/**
 * Texts that match patterns and formats, of so many characters.
 *
 * @module
 */
import { ANY_CHARACTER } from "../grammar/character_set.ts";
import { Grammar, type GrammarNode } from "../grammar/grammar.ts";
import { GrammarAcceptor } from "../grammar/grammar_acceptor.ts";
import { regularExpression } from "../grammar/regular_expression.ts";
import { FORMATS } from "./_formats.ts";
import { intersectionNode } from "./_intersection.ts";
import type { JsonWriter } from "./_json_writer.ts";
import type { SchemaParts } from "./_schema_parts.ts";

/**
 * Adds the texts that fit a schema to a grammar.
 *
 * @param grammar The grammar.
 * @param writer Writes JSON into it.
 * @param parts What the schema says.
 * @param name A beginning of names of rules that no other rule has.
 */
export function textNode(
  grammar: Grammar,
  writer: JsonWriter,
  parts: SchemaParts,
  name: string,
): GrammarNode {
  const { patterns, formats, minLength = 0, maxLength = Infinity } = parts;
  const write = writer.character.bind(writer);
  const languages = [
    ...patterns.map((pattern) => ({
      regex: new RegExp(pattern, "u"),
      anywhere: true,
    })),
    ...formats.map((format) => ({
      regex: FORMATS.get(format)!,
      anywhere: false,
    })),
  ];
  const [one] = languages;
  if (one === undefined) {
    const any = grammar.repeat(write(ANY_CHARACTER), minLength, maxLength);
    return writer.quoted(any);
  }
  if (languages.length === 1 && minLength === 0 && maxLength === Infinity) {
    const { regex, anywhere } = one;
    return writer.quoted(
      regularExpression(grammar, regex, { anywhere, write }),
    );
  }
  const acceptors = languages.map(({ regex, anywhere }) => {
    const own = new Grammar();
    const root = regularExpression(own, regex, { anywhere });
    return new GrammarAcceptor(own, root, `a text that matches ${regex}`);
  });
  return writer.quoted(
    intersectionNode(grammar, {
      acceptors,
      min: minLength,
      max: maxLength,
      write,
      name,
    }),
  );
}
