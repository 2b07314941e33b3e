/**
 * `loadCorpus()`: files, folders and patterns to documents: plain text, tables and JSON Lines, packed or not.
 *
 * @module
 */
import { Corpus, type CorpusDocument } from "./corpus.ts";
import { findFiles, type FoundFile, type Layout } from "./_find_files.ts";
import { gunzip } from "./_gzip.ts";
import { decodeText, type Newlines } from "./load.ts";
import { checkOptionNames } from "./options.ts";
import { parseJsonLines } from "./_parse_json_lines.ts";
import { parseTable } from "./_parse_table.ts";
import { readFile } from "./read_file.ts";

/** Options of {@linkcode loadCorpus}. */
export interface LoadCorpusOptions {
  /**
   * The column of a .csv or .tsv file that is the text.
   *
   * @default {"text"} or the only column
   */
  column?: string;

  /**
   * The field of a .jsonl file that is the text.
   *
   * @default {"text"}
   */
  field?: string;

  /**
   * Other columns and fields to keep with each document, such as a label or a title.
   *
   * @default {[]}
   */
  metadata?: readonly string[];

  /**
   * Names of the columns of tables whose first line is a row already.
   *
   * @default {undefined} which takes the first line
   */
  header?: readonly string[];

  /**
   * What stands between the cells of a table.
   *
   * @default {","} in .csv, a tab in .tsv
   */
  delimiter?: string;

  /**
   * What a cell of a table with delimiters or line ends in it is wrapped in; false where a quote is a character like
   * any other.
   *
   * @default {'"'}
   */
  quote?: string | false;

  /**
   * `"lf"` turns CRLF and a lone CR into LF; `"keep"` leaves every character as it is.
   *
   * @default {"lf"}
   */
  newlines?: Newlines;

  /**
   * Most bytes that one .gz file may unpack to.
   *
   * @default {536870912} which is 512 MiB
   */
  maxBytes?: number;

  /** Gives the reading up. */
  signal?: AbortSignal;
}

const OPTIONS: readonly string[] = [
  "column",
  "field",
  "metadata",
  "header",
  "delimiter",
  "quote",
  "newlines",
  "maxBytes",
  "signal",
] satisfies (keyof LoadCorpusOptions)[];

/** Which layouts an option is about. */
const CONCERNS: Readonly<Record<string, readonly Layout[]>> = {
  column: ["csv", "tsv"],
  field: ["jsonl"],
  metadata: ["csv", "tsv", "jsonl"],
  header: ["csv", "tsv"],
  delimiter: ["csv", "tsv"],
  quote: ["csv", "tsv"],
};

const MAX_BYTES = 2 ** 29;

/**
 * Reads files into documents that are kept apart.
 *
 * A .txt or .md file is one document, every row of a .csv or .tsv file and every line of a .jsonl file is one; each may
 * be packed by gzip (.gz). A file that is named and has another extension is one text. A folder stands for all such
 * files in it and below, save hidden ones. Files come in the order of the sources, those of a folder or a pattern by
 * name; a file that is named twice is read once. Empty texts are kept: `clean()` drops or fills them.
 *
 * @example A table with a label
 * ```ts
 * import { loadCorpus } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeTextFile(path, 'review,stars\n"Deep, and long",4\nToo much whale,2\n');
 * const corpus = await loadCorpus(path, { column: "review", metadata: ["stars"] });
 * assertEquals(corpus.documents[0], {
 *   text: "Deep, and long",
 *   source: `${path}:2`,
 *   metadata: { stars: "4" },
 * });
 * assertEquals(corpus.join("\n"), "Deep, and long\nToo much whale");
 * await Deno.remove(path);
 * ```
 *
 * @param source A file, a folder, a pattern such as `"books/*.txt"`, or several of them.
 * @param options Columns, signs, and limits.
 * @returns The documents.
 * @throws {Deno.errors.NotFound} If there is no such file, or none fits the pattern.
 * @throws {SyntaxError} If a file is not UTF-8, or cannot be unpacked or parsed; the message says where.
 * @throws {RangeError} If there is no such column or field, if a folder has no text, or a .gz file more than `maxBytes`.
 * @throws {TypeError} If an option does not exist or has no effect on these files.
 */
export async function loadCorpus(
  source: string | URL | readonly (string | URL)[],
  options: LoadCorpusOptions = {},
): Promise<Corpus> {
  checkOptions(options);
  const sources: readonly (string | URL)[] =
    typeof source === "string" || source instanceof URL ? [source] : source;
  if (sources.length === 0) {
    throw new RangeError(
      "Cannot load corpus: there must be a source: the list is empty",
    );
  }
  const files = await findFiles(sources);
  for (const [option, layouts] of Object.entries(CONCERNS)) {
    const isGiven = options[option as keyof LoadCorpusOptions] !== undefined;
    if (isGiven && !files.some(({ layout }) => layouts.includes(layout))) {
      throw new TypeError(
        `Cannot load corpus: ${option} has no effect: none of the files is ${
          layouts.map((layout) => `.${layout}`).join(" or ")
        }`,
      );
    }
  }
  const documents: CorpusDocument[] = [];
  for (const file of files) {
    // Not push(...), as a table may have more rows than a call has arguments.
    for (const document of await readDocuments(file, options)) {
      documents.push(document);
    }
  }
  return new Corpus(documents);
}

async function readDocuments(
  { path, layout, packed }: FoundFile,
  options: LoadCorpusOptions,
): Promise<CorpusDocument[]> {
  const { newlines = "lf", maxBytes = MAX_BYTES, signal } = options;
  let bytes: Uint8Array = await readFile(path, {
    action: "load corpus",
    signal,
  });
  if (packed) bytes = gunzip(bytes, { name: path, maxBytes });
  const text = bytes.length === 0
    ? ""
    : decodeText(bytes, { name: path, newlines });
  const { metadata = [], quote = '"' } = options;
  switch (layout) {
    case "text":
      return [{ text, source: path, metadata: {} }];
    case "jsonl":
      return parseJsonLines(text, path, {
        field: options.field ?? "text",
        metadata,
      });
    default:
      return parseTable(text, path, {
        column: options.column,
        metadata,
        header: options.header,
        delimiter: options.delimiter ?? (layout === "tsv" ? "\t" : ","),
        quote,
        relaxed: layout === "tsv",
      });
  }
}

function checkOptions(options: LoadCorpusOptions): void {
  const what = "Cannot load corpus";
  checkOptionNames(what, options, OPTIONS);
  const { delimiter, quote, maxBytes = 1, metadata = [], header = [""] } =
    options;
  if (delimiter !== undefined && !isSign(delimiter)) {
    throw new RangeError(
      `${what}: delimiter must be one character: ${JSON.stringify(delimiter)}`,
    );
  }
  if (quote !== undefined && quote !== false && !isSign(quote)) {
    throw new RangeError(
      `${what}: quote must be one character, or false: ${
        JSON.stringify(quote)
      }`,
    );
  }
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 1) {
    throw new RangeError(
      `${what}: maxBytes must be a whole number from 1: ${maxBytes}`,
    );
  }
  for (const [name, value] of Object.entries({ metadata, header })) {
    if (
      !Array.isArray(value) || !value.every((each) => typeof each === "string")
    ) {
      throw new TypeError(
        `${what}: ${name} must be a list of column names: ${
          JSON.stringify(value)
        }`,
      );
    }
  }
}

/** Whether a text can tell cells apart. */
function isSign(text: unknown): boolean {
  return typeof text === "string" && [...text].length === 1 &&
    !/[\r\n]/.test(text);
}
