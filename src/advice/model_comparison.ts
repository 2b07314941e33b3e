/**
 * What a comparison of models measured, as plain values and as a table.
 *
 * @module
 */
import type { LanguageModel } from "../models/language_model.ts";
import {
  htmlTable,
  plainTable,
  printable,
  type ReportTable,
  toHtml,
} from "../text/report_table.ts";

/** What was measured of one model. */
export interface ComparedModel {
  /** The model, trained. */
  readonly model: LanguageModel;
  /** One line about it. */
  readonly description: string;
  /** Bits per character of the part that was kept apart. */
  readonly bitsPerCharacter: number;
  /** Bounds of its interval; undefined where the part is too short for one. */
  readonly interval?: readonly [low: number, high: number];
  /** Numbers that training changes; of a model that counts, its n-grams. */
  readonly parameters: number;
  /** Changes of the weights. */
  readonly steps: number;
  /** Time of the training. */
  readonly seconds: number;
  /** Tokens that training read in a second, about. */
  readonly trainedPerSecond: number;
  /** Tokens that it wrote in a second, one text at a time, compiling left out. */
  readonly writtenPerSecond: number;
  /** What it writes, the prompt left out. */
  readonly sample: string;
}

/** Models that had the same time on the same text, the best first. */
export class ModelComparison {
  /** What was measured, from the fewest bits per character. */
  readonly models: readonly ComparedModel[];
  /** What each sample goes on from. */
  readonly prompt: string;

  /**
   * Takes what was measured; `compareModels()` does.
   *
   * @param models What was measured of each model, in any order.
   * @param prompt What each sample goes on from.
   */
  constructor(models: readonly ComparedModel[], prompt: string) {
    this.models = models.toSorted((a, b) =>
      a.bitsPerCharacter - b.bitsPerCharacter
    );
    this.prompt = prompt;
  }

  /**
   * Which models the best one is surely ahead of.
   *
   * @returns Those whose interval does not touch that of the best; empty where there are no intervals.
   */
  get behind(): readonly ComparedModel[] {
    const [best, ...others] = this.models;
    const high = best?.interval?.[1] ?? Infinity;
    return others.filter(({ interval }) => (interval?.[0] ?? 0) > high);
  }

  /** The table and the samples as text. */
  toString(): string {
    const samples = this.models.map(({ description, sample }) =>
      `  ${description}:\n    ${printable(this.prompt + sample)}`
    );
    return [plainTable(this.#table()), "", ...samples].join("\n");
  }

  /** The values as plain JSON, without the models. */
  toJSON(): unknown {
    return {
      prompt: this.prompt,
      models: this.models.map(({ model: _, ...values }) => values),
    };
  }

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    const samples = this.models.map(({ description, sample }) =>
      `<p style="margin:6px 0"><b>${toHtml(description)}</b><br>${
        toHtml(this.prompt)
      }${toHtml(sample)}</p>`
    );
    return {
      "text/plain": this.toString(),
      "text/html": htmlTable(this.#table()) + samples.join(""),
    };
  }

  #table(): ReportTable {
    return {
      head: [
        "model",
        "bits per character",
        "95 % interval",
        "steps",
        "seconds",
        "trained/s",
        "written/s",
      ],
      rows: this.models.map((each) => [
        each.description,
        each.bitsPerCharacter.toFixed(3),
        each.interval?.map((bound) => bound.toFixed(3)).join(" to ") ?? "",
        each.steps.toLocaleString("en-US"),
        each.seconds.toFixed(1),
        rounded(each.trainedPerSecond),
        rounded(each.writtenPerSecond),
      ]),
    };
  }
}

/** Two digits that count. */
function rounded(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString("en-US");
}
