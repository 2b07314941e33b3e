/**
 * What `fit()` learns from, in whatever form it comes: text, documents, ids, arrays of NumPy, sources of tokens.
 *
 * @module
 */
import { checkedSource, compactIds } from "../data/compact_ids.ts";
import { TokenCache } from "../data/token_cache.ts";
import type { TokenArray, TokenSource } from "../data/token_source.ts";
import { Corpus } from "../text/corpus.ts";
import type { Tokenizer, UnknownPolicy } from "../tokenizers/tokenizer.ts";

/** Ids in a typed array: whole numbers, whatever its type. */
export type IdArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** An array of several dimensions, such as `loadNpy()` reads: ids or strings in C order. */
export interface ArrayData {
  /** Lengths of the dimensions. */
  readonly shape: readonly number[];
  /** Type of the elements, as NumPy names it. */
  readonly dtype: string;
  /** The elements, the last index running fastest. */
  readonly data: ArrayLike<number> | ArrayLike<bigint> | ArrayLike<string>;
}

/**
 * What a model learns from. A string, a typed array, an array of one dimension or a source is one text; a corpus, a list of
 * strings, of things with a text or of ids, an array of strings, or one of ids in two dimensions is a collection of
 * documents, one a row.
 */
export type FitData =
  | string
  | readonly string[]
  | Corpus
  | readonly { readonly text: string }[]
  | IdArray
  | readonly (IdArray | TokenSource)[]
  | ArrayData
  | TokenSource;

/** The ids of one text, or of documents. */
export type FitTokens =
  | { kind: "text"; tokens: TokenArray | TokenSource }
  | { kind: "documents"; documents: (TokenArray | TokenSource)[] };

/** Options of {@linkcode fitTokens}. */
export interface FitTokensOptions {
  /**
   * What becomes of unknown characters.
   *
   * @default {the tokenizer's own way}
   */
  unknown?: UnknownPolicy;

  /**
   * What cannot be done with data that is refused.
   *
   * @default {"train"}
   */
  action?: string;
}

/**
 * @param tokens The ids of one text, or of documents.
 * @returns The texts, one by one.
 */
export function textsOf(
  tokens: FitTokens,
): readonly (TokenArray | TokenSource)[] {
  return tokens.kind === "text" ? [tokens.tokens] : tokens.documents;
}

/**
 * @param tokens The ids of one text, or of documents.
 * @returns How many there are.
 */
export function sizeOf(tokens: FitTokens): number {
  return textsOf(tokens).reduce((sum, { length }) => sum + length, 0);
}

/** How names of files end, on one line, and what reads them. */
const READERS: readonly (readonly [end: RegExp, reader: string])[] = [
  [/^.*\.(txt|text|md|html?|xml|gz)$/iu, "loadText()"],
  [/^.*\.(csv|tsv|json|jsonl|ndjson)$/iu, "loadCorpus()"],
  [/^.*\.npy$/iu, "loadNpy()"],
  [/^.*\.npz$/iu, "loadNpz()"],
];
/** UTF-16 units of a path, at most. */
const LONGEST_PATH = 255;

/**
 * @param data What the caller gave.
 * @param tokenizer The model's tokenizer.
 * @param options What becomes of unknown characters, and how errors begin.
 * @returns The ids, checked; those of a source are checked as they are read.
 * @throws {TypeError} If it is nothing to learn from, or if an option has no effect on it.
 * @throws {RangeError} If it is empty, if an id is not in the vocabulary, or a character is unknown.
 */
export function fitTokens(
  data: FitData,
  tokenizer: Tokenizer,
  options: FitTokensOptions = {},
): FitTokens {
  const action = actionOf(options);
  refusePath(data, action);
  if (typeof data === "string") {
    if (data === "") {
      throw new RangeError(`${action}: the text must not be empty`);
    }
    return { kind: "text", tokens: encode(data, tokenizer, options) };
  }
  if (isIdArray(data)) {
    refuseUnknown(options);
    return { kind: "text", tokens: check(data, tokenizer, options) };
  }
  const list = data instanceof Corpus ? data.documents : data;
  if (Array.isArray(list)) {
    return {
      kind: "documents",
      documents: documentsOf(Array.from(list, textOf), tokenizer, options),
    };
  }
  if (isArrayData(data)) return fromArray(data, tokenizer, options);
  if (isSource(data)) {
    refuseUnknown(options);
    return { kind: "text", tokens: checkSource(data, tokenizer, options) };
  }
  throw new TypeError(
    `${action}: the data must be a string, token ids in a typed array, a corpus, documents in an array, an array with ` +
      `shape, dtype and data, or a source of tokens: ${nameOf(data)}`,
  );
}

/** A path in place of what the file holds is a mistake that a short text would hide. */
function refusePath(data: unknown, action: string): void {
  const isPath = data instanceof URL ||
    typeof data === "string" && data.length <= LONGEST_PATH &&
      READERS.some(([end]) => end.test(data));
  if (!isPath) return;
  const path = String(data);
  const reader = READERS.find(([end]) => end.test(path))?.[1] ?? "loadText()";
  throw new TypeError(
    `${action}: the data must be a text, not the path of a file: "${path}"; read the file with ${reader}`,
  );
}

/** The text of a document that has more to it; anything else as it is. */
function textOf(document: unknown): unknown {
  return typeof document === "object" && document !== null &&
      "text" in document && typeof document.text === "string"
    ? document.text
    : document;
}

/** The ids of every document in a list. */
function documentsOf(
  list: readonly unknown[],
  tokenizer: Tokenizer,
  options: FitTokensOptions,
): (TokenArray | TokenSource)[] {
  const action = actionOf(options);
  if (list.length === 0) {
    throw new RangeError(
      `${action}: the list of documents must not be empty`,
    );
  }
  if (!list.some((document) => typeof document === "string")) {
    refuseUnknown(options);
  }
  return list.map((document, index) => {
    const where = `document ${index}`;
    if (typeof document === "string") {
      return encode(document, tokenizer, options, where);
    }
    if (isIdArray(document)) {
      return check(
        document,
        tokenizer,
        options,
        (place) => `place ${place} of ${where}`,
      );
    }
    if (isSource(document)) return checkSource(document, tokenizer, options);
    const wayOut = typeof document === "number"
      ? "; put the ids of one text into an Int32Array"
      : "";
    throw new TypeError(
      `${action}: a list must hold documents, each a string or a typed array of ids: ${
        nameOf(document)
      } at place ${index}${wayOut}`,
    );
  });
}

/** One text from one dimension of ids, documents from two or from strings. */
function fromArray(
  { shape, dtype, data }: ArrayData,
  tokenizer: Tokenizer,
  options: FitTokensOptions,
): FitTokens {
  const action = actionOf(options);
  const isShape = Array.isArray(shape) &&
    shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  if (!isShape) {
    throw new TypeError(
      `${action}: an array's shape must be a list of whole numbers from 0: ${
        JSON.stringify(shape)
      }`,
    );
  }
  const size = shape.reduce((product, length) => product * length, 1);
  if (size !== data?.length) {
    throw new RangeError(
      `${action}: an array's shape must match its data: [${shape}] and ${data?.length} elements`,
    );
  }
  if (dtype === "str") {
    const strings = Array.from(data as ArrayLike<string>);
    if (shape.length === 0) return fitTokens(strings[0]!, tokenizer, options);
    return {
      kind: "documents",
      documents: documentsOf(strings, tokenizer, options),
    };
  }
  if (!/^(u?int(8|16|32|64)|float(16|32|64))$/.test(dtype)) {
    throw new TypeError(
      `${action}: an array must hold token ids or strings: its dtype is "${dtype}"`,
    );
  }
  refuseUnknown(options);
  const ids = data as ArrayLike<number>;
  if (shape.length === 1) {
    return { kind: "text", tokens: check(ids, tokenizer, options) };
  }
  if (shape.length !== 2) {
    throw new TypeError(
      `${action}: an array of ids must have 1 dimension for a text, or 2 for documents by row: ` +
        `its shape is [${shape}]`,
    );
  }
  const [rows, width] = shape as [number, number];
  if (size === 0) {
    throw new RangeError(
      `${action}: the array must not be empty: its shape is [${shape}]`,
    );
  }
  const placeOf = (index: number): string =>
    `row ${Math.floor(index / width)}, column ${index % width}`;
  const all = check(ids, tokenizer, options, placeOf);
  const documents = Array.from(
    { length: rows },
    (_, row) => all.subarray(row * width, (row + 1) * width),
  );
  return { kind: "documents", documents };
}

function encode(
  text: string,
  tokenizer: Tokenizer,
  { unknown }: FitTokensOptions,
  where?: string,
): TokenArray {
  try {
    return compactIds(
      tokenizer.encode(text, {
        ...(unknown !== undefined && { unknown }),
        addSpecialTokens: where !== undefined, // they belong to documents: one text is a stream that is cut anywhere
      }),
      tokenizer.vocabSize,
    );
  } catch (error) {
    if (where !== undefined && error instanceof Error) {
      error.message = `${error.message} (in ${where})`;
    }
    throw error;
  }
}

/** A copy, as the caller may change the ids while a run reads them. */
function check(
  ids: ArrayLike<number> | ArrayLike<bigint>,
  { vocabSize }: Tokenizer,
  { action = "train" }: FitTokensOptions,
  placeOf?: (index: number) => string,
): TokenArray {
  const compact = compactIds(ids, vocabSize, {
    action,
    ...(placeOf !== undefined && { placeOf }),
  });
  return compact === ids ? compact.slice() : compact;
}

function checkSource(
  source: TokenSource,
  tokenizer: Tokenizer,
  { action = "train" }: FitTokensOptions,
): TokenSource {
  if (source instanceof TokenCache && !source.isOf(tokenizer)) {
    throw new RangeError(
      `Cannot ${action}: the token cache "${source.path}" was made with another tokenizer than the model's; ` +
        "open it with the model's tokenizer",
    );
  }
  return checkedSource(source, tokenizer.vocabSize, action);
}

function refuseUnknown(options: FitTokensOptions): void {
  if (options.unknown === undefined) return;
  throw new TypeError(
    `${actionOf(options)}: unknown has no effect on token ids, leave it out`,
  );
}

/** How errors begin. */
function actionOf({ action = "train" }: FitTokensOptions): string {
  return `Cannot ${action}`;
}

function isIdArray(value: unknown): value is IdArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function isArrayData(value: unknown): value is ArrayData {
  return typeof value === "object" && value !== null && "shape" in value &&
    "dtype" in value && "data" in value;
}

function isSource(value: unknown): value is TokenSource {
  return typeof value === "object" && value !== null && "read" in value &&
    typeof value.read === "function" && "length" in value &&
    typeof value.length === "number";
}

function nameOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}
