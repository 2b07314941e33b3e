/**
 * Models that fit a budget, with the reasons.
 *
 * @module
 */
import type { LanguageModel } from "../models/language_model.ts";
import {
  htmlTable,
  plainTable,
  type ReportTable,
  toHtml,
} from "../text/report_table.ts";

/** A model that fits. */
export interface ModelSuggestion {
  /** Name of the builder, such as `buildLSTM`. */
  readonly builder: string;
  /** Its options, beside the tokenizer. */
  readonly options: Readonly<Record<string, number>>;
  /** Numbers that training changes; undefined of a model that counts, before it has. */
  readonly parameters?: number;
  /** Bytes that training takes, about. */
  readonly memory?: number;
  /** Tokens a second that it trains on here, about. */
  readonly tokensPerSecond?: number;
  /** Passes over the text. */
  readonly epochs: number;
  /** Seconds that they take here, about. */
  readonly seconds?: number;
  /** Why this model, why this size, and why so many passes. */
  readonly reasons: readonly string[];

  /**
   * Builds it.
   *
   * @returns The model, untrained.
   */
  build(): LanguageModel;
}

/** Models that fit a budget, the most promising first. */
export class ModelSuggestions {
  /** The models. */
  readonly models: readonly ModelSuggestion[];
  /** What the text is to be cut into, in words. */
  readonly tokenizer: string;

  /**
   * Takes the suggestions; `suggestModel()` does.
   *
   * @param models The most promising first.
   * @param tokenizer What the text is to be cut into, in words.
   */
  constructor(models: readonly ModelSuggestion[], tokenizer: string) {
    this.models = models;
    this.tokenizer = tokenizer;
  }

  /** The table and the reasons as text. */
  toString(): string {
    const reasons = this.models.flatMap(({ builder, reasons }) => [
      `  ${builder}`,
      ...reasons.map((reason) => `    - ${reason}`),
    ]);
    return [
      `Tokens: ${this.tokenizer}`,
      plainTable(this.#table()),
      "",
      ...reasons,
    ].join("\n");
  }

  /** The values as plain JSON. */
  toJSON(): unknown {
    return { tokenizer: this.tokenizer, models: this.models };
  }

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    const reasons = this.models.map(({ builder, reasons }) =>
      `<p style="margin:6px 0 0"><b>${
        toHtml(builder)
      }</b></p><ul style="margin:2px 0">${
        reasons.map((reason) => `<li>${toHtml(reason)}</li>`).join("")
      }</ul>`
    );
    return {
      "text/plain": this.toString(),
      "text/html": `<p style="margin:2px 0">Tokens: ${
        toHtml(this.tokenizer)
      }</p>${htmlTable(this.#table())}${reasons.join("")}`,
    };
  }

  #table(): ReportTable {
    return {
      head: [
        "model",
        "options",
        "parameters",
        "memory",
        "tokens/s",
        "passes",
        "seconds",
      ],
      rows: this.models.map((each) => [
        each.builder,
        Object.entries(each.options).map(([name, value]) => `${name} ${value}`)
          .join(", "),
        each.parameters?.toLocaleString("en-US") ?? "",
        each.memory === undefined ? "" : `${(each.memory / 1e6).toFixed(1)} MB`,
        each.tokensPerSecond === undefined
          ? ""
          : Number(each.tokensPerSecond.toPrecision(2)).toLocaleString("en-US"),
        String(each.epochs),
        each.seconds === undefined ? "" : each.seconds.toFixed(0),
      ]),
    };
  }
}
