/**
 * The summary of a model, as plain values and as tables.
 *
 * @module
 */
import type { LayerDescription } from "../networks/network.ts";
import {
  htmlTable,
  plainTable,
  type ReportTable,
} from "../text/report_table.ts";

/** A layer in a summary. */
export interface SummaryLayer extends LayerDescription {
  /** Numbers that training changes; those of a shared table count where it is first used. */
  readonly parameters: number;
  /** Shape of what it says in a training step, (B, T, width). */
  readonly outputShape: readonly number[];
}

/** The values of a {@linkcode ModelSummary}; memory is in bytes. */
export interface SummaryValues {
  /** One line about the network. */
  readonly description: string;
  /** Whether the network does not describe its layers, so that they were guessed from its parameters. */
  readonly isEstimate: boolean;
  /** The layers, in the order of the data's way. */
  readonly layers: readonly SummaryLayer[];
  /** Of a model that counts, how many n-grams it has of one token, of two, and so on; empty for others. */
  readonly ngrams: readonly number[];
  /** Numbers that training changes; of a model that counts, its n-grams. */
  readonly parameters: number;
  /** Rows of a training step, B; 0 for a model that counts, which takes none. */
  readonly batchSize: number;
  /** Tokens of a row in a training step, T; 0 for a model that counts. */
  readonly sequenceLength: number;
  /** Operations of the matrix products forward, per token. */
  readonly flopsPerToken: number;
  /** What `fit()` holds at once, about, without the engine itself and what the system keeps of freed memory. */
  readonly training: {
    /** Of a model that counts, the counts. */
    readonly weights: number;
    /** As they are, and clipped. */
    readonly gradients: number;
    readonly optimizer: number;
    /** Weights and optimizer once more: the new ones of a step, and those of two moments that the guard keeps. */
    readonly copies: number;
    /** What a step holds of its tokens. */
    readonly activations: number;
    /** What a model that counts makes of the counts to predict, while it makes it; 0 for others. */
    readonly smoothing: number;
    readonly total: number;
  };
  /** What generation of one text holds, about. */
  readonly generation: {
    /** Of a model that counts, the counts. */
    readonly weights: number;
    /** The weights as they came from the seed or a file, on their way to the engine. */
    readonly copies: number;
    /** What a model that counts makes of the counts to predict; 0 for others. */
    readonly smoothing: number;
    readonly state: number;
    readonly total: number;
  };
}

/** What the model is made of. */
export interface ModelSummary extends SummaryValues {}

/** What `summary()` found out; a notebook shows it as tables. */
export class ModelSummary {
  /**
   * Takes the values; `summary()` does.
   *
   * @param values The values.
   */
  constructor(values: SummaryValues) {
    Object.assign(this, values);
  }

  /**
   * Writes the summary for a terminal.
   *
   * @returns The layers, and what training and generation take.
   */
  toString(): string {
    return `${this.#title}\n${plainTable(this.#parts())}\n${
      plainTable({ rows: this.#totals() })
    }`;
  }

  /**
   * Gives JSON the values.
   *
   * @returns A plain object.
   */
  toJSON(): SummaryValues {
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
    const title = htmlTable({ rows: [[this.#title]] });
    return {
      "text/plain": this.toString(),
      "text/html": `<div>${title}${htmlTable(this.#parts())}${
        htmlTable({ rows: this.#totals() })
      }</div>`,
    };
  }

  get #title(): string {
    return this.isEstimate
      ? `${this.description} (layers guessed from the parameters)`
      : this.description;
  }

  get #isCounted(): boolean {
    return this.ngrams.length > 0;
  }

  #parts(): ReportTable {
    if (this.#isCounted) {
      return {
        head: ["tokens", "n-grams"],
        rows: this.ngrams.map((found, i) => [`${i + 1}`, count(found)]),
      };
    }
    return {
      head: ["layer", "type", "output", "parameters", "FLOPs per token"],
      rows: this.layers.map((layer) => [
        layer.name,
        layer.type,
        `(${layer.outputShape.join(", ")})`,
        count(layer.parameters),
        count(layer.flops),
      ]),
    };
  }

  #totals(): string[][] {
    const { training, generation } = this;
    if (this.#isCounted) {
      return [
        ["n-grams", count(this.parameters)],
        [
          "memory to train",
          `${size(training.total)}, about: counts ${
            size(training.weights)
          }, smoothing ${size(training.smoothing)}`,
        ],
        [
          "memory to generate",
          `${size(generation.total)}, about: counts ${
            size(generation.weights)
          }, smoothing ${size(generation.smoothing)}, state ${
            size(generation.state)
          }`,
        ],
      ];
    }
    return [
      ["parameters", count(this.parameters)],
      ["forward", `${count(this.flopsPerToken)} FLOPs per token`],
      [
        "training step",
        `${
          count(3 * this.flopsPerToken * this.batchSize * this.sequenceLength)
        } FLOPs, about, for ${this.batchSize} rows of ${this.sequenceLength} tokens`,
      ],
      [
        "memory to train",
        `${size(training.total)}, about: weights ${
          size(training.weights)
        }, gradients ${size(training.gradients)}, optimizer ${
          size(training.optimizer)
        }, copies of both ${size(training.copies)}, activations ${
          size(training.activations)
        }`,
      ],
      [
        "memory to generate",
        `${size(generation.total)}, about: weights ${
          size(generation.weights)
        }, on their way to the engine ${size(generation.copies)}, state ${
          size(generation.state)
        }`,
      ],
    ];
  }
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function size(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
