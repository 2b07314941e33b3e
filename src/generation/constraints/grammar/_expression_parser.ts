/**
 * Takes a JavaScript regular expression apart (ECMA-262, "Patterns", and its annex B for expressions without the flags u
 * and v).
 *
 * RegExp has read the expression before, so it is known to be well formed. Without u and v an expression reads halves of
 * characters beyond U+FFFF; what only a half could match is left out, or refused.
 *
 * @module
 */
import {
  ANY_CHARACTER,
  type CharacterSet,
  intersectionOf,
  unionOf,
} from "./character_set.ts";
import { scanCases, scanCharacters } from "./_scan_characters.ts";

/** A part of a regular expression. */
export type Piece =
  | {
    kind: "characters";
    set: CharacterSet;
    /** Whether it has every half of a character beyond U+FFFF as well: repeated without end it has those characters. */
    hasHalves: boolean;
  }
  | { kind: "sequence"; pieces: Piece[] }
  | { kind: "choice"; options: Piece[] }
  | { kind: "repeat"; piece: Piece; min: number; max: number }
  /** `^` or `$`. */
  | { kind: "anchor"; sign: "^" | "$"; at: number };

/** Groups in one another. */
const DEEPEST = 500;

/** The characters beyond U+FFFF. */
const BEYOND: CharacterSet = [0x10000, 0x10ffff];

/** How often the piece before is repeated. */
const QUANTIFIER = /(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/y;

/** Escapes of one character. */
const CONTROLS: ReadonlyMap<string, number> = new Map([
  ["t", 0x09],
  ["n", 0x0a],
  ["v", 0x0b],
  ["f", 0x0c],
  ["r", 0x0d],
]);

/** Reads a regular expression; `parse()` may be called once. */
export class ExpressionParser {
  readonly #regex: RegExp;
  readonly #source: string;
  readonly #isUnicode: boolean;
  #flags: string;
  #at = 0;
  #depth = 0;

  /**
   * Takes the expression.
   *
   * @param regex The expression; of its flags i, s, u and v matter.
   */
  constructor(regex: RegExp) {
    this.#regex = regex;
    this.#source = regex.source;
    this.#isUnicode = regex.unicode || regex.unicodeSets;
    this.#flags = regex.flags.replace(/[^isuv]/g, "");
  }

  /**
   * Gives the parts.
   *
   * @throws {SyntaxError} If a part cannot be told from left to right.
   */
  parse(): Piece {
    return this.#alternatives();
  }

  /**
   * Refuses a part of the expression.
   *
   * @param what What it is.
   * @param at Where it is in the source.
   */
  refuse(what: string, at = this.#at): never {
    throw new SyntaxError(
      `Cannot constrain: a regular expression must have no ${what}: at ${at} of ${this.#regex}`,
    );
  }

  #alternatives(): Piece {
    const options = [this.#sequence()];
    while (this.#take("|")) options.push(this.#sequence());
    if (options.length === 1) return options[0]!;
    const sets = options.filter((option) => option.kind === "characters");
    if (sets.length < options.length) return { kind: "choice", options };
    return {
      kind: "characters",
      set: unionOf(sets.map(({ set }) => set)),
      hasHalves: sets.some(({ hasHalves }) => hasHalves),
    };
  }

  #sequence(): Piece {
    const pieces: Piece[] = [];
    for (;;) {
      const next = this.#source[this.#at];
      if (next === undefined || next === "|" || next === ")") break;
      pieces.push(this.#quantified(this.#piece()));
    }
    return pieces.length === 1 ? pieces[0]! : { kind: "sequence", pieces };
  }

  #piece(): Piece {
    const source = this.#source;
    const at = this.#at;
    const sign = source[at]!;
    if (sign === "^" || sign === "$") {
      this.#at++;
      return { kind: "anchor", sign, at };
    }
    if (sign === "(") return this.#group();
    if (sign === ".") return this.#scan(at + 1);
    if (sign === "[") return this.#scan(this.#endOfClass());
    if (sign !== "\\") {
      const point = source.codePointAt(at)!;
      this.#at += point > 0xffff ? 2 : 1;
      return this.#literal(point, at);
    }
    const kind = source[at + 1]!;
    if (/[dDwWsS]/.test(kind)) return this.#scan(at + 2);
    if (/[pP]/.test(kind) && this.#isUnicode) {
      return this.#scan(source.indexOf("}", at) + 1);
    }
    if (/[bB]/.test(kind)) this.refuse("word boundary");
    if (/[1-9k]/.test(kind)) this.refuse("back reference");
    return this.#literal(this.#escape(), at);
  }

  #group(): Piece {
    const head = this.#source.slice(this.#at).match(
      /^\((\?(:|[=!]|<[=!]|<[^>]*>|[a-z]*(-[a-z]*)?:))?/,
    )!;
    const kind = head[2] ?? ":";
    if (/^[=!]/.test(kind)) this.refuse("look-ahead");
    if (/^<[=!]/.test(kind)) this.refuse("look-behind");
    if (++this.#depth > DEEPEST) {
      this.refuse(`more than ${DEEPEST} groups in one another`);
    }
    const flags = this.#flags;
    if (/^[a-z-]+:$/.test(kind)) {
      if (kind.includes("m")) this.refuse("change of the flag m");
      const [on = "", off = ""] = kind.slice(0, -1).split("-");
      const left = flags.split("").filter((flag) => !off.includes(flag));
      this.#flags = [...new Set([...left, ...on])].join("");
    }
    this.#at += head[0].length;
    const piece = this.#alternatives();
    this.#at++; // the bracket
    this.#flags = flags;
    this.#depth--;
    return piece;
  }

  /** A piece, repeated by what comes after it. */
  #quantified(piece: Piece): Piece {
    QUANTIFIER.lastIndex = this.#at;
    const found = QUANTIFIER.exec(this.#source);
    if (found === null) return piece;
    const [text, from, comma, to] = found;
    let min = text.startsWith("+") ? 1 : 0;
    let max = text.startsWith("?") ? 1 : Infinity;
    if (from !== undefined) {
      min = Number(from);
      max = to ? Number(to) : comma ? Infinity : min;
    }
    this.#at += text.length;
    if (piece.kind === "characters" && piece.hasHalves && max === Infinity) {
      // Two halves are a character, which is one of the units that are asked for at least.
      const whole: Piece = {
        kind: "characters",
        set: unionOf([piece.set, BEYOND]),
        hasHalves: false,
      };
      if (min < 2) return { kind: "repeat", piece: whole, min, max };
      const pieces: Piece[] = [
        { kind: "repeat", piece, min, max: min },
        { kind: "repeat", piece: whole, min: 0, max },
      ];
      return { kind: "sequence", pieces };
    }
    return { kind: "repeat", piece, min, max };
  }

  /** The class that ends before a place of the source. */
  #scan(end: number): Piece {
    const at = this.#at;
    const atom = this.#source.slice(at, end);
    if (this.#flags.includes("v") && mayBeStrings(atom)) {
      this.refuse("class of texts that are not single characters");
    }
    const { set, halves } = scanCharacters(atom, this.#flags);
    if (halves === "some") {
      this.refuse(
        "class of halves of characters (the flag u makes them whole)",
      );
    }
    this.#at = end;
    return { kind: "characters", set, hasHalves: halves === "all" };
  }

  #literal(point: number, at: number): Piece {
    const isHalf = point >= 0xd800 && point <= 0xdfff;
    QUANTIFIER.lastIndex = this.#at;
    const isCut = point > 0xffff && !this.#isUnicode &&
      QUANTIFIER.test(this.#source);
    if (isHalf || isCut) {
      this.refuse("half of a character (the flag u makes it whole)", at);
    }
    const set = this.#flags.includes("i")
      ? scanCases(point, this.#flags)
      : [point, point];
    return {
      kind: "characters",
      set: intersectionOf(set, ANY_CHARACTER),
      hasHalves: false,
    };
  }

  /** Reads an escaped character. */
  #escape(): number {
    const rest = this.#source.slice(this.#at);
    const braced = this.#isUnicode ? rest.match(/^\\u\{([^}]+)\}/) : null;
    const pair = rest.match(
      /^\\u([dD][89abAB][\da-fA-F]{2})\\u([dD][c-fC-F][\da-fA-F]{2})/,
    );
    const hex = rest.match(/^\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4}))/);
    const letter = rest.match(/^\\c([A-Za-z])/);
    if (braced !== null) {
      this.#at += braced[0].length;
      return parseInt(braced[1]!, 16);
    }
    if (pair !== null) {
      this.#at += pair[0].length;
      return 0x10000 + ((parseInt(pair[1]!, 16) - 0xd800) << 10) +
        (parseInt(pair[2]!, 16) - 0xdc00);
    }
    if (hex !== null) {
      this.#at += hex[0].length;
      return parseInt(hex[1] ?? hex[2]!, 16);
    }
    if (letter !== null) {
      this.#at += letter[0].length;
      return letter[1]!.charCodeAt(0) % 32;
    }
    const point = this.#source.codePointAt(this.#at + 1)!;
    const sign = String.fromCodePoint(point);
    if (sign === "c") this.refuse("\\c without a letter");
    if (/^\\0\d/.test(rest)) this.refuse("octal escape");
    this.#at += 1 + sign.length;
    return sign === "0" ? 0 : CONTROLS.get(sign) ?? point;
  }

  /** Where the class that begins here ends. */
  #endOfClass(): number {
    const source = this.#source;
    const nests = this.#flags.includes("v");
    let depth = 0;
    for (let at = this.#at;; at++) {
      if (source[at] === "\\") at++;
      else if (source[at] === "[" && (depth === 0 || nests)) depth++;
      else if (source[at] === "]" && --depth === 0) return at + 1;
    }
  }

  #take(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}

/** Whether a class has texts that are no single characters, which cannot be negated. */
function mayBeStrings(atom: string): boolean {
  try {
    new RegExp(`[^${atom}]`, "v");
    return false;
  } catch {
    return true;
  }
}
