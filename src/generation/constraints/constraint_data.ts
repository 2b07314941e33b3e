/**
 * Constraints as plain data, and back.
 *
 * @module
 */
import { checkOptionNames } from "../../text/options.ts";
import { brief } from "../../tokenizers/brief.ts";
import {
  type ConstraintData,
  type ConstraintForm,
  makerOf,
} from "./made_by.ts";
import type { Acceptor } from "./acceptor.ts";
import { acrostic } from "./forms/acrostic.ts";
import { AllOf, allOf } from "./forms/all_of.ts";
import { lineLength } from "./forms/line_length.ts";
import { mustContain } from "./forms/must_contain.ts";
import { withoutLetters } from "./forms/without_letters.ts";
import { gbnf } from "./gbnf.ts";
import { jsonSchema } from "./json_schema.ts";
import { matching } from "./matching.ts";
import { oneOf, wordsOf } from "./word_list.ts";

export type { ConstraintData, ConstraintForm };

// deno-lint-ignore no-explicit-any -- each checks what it is given
const FORMS: Readonly<Record<ConstraintForm, (...given: any[]) => Acceptor>> = {
  matching: (source, flags) =>
    matching(typeof source === "string" ? regExp(source, flags) : source),
  jsonSchema,
  gbnf,
  oneOf,
  wordsOf,
  acrostic,
  lineLength,
  mustContain,
  withoutLetters,
  allOf: (...parts) => allOf(...parts.map(fromData)),
};

/**
 * Gives a constraint as plain data.
 *
 * @param acceptor A constraint.
 * @returns What it was made of; undefined for one that no function of the library made of plain data, or has such a part.
 */
export function toData(acceptor: Acceptor): ConstraintData | undefined {
  if (!(acceptor instanceof AllOf)) return makerOf(acceptor);
  const parts = acceptor.parts.map(toData);
  return parts.includes(undefined)
    ? undefined
    : { form: "allOf", given: parts };
}

/** Whether it looks like plain data, and not like a constraint or like nothing of the kind. */
function isData(value: ConstraintData | Acceptor): value is ConstraintData {
  return typeof value === "object" && value !== null && "form" in value &&
    !("next" in value);
}

/**
 * Makes a constraint of plain data.
 *
 * @param data Such data; anything else is given back as it is.
 * @returns The constraint.
 * @throws {TypeError} If the function is none of the library's, what it is given is no list, or there is more.
 * @throws {SyntaxError} If what `matching` is given is no regular expression.
 * @throws As the function.
 */
export function fromData(data: ConstraintData | Acceptor): Acceptor {
  if (!isData(data)) return data;
  checkOptionNames("Cannot constrain", data, ["form", "given"]);
  const { form, given } = data;
  if (!Object.hasOwn(FORMS, form)) {
    throw new TypeError(
      `Cannot constrain: the form must be one of ${
        Object.keys(FORMS).join(", ")
      }: ${brief(form)}`,
    );
  }
  if (!Array.isArray(given)) {
    throw new TypeError(
      `Cannot constrain: what ${form} is given must be a list: ${brief(given)}`,
    );
  }
  return FORMS[form](...given);
}

/** An expression from its source, which may have been edited by hand. */
function regExp(source: string, flags: string | undefined): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw new SyntaxError(
      `Cannot constrain: what matching is given must be the source and the flags of a regular expression: ${
        brief([source, flags])
      }: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
