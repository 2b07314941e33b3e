/**
 * Numbers between two bounds, digit by digit.
 *
 * Numbers have at most 15 digits: up to there every decimal number is another double, so that what is written is read back
 * as what it says, and stays on its side of a bound.
 *
 * @module
 */
import type { Grammar, GrammarNode } from "../grammar/grammar.ts";

/** Two bounds; a number that is equal to one is between them unless that bound is open. */
export interface Bounds {
  readonly min: number;
  readonly isMinOpen: boolean;
  readonly max: number;
  readonly isMaxOpen: boolean;
}

/** Digits of a number. */
const MOST_DIGITS = 15;

/** The largest integer that is written. */
const LARGEST = 10 ** MOST_DIGITS - 1;

/** What numbers with a fraction are below where there is no bound on that side, so that there is room for a fraction. */
const LARGEST_WITH_FRACTION = 10 ** 9 - 1;

/** Adds numbers to a grammar. */
export class NumberWriter {
  readonly #grammar: Grammar;

  /**
   * Takes a grammar.
   *
   * @param grammar The grammar.
   */
  constructor(grammar: Grammar) {
    this.#grammar = grammar;
  }

  /** Any number, with a fraction and an exponent of two digits or without. */
  anyNumber(): GrammarNode {
    const grammar = this.#grammar;
    const digits = (min: number, max: number) =>
      grammar.repeat(this.#digits(0, 9), min, max);
    const sign = (signs: string[]) =>
      grammar.choice([
        grammar.empty,
        ...signs.map((sign) => grammar.text(sign)),
      ]);
    const exponent = grammar.sequence([
      grammar.choice([grammar.text("e"), grammar.text("E")]),
      sign(["+", "-"]),
      digits(1, 2),
    ]);
    return grammar.sequence([
      sign(["-"]),
      grammar.choice([
        grammar.text("0"),
        grammar.sequence([this.#digits(1, 9), digits(0, MOST_DIGITS - 1)]),
      ]),
      this.#optional(
        grammar.sequence([grammar.text("."), digits(1, MOST_DIGITS)]),
      ),
      this.#optional(exponent),
    ]);
  }

  /**
   * Integers between two bounds.
   *
   * @param bounds The bounds.
   */
  integers(bounds: Bounds): GrammarNode {
    const { min, max, isMinOpen, isMaxOpen } = bounds;
    const from = isMinOpen ? Math.floor(min) + 1 : Math.ceil(min);
    const to = isMaxOpen ? Math.ceil(max) - 1 : Math.floor(max);
    const low = Math.max(from, -LARGEST);
    const high = Math.min(to, LARGEST);
    return this.#grammar.choice([
      this.#whole(Math.max(low, 0), high),
      this.#grammar.sequence([
        this.#grammar.text("-"),
        this.#whole(Math.max(-high, 1), -low),
      ]),
    ]);
  }

  /**
   * Numbers between two bounds, without an exponent.
   *
   * @param bounds The bounds, each a number of 15 digits at most.
   * @returns The numbers; undefined where a bound has more digits.
   */
  numbers(bounds: Bounds): GrammarNode | undefined {
    const { min, max, isMinOpen, isMaxOpen } = bounds;
    const limit = Math.max(
      LARGEST_WITH_FRACTION,
      ...[min, max].filter(Number.isFinite).map(Math.abs),
    );
    const low = Math.max(min, -limit);
    const high = Math.min(max, limit);
    if (![low, high].every(isPlain)) return undefined;
    const largest = Math.floor(Math.max(Math.abs(low), Math.abs(high)));
    const places = MOST_DIGITS - String(largest).length;
    const options: GrammarNode[] = [];
    if (high >= 0) {
      const isOpen = low >= 0 && isMinOpen;
      options.push(
        this.#decimals(Math.max(low, 0), isOpen, high, isMaxOpen, places),
      );
    }
    if (low < 0) { // -0 is written as 0
      const from = Math.max(-high, 0);
      const isOpen = high >= 0 || isMaxOpen;
      options.push(this.#grammar.sequence([
        this.#grammar.text("-"),
        this.#decimals(from, isOpen, -low, isMinOpen, places),
      ]));
    }
    return this.#grammar.choice(options);
  }

  /** Decimal numbers between two that are not negative. */
  #decimals(
    min: number,
    isMinOpen: boolean,
    max: number,
    isMaxOpen: boolean,
    places: number,
  ): GrammarNode {
    const grammar = this.#grammar;
    const low = { digits: fractionOf(min), isOpen: isMinOpen };
    const high = { digits: fractionOf(max), isOpen: isMaxOpen };
    const from = Math.floor(min);
    const to = Math.floor(max);
    const withFraction = (whole: number, a?: Edge, b?: Edge) =>
      grammar.text(String(whole), this.#fraction(a, b, places));
    if (from === to) return withFraction(from, low, high);
    if (from > to) return grammar.nothing;
    return grammar.choice([
      withFraction(from, low),
      grammar.sequence([
        this.#whole(from + 1, to - 1),
        this.#fraction(undefined, undefined, places),
      ]),
      withFraction(to, undefined, high),
    ]);
  }

  /** A point and digits, or nothing, between two fractions. */
  #fraction(
    low: Edge | undefined,
    high: Edge | undefined,
    places: number,
  ): GrammarNode {
    const grammar = this.#grammar;
    const digits = this.#places(low, high, places, true);
    const isZeroEnough = reaches(low) && staysBelow(high);
    return grammar.choice([
      isZeroEnough ? grammar.empty : grammar.nothing,
      grammar.sequence([grammar.text("."), digits]),
    ]);
  }

  /** Digits of a fraction between two others. */
  #places(
    low: Edge | undefined,
    high: Edge | undefined,
    places: number,
    isFirst: boolean,
  ): GrammarNode {
    const grammar = this.#grammar;
    if (low === undefined && high === undefined) {
      const min = isFirst ? 1 : 0;
      return grammar.repeat(this.#digits(0, 9), min, places);
    }
    const options: GrammarNode[] = [];
    if (!isFirst && reaches(low) && staysBelow(high)) {
      options.push(grammar.empty);
    }
    for (let digit = 0; digit <= 9 && places > 0; digit++) {
      const least = low === undefined ? -1 : Number(low.digits[0] ?? 0);
      const most = high === undefined ? 10 : Number(high.digits[0] ?? 0);
      if (digit < least || digit > most) continue;
      const rest = this.#places(
        digit === least ? afterDigit(low!) : undefined,
        digit === most ? afterDigit(high!) : undefined,
        places - 1,
        false,
      );
      options.push(grammar.sequence([this.#digits(digit, digit), rest]));
    }
    return grammar.choice(options);
  }

  /** Integers between two that are not negative. */
  #whole(from: number, to: number): GrammarNode {
    const options: GrammarNode[] = [];
    for (let length = 1; length <= MOST_DIGITS; length++) {
      const low = Math.max(from, length === 1 ? 0 : 10 ** (length - 1));
      const high = Math.min(to, 10 ** length - 1);
      if (low <= high) options.push(this.#between(String(low), String(high)));
    }
    return this.#grammar.choice(options);
  }

  /** Digits between two rows of as many digits. */
  #between(low: string, high: string): GrammarNode {
    const grammar = this.#grammar;
    const rest = low.length - 1;
    if (rest < 0) return grammar.empty;
    if (/^0*$/.test(low) && /^9*$/.test(high)) {
      return grammar.repeat(this.#digits(0, 9), low.length, low.length);
    }
    const first = Number(low[0]);
    const last = Number(high[0]);
    if (first === last) {
      return grammar.sequence([
        this.#digits(first, first),
        this.#between(low.slice(1), high.slice(1)),
      ]);
    }
    return grammar.choice([
      grammar.sequence([
        this.#digits(first, first),
        this.#between(low.slice(1), "9".repeat(rest)),
      ]),
      grammar.sequence([
        this.#digits(first + 1, last - 1),
        this.#between("0".repeat(rest), "9".repeat(rest)),
      ]),
      grammar.sequence([
        this.#digits(last, last),
        this.#between("0".repeat(rest), high.slice(1)),
      ]),
    ]);
  }

  #digits(from: number, to: number): GrammarNode {
    return from > to
      ? this.#grammar.nothing
      : this.#grammar.characters([0x30 + from, 0x30 + to]);
  }

  #optional(node: GrammarNode): GrammarNode {
    return this.#grammar.choice([this.#grammar.empty, node]);
  }
}

/** The digits of a fraction that bounds others, and whether it is left out itself. */
interface Edge {
  readonly digits: string;
  readonly isOpen: boolean;
}

/** What is left of an edge after its first digit. */
function afterDigit(edge: Edge): Edge {
  return { digits: edge.digits.slice(1), isOpen: edge.isOpen };
}

/** Whether zeros from here on are not below an edge. */
function reaches(low: Edge | undefined): boolean {
  return low === undefined || (/^0*$/.test(low.digits) && !low.isOpen);
}

/** Whether zeros from here on are not above an edge. */
function staysBelow(high: Edge | undefined): boolean {
  return high === undefined || !/^0*$/.test(high.digits) || !high.isOpen;
}

/** Whether a number is written without an exponent, in 15 digits at most. */
function isPlain(number: number): boolean {
  const text = String(Math.abs(number));
  return /^[\d.]+$/.test(text) &&
    text.replace(/^0\./, "").replace(".", "").length <= MOST_DIGITS;
}

/** The digits after the point. */
function fractionOf(number: number): string {
  return String(number).split(".")[1] ?? "";
}
