/**
 * What is wrong with the characters of a text: read in the wrong encoding, lost, invisible.
 *
 * Bytes of Windows-1252: the index of that name in the WHATWG Encoding Standard. UTF-8: table 3-7 of the Unicode Standard.
 *
 * @module
 */

/** A kind of fault. */
export interface TextFault {
  /** What it is. */
  readonly kind:
    | "mojibake"
    | "replacement"
    | "control"
    | "invisible"
    | "surrogate"
    | "carriage return";
  /** How often it comes. */
  readonly count: number;
  /** The first ones, readable. */
  readonly examples: readonly string[];
  /** What to do about it. */
  readonly advice: string;
}

/** Examples that are kept of each kind. */
const SHOWN = 3;

/** Characters of the bytes 0x80 to 0x9F in Windows-1252 that are no quotes, dashes or dots. */
const LETTERS = "€‚ƒ„†‡ˆ‰Š‹ŒŽ˜™šœžŸ";
/** Those that are, with « and »: they may follow an accented letter in sound text. */
const SIGNS = "…‘’“”•–—›\u00AB\u00BB";
const SURE = `[\u0080-\u00AA\u00AC-\u00BA\u00BC-\u00BF${LETTERS}]`;
const ANY = `[\u0080-\u00BF${LETTERS}${SIGNS}]`;

/**
 * UTF-8 that was read as Windows-1252: single characters where no sound text has them, and runs of two or more of any
 * kind.
 */
const MOJIBAKE = new RegExp(
  `(?:[\u00C2-\u00DF]${ANY}|[\u00E0-\u00EF]${ANY}{2}|[\u00F0-\u00F4]${ANY}{3}){2,}|` +
    `[\u00C2\u00C3]${SURE}|\u00E2${SURE}${ANY}|\u00EF\u00BB\u00BF|\u00F0${SURE}${ANY}{2}`,
  "gu",
);

/** Bytes of the characters that Windows-1252 has in place of C1 controls. */
const BYTES = new Map(
  Array.from(
    new TextDecoder("windows-1252").decode(
      Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i),
    ),
    (character, i) => [character, 0x80 + i],
  ),
);

/**
 * Turns UTF-8 that was read as Windows-1252 into what it was.
 *
 * @param text The wrong characters.
 * @returns The right ones; undefined if they are not UTF-8 after all.
 */
export function repair(text: string): string | undefined {
  const bytes = Uint8Array.from(
    text,
    (character) => BYTES.get(character) ?? character.charCodeAt(0),
  );
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      bytes,
    );
  } catch {
    return undefined;
  }
}

/** Faults that one character shows. */
const KINDS: readonly {
  kind: Exclude<TextFault["kind"], "mojibake">;
  pattern: RegExp;
  advice: string;
}[] = [
  {
    kind: "replacement",
    pattern: /\uFFFD/g,
    advice:
      "U+FFFD stands for bytes that were lost when the text was decoded; decode the original again in its encoding",
  },
  {
    kind: "surrogate",
    pattern: /\p{Surrogate}/gu,
    advice: "halves of a character were cut apart; call toWellFormed()",
  },
  {
    kind: "control",
    pattern: /[^\P{Cc}\n\r\t]/gu,
    advice: "control characters carry no text; remove or replace them",
  },
  {
    kind: "invisible",
    pattern:
      /[\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/gu,
    advice:
      "soft hyphens, zero width blanks and marks of direction look like nothing but are characters to the model; remove them",
  },
  {
    kind: "carriage return",
    pattern: /\r/g,
    advice:
      "line ends come in two kinds; loadText() and loadCorpus() make them one",
  },
];

/**
 * Finds what is wrong with the characters of texts.
 *
 * @param texts The texts.
 * @returns The kinds that there are.
 */
export function findFaults(texts: readonly string[]): TextFault[] {
  const faults: TextFault[] = [];
  const mojibake = collect(texts, MOJIBAKE, (match) => {
    const right = repair(match);
    return right === undefined ? undefined : `${match} for ${right}`;
  });
  if (mojibake.count > 0) {
    faults.push({
      kind: "mojibake",
      ...mojibake,
      advice:
        "UTF-8 was read as Windows-1252 and saved again; decode the original as UTF-8",
    });
  }
  for (const { kind, pattern, advice } of KINDS) {
    const found = collect(texts, pattern, nameOf);
    if (found.count > 0) faults.push({ kind, ...found, advice });
  }
  return faults;
}

/** Counts matches, and keeps the first different ones. */
function collect(
  texts: readonly string[],
  pattern: RegExp,
  describe: (match: string) => string | undefined,
): { count: number; examples: string[] } {
  let count = 0;
  const examples = new Set<string>();
  for (const text of texts) {
    for (const [match] of text.matchAll(pattern)) {
      const example = describe(match);
      if (example === undefined) continue;
      count++;
      if (examples.size < SHOWN) examples.add(example);
    }
  }
  return { count, examples: [...examples] };
}

/**
 * Names a character that cannot be seen.
 *
 * @param character The character.
 * @returns Such as `U+00AD`.
 */
export function nameOf(character: string): string {
  const code = character.codePointAt(0)!.toString(16).toUpperCase();
  return `U+${code.padStart(4, "0")}`;
}
