/**
 * What `model.generate()` returns: the text, its tokens and what the model held of them, why it ended, how long it took, and
 * what it takes to write it again.
 *
 * @module
 */
import {
  colouredHtml,
  colouredText,
  surprisalScale,
} from "../display/surprisal.ts";
import { recordedOptions } from "./_recorded_options.ts";
import { toHtml } from "../text/report_table.ts";
import type { GenerateOptions } from "./generate_options.ts";
import type { GenerationStopReason } from "./text_row.ts";

/** A token that might have been written. */
export interface TokenAlternative {
  /** Its id. */
  readonly id: number;
  /** The token as the vocabulary has it. */
  readonly token: string;
  /** Natural logarithm of the probability that the model gave it. */
  readonly logProbability: number;
}

/** A token that was written. */
export interface GeneratedToken extends TokenAlternative {
  /** What it added to the text; empty for a part of a character that comes with a later token, and for what was cut off. */
  readonly text: string;
  /** The likeliest tokens at its place, the best first. */
  readonly alternatives: readonly TokenAlternative[];
}

/** How long it took. */
export interface GenerationTimings {
  /** From the call to the first token: reading the prompt, and compiling where that was due. */
  readonly firstTokenSeconds: number;
  /** From the call to the end of the last text of the call. */
  readonly seconds: number;
  /** Tokens of all texts of the call, per second. */
  readonly tokensPerSecond: number;
}

/**
 * What it takes to write a text again: `model.generate(record.prompt, record.options)` does, with the same weights, whatever
 * the model's generation defaults are then. JSON brings it back, constraints of the library's functions among its options;
 * what JSON cannot hold, such as functions and other models, must be given again then, and is asked for by name.
 * A text that was written while its model was being trained cannot be written again.
 */
export interface GenerationRecord {
  /** What it went on from. */
  readonly prompt: string;
  /** All options that were in force, with the seed and the row, and in place of `maxSeconds` the number of tokens. */
  readonly options: Readonly<GenerateOptions>;
  /** How tokens were chosen, in words. */
  readonly chain: string;
  /** The model in one line. */
  readonly model: string;
  /** SHA-256 of the weights after the last token, 64 hexadecimal digits. */
  readonly weights: string;
  /** True where training changed the weights while the text was written, so that no weights write it again; else left out. */
  readonly weightsChanged?: boolean;
  /** The engine that computed. */
  readonly engine: string;
  /** Version of the library. */
  readonly libraryVersion: string;
}

/** What a {@linkcode Generation} is made from. */
export interface GenerationParts {
  /** The text. */
  text: string;
  /** Its tokens, or what makes them once somebody asks for them. */
  tokens: readonly GeneratedToken[] | (() => readonly GeneratedToken[]);
  /** Why it ended. */
  stopReason: GenerationStopReason;
  /** The stop string, where one ended it. */
  stop?: string | undefined;
  /** How long it took. */
  timings: GenerationTimings;
  /** What it takes to write it again. */
  record: GenerationRecord;
}

/**
 * A text that a model wrote. `toString()` is the text; a notebook shows it coloured by surprisal, with the alternatives where
 * the pointer rests.
 *
 * @example The text, the tokens, the record
 * ```ts
 * import { buildLSTM, CharTokenizer } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const model = buildLSTM({ tokenizer: CharTokenizer.train("to be or not"), units: 8, embedding: 4, seed: 1 });
 * const written = await model.generate("to", { maxTokens: 6 });
 * assertEquals(`${written}`, written.text);
 * assertEquals([written.tokens.length, written.stopReason], [6, "maxTokens"]);
 * const { prompt, options } = written.record;
 * assertEquals((await model.generate(prompt, options)).text, written.text);
 * model.dispose();
 * ```
 */
export class Generation {
  /** The new text, without the prompt: `prompt + text` reads as one text, except under a constraint. */
  readonly text: string;
  /** Why it ended. */
  readonly stopReason: GenerationStopReason;
  /** The stop string that ended it; undefined where none did. */
  readonly stop: string | undefined;
  /** How long it took. */
  readonly timings: GenerationTimings;
  /** What it takes to write it again. */
  readonly record: GenerationRecord;
  #tokens: GenerationParts["tokens"];

  /**
   * Puts a result together; `model.generate()` does.
   *
   * @param parts All that is known of the text.
   */
  constructor(parts: GenerationParts) {
    this.text = parts.text;
    this.#tokens = parts.tokens;
    this.stopReason = parts.stopReason;
    this.stop = parts.stop;
    this.timings = parts.timings;
    const { record } = parts;
    this.record = { ...record, options: recordedOptions(record.options) };
  }

  /** The tokens that were written, among them those that ended the text. */
  get tokens(): readonly GeneratedToken[] {
    if (typeof this.#tokens === "function") this.#tokens = this.#tokens();
    return this.#tokens;
  }

  /** Sum of the tokens' natural log-probabilities. */
  get logProbability(): number {
    return this.tokens.reduce(
      (sum, { logProbability }) => sum + logProbability,
      0,
    );
  }

  /** The ids of the tokens, int32, shape (T,). */
  get ids(): Int32Array {
    return Int32Array.from(this.tokens, ({ id }) => id);
  }

  /** The log-probabilities of the tokens, natural, shape (T,). */
  get logProbabilities(): Float32Array {
    return Float32Array.from(
      this.tokens,
      ({ logProbability }) => logProbability,
    );
  }

  /** Gives the text. */
  toString(): string {
    return this.text;
  }

  /** Gives its parts, for JSON. */
  toJSON(): GenerationParts & { tokens: readonly GeneratedToken[] } {
    const { text, tokens, stopReason, stop, timings, record } = this;
    return { text, tokens, stopReason, stop, timings, record };
  }

  /**
   * Writes the text for a terminal, each token on a background that is the stronger the more surprising it was.
   *
   * @returns The text with colours, and a line of figures.
   */
  toColoredString(): string {
    return `${this.tokens.map(colouredText).join("")}\n${this.#figures}`;
  }

  /**
   * Writes the text as HTML, coloured in the same way, the prompt before it.
   *
   * @returns A self-contained element, without scripts; what the model held of a token shows where the pointer rests.
   */
  toHTML(): string {
    const written = this.tokens.map((each) =>
      colouredHtml({ ...each, title: titleOf(each) })
    );
    const prompt = colouredHtml({
      text: this.record.prompt,
      token: "",
      logProbability: undefined,
      title: "the prompt",
    });
    return `<div style="font-family:monospace;line-height:1.7;white-space:pre-wrap;overflow-wrap:anywhere">` +
      `<span style="opacity:0.65">${prompt}</span>${written.join("")}</div>` +
      `<div style="opacity:0.85;margin-top:4px">${
        toHtml(this.#figures)
      }; bits: ${surprisalScale()}</div>`;
  }

  /**
   * Gives a notebook what it shows.
   *
   * @returns The text as HTML and as plain text.
   */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.text, "text/html": this.toHTML() };
  }

  /** Gives `console.log()` the text. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.text;
  }

  get #figures(): string {
    const { length } = this.tokens;
    const bits = length === 0 ? 0 : -this.logProbability * Math.LOG2E / length;
    const end = this.stop === undefined
      ? ENDS[this.stopReason]
      : `${ENDS.stop} ${JSON.stringify(this.stop)}`;
    return `${length} tokens, ${bits.toFixed(2)} bits each, ended by ${end}, ${
      this.timings.tokensPerSecond.toFixed(0)
    } tokens/s`;
  }
}

/** What ended a text, in words. */
const ENDS: Readonly<Record<GenerationStopReason, string>> = {
  maxTokens: "maxTokens",
  maxSeconds: "maxSeconds",
  stop: "the stop string",
  endToken: "an end token",
  sentence: "the end of a sentence",
  constraint: "the constraint",
};

/** What shows where the pointer rests. */
function titleOf(
  { token, logProbability, alternatives }: GeneratedToken,
): string {
  const line = (each: TokenAlternative): string =>
    `${(100 * Math.exp(each.logProbability)).toPrecision(3)} % ${
      JSON.stringify(each.token)
    }`;
  const own = `${line({ id: 0, token, logProbability })}, ${
    (-logProbability * Math.LOG2E).toFixed(2)
  } bits`;
  return alternatives.length === 0
    ? own
    : `${own}\nlikeliest: ${alternatives.map(line).join(", ")}`;
}
