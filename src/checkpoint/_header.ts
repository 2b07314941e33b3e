/**
 * The header of a safetensors file: JSON in which every name is unique and every number a plain integer.
 *
 * @module
 */
import { byteLengthOf, DTYPES, type TensorDtype } from "./_dtypes.ts";
import { scanJson } from "./strict_json.ts";

/** Where a tensor lies, and what it is. */
export interface TensorInfo {
  /** Its name. */
  readonly name: string;
  /** Its data type. */
  readonly dtype: TensorDtype;
  /** Its shape. */
  readonly shape: readonly number[];
  /** Offset of its first byte in the data section. */
  readonly begin: number;
  /** Offset after its last byte. */
  readonly end: number;
}

/** Most characters of a value that a message shows. */
const BRIEF = 80;

/**
 * Prints a value for an error message.
 *
 * @param value Any value.
 * @returns The start of its JSON.
 */
export function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > BRIEF ? `${text.slice(0, BRIEF)}…` : text;
}

/**
 * Writes the header, filled up with spaces.
 *
 * @param tensors Tensors in the order of their data.
 * @param texts Metadata in order.
 * @param multiple What the length must be a multiple of.
 * @returns The header's bytes.
 */
export function writeHeader(
  tensors: readonly (readonly [
    string,
    { dtype: string; shape: readonly number[]; data: ArrayBufferView },
  ])[],
  texts: readonly (readonly [string, string])[],
  multiple: number,
): Uint8Array {
  // Members are joined by hand, as an object would move names such as "0" to the front.
  const members: string[] = [];
  if (texts.length > 0) {
    members.push(`"__metadata__":{${texts.map(member).join(",")}}`);
  }
  let at = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    const end = at + data.byteLength;
    members.push(member([name, { dtype, shape, data_offsets: [at, end] }]));
    at = end;
  }
  const bytes = new TextEncoder().encode(`{${members.join(",")}}`);
  const padded = new Uint8Array(Math.ceil(bytes.length / multiple) * multiple)
    .fill(0x20);
  padded.set(bytes);
  return padded;
}

function member([name, value]: readonly [string, unknown]): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
}

/**
 * Reads and checks the header; whether the tensors fill the data section is for the caller to see.
 *
 * @param bytes The header's bytes.
 * @returns The tensors in the order of their data, and the metadata.
 * @throws {SyntaxError} If a rule of the format is broken.
 */
export function readHeader(
  bytes: Uint8Array,
): { infos: TensorInfo[]; metadata: Record<string, string> } {
  const text = decodeHeader(bytes);
  const header = parseObject(text);
  let oddNumber: string | undefined;
  const duplicate = scanJson(text, (number) => {
    if (!/^(0|[1-9]\d*)$/.test(number)) oddNumber ??= number;
  });
  if (duplicate !== undefined) {
    throw new SyntaxError(`the header names ${brief(duplicate)} twice`);
  }
  const infos: TensorInfo[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (!name.isWellFormed()) {
      throw new SyntaxError(
        `the header has a name that is not Unicode: ${brief(name)}`,
      );
    }
    if (name === "__metadata__") metadata = readTexts(value);
    else infos.push(readInfo(name, value));
  }
  if (oddNumber !== undefined) {
    throw new SyntaxError(
      `the header's numbers must be plain integers: ${oddNumber}`,
    );
  }
  infos.sort((a, b) => a.begin - b.begin || a.end - b.end);
  return { infos, metadata };
}

function decodeHeader(bytes: Uint8Array): string {
  if (bytes[0] !== 0x7B) {
    const found = bytes.length === 0
      ? "it is empty"
      : `byte 0x${bytes[0]!.toString(16).toUpperCase().padStart(2, "0")}`;
    throw new SyntaxError(`the header must start with "{": ${found}`);
  }
  let last = bytes.length - 1;
  while (bytes[last] === 0x20) last--;
  if (bytes[last] !== 0x7D) {
    throw new SyntaxError(
      'the header must end with "}" and may be filled up with spaces only',
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new SyntaxError("the header must be UTF-8: it has other bytes");
  }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>; // it starts with "{"
  } catch (error) {
    throw new SyntaxError(
      `the header must be JSON: ${
        error instanceof Error ? error.message : error
      }`,
    );
  }
}

function readTexts(value: unknown): Record<string, string> {
  if (!isObject(value)) {
    throw new SyntaxError(
      `__metadata__ must be an object of strings: ${brief(value)}`,
    );
  }
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") {
      throw new SyntaxError(
        `__metadata__ must hold strings only: ${brief(key)} is ${brief(text)}`,
      );
    }
    if (!key.isWellFormed() || !text.isWellFormed()) {
      throw new SyntaxError(
        `__metadata__ must be well-formed Unicode: ${brief(key)} is not`,
      );
    }
  }
  return value as Record<string, string>;
}

function readInfo(name: string, value: unknown): TensorInfo {
  const what = `tensor ${brief(name)}`;
  if (!isObject(value)) {
    throw new SyntaxError(
      `${what}: its entry must be an object: ${brief(value)}`,
    );
  }
  const { dtype, shape, data_offsets: offsets, ...rest } = value;
  const unknown = Object.keys(rest);
  if (unknown.length > 0) {
    throw new SyntaxError(
      `${what}: its entry has unknown members: ${brief(unknown)}`,
    );
  }
  if (typeof dtype !== "string" || !isDtype(dtype)) {
    throw new SyntaxError(`${what}: unknown dtype: ${brief(dtype)}`);
  }
  if (!isIntegers(shape)) {
    throw new SyntaxError(
      `${what}: shape must be an array of integers from 0 to 2^53 - 1: ${
        brief(shape)
      }`,
    );
  }
  if (!isIntegers(offsets) || offsets.length !== 2) {
    throw new SyntaxError(
      `${what}: data_offsets must be two integers from 0 to 2^53 - 1: ${
        brief(offsets)
      }`,
    );
  }
  const [begin, end] = offsets as [number, number];
  if (end < begin) {
    throw new SyntaxError(
      `${what}: its data must not end before it starts: ${brief(offsets)}`,
    );
  }
  const size = byteLengthOf(dtype, shape);
  if (size === undefined) {
    throw new SyntaxError(
      `${what}: shape ${
        brief(shape)
      } of dtype ${dtype} makes no whole bytes below 2^53 bits`,
    );
  }
  if (size !== end - begin) {
    throw new SyntaxError(
      `${what}: shape ${
        brief(shape)
      } of dtype ${dtype} takes ${size} bytes: data_offsets has ${end - begin}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

function isDtype(name: string): name is TensorDtype {
  return Object.hasOwn(DTYPES, name);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isIntegers(value: unknown): value is number[] {
  return Array.isArray(value) &&
    value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
