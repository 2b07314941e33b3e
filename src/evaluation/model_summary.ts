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
  /** Numbers that training changes. */
  readonly parameters: number;
  /** Rows of a training step, B. */
  readonly batchSize: number;
  /** Tokens of a row in a training step, T. */
  readonly sequenceLength: number;
  /** Operations of the matrix products forward, per token. */
  readonly flopsPerToken: number;
  /** What `fit()` holds at once, about, without the engine itself and what the system keeps of freed memory. */
  readonly training: {
    readonly weights: number;
    /** As they are, and clipped. */
    readonly gradients: number;
    readonly optimizer: number;
    /** Weights and optimizer once more: the new ones of a step, and those of two moments that the guard keeps. */
    readonly copies: number;
    /** What a step holds of its tokens. */
    readonly activations: number;
    readonly total: number;
  };
  /** What generation of one text holds, about. */
  readonly generation: {
    readonly weights: number;
    /** The weights as they came from the seed or a file, on their way to the engine. */
    readonly copies: number;
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
    return `${this.#title}\n${plainTable(this.#layers())}\n${
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

  /**
   * Gives a notebook what it shows.
   *
   * @returns The tables as HTML and as plain text.
   */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    const title = htmlTable({ rows: [[this.#title]] });
    return {
      "text/plain": this.toString(),
      "text/html": `<div>${title}${htmlTable(this.#layers())}${
        htmlTable({ rows: this.#totals() })
      }</div>`,
    };
  }

  get #title(): string {
    return this.isEstimate
      ? `${this.description} (layers guessed from the parameters)`
      : this.description;
  }

  #layers(): ReportTable {
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
