/**
 * Which function made a constraint, and of what: for those that are to be made again.
 *
 * @module
 */
import type { Acceptor } from "./acceptor.ts";

/** The functions that make constraints of plain data. */
export type ConstraintForm =
  | "matching"
  | "jsonSchema"
  | "gbnf"
  | "oneOf"
  | "wordsOf"
  | "acrostic"
  | "lineLength"
  | "mustContain"
  | "withoutLetters"
  | "allOf";

/**
 * A constraint as plain JSON, as the record of a text has it: `generate()` takes it in a constraint's place.
 *
 * @example A constraint that went through JSON
 * ```ts
 * import { buildLSTM, CharTokenizer, matching } from "@textloom/textloom";
 * import { assert } from "@std/assert";
 *
 * const model = buildLSTM({ tokenizer: CharTokenizer.train("to be or not"), units: 8, embedding: 4 });
 * const { record } = await model.generate("to", { constraint: matching(/[a-z]+/), maxTokens: 4 });
 * const { prompt, options } = JSON.parse(JSON.stringify(record));
 * assert(options.constraint.form === "matching");
 * assert(/^[a-z]+$/.test((await model.generate(prompt, options)).text));
 * model.dispose();
 * ```
 */
export interface ConstraintData {
  /** Name of the function that makes it. */
  readonly form: ConstraintForm;
  /** What the function is given; `matching()` the source and the flags of the expression, `allOf()` such data. */
  readonly given: readonly unknown[];
}

const makers = new WeakMap<Acceptor, ConstraintData>();

/**
 * Notes of what a constraint was made.
 *
 * @param acceptor The constraint.
 * @param form The function.
 * @param given What it was given, as plain JSON that nobody changes.
 * @returns The constraint.
 */
export function madeBy(
  acceptor: Acceptor,
  form: ConstraintForm,
  given: readonly unknown[],
): Acceptor {
  makers.set(acceptor, { form, given });
  return acceptor;
}

/**
 * @param acceptor Any constraint.
 * @returns Of what it was made; undefined where no function of the library made it of plain data.
 */
export function makerOf(acceptor: Acceptor): ConstraintData | undefined {
  return makers.get(acceptor);
}
