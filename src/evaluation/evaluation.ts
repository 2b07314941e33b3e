/**
 * What was measured of a model on a text, as plain values and as tables.
 *
 * @module
 */
import {
  htmlTable,
  plainTable,
  type ReportTable,
} from "../text/report_table.ts";
import type { Interval } from "./bootstrap.ts";
import type { PrecisionRecallF1 } from "./precision_recall_f1.ts";

/** What `evaluate()` can measure. */
export type EvaluationMetric =
  | "loss"
  | "perplexity"
  | "bitsPerToken"
  | "bitsPerCharacter"
  | "bitsPerByte"
  | "accuracy"
  | "topK"
  | "precision"
  | "recall"
  | "f1";

/** An average over the tokens of the vocabulary that came or were predicted. */
export type Averaging = "macro" | "micro" | "weighted";

/** How a token was predicted. */
export interface TokenReport extends PrecisionRecallF1 {
  /** The token's id. */
  readonly id: number;
  /** The token as the vocabulary has it. */
  readonly token: string;
  /** How often it came. */
  readonly support: number;
}

/** A mistake, and how often it was made. */
export interface Confusion {
  /** The token that came. */
  readonly token: string;
  /** The token that was predicted. */
  readonly predicted: string;
  /** How often. */
  readonly count: number;
}

/** The values of an {@linkcode Evaluation}; those that were not asked for are missing. */
export interface EvaluationValues {
  /** Tokens that were predicted. */
  readonly tokens: number;
  /** Share of the resamples that an interval holds. */
  readonly confidence: number;
  /** Mean loss, nats per token. */
  readonly loss?: number;
  /** e to the loss. */
  readonly perplexity?: number;
  /** Loss in bits per token. */
  readonly bitsPerToken?: number;
  /** Bits per character (code point) of the predicted text. */
  readonly bitsPerCharacter?: number;
  /** Bits per byte of the predicted text in UTF-8. */
  readonly bitsPerByte?: number;
  /** Share of the tokens that were the most likely ones. */
  readonly accuracy?: number;
  /** Share of the tokens that were among the k most likely ones, by k. */
  readonly topK?: Readonly<Record<number, number>>;
  /** Precision of the most likely token. */
  readonly precision?: Readonly<Record<Averaging, number>>;
  /** Its recall. */
  readonly recall?: Readonly<Record<Averaging, number>>;
  /** Its F1. */
  readonly f1?: Readonly<Record<Averaging, number>>;
  /** Bounds of the values by name; `top5` for 5 of `topK`. Precision, recall and F1 have none. */
  readonly intervals: Readonly<Record<string, Interval>>;
  /** The most frequent tokens. */
  readonly frequent?: readonly TokenReport[];
  /** The most frequent mistakes. */
  readonly confusions?: readonly Confusion[];
}

/** What the values are called in tables. */
const TITLES = {
  loss: "loss (nats per token)",
  perplexity: "perplexity",
  bitsPerToken: "bits per token",
  bitsPerCharacter: "bits per character",
  bitsPerByte: "bits per byte",
  accuracy: "accuracy",
} as const;

/** The values; those that were not asked for are undefined. */
export interface Evaluation extends EvaluationValues {}

/**
 * What `evaluate()` measured: plain values, which a notebook shows as tables.
 */
export class Evaluation {
  /**
   * Takes the values; `evaluate()` does.
   *
   * @param values The values.
   */
  constructor(values: EvaluationValues) {
    Object.assign(this, values);
  }

  /**
   * Writes the values for a terminal.
   *
   * @returns Tables of the values, the averages, the most frequent tokens and the most frequent mistakes.
   */
  toString(): string {
    const parts = this.#tables().map(({ title, table }) =>
      `${title}\n${plainTable(table)}`
    );
    return parts.join("\n");
  }

  /**
   * Gives JSON the values.
   *
   * @returns A plain object.
   */
  toJSON(): EvaluationValues {
    return { ...this };
  }

  /** Gives `console.log()` the tables. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /**
   * Gives a notebook what it shows.
   *
   * @returns The tables as HTML and as plain text.
   */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    const parts = this.#tables().map(({ title, table }) =>
      `<div style="margin-top:6px">${title}</div>${htmlTable(table)}`
    );
    return {
      "text/plain": this.toString(),
      "text/html": `<div>${parts.join("")}</div>`,
    };
  }

  #tables(): { title: string; table: ReportTable }[] {
    const tables = [{
      title: `Evaluated ${count(this.tokens)} token${
        this.tokens === 1 ? "" : "s"
      }`,
      table: this.#values(),
    }];
    const averaged = (["precision", "recall", "f1"] as const).filter((name) =>
      this[name] !== undefined
    );
    if (averaged.length > 0) {
      const rows = averaged.map((name) => {
        const { macro, weighted, micro } = this[name]!;
        return [
          name === "f1" ? "F1" : name,
          ...[macro, weighted, micro].map(digits),
        ];
      });
      const head = ["", "macro", "weighted", "micro"];
      tables.push({ title: "Over the tokens", table: { head, rows } });
    }
    if (this.frequent !== undefined && this.frequent.length > 0) {
      const rows = this.frequent.map((each) => [
        JSON.stringify(each.token),
        count(each.support),
        ...[each.precision, each.recall, each.f1].map(digits),
      ]);
      const head = ["token", "times", "precision", "recall", "F1"];
      tables.push({ title: "Most frequent tokens", table: { head, rows } });
    }
    if (this.confusions !== undefined && this.confusions.length > 0) {
      const rows = this.confusions.map((each) => [
        JSON.stringify(each.token),
        JSON.stringify(each.predicted),
        count(each.count),
      ]);
      const head = ["came", "predicted", "times"];
      tables.push({ title: "Most frequent mistakes", table: { head, rows } });
    }
    return tables;
  }

  #values(): ReportTable {
    const rows: string[][] = [];
    const add = (title: string, name: string, value: number): void => {
      const interval = this.intervals[name];
      rows.push([
        title,
        digits(value),
        interval === undefined ? "" : interval.map(digits).join(" to "),
      ]);
    };
    for (const name of Object.keys(TITLES) as (keyof typeof TITLES)[]) {
      if (this[name] !== undefined) add(TITLES[name], name, this[name]!);
    }
    for (const [k, value] of Object.entries(this.topK ?? {})) {
      add(`among the ${k} most likely`, `top${k}`, value);
    }
    const percent = Number((this.confidence * 100).toFixed(2));
    const hasIntervals = Object.keys(this.intervals).length > 0;
    const head = ["", "value", hasIntervals ? `${percent} % interval` : ""];
    return { head, rows };
  }
}

function digits(value: number): string {
  return Math.abs(value) < 1e5 || !Number.isFinite(value)
    ? value.toFixed(4)
    : value.toExponential(3);
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
