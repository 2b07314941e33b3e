/**
 * Regular expressions of tokenizer.json files as JavaScript's.
 *
 * Hugging Face tokenizers runs them with Oniguruma (syntax: its doc/RE). What differs: the white space of `\s`, the digits
 * of `\d` and the letters of `\w` are those of Unicode, `\h` is a hexadecimal digit, `.` stops at LF alone, `^` and `$`
 * know lines, names of scripts stand without `Script=`, and `?+`, `*+`, `++` never give back.
 *
 * @module
 */
import { brief } from "./brief.ts";
import { type JsonMembers, refuse } from "./json_members.ts";

/** White space as `\s` of Rust and Oniguruma has it: with U+0085, without U+FEFF. */
export const WHITE_SPACE = "\\p{White_Space}";

/** Escapes inside of a class, and outside with brackets around; the six numbers among the words are Oniguruma's. */
const CLASSES: ReadonlyMap<string, string> = new Map([
  ["s", WHITE_SPACE],
  ["d", "\\p{Nd}"],
  ["w", "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}²³¹¼-¾"],
  ["h", "0-9a-fA-F"],
]);

/** POSIX brackets. */
const POSIX: ReadonlyMap<string, string> = new Map([
  ["alpha", "\\p{Alphabetic}"],
  ["alnum", "\\p{Alphabetic}\\p{Nd}"],
  ["blank", "\\p{Zs}\\t"],
  ["cntrl", "\\p{Cc}"],
  ["digit", "\\p{Nd}"],
  ["lower", "\\p{Lowercase}"],
  ["punct", "\\p{P}\\p{S}"],
  ["space", WHITE_SPACE],
  ["upper", "\\p{Uppercase}"],
  ["xdigit", "0-9a-fA-F"],
]);

/**
 * Reads a pattern: `{"String": "…"}` is literal, `{"Regex": "…"}` a regular expression.
 *
 * @param members The object that has it.
 * @param name Name of the member.
 * @returns A global expression.
 */
export function readPattern(members: JsonMembers, name: string): RegExp {
  const value = members.raw(name);
  if (typeof value === "string") return literalExpression(value);
  const pattern = members.members(name);
  if (pattern.has("String")) return literalExpression(pattern.string("String"));
  if (pattern.has("Regex")) return translateExpression(pattern.string("Regex"));
  throw refuse(members.at(name), 'an object with "String" or "Regex"', value);
}

/** A global expression that finds a string as it is. */
export function literalExpression(text: string): RegExp {
  return new RegExp(escapeExpression(text), "gu");
}

/** Takes every meaning from the characters of a string. */
export function escapeExpression(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/**
 * Turns an expression of Oniguruma into one of JavaScript.
 *
 * @param source The expression.
 * @returns A global expression that finds the same.
 * @throws {SyntaxError} If it cannot be said in JavaScript.
 */
export function translateExpression(source: string): RegExp {
  const body = new Translation(source).run();
  try {
    return new RegExp(body, "gu");
  } catch (error) {
    throw new SyntaxError(
      `Cannot load tokenizer: the regular expression must be one that JavaScript can run: ${
        brief(source)
      }`,
      { cause: error },
    );
  }
}

/** One expression on its way. */
class Translation {
  readonly #source: string;
  #at = 0;
  #out = "";
  /** Where the last item that a quantifier can follow begins in the output. */
  #item = 0;
  /** Where open groups begin in the output. */
  readonly #groups: number[] = [];
  #atomic = 0;

  constructor(source: string) {
    this.#source = source;
  }

  run(): string {
    while (this.#at < this.#source.length) this.#next();
    return this.#out;
  }

  #next(): void {
    const character = String.fromCodePoint(this.#source.codePointAt(this.#at)!);
    const begin = this.#out.length;
    switch (character) {
      case "\\":
        this.#escape(false);
        break;
      case "[":
        this.#class();
        break;
      case "(":
        this.#groups.push(begin);
        this.#open();
        return;
      case ")":
        this.#out += ")";
        this.#at++;
        this.#item = this.#groups.pop() ?? 0;
        return;
      case "*":
      case "+":
      case "?":
      case "{":
        this.#quantifier();
        return;
      case ".":
        this.#put("[^\\n]");
        break;
      case "^":
        this.#put("(?<![^\\n])");
        break;
      case "$":
        this.#put("(?![^\\n])");
        break;
      case "}":
      case "]":
        this.#put(`\\${character}`);
        break;
      default:
        this.#put(character, character.length);
    }
    this.#item = begin;
  }

  #put(text: string, taken = 1): void {
    this.#out += text;
    this.#at += taken;
  }

  /** A group opens; atomic ones become a look-ahead and a reference to what it found. */
  #open(): void {
    const rest = this.#source.slice(this.#at);
    const head = rest.match(/^\((?:\?(?:[:=!]|<[=!]|[imx-]+:|<\w+>))?/)![0];
    if (/^\(\?[imx-]*[mx]/.test(rest) || /^\(\?(>|[imx-]+\))/.test(rest)) {
      throw new SyntaxError(
        `Cannot load tokenizer: a group of the regular expression has no form in JavaScript: ${
          brief(this.#source)
        }`,
      );
    }
    // Captures are of no use here, and would number the references wrongly.
    const plain = head === "(" || /^\(\?<\w/.test(head);
    this.#put(plain ? "(?:" : head, head.length);
  }

  #quantifier(): void {
    const rest = this.#source.slice(this.#at);
    const quantifier = rest.match(/^(?:[*+?]|\{\d*,?\d*\})/)?.[0];
    if (quantifier === undefined || /^\{,?\}$/.test(quantifier)) {
      const begin = this.#out.length;
      this.#put("\\{"); // a brace that is just a brace
      this.#item = begin;
      return;
    }
    const written = quantifier.replace("{,", "{0,");
    this.#at += quantifier.length;
    const after = this.#source[this.#at];
    if (after === "+" && !quantifier.startsWith("{")) {
      const item = this.#out.slice(this.#item);
      const name = `a${this.#atomic++}`;
      this.#out = `${
        this.#out.slice(0, this.#item)
      }(?:(?=(?<${name}>${item}${written}))\\k<${name}>)`;
      this.#at++;
      return;
    }
    if (after === "+") {
      // A braced quantifier, repeated: {1,3}+ is (?:…{1,3})+.
      const item = this.#out.slice(this.#item);
      this.#out = `${this.#out.slice(0, this.#item)}(?:${item}${written})+`;
      this.#at++;
      return;
    }
    this.#out += written;
    if (after === "?") this.#put("?");
  }

  /** An escape, in a class or outside of one. */
  #escape(inClass: boolean): void {
    const source = this.#source;
    const kind = source[this.#at + 1] ?? "";
    const named = CLASSES.get(kind.toLowerCase());
    if (named !== undefined) {
      const negated = kind !== kind.toLowerCase();
      if (inClass && negated) {
        if (kind !== "S" && kind !== "D") this.#refuseClass();
        this.#put(kind === "S" ? "\\P{White_Space}" : "\\P{Nd}", 2);
      } else if (inClass) this.#put(named, 2);
      else this.#put(`[${negated ? "^" : ""}${named}]`, 2);
    } else if (kind === "p" || kind === "P") {
      const match = source.slice(this.#at).match(/^\\[pP]\{(\^?)([^}]*)\}/);
      if (match === null) return this.#refuseClass();
      const negated = (kind === "P") !== (match[1] === "^");
      this.#put(propertyOf(match[2]!, negated), match[0].length);
    } else if (kind === "x" && source[this.#at + 2] === "{") {
      const match = source.slice(this.#at).match(/^\\x\{([0-9a-fA-F]+)\}/);
      if (match === null) return this.#refuseClass();
      this.#put(`\\u{${match[1]}}`, match[0].length);
    } else if (kind === "A") this.#put("(?<![^])", 2);
    else if (kind === "z") this.#put("(?![^])", 2);
    else if (kind === "Z") this.#put("(?=\\n?(?![^]))", 2);
    else if (kind === "x" || kind === "u") {
      const length = kind === "x" ? 4 : 6;
      this.#put(source.slice(this.#at, this.#at + length), length);
    } else if (/[tnrfv0bB]/.test(kind)) this.#put(`\\${kind}`, 2);
    else if (kind === "a") this.#put("\\x07", 2);
    else if (kind === "e") this.#put("\\x1B", 2);
    else if (kind !== "" && /[^A-Za-z0-9]/.test(kind)) {
      const character = String.fromCodePoint(source.codePointAt(this.#at + 1)!);
      this.#put(
        inClass
          ? character.replace(/[\\\]^-]/, "\\$&")
          : escapeExpression(character),
        1 + character.length,
      );
    } else this.#refuseClass();
  }

  /** A class of characters. */
  #class(): void {
    this.#put("[");
    if (this.#source[this.#at] === "^") this.#put("^");
    if (this.#source[this.#at] === "]") this.#put("\\]");
    while (this.#source[this.#at] !== "]") {
      const rest = this.#source.slice(this.#at);
      if (rest === "" || rest.startsWith("&&")) this.#refuseClass();
      const posix = rest.match(/^\[:(\w+):\]/);
      if (posix !== null) {
        const set = POSIX.get(posix[1]!);
        if (set === undefined) this.#refuseClass();
        this.#put(set!, posix[0].length);
      } else if (rest.startsWith("[")) {
        // A class in a class adds its members.
        if (/^\[\^|^\[[^\]]*\[/.test(rest)) this.#refuseClass();
        const end = this.#source.indexOf("]", this.#at);
        if (end < 0) this.#refuseClass();
        this.#at++;
        while (this.#at < end) this.#member();
        this.#at++;
      } else this.#member();
    }
    this.#put("]");
  }

  #member(): void {
    if (this.#source[this.#at] === "\\") return this.#escape(true);
    const character = String.fromCodePoint(this.#source.codePointAt(this.#at)!);
    this.#put(character, character.length);
  }

  #refuseClass(): void {
    throw new SyntaxError(
      `Cannot load tokenizer: the regular expression has a part without a form in JavaScript: ${
        brief(this.#source)
      } at ${this.#at}`,
    );
  }
}

/** A property of characters: a general category, a script, or another that JavaScript knows. */
function propertyOf(name: string, negated: boolean): string {
  const letter = negated ? "P" : "p";
  for (const form of [name, `Script=${name}`]) {
    try {
      new RegExp(`\\p{${form}}`, "u");
      return `\\${letter}{${form}}`;
    } catch {
      // The next form may do.
    }
  }
  throw new SyntaxError(
    `Cannot load tokenizer: the regular expression names an unknown property of characters: ${
      brief(name)
    }`,
  );
}
