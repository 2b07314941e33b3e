/**
 * Lines of a given length.
 *
 * @module
 */
import { checkOptionNames } from "../../../text/options.ts";
import { classBeginsOf } from "../class_begins.ts";
import { madeBy } from "../made_by.ts";
import type { Acceptor, CodePointCost } from "../acceptor.ts";

const LINE_BREAK = 0x0A;
const LAST = 0x10FFFF;

/** Options of {@linkcode lineLength}. */
export interface LineLengthOptions {
  /**
   * Least characters of a line, the line break not counted.
   *
   * @default {0}
   */
  min?: number;

  /**
   * Most characters of a line.
   *
   * @default {Infinity}
   */
  max?: number;

  /**
   * How many lines the text has.
   *
   * @default {undefined} which is any number
   */
  lines?: number;
}

const OPTIONS: readonly string[] = [
  "min",
  "max",
  "lines",
] satisfies (keyof LineLengthOptions)[];

const EXAMPLE = "lineLength({ max: 30 })";

/**
 * Asks for lines of a given length, in code points; the last one counts as well.
 *
 * @example Lines as short as a telegram's
 * ```ts
 * import { CharTokenizer, lineLength, TokenMasks } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const masks = new TokenMasks(lineLength({ min: 2, max: 3, lines: 2 }), CharTokenizer.train("\na"));
 * assertEquals(masks.leastTokens(masks.start()), 5); // "aa\naa"
 * ```
 *
 * @param options How long, and how many.
 * @returns The constraint.
 * @throws {TypeError} If no option is given, or one is unknown.
 * @throws {RangeError} If an option is out of range.
 */
export function lineLength(options: LineLengthOptions): Acceptor {
  checkOptionNames("Cannot constrain", options, OPTIONS, EXAMPLE);
  const { min = 0, max = Infinity, lines = Infinity } = options;
  if (min === 0 && max === Infinity && lines === Infinity) {
    throw new TypeError(
      "Cannot constrain: lineLength() must be given min, max or lines: none; give " +
        EXAMPLE,
    );
  }
  checkCount("min", min, 0);
  if (max !== Infinity) checkCount("max", max, 0);
  if (lines !== Infinity) checkCount("lines", lines, 1);
  if (max < min) {
    throw new RangeError(
      `Cannot constrain: max must not be less than min: ${max} < ${min}`,
    );
  }
  return madeBy(new LineLength(min, max, lines) as Acceptor, "lineLength", [{
    min,
    ...(max < Infinity && { max }),
    ...(lines < Infinity && { lines }),
  }]);
}

function checkCount(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new RangeError(
    `Cannot constrain: ${name} must be an integer from ${least}: ${value}`,
  );
}

/** The line that is written, from 0, and its characters so far; both stop where they no longer count. */
type Place = readonly [line: number, length: number];

class LineLength implements Acceptor<Place> {
  readonly description: string;
  readonly start: Place = [0, 0];
  readonly classBegins: readonly number[] = classBeginsOf([LINE_BREAK]);

  readonly #min: number;
  readonly #max: number;
  readonly #lines: number;

  constructor(min: number, max: number, lines: number) {
    this.#min = min;
    this.#max = max;
    this.#lines = lines;
    const some = lines === Infinity
      ? "lines"
      : `${lines} line${lines === 1 ? "" : "s"}`;
    const length = max === Infinity
      ? `${min} characters or more`
      : min === max
      ? `${min} characters`
      : `${min} to ${max} characters`;
    this.description = `a text of ${some} of ${length}`;
  }

  next([line, length]: Place, codePoint: number): Place | undefined {
    if (codePoint !== LINE_BREAK) {
      if (length >= this.#max) return undefined;
      const counts = this.#max < Infinity || length < this.#min;
      return [line, counts ? length + 1 : length];
    }
    if (length < this.#min || line + 1 >= this.#lines) return undefined;
    return [this.#lines < Infinity ? line + 1 : 0, 0];
  }

  leadsOn([line, length]: Place, from: number, to: number): boolean {
    const hasOther = from !== LINE_BREAK || to !== LINE_BREAK;
    if (hasOther && length < this.#max) return true;
    return from <= LINE_BREAK && LINE_BREAK <= to && length >= this.#min &&
      line + 1 < this.#lines;
  }

  isComplete([line, length]: Place): boolean {
    const isLast = this.#lines === Infinity || line + 1 === this.#lines;
    return isLast && length >= this.#min;
  }

  distance([line, length]: Place, cost: CodePointCost): number {
    const breaks = this.#lines === Infinity ? 0 : this.#lines - 1 - line;
    const characters = Math.max(0, this.#min - length) + breaks * this.#min;
    let total = 0; // what is not needed costs nothing, even if it cannot be written
    if (breaks > 0) total += breaks * cost.cheapest(LINE_BREAK, LINE_BREAK);
    if (characters > 0) {
      total += characters * Math.min(
        cost.cheapest(0, LINE_BREAK - 1),
        cost.cheapest(LINE_BREAK + 1, LAST),
      );
    }
    return total;
  }

  key([line, length]: Place): string {
    return `${line},${length}`;
  }
}
