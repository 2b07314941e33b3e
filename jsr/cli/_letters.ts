/**
 * The rules of `-abc`, `-n5`, `-n=5` and their like.
 *
 * @module
 */

/** A bundle of one-letter options. */
export interface Letters {
  /** The options in order; one without a value is a flag. */
  letters: { name: string; value?: string }[];
  /** The last letter, which may take the next argument; undefined where a value ended the bundle. */
  last?: string;
}

/**
 * Takes a bundle of one-letter options apart.
 *
 * @param arg The argument with its hyphen.
 * @returns The options.
 */
export function readLetters(arg: string): Letters {
  const letters: Letters["letters"] = [];
  for (let i = 1; i < arg.length - 1; i++) {
    const name = arg[i]!;
    const rest = arg.slice(i + 1);
    const isLetter = /[A-Za-z]/.test(name);
    const assigned = isLetter
      ? /=(?<value>.+)/.exec(rest)?.groups?.["value"]
      : undefined;
    if (rest === "-") {
      letters.push({ name, value: rest });
    } else if (rest === "=") {
      letters.push({ name, value: "" });
      return { letters };
    } else if (assigned !== undefined) {
      letters.push({ name, value: assigned });
      return { letters };
    } else if (
      (isLetter && /\d(\.\d*)?(e-?\d+)?$/.test(rest)) ||
      (rest.length > 1 && /^\W/.test(rest))
    ) {
      letters.push({ name, value: rest }); // `-n5`, `-o./folder`
      return { letters };
    } else {
      letters.push({ name });
    }
  }
  const last = arg.at(-1)!;
  return last === "-" ? { letters } : { letters, last };
}
