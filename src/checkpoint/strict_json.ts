/**
 * JSON read strictly: what `JSON.parse()` lets pass, names given twice, numbers too large to be numbers and objects
 * nested without end, is refused.
 *
 * RFC 8259, "The JavaScript Object Notation (JSON) Data Interchange Format", section 4, says that the names in an object
 * should be unique, and section 9 that a parser may limit the depth.
 *
 * @module
 */

/** Objects and arrays inside of each other, at most. */
const MAX_DEPTH = 100;

/**
 * Reads a JSON text.
 *
 * @param text The JSON.
 * @returns What it says; every number in it is finite.
 * @throws {SyntaxError} If it is not JSON, names something twice in one object, nests deeper than 100 objects and arrays,
 * or has a number beyond the largest there is; the message begins with "it".
 */
export function parseStrictJson(text: string): unknown {
  if (depthOf(text) > MAX_DEPTH) {
    throw new SyntaxError(
      `it must nest at most ${MAX_DEPTH} objects and arrays: it nests more`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SyntaxError(`it must be JSON: ${reason}`);
  }
  let huge: string | undefined;
  const duplicate = scanJson(text, (number) => {
    if (!Number.isFinite(Number(number))) huge ??= number;
  });
  if (duplicate !== undefined) {
    throw new SyntaxError(`it names ${JSON.stringify(duplicate)} twice`);
  }
  if (huge !== undefined) {
    throw new SyntaxError(`it must have finite numbers only: ${huge}`);
  }
  return value;
}

/**
 * Finds a name that is given twice in one object, and shows every number as it is written.
 *
 * @param json Valid JSON.
 * @param onNumber Told of every number.
 * @returns The first such name, if there is one.
 */
export function scanJson(
  json: string,
  onNumber: (number: string) => void,
): string | undefined {
  const open: (Set<string> | undefined)[] = []; // the names so far of every open object; undefined for an array
  let name = ""; // the last string, which is a name if a colon follows
  let duplicate: string | undefined;
  for (let i = 0; i < json.length; i++) {
    const character = json[i]!;
    if (character === "{") open.push(new Set());
    else if (character === "[") open.push(undefined);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const end = closingQuote(json, i);
      name = json.slice(i, end + 1);
      i = end;
    } else if (character === ":") {
      const names = open.at(-1);
      const key = JSON.parse(name) as string;
      if (names?.has(key)) duplicate ??= key;
      names?.add(key);
    } else if (/[-\d]/.test(character)) {
      const start = i;
      while (i + 1 < json.length && /[-+.eE\d]/.test(json[i + 1]!)) i++;
      onNumber(json.slice(start, i + 1));
    }
  }
  return duplicate;
}

/** How deep objects and arrays lie inside of each other; of a text that need not be JSON. */
function depthOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === '"') i = closingQuote(text, i);
    else if (character === "{" || character === "[") {
      deepest = Math.max(deepest, ++depth);
    } else if (character === "}" || character === "]") depth--;
  }
  return deepest;
}

/** Place of the quote that ends the string starting at `start`; after the text's end where there is none. */
function closingQuote(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at;
}
