/**
 * What `model.lens()` returns: of every token that was written, what there was to choose from, stage by stage.
 *
 * @module
 */
import { lensHtml, lensTables } from "./_lens_table.ts";
import type { GenerationStopReason } from "./text_row.ts";

/** A token, and how likely it was. */
export interface LensCandidate {
  /** Its id. */
  readonly id: number;
  /** The token as the vocabulary has it. */
  readonly token: string;
  /** Its probability among the candidates, from 0 to 1. */
  readonly probability: number;
}

/** What there is to choose from: as the model leaves it, or as a stage does. */
export interface LensChoice {
  /** How many candidates there are. */
  readonly count: number;
  /** Entropy of their probabilities, bits. */
  readonly entropy: number;
  /** The likeliest of them, ten at most, the best first, the lower ids first among equals. */
  readonly likeliest: readonly LensCandidate[];
}

/** What a stage did. */
export interface LensStage {
  /** Such as `topK`; a constraint is the first stage, `constraint`. */
  readonly name: string;
  /** One line for people, such as `topK 40`. */
  readonly description: string;
  /** What it was given. */
  readonly before: LensChoice;
  /** What it left. */
  readonly after: LensChoice;
  /** Which share of the probability before it the candidates had that it left, from 0 to 1. */
  readonly massKept: number;
}

/** A token's way through the stages. */
export interface LensToken {
  /** Its id. */
  readonly id: number;
  /** The token as the vocabulary has it. */
  readonly token: string;
  /**
   * Its probabilities: what the model gave it, then what each stage left it; undefined from where it was no candidate any
   * more. One number more than there are stages.
   */
  readonly probabilities: readonly (number | undefined)[];
}

/** What became of the token that was asked about. */
export interface LensAnswer {
  /** Name of the stage that removed it, `"model"` where the model itself excluded it; undefined where it was left. */
  readonly removedBy: string | undefined;
  /** How many of the candidates left were likelier, from 0; undefined where it was removed. */
  readonly rank: number | undefined;
  /** Its probability among the candidates left; 0 where it was removed. */
  readonly probability: number;
}

/** How one token was chosen. */
export interface LensStep {
  /** The token that was chosen, with its probability among the candidates left. */
  readonly chosen: LensCandidate;
  /** What it added to the text; empty for a part of a character that comes with a later token, and for what was cut off. */
  readonly text: string;
  /** What the model left to choose from: all its tokens, with guidance and mixture, before any stage. */
  readonly model: LensChoice;
  /** What the stages did, in their order. */
  readonly stages: readonly LensStage[];
  /** The likeliest tokens of the model and those of the end, ten each, the chosen one and the one asked about. */
  readonly tokens: readonly LensToken[];
  /** What became of the token asked about; undefined where none was. */
  readonly asked: LensAnswer | undefined;
}

/** What a {@linkcode Lens} is made from. */
export interface LensParts {
  /** What it went on from. */
  readonly prompt: string;
  /** The new text, without the prompt: `prompt + text` reads as one text, except under a constraint. */
  readonly text: string;
  /** Why it ended. */
  readonly stopReason: GenerationStopReason;
  /** What random numbers follow from; undefined where none are drawn. */
  readonly seed: number | undefined;
  /** The stages in words. */
  readonly chain: string;
  /** The token asked about; undefined where none was. */
  readonly asked: Pick<LensCandidate, "id" | "token"> | undefined;
  /** The tokens that were written, one by one. */
  readonly steps: readonly LensStep[];
}

/** A lens is its parts. */
export interface Lens extends LensParts {}

/**
 * A short text that a model wrote, and how each of its tokens was chosen. `toString()` and a notebook show a table for each
 * token: a row for a candidate, a column for a stage.
 *
 * @example Why a letter was not written
 * ```ts
 * import { buildLSTM, CharTokenizer } from "@textloom/textloom";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const model = buildLSTM({ tokenizer: CharTokenizer.train("to be or not"), units: 8, embedding: 4, seed: 1 });
 * const options = { suppress: ["b"], topK: 3, maxTokens: 2, seed: 1 };
 * const lens = await model.lens("to ", { ...options, token: "b" });
 * assertEquals(lens.text, (await model.generate("to ", options)).text);
 * const [step] = lens.steps;
 * assertEquals(step!.stages.map(({ name, after }) => [name, after.count]), [["suppress", 6], ["topK", 3]]);
 * assertEquals(step!.asked!.removedBy, "suppress");
 * assert(`${lens}`.includes("asked: removed by suppress"));
 * model.dispose();
 * ```
 */
export class Lens {
  /**
   * Puts a result together; `model.lens()` does.
   *
   * @param parts All that was seen.
   */
  constructor(parts: LensParts) {
    Object.assign(this, parts);
  }

  /**
   * Writes the tables for a terminal.
   *
   * @returns A table for each token, in plain text.
   */
  toString(): string {
    return lensTables(this);
  }

  /**
   * Writes the tables as HTML, a candidate's cell the stronger the likelier it was.
   *
   * @returns A self-contained element, without scripts, for light and dark pages.
   */
  toHTML(): string {
    return lensHtml(this);
  }

  /**
   * Gives a notebook what it shows.
   *
   * @returns The tables as HTML and as plain text.
   */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString(), "text/html": this.toHTML() };
  }

  /** Gives `console.log()` the tables. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}
