/**
 * The header of a .npy file: a Python dictionary of `descr`, `fortran_order` and `shape`, and nothing else.
 *
 * NumPy Enhancement Proposal 1 and the documentation of `numpy.lib.format`, versions 1.0 to 3.0.
 *
 * @module
 */
import { brief } from "./_header.ts";

/** What a header says. */
export interface NpyHeader {
  readonly descr: string;
  /** Whether the first index runs fastest. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** First bytes of every .npy file: 0x93, then NUMPY. */
const MAGIC: readonly number[] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59];

/** Most bytes of a header, as NumPy reads it from strangers. */
const MAX_HEADER = 10_000;

/** Most dimensions of an array in NumPy 2. */
const MAX_RANK = 64;

/** What the data's offset is a multiple of. */
const ALIGNMENT = 64;

/** Digits that NumPy leaves room for in the first length, so that a file can grow in place. */
const GROWTH_DIGITS = 21;

/** A text in quotes without escapes, a word, a number, or a sign. */
const TOKEN =
  /\s*(?:'([^'\\\n]*)'|"([^"\\\n]*)"|([A-Za-z]+|\d+L?|[{}()[\]:,])|($))/y;

/** Whether bytes start like a .npy file. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads the start of a file.
 *
 * @param bytes The file.
 * @returns The header, and the offset of the data.
 * @throws {SyntaxError} If it breaks a rule of the format.
 */
export function readNpyHeader(
  bytes: Uint8Array,
): { header: NpyHeader; start: number } {
  const major = bytes[6];
  if (major === undefined || bytes[7] === undefined) {
    throw new SyntaxError(
      `the file is cut off in its header: it has ${bytes.length} bytes`,
    );
  }
  if (major < 1 || major > 3 || bytes[7] !== 0) {
    throw new SyntaxError(
      `the version must be 1.0, 2.0 or 3.0: ${major}.${bytes[7]}`,
    );
  }
  const from = major === 1 ? 10 : 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < from) {
    throw new SyntaxError(
      `the file is cut off in its header: it has ${bytes.length} bytes`,
    );
  }
  const length = major === 1
    ? view.getUint16(8, true)
    : view.getUint32(8, true);
  if (length > MAX_HEADER) {
    throw new SyntaxError(
      `the header must have at most ${MAX_HEADER} bytes: the file says ${length}`,
    );
  }
  const start = from + length;
  if (start > bytes.length) {
    throw new SyntaxError(
      `the file is cut off in its header: the header ends at ${start}, the file has ${bytes.length} bytes`,
    );
  }
  const encoding = major === 3 ? "utf-8" : "latin1";
  const text = new TextDecoder(encoding).decode(bytes.subarray(from, start));
  return { header: parseHeader(text), start };
}

/**
 * Writes the start of a file, to the byte as NumPy does for an array in C order.
 *
 * @param descr Type string.
 * @param shape Lengths of the dimensions.
 * @returns The bytes before the data.
 */
export function writeNpyHeader(
  descr: string,
  shape: readonly number[],
): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const room = shape.length === 0 ? 0 : GROWTH_DIGITS - String(shape[0]).length;
  const text =
    `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }` +
    " ".repeat(room);
  const used = MAGIC.length + 4 + text.length + 1;
  const padding = ALIGNMENT - used % ALIGNMENT;
  const length = text.length + padding + 1;
  const bytes = new Uint8Array(MAGIC.length + 4 + length);
  bytes.set([...MAGIC, 1, 0, length & 0xFF, length >> 8]);
  new TextEncoder().encodeInto(
    `${text}${" ".repeat(padding)}\n`,
    bytes.subarray(MAGIC.length + 4),
  );
  return bytes;
}

/** Reads the dictionary; its keys may come in any order. */
function parseHeader(text: string): NpyHeader {
  const tokens = new Tokens(text);
  const found = new Map<string, string | boolean | number[]>();
  tokens.expect("{");
  while (!tokens.take("}")) {
    const key = tokens.text("a key");
    if (!Object.hasOwn(READERS, key) || found.has(key)) {
      throw new SyntaxError(
        `the header must have descr, fortran_order and shape once each: ${
          brief(key)
        }`,
      );
    }
    tokens.expect(":");
    found.set(key, READERS[key]!(tokens));
    if (!tokens.take(",")) {
      tokens.expect("}");
      break;
    }
  }
  tokens.expectEnd();
  for (const key of Object.keys(READERS)) {
    if (!found.has(key)) throw new SyntaxError(`the header has no ${key}`);
  }
  return {
    descr: found.get("descr") as string,
    fortranOrder: found.get("fortran_order") as boolean,
    shape: found.get("shape") as number[],
  };
}

/** How the value of each key is read. */
const READERS: Readonly<
  Record<string, (tokens: Tokens) => string | boolean | number[]>
> = {
  descr(tokens) {
    if (tokens.take("[") || tokens.take("(")) {
      throw new SyntaxError(
        "the array has no numbers or strings: it holds records of several fields; save each field as an array of its own",
      );
    }
    return tokens.text("descr");
  },
  fortran_order(tokens) {
    if (tokens.take("True")) return true;
    tokens.expect("False");
    return false;
  },
  shape(tokens) {
    const shape: number[] = [];
    tokens.expect("(");
    while (!tokens.take(")")) {
      shape.push(tokens.wholeNumber());
      if (shape.length > MAX_RANK) {
        throw new SyntaxError(
          `an array must have at most ${MAX_RANK} dimensions: the header has more`,
        );
      }
      if (!tokens.take(",")) {
        tokens.expect(")");
        if (shape.length === 1) {
          throw new SyntaxError(
            `shape must be a tuple, such as (3,): (${shape[0]})`,
          );
        }
        break;
      }
    }
    return shape;
  },
};

/** The words of a header, one after the other. */
class Tokens {
  readonly #text: string;
  #at = 0;
  /** The word that comes next: its text, and whether it was in quotes. */
  #next: { text: string; quoted: boolean } = { text: "", quoted: false };

  constructor(text: string) {
    this.#text = text;
    this.#advance();
  }

  /** Takes a word if it comes next. */
  take(word: string): boolean {
    const isNext = !this.#next.quoted && this.#next.text === word;
    if (isNext) this.#advance();
    return isNext;
  }

  expect(word: string): void {
    if (!this.take(word)) this.#fail(`"${word}"`);
  }

  expectEnd(): void {
    if (this.#next.quoted || this.#next.text !== "") {
      this.#fail("the end of the header");
    }
  }

  text(what: string): string {
    const { text, quoted } = this.#next;
    if (!quoted) this.#fail(`${what} in quotes`);
    this.#advance();
    return text;
  }

  wholeNumber(): number {
    const { text, quoted } = this.#next;
    if (quoted || !/^\d+L?$/.test(text)) this.#fail("a whole number");
    const value = parseInt(text, 10); // Python 2 wrote 3L
    if (!Number.isSafeInteger(value)) {
      throw new SyntaxError(`lengths must be below 2^53: ${brief(text)}`);
    }
    this.#advance();
    return value;
  }

  #advance(): void {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text);
    if (match === null) {
      throw new SyntaxError(
        `the header must be a dictionary of Python: ${
          brief(this.#text.slice(this.#at).trimStart())
        }`,
      );
    }
    this.#at = TOKEN.lastIndex;
    const quoted = match[1] ?? match[2];
    this.#next = {
      text: quoted ?? match[3] ?? "",
      quoted: quoted !== undefined,
    };
  }

  #fail(wanted: string): never {
    const { text, quoted } = this.#next;
    const found = text === "" && !quoted ? "the header ends" : brief(text);
    throw new SyntaxError(
      `the header must be a dictionary of Python: ${wanted} is missing: ${found}`,
    );
  }
}
