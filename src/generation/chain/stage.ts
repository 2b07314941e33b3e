/**
 * What a stage of a chain is, and how its numbers may change from place to place.
 *
 * @module
 */
import { shownResult } from "../../text/refusal.ts";
import type { Candidates } from "./candidates.ts";

/**
 * A number of a stage: the same everywhere, a list over the positions of the new text, which begins again at its end, or a
 * function of the position and the entropy (nats) of the candidates that reach the stage.
 */
export type Knob =
  | number
  | readonly number[]
  | ((position: number, entropy: number) => number);

/** One stage: changes the scores of candidates, or removes some. */
export interface ChainStage {
  /** Such as `topK`. */
  readonly name: string;

  /** One line for people, such as `topK 40`. */
  readonly description: string;

  /** Whether it leaves one candidate always, so that nothing is drawn. */
  readonly leavesOne?: boolean;

  /**
   * Does the work.
   *
   * @param candidates What to work on.
   */
  apply(candidates: Candidates): void;

  /**
   * Makes what works on one text, of a stage that draws or remembers.
   *
   * @param random The text's random numbers.
   * @returns What works in the stage's place.
   */
  start?(random: RowRandom): RowStage;
}

/** A stage that works on one text, and may remember what was chosen there. */
export interface RowStage {
  /**
   * Does the work; changes nothing of what is remembered.
   *
   * @param candidates What to work on.
   */
  apply(candidates: Candidates): void;

  /**
   * Learns which token was chosen of the candidates that all stages left.
   *
   * @param id The token.
   * @param probability Its probability among them.
   */
  chosen?(id: number, probability: number): void;
}

/** Random numbers of one text. */
export interface RowRandom {
  /**
   * Gives a number that depends on the seed, the row, the stream and the position alone.
   *
   * @param stream A name; each has numbers of its own.
   * @param position Which token of the text, from 0.
   * @returns A number from 0 up to but not 1.
   */
  uniformAt(stream: string, position: number): number;
}

/**
 * What a stage that works in a session alone does elsewhere.
 *
 * @param name The stage's.
 * @returns What throws a TypeError.
 */
export function needsSession(name: string): () => never {
  return () => {
    throw new TypeError(
      `Cannot sample: ${name} works on one text from its beginning, use chain.start()`,
    );
  };
}

/** Which values a knob may have. */
export interface KnobRule {
  /** The option's name. */
  name: string;
  /** What its value must be, such as "a number from 0 to 1". */
  rule: string;
  /** Whether a value is one. */
  allows(value: number): boolean;

  /** How it may be given, for a message where it is missing. */
  readonly example?: string;
}

/**
 * Checks a knob, and makes a function of it.
 *
 * @param knob A number, a list or a function.
 * @param rule What its values must be.
 * @returns The value at the place that the candidates are for.
 * @throws {TypeError} If it is none of these, or an empty list.
 * @throws {RangeError} If a value is out of range; those of a function are checked when they are used.
 */
export function readKnob(
  knob: Knob,
  rule: KnobRule,
): (candidates: Candidates) => number {
  const check = (value: unknown): number => {
    if (typeof value === "number" && rule.allows(value)) return value;
    throw new RangeError(
      `Cannot sample: ${rule.name} must be ${rule.rule}: ${writeValue(value)}${
        value === undefined && rule.example !== undefined
          ? `; give ${rule.example}`
          : ""
      }`,
    );
  };
  if (typeof knob === "function") {
    return (candidates) =>
      check(
        knob(candidates.position, knob.length > 1 ? candidates.entropy() : NaN),
      );
  }
  if (Array.isArray(knob)) {
    if (knob.length === 0) {
      throw new TypeError(
        `Cannot sample: ${rule.name} must have a value for one position at least: []`,
      );
    }
    const values = knob.map(check);
    return ({ position }) => values[position % values.length]!;
  }
  const value = check(knob);
  return () => value;
}

/** Gives a knob for people. */
export function writeKnob(knob: Knob): string {
  if (typeof knob === "function") return "by a function";
  return Array.isArray(knob) ? `[${knob.join(", ")}]` : String(knob);
}

/** Gives what is no good value for people. */
export function writeValue(value: unknown): string {
  return shownResult(value);
}
