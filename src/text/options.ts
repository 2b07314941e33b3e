/**
 * Whether an options object has only options that exist, and which one was meant where it has another.
 *
 * The distance between names is that of optimal string alignment: the least number of letters put in, left out, changed, or
 * swapped with the next (Damerau, "A technique for computer detection and correction of spelling errors", 1964).
 *
 * @module
 */

/**
 * Refuses an option that does not exist, which a misspelt one is.
 *
 * @param action What cannot be done then, such as `"Cannot clean"`.
 * @param options The options of the caller.
 * @param known Names of the options there are.
 * @param example How they may be given, such as `{ dry: { multiplier: 0.8 } }`, for a message about what is no object.
 * @throws {TypeError} If another name is among them, or `options` is no object.
 */
export function checkOptionNames(
  action: string,
  options: object,
  known: readonly string[],
  example?: string,
): void {
  const other = kindOfOther(options);
  if (other !== undefined) {
    const way = example === undefined ? "" : `; give ${example}`;
    throw new TypeError(`${action}: options must be an object: ${other}${way}`);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw unknownOption(action, name, known);
    }
  }
}

/** Objects whose options, if they have any, are no members of theirs: an `await` is missing, or `Object.fromEntries()`. */
const WITHOUT_OPTIONS = [Map, Set, Promise, Date, Number, String, Boolean];

/**
 * Tells what a value is that is no object of options.
 *
 * @param value What was given for options.
 * @returns It in words, such as `an array` or `a Promise`; undefined for an object that may have options.
 */
export function kindOfOther(value: unknown): string | undefined {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  if (Array.isArray(value)) return "an array";
  const kind = WITHOUT_OPTIONS.find((kind) => value instanceof kind);
  return kind === undefined ? undefined : `a ${kind.name}`;
}

/**
 * Names the option that does not exist before those that do, of which there may be many.
 *
 * @param action What cannot be done, such as `"Cannot clean"`.
 * @param name The name that is none.
 * @param known Names of the options there are.
 * @returns The error, with the name that was meant where one is near.
 */
export function unknownOption(
  action: string,
  name: string,
  known: readonly string[],
): TypeError {
  const meant = nearestName(name, known);
  const question = meant === undefined ? "" : `, did you mean "${meant}"?`;
  return new TypeError(
    `${action}: there is no option ${JSON.stringify(name)}${question} (known: ${
      known.join(", ")
    })`,
  );
}

/**
 * Finds the name that a misspelt one stands for. Capitals and underscores do not count, as `max_tokens` means `maxTokens`;
 * of the letters one in three may be wrong.
 *
 * @param name What was given.
 * @param known What there is.
 * @returns The nearest name, the first of several; undefined where none is near.
 */
export function nearestName(
  name: string,
  known: readonly string[],
): string | undefined {
  let [nearest, least]: [string | undefined, number] = [undefined, Infinity];
  for (const other of known) {
    const [a, b] = [plain(name), plain(other)];
    const allowed = Math.floor(Math.max(a.length, b.length) / 3);
    if (Math.abs(a.length - b.length) > allowed) continue; // also keeps long names from taking long
    const distance = distanceBetween(a, b);
    if (distance <= allowed && distance < least) {
      [nearest, least] = [other, distance];
    }
  }
  return nearest;
}

function plain(name: string): string {
  return name.replaceAll(/[_-]/g, "").toLowerCase();
}

/** Letters put in, left out, changed or swapped, row by row over the first text. */
function distanceBetween(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      next[j] = Math.min(
        next[j - 1]! + 1,
        row[j]! + 1,
        row[j - 1]! + (isSame ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        next[j] = Math.min(next[j]!, before[j - 2]! + 1);
      }
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
