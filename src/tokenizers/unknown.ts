/**
 * What becomes of characters that a vocabulary lacks.
 *
 * @module
 */
import { unknownOption } from "../text/options.ts";
import { brief } from "./brief.ts";
import type {
  DecodeOptions,
  EncodeOptions,
  UnknownPolicy,
} from "./tokenizer.ts";

const POLICIES: readonly string[] = ["error", "skip", "nearest", "token"];

/** Plain characters for those that typographers use. */
const PLAIN: ReadonlyMap<string, string> = new Map([
  ...[..."‘’‚‛′`´ʼ"].map((c) => [c, "'"] as const),
  ...[..."“”„‟″«»"].map((c) => [c, '"'] as const),
  ...[..."‐‑‒–—―−"].map((c) => [c, "-"] as const),
  ...[
    ..."\t\u00A0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u202F\u3000",
  ]
    .map((c) => [c, " "] as const),
  ["\r", "\n"],
  ["\u2028", "\n"],
  ["\u2029", "\n"],
  ["…", "..."],
  ["æ", "ae"],
  ["Æ", "AE"],
  ["œ", "oe"],
  ["Œ", "OE"],
  ["ø", "o"],
  ["Ø", "O"],
  ["ł", "l"],
  ["Ł", "L"],
  ["đ", "d"],
  ["Đ", "D"],
  ["ı", "i"],
  ["ß", "ss"],
]);

/**
 * Checks the options of `encode()`.
 *
 * @param text The text to encode.
 * @param options The options as given.
 * @param hasToken Whether the tokenizer has a token for the unknown.
 * @returns The options, complete.
 * @throws {TypeError} If the text is no string, or an option is of the wrong type or unknown.
 * @throws {RangeError} If the policy is unknown or needs a token that there is not.
 */
export function checkEncodeOptions(
  text: unknown,
  options: EncodeOptions,
  hasToken: boolean,
): { unknown: UnknownPolicy; addSpecialTokens: boolean } {
  if (typeof text !== "string") {
    throw new TypeError(
      `Cannot encode text: text must be a string: ${typeof text}`,
    );
  }
  const {
    unknown = hasToken ? "token" : "error",
    addSpecialTokens = true,
    ...rest
  } = options;
  refuseNames("encode text", rest, ["addSpecialTokens", "unknown"]);
  if (!POLICIES.includes(unknown)) {
    throw new RangeError(
      `Cannot encode text: unknown must be "error", "skip", "nearest" or "token": ${
        brief(unknown)
      }`,
    );
  }
  if (unknown === "token" && !hasToken) {
    throw new RangeError(
      `Cannot encode text: unknown must be "error", "skip" or "nearest", ` +
        `as the tokenizer has no token for the unknown: "token"`,
    );
  }
  if (typeof addSpecialTokens !== "boolean") {
    throw new TypeError(
      `Cannot encode text: addSpecialTokens must be true or false: ${
        brief(addSpecialTokens)
      }`,
    );
  }
  return { unknown, addSpecialTokens };
}

/**
 * Checks the options of `decode()`.
 *
 * @param options The options as given.
 * @returns The options, complete.
 * @throws {TypeError} If an option is of the wrong type or unknown.
 */
export function checkDecodeOptions(
  options: DecodeOptions,
): { skipSpecialTokens: boolean } {
  const { skipSpecialTokens = true, ...rest } = options;
  refuseNames("decode ids", rest, ["skipSpecialTokens"]);
  if (typeof skipSpecialTokens !== "boolean") {
    throw new TypeError(
      `Cannot decode ids: skipSpecialTokens must be true or false: ${
        brief(skipSpecialTokens)
      }`,
    );
  }
  return { skipSpecialTokens };
}

/** Throws where options have names that nobody knows. */
function refuseNames(
  action: string,
  rest: object,
  known: readonly string[],
): void {
  const stranger = Object.keys(rest)[0];
  if (stranger === undefined) return;
  throw unknownOption(`Cannot ${action}`, stranger, known);
}

/**
 * Finds what a reader would take for an unknown character or word: another case, plain punctuation, without accents.
 *
 * @param unknown What is unknown.
 * @param knows Whether the tokenizer knows a text.
 * @returns The nearest that it knows; undefined if there is nothing near.
 */
export function nearestKnown(
  unknown: string,
  knows: (text: string) => boolean,
): string | undefined {
  for (const candidate of candidates(unknown)) {
    if (candidate !== "" && candidate !== unknown && knows(candidate)) {
      return candidate;
    }
  }
  const characters = Array.from(unknown);
  if (characters.length === 1) return undefined;
  let result = "";
  for (const character of characters) {
    const near = knows(character) ? character : nearestKnown(character, knows);
    if (near === undefined) return undefined;
    result += near;
  }
  return knows(result) ? result : undefined;
}

/** What may stand for a text, the nearest first. */
function* candidates(text: string): Generator<string> {
  const plain = Array.from(text, (c) => PLAIN.get(c) ?? c).join("");
  const bare = withoutMarks(text, "NFD");
  const folded = Array.from(
    withoutMarks(plain, "NFKD"),
    (c) => PLAIN.get(c) ?? c,
  ).join("");
  for (const form of [text, plain, bare, folded]) {
    yield form;
    yield form.toLowerCase();
    yield form.toUpperCase();
    yield form.charAt(0).toUpperCase() + form.slice(1).toLowerCase();
  }
}

function withoutMarks(text: string, form: "NFD" | "NFKD"): string {
  return text.normalize(form).replaceAll(/\p{M}/gu, "").normalize("NFC");
}
