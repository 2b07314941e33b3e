/**
 * Text files to clean strings: UTF-8 only, checked to the byte, one kind of line end.
 *
 * Well-formed UTF-8 is table 3-7 of the Unicode Standard.
 *
 * @module
 */
import { guessNarrow, guessWide } from "./_guess_encoding.ts";
import { findInvalidUtf8, lineAt } from "./_utf8.ts";
import { nameOf, readFile } from "./read_file.ts";

/** What becomes of line ends. */
export type Newlines = "lf" | "keep";

/** Options of {@linkcode decodeText}. */
export interface DecodeTextOptions {
  /**
   * What the bytes are called in errors, such as a file's path.
   *
   * @default {"text"}
   */
  name?: string;

  /**
   * `"lf"` turns CRLF and a lone CR into LF; `"keep"` leaves every character as it is.
   *
   * @default {"lf"}
   */
  newlines?: Newlines;
}

/** Options of {@linkcode loadText}. */
export interface LoadTextOptions {
  /**
   * `"lf"` turns CRLF and a lone CR into LF; `"keep"` leaves every character as it is.
   *
   * @default {"lf"}
   */
  newlines?: Newlines;

  /** Gives the reading up. */
  signal?: AbortSignal;
}

/**
 * Turns the bytes of a UTF-8 text into a string.
 *
 * A byte order mark at the start is removed, and line ends become LF unless `newlines` is `"keep"`. Nothing else
 * changes: no trimming, no normalisation.
 *
 * @example Decode bytes
 * ```ts
 * import { decodeText } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("\uFEFFCall me\r\nIshmael");
 * assertEquals(decodeText(bytes), "Call me\nIshmael");
 * ```
 *
 * @param bytes The whole text.
 * @param options Name for errors, and line ends.
 * @returns The text, at least one character long.
 * @throws {SyntaxError} If the bytes are not UTF-8; the message says where, and what they look like.
 * @throws {RangeError} If there is no text, or more than one string can hold.
 */
export function decodeText(
  bytes: Uint8Array,
  options: DecodeTextOptions = {},
): string {
  const { name, newlines = "lf" } = options;
  const what = name === undefined ? "text" : JSON.stringify(name);
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot decode ${what}: bytes must be a Uint8Array: ${typeof bytes}`,
    );
  }
  if (newlines !== "lf" && newlines !== "keep") {
    throw new RangeError(
      `Cannot decode ${what}: newlines must be "lf" or "keep": ${
        JSON.stringify(newlines)
      }`,
    );
  }
  const wide = guessWide(bytes);
  if (wide !== undefined) {
    const wayOut = wide.startsWith("UTF-16")
      ? `decode it with new TextDecoder("${wide.toLowerCase()}")`
      : "convert it to UTF-8";
    throw new SyntaxError(
      `Cannot decode ${what}: text must be UTF-8: it looks like ${wide}; ${wayOut}`,
    );
  }
  const text = decodeUtf8(bytes, what);
  if (text === "") {
    throw new RangeError(
      `Cannot decode ${what}: the file has no text: it has ${bytes.length} bytes`,
    );
  }
  return newlines === "lf" && text.includes("\r")
    ? text.replaceAll(/\r\n?/g, "\n")
    : text;
}

/**
 * Reads a UTF-8 text file into a string.
 *
 * A byte order mark at the start is removed, and line ends become LF unless `newlines` is `"keep"`.
 *
 * @example Read a book
 * ```ts
 * import { loadText } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "Call me\r\nIshmael");
 * assertEquals(await loadText(path), "Call me\nIshmael");
 * await Deno.remove(path);
 * ```
 *
 * @param path Path of the file, relative to the current folder, or a `file:` URL.
 * @param options Line ends, and a signal to give up.
 * @returns The text, at least one character long.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {Deno.errors.IsADirectory} If the path is a folder.
 * @throws {SyntaxError} If the file is not UTF-8; the message says where, and what it looks like.
 * @throws {RangeError} If the file has no text.
 * @throws {TypeError} If the path is a web address.
 */
export async function loadText(
  path: string | URL,
  options: LoadTextOptions = {},
): Promise<string> {
  const { signal, newlines } = options;
  const name = nameOf(path);
  if (/^https?:/i.test(name)) {
    throw new TypeError(
      `Cannot load text: only files are read here: ${name}; fetch it first: await (await fetch(address)).text()`,
    );
  }
  const bytes = await readFile(path, { action: "load text", signal });
  return decodeText(
    bytes,
    newlines === undefined ? { name } : { name, newlines },
  );
}

function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const offset = findInvalidUtf8(bytes);
    if (offset < 0) {
      throw new RangeError(
        `Cannot decode ${what}: the text is too long for one string: ${bytes.length} bytes; split the file`,
        { cause },
      );
    }
    const hex = bytes[offset]!.toString(16).toUpperCase().padStart(2, "0");
    throw new SyntaxError(
      `Cannot decode ${what}: text must be UTF-8: byte 0x${hex} at offset ${offset} (line ${
        lineAt(bytes, offset)
      }); ${guessNarrow(bytes)}`,
    );
  }
}
