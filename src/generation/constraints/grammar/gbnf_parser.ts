/**
 * Reads a grammar in GBNF, the notation of llama.cpp (its grammars/README.md).
 *
 * @module
 */
import {
  ANY_CHARACTER,
  characterSet,
  complementOf,
  LAST_CODE_POINT,
} from "./character_set.ts";
import { Grammar, type GrammarNode } from "./grammar.ts";

/** Escapes of one letter. */
const ESCAPES: ReadonlyMap<string, number> = new Map([
  ["n", 0x0a],
  ["r", 0x0d],
  ["t", 0x09],
  ["\\", 0x5c],
  ['"', 0x22],
  ["[", 0x5b],
  ["]", 0x5d],
]);

/** Hexadecimal digits after the other escapes. */
const DIGITS: ReadonlyMap<string, number> = new Map([
  ["x", 2],
  ["u", 4],
  ["U", 8],
]);

/** Groups in one another. */
const DEEPEST = 500;

/** Reads one grammar; `parse()` may be called once. */
export class GBNFParser {
  readonly #grammar = new Grammar();
  readonly #source: string;
  /** Where each rule was named first. */
  readonly #named = new Map<string, number>();
  #at = 0;
  #depth = 0;

  /**
   * Takes the grammar.
   *
   * @param source The grammar as it is written.
   */
  constructor(source: string) {
    this.#source = source;
  }

  /**
   * Gives the grammar, with a rule `root`.
   *
   * @throws {SyntaxError} If it cannot be read.
   */
  parse(): Grammar {
    const { rules } = this.#grammar;
    for (this.#skip(true); this.#at < this.#source.length; this.#skip(true)) {
      const at = this.#at;
      const name = this.#name();
      if (name === "") this.#refuse("a rule must begin with its name", at);
      if (rules.has(name)) this.#refuse("a rule must be there once", at);
      this.#skip(false);
      if (!this.#take("::=")) this.#refuse('a name must have "::=" after it');
      this.#skip(true);
      this.#grammar.define(name, this.#alternatives(false));
      if (this.#at < this.#source.length && !/[\r\n]/.test(this.#next())) {
        this.#refuse("a rule must end with its line");
      }
    }
    for (const [name, at] of this.#named) {
      if (!rules.has(name)) this.#refuse("a rule must be defined", at, name);
    }
    if (!rules.has("root")) {
      throw new SyntaxError(
        "Cannot constrain: a grammar must have a rule root: it has " +
          ([...rules.keys()].join(", ") || "none"),
      );
    }
    return this.#grammar;
  }

  #alternatives(isNested: boolean): GrammarNode {
    const options = [this.#sequence(isNested)];
    for (;;) {
      const at = this.#at;
      this.#skip(true); // the next line may begin with |
      if (!this.#take("|")) {
        this.#at = at;
        return this.#grammar.choice(options);
      }
      this.#skip(true);
      options.push(this.#sequence(isNested));
    }
  }

  #sequence(isNested: boolean): GrammarNode {
    const parts: GrammarNode[] = [];
    for (;;) {
      const sign = this.#next();
      if (sign === "" || /[\r\n|)]/.test(sign)) break;
      let part = this.#part(sign);
      for (;;) {
        this.#skip(isNested);
        const repeated = this.#repeated(part);
        if (repeated === undefined) break;
        part = repeated;
      }
      parts.push(part);
    }
    return this.#grammar.sequence(parts);
  }

  #part(sign: string): GrammarNode {
    const at = this.#at;
    if (this.#take('"')) return this.#text(at);
    if (this.#take("[")) return this.#class(at);
    if (this.#take(".")) return this.#grammar.characters(ANY_CHARACTER);
    if (this.#take("(")) {
      if (++this.#depth > DEEPEST) {
        this.#refuse(`groups must be ${DEEPEST} in one another at most`, at);
      }
      this.#skip(true);
      const inner = this.#alternatives(true);
      this.#skip(true);
      if (!this.#take(")")) this.#refuse("a group must be closed", at);
      this.#depth--;
      return inner;
    }
    if (sign === "<" || sign === "!") {
      this.#refuse("parts must be characters, not tokens", at);
    }
    const name = this.#name();
    if (name === "") {
      this.#refuse(
        'a part must be a text in ", a class in [], a group in (), "." or the name of a rule',
        at,
      );
    }
    if (!this.#named.has(name)) this.#named.set(name, at);
    return this.#grammar.rule(name);
  }

  #repeated(part: GrammarNode): GrammarNode | undefined {
    const at = this.#at;
    if (this.#take("*")) return this.#grammar.repeat(part, 0, Infinity);
    if (this.#take("+")) return this.#grammar.repeat(part, 1, Infinity);
    if (this.#take("?")) return this.#grammar.repeat(part, 0, 1);
    if (this.#next() !== "{") return undefined;
    const found = this.#source.slice(at).match(
      /^\{\s*(\d+)\s*(?:(,)\s*(\d+)?\s*)?\}/,
    );
    if (found === null) this.#refuse("repetitions must be {m}, {m,} or {m,n}");
    const [text, from, comma, to] = found;
    const min = Number(from);
    const max = comma === undefined ? min : to === undefined ? Infinity : +to;
    if (max < min) this.#refuse("repetitions must not fall");
    this.#at += text.length;
    return this.#grammar.repeat(part, min, max);
  }

  #text(begin: number): GrammarNode {
    const points: number[] = [];
    while (!this.#take('"')) {
      points.push(this.#character("a text must be closed", begin));
    }
    return this.#grammar.sequence(
      points.map((point) =>
        this.#grammar.characters(characterSet([point, point]))
      ),
    );
  }

  #class(begin: number): GrammarNode {
    const isNegated = this.#take("^");
    const ranges: number[] = [];
    while (!this.#take("]")) {
      const at = this.#at;
      const from = this.#character("a class must be closed", begin);
      let to = from;
      if (this.#next() === "-" && this.#source[this.#at + 1] !== "]") {
        this.#at++;
        to = this.#character("a class must be closed", begin);
      }
      if (to < from) this.#refuse("a range must not fall", at);
      ranges.push(from, to);
    }
    const set = characterSet(ranges);
    return this.#grammar.characters(isNegated ? complementOf(set) : set);
  }

  /** Reads one character of a text or a class, which must not end here. */
  #character(rule: string, begin: number): number {
    const at = this.#at;
    const point = this.#source.codePointAt(at);
    if (point === undefined || point === 0x0a || point === 0x0d) {
      this.#refuse(rule, begin);
    }
    this.#at += point > 0xffff ? 2 : 1;
    if (point !== 0x5c) return this.#whole(point, at);
    const kind = this.#next();
    this.#at++;
    const escaped = ESCAPES.get(kind);
    if (escaped !== undefined) return escaped;
    const count = DIGITS.get(kind);
    if (count === undefined) {
      this.#refuse(
        'an escape must be of \\n \\r \\t \\\\ \\" \\[ \\] \\xXX \\uXXXX \\UXXXXXXXX',
        at,
      );
    }
    const digits = this.#source.slice(this.#at, this.#at + count);
    if (digits.length < count || !/^[\da-fA-F]+$/.test(digits)) {
      this.#refuse(`\\${kind} must have ${count} hexadecimal digits`, at);
    }
    this.#at += count;
    return this.#whole(parseInt(digits, 16), at);
  }

  /** A code point, unless it is none or half of a character. */
  #whole(point: number, at: number): number {
    if (point > LAST_CODE_POINT || (point >= 0xd800 && point <= 0xdfff)) {
      this.#refuse("a character must be one of Unicode", at);
    }
    return point;
  }

  #name(): string {
    const [name] = this.#source.slice(this.#at).match(/^[\w-]*/)!;
    this.#at += name.length;
    return name;
  }

  /** Passes over blanks and comments, and over ends of lines where a rule may go on. */
  #skip(overLines: boolean): void {
    const space = overLines
      ? /(?:[ \t\r\n]|#[^\r\n]*)*/y
      : /[ \t]*(?:#[^\r\n]*)?/y;
    space.lastIndex = this.#at;
    this.#at += space.exec(this.#source)![0].length;
  }

  #next(): string {
    return this.#source[this.#at] ?? "";
  }

  #take(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #refuse(rule: string, at = this.#at, found?: string): never {
    const before = this.#source.slice(0, at).split(/\r\n|\r|\n/);
    const here = found ??
      this.#source.slice(at, at + 20).split(/[\r\n]/, 1)[0]!;
    throw new SyntaxError(
      `Cannot constrain: ${rule}: ${
        at >= this.#source.length ? "the end" : JSON.stringify(here)
      } at line ${before.length}, column ${before.at(-1)!.length + 1}`,
    );
  }
}
