/**
 * `corpusReport()`: what a text is made of, what is wrong with it, and a first plan for a model of it.
 *
 * @module
 */
import { ensureEngine } from "../engine/engine.ts";
import { checkOptionNames } from "../text/options.ts";
import {
  type CharacterCount,
  countCharacters,
  measureEntropies,
} from "./_character_statistics.ts";
import { corpusPage, corpusText } from "./_corpus_page.ts";
import { adviseCorpus, type CorpusAdvice } from "./corpus_advice.ts";
import {
  findRepeats,
  type Lengths,
  type LineRepeats,
  summarizeLengths,
} from "./_line_statistics.ts";
import { measurePace, type TrainingPace } from "./_measure_pace.ts";
import { findFaults, type TextFault } from "./_text_faults.ts";

export type { CharacterCount } from "./_character_statistics.ts";
export type {
  LengthBin,
  Lengths,
  LineRepeats,
  RepeatedLine,
} from "./_line_statistics.ts";
export type { TrainingPace } from "./_measure_pace.ts";
export type { TextFault } from "./_text_faults.ts";

/** Options of {@linkcode corpusReport}. */
export interface CorpusReportOptions {
  /**
   * Whether to train a small model for some seconds, to tell how long the suggested training takes on this machine. It
   * chooses an engine if none is in use yet.
   *
   * @default {false}
   */
  measure?: boolean;

  /**
   * How long to time the training, in seconds; compiling it comes on top.
   *
   * @default {2}
   */
  seconds?: number;
}

/** What {@linkcode corpusReport} found. */
export interface CorpusFindings {
  /** Characters (code points) of all documents. */
  readonly characters: number;
  /** Bytes in UTF-8. */
  readonly bytes: number;
  /** Different characters. */
  readonly distinctCharacters: number;
  /** The most frequent characters, and how often they come. */
  readonly frequent: readonly CharacterCount[];
  /** Characters that come fewer than 10 times, which is too rare to learn them; the rarest first. */
  readonly rare: readonly CharacterCount[];
  /** What is wrong with characters. */
  readonly faults: readonly TextFault[];
  /** Lengths of documents. */
  readonly documents: Lengths;
  /** Documents of white space only. */
  readonly emptyDocuments: number;
  /** Lengths of lines. */
  readonly lines: Lengths;
  /** Lines that come again. */
  readonly repeats: LineRepeats;
  /** Entropy of a character after 0, 1, 2 and 3 others, in bits; small texts make the later ones too small. */
  readonly entropies: readonly number[];
  /** A first plan. */
  readonly advice: CorpusAdvice;
  /** How fast that trains here; undefined where it was not measured. */
  readonly pace: TrainingPace | undefined;
}

/** Characters that are seen less often have too few examples to learn from. */
const RARE = 10;

/** Frequent characters that are kept. */
const FREQUENT = 20;

/**
 * What a text is made of. Prints as text, and shows tables and charts in a notebook.
 *
 * @example Look for faults
 * ```ts
 * import { corpusReport } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const { faults } = await corpusReport("The cafÃ© by the sea\uFFFD");
 * assertEquals(faults.map(({ kind, examples }) => [kind, examples]), [
 *   ["mojibake", ["Ã© for é"]],
 *   ["replacement", ["U+FFFD"]],
 * ]);
 * ```
 */
export class CorpusReport {
  /** What was found. */
  readonly findings: CorpusFindings;

  /**
   * Keeps the findings.
   *
   * @param findings What was found.
   */
  constructor(findings: CorpusFindings) {
    this.findings = findings;
  }

  /** What is wrong with characters. */
  get faults(): readonly TextFault[] {
    return this.findings.faults;
  }

  /** A first plan: tokenizer, size of the model, context, passes. */
  get advice(): CorpusAdvice {
    return this.findings.advice;
  }

  /** How fast the plan trains here; undefined where it was not measured. */
  get pace(): TrainingPace | undefined {
    return this.findings.pace;
  }

  /**
   * Writes the report.
   *
   * @returns Several lines.
   */
  toString(): string {
    return corpusText(this.findings);
  }

  /**
   * Shows the report in a notebook.
   *
   * @returns The report as plain text and as HTML.
   */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return {
      "text/plain": this.toString(),
      "text/html": corpusPage(this.findings),
    };
  }
}

/**
 * Examines a text or documents: faults of encoding, control characters, rare characters, lines that come again, lengths,
 * entropy; and suggests a tokenizer, a size of the model, a context and a number of passes.
 *
 * @example Plan a model
 * ```ts
 * import { corpusReport } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const report = await corpusReport("Call me Ishmael.\n".repeat(1000));
 * assertEquals(report.findings.characters, 17_000);
 * assertEquals(report.advice.tokenizer, "characters");
 * ```
 *
 * @param data A text, texts, or documents such as those of a corpus; with more than one, lengths of documents are shown.
 * @param options Whether to time a training.
 * @returns The report.
 * @throws {RangeError} If there are no characters, or `seconds` is out of range.
 * @throws {TypeError} If the data is of another kind, or an option does not exist or has no effect.
 */
export async function corpusReport(
  data: string | Iterable<string | { readonly text: string }>,
  options: CorpusReportOptions = {},
): Promise<CorpusReport> {
  const { measure, seconds } = checkOptions(options);
  const texts = textsOf(data);
  const counts = countCharacters(texts);
  const characters = counts.reduce((sum, { count }) => sum + count, 0);
  if (characters === 0) {
    throw new RangeError(
      "Cannot report on a corpus: it must have characters: it has none",
    );
  }
  const lines = linesOf(texts);
  const lineLengths = summarizeLengths(lines.map(({ length }) => length));
  const advice = adviseCorpus({
    characters,
    distinctCharacters: counts.length,
    lineLength: lineLengths.ninetieth,
  });
  let pace: TrainingPace | undefined;
  if (measure) {
    await ensureEngine();
    const longest = texts.reduce((a, b) => b.length > a.length ? b : a);
    pace = await measurePace(longest, advice, seconds);
  }
  return new CorpusReport({
    characters,
    bytes: counts.reduce(
      (sum, { character, count }) => sum + count * bytesOf(character),
      0,
    ),
    distinctCharacters: counts.length,
    frequent: counts.slice(0, FREQUENT),
    rare: counts.filter(({ count }) => count < RARE).reverse(),
    faults: findFaults(texts),
    documents: summarizeLengths(texts.map(({ length }) => length)),
    emptyDocuments: texts.filter((text) => text.trim() === "").length,
    lines: lineLengths,
    repeats: findRepeats(lines),
    entropies: measureEntropies(texts, counts),
    advice,
    pace,
  });
}

/** Texts of whatever was given. */
function textsOf(
  data: string | Iterable<string | { readonly text: string }>,
): string[] {
  if (typeof data === "string") return [data];
  if (typeof data !== "object" || data === null || !(Symbol.iterator in data)) {
    throw new TypeError(
      `Cannot report on a corpus: data must be a text, a list of texts, or documents: ${
        data === null ? "null" : typeof data
      }`,
    );
  }
  return Array.from(data, (each, i) => {
    const text = typeof each === "string" ? each : each?.text;
    if (typeof text === "string") return text;
    throw new TypeError(
      `Cannot report on a corpus: every document must have a text: ${
        text === null ? "null" : typeof text
      } in row ${i}; call clean() first`,
    );
  });
}

/** Lines of all texts; the end of a text ends a line. */
function linesOf(texts: readonly string[]): string[] {
  const lines: string[] = [];
  for (const text of texts) {
    const own = text.split(/\r\n?|\n/);
    if (own.at(-1) === "") own.pop(); // after the last line's end
    for (const line of own) lines.push(line);
  }
  return lines;
}

/** Bytes of a character in UTF-8; a lone surrogate becomes U+FFFD. */
function bytesOf(character: string): number {
  const code = character.codePointAt(0)!;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

function checkOptions(
  options: CorpusReportOptions,
): Required<CorpusReportOptions> {
  const what = "Cannot report on a corpus";
  checkOptionNames(what, options, ["measure", "seconds"]);
  const { measure = false, seconds } = options;
  if (seconds !== undefined && !measure) {
    throw new TypeError(`${what}: seconds has no effect without measure: true`);
  }
  if (seconds !== undefined && !(seconds > 0 && seconds < Infinity)) {
    throw new RangeError(`${what}: seconds must be above 0: ${seconds}`);
  }
  return { measure, seconds: seconds ?? 2 };
}
