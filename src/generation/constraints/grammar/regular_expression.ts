/**
 * Regular expressions of JavaScript as parts of a grammar.
 *
 * Which of several ways an expression prefers (`*?` or `*`, the order of a choice) makes no difference to what it matches
 * as a whole, so it has none here.
 *
 * @module
 */
import { ANY_CHARACTER, type CharacterSet } from "./character_set.ts";
import { ExpressionParser, type Piece } from "./_expression_parser.ts";
import type { Grammar, GrammarNode } from "./grammar.ts";

/** Flags that change what a whole text must be. */
const KNOWN_FLAGS = "isuv";

/** Options of {@linkcode regularExpression}. */
export interface RegularExpressionOptions {
  /**
   * Whether it is enough when a part of the text matches, as `test()` has it.
   *
   * @default {false}
   */
  anywhere?: boolean;

  /**
   * How a character of the text is written.
   *
   * @default {as it is}
   */
  write?: (set: CharacterSet) => GrammarNode;
}

/**
 * Adds a regular expression to a grammar.
 *
 * @param grammar The grammar.
 * @param regex The expression.
 * @param options What must match, and how characters are written.
 * @returns The texts that match.
 * @throws {SyntaxError} If the expression has a part that cannot be told from left to right, or a flag that has no effect.
 */
export function regularExpression(
  grammar: Grammar,
  regex: RegExp,
  options: RegularExpressionOptions = {},
): GrammarNode {
  const { anywhere = false } = options;
  const write = options.write ?? ((set) => grammar.characters(set));
  const flag = regex.flags.split("").find((it) => !KNOWN_FLAGS.includes(it));
  if (flag !== undefined) {
    throw new SyntaxError(
      `Cannot constrain: flags must be of i, s, u and v, others have no effect on a whole text: ${flag} of ${regex}`,
    );
  }
  const parser = new ExpressionParser(regex);
  const piece = parser.parse();
  const anything = grammar.repeat(write(ANY_CHARACTER), 0, Infinity);

  /** A piece that begins or ends the text, or neither. */
  function build(piece: Piece, isFirst: boolean, isLast: boolean): GrammarNode {
    if (piece.kind === "anchor") {
      if (piece.sign === "^" ? isFirst : isLast) return grammar.empty;
      const place = piece.sign === "^" ? "behind" : "before";
      return parser.refuse(`${piece.sign} ${place} other parts`, piece.at);
    }
    if (piece.kind === "characters") return write(piece.set);
    if (piece.kind === "repeat") {
      const part = build(piece.piece, false, false);
      return grammar.repeat(part, piece.min, piece.max);
    }
    if (piece.kind === "choice") {
      return grammar.choice(
        piece.options.map((option) => build(option, isFirst, isLast)),
      );
    }
    const { pieces } = piece;
    const first = pieces.findIndex((part) => !isAnchor(part, "^"));
    const last = pieces.findLastIndex((part) => !isAnchor(part, "$"));
    return grammar.sequence(
      pieces.map((part, place) =>
        build(
          part,
          isFirst && (first < 0 || place <= first),
          isLast && place >= last,
        )
      ),
    );
  }

  if (!anywhere) return build(piece, true, true);
  return grammar.choice(
    alternativesOf(piece).map((option) => {
      const isFirst = beginsWith(option, "^");
      const isLast = endsWith(option, "$");
      return grammar.sequence([
        isFirst ? grammar.empty : anything,
        build(option, isFirst, isLast),
        isLast ? grammar.empty : anything,
      ]);
    }),
  );
}

function isAnchor(piece: Piece, sign: "^" | "$"): boolean {
  return piece.kind === "anchor" && piece.sign === sign;
}

function beginsWith(piece: Piece, sign: "^"): boolean {
  if (piece.kind !== "sequence") return isAnchor(piece, sign);
  const [first] = piece.pieces;
  return first !== undefined && beginsWith(first, sign);
}

function endsWith(piece: Piece, sign: "$"): boolean {
  if (piece.kind !== "sequence") return isAnchor(piece, sign);
  const last = piece.pieces.at(-1);
  return last !== undefined && endsWith(last, sign);
}

/** Whether `^` or `$` is anywhere in a piece. */
function hasAnchor(piece: Piece): boolean {
  if (piece.kind === "sequence") return piece.pieces.some(hasAnchor);
  if (piece.kind === "choice") return piece.options.some(hasAnchor);
  if (piece.kind === "repeat") return hasAnchor(piece.piece);
  return piece.kind === "anchor";
}

/** The alternatives of an expression; `(^|,)a` is two of them, because only one of them begins the text. */
function alternativesOf(piece: Piece): Piece[] {
  if (piece.kind === "choice") return piece.options.flatMap(alternativesOf);
  if (piece.kind !== "sequence") return [piece];
  for (const place of [0, piece.pieces.length - 1]) {
    const part = piece.pieces[place];
    if (
      part === undefined || !hasAnchor(part) ||
      (part.kind !== "choice" && part.kind !== "sequence")
    ) continue;
    const inner = part.kind === "choice" ? part.options : part.pieces;
    const rests = part.kind === "choice"
      ? inner.map((option) => [option])
      : [inner];
    return rests.flatMap((parts) =>
      alternativesOf({
        kind: "sequence",
        pieces: piece.pieces.toSpliced(place, 1, ...parts),
      })
    );
  }
  return [piece];
}
