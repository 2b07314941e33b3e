/**
 * Reads tokens without memory of what was before, as a model does that starts over.
 *
 * @module
 */
import { compile, type CompiledFunction } from "../engine/compile.ts";
import { asOnePart, sideBySide } from "../engine/side_by_side.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { partsOf } from "./_parts_of_rows.ts";
import { joinRows } from "./_state_rows.ts";
import type { Predictor, PredictorState } from "./predictor.ts";

/** Tokens are read again so often before XLA compiles it, which takes as long as some hundred times without. */
const READ_COMPILED_FROM = 64;

/** Reads with one model. It is recorded for every number of rows and tokens, and compiled once it was done often. */
export class ReadingAgain {
  readonly #recorded: CompiledFunction<[Tensor], Tensor[]>;
  readonly #compiled: CompiledFunction<[Tensor], Tensor[]>;
  /** How often tokens were read. */
  #readings = 0;

  /** @param predictor The model. */
  constructor(predictor: Predictor) {
    const read = (ids: Tensor): Tensor[] => [
      ...predictor.forward(ids, predictor.zeroState(ids.shape[0]!)).state,
    ];
    this.#recorded = compile(read, { name: "reading again" });
    this.#compiled = compile(
      (ids: Tensor) => {
        const parts = partsOf(ids.shape[0]!);
        if (parts.length === 1) return asOnePart(() => read(ids));
        const states = sideBySide(
          parts.map((rows) => tf.slice(ids, rows[0]!, rows.length)),
          read,
        );
        return [...joinRows(states)];
      },
      { name: "reading again, compiled" },
    );
  }

  /**
   * Reads, on another thread.
   *
   * @param rows The tokens, as many in every row.
   * @returns What the model remembers then; the caller disposes it.
   */
  async read(rows: readonly Int32Array[]): Promise<PredictorState> {
    const length = rows[0]!.length;
    const ids = new Int32Array(rows.length * length);
    for (const [i, row] of rows.entries()) ids.set(row, i * length);
    const given = tf.tensor2d(ids, [rows.length, length], "int32");
    try {
      const read = this.#readings++ < READ_COMPILED_FROM
        ? this.#recorded
        : this.#compiled;
      return await read.inBackground(given);
    } finally {
      given.dispose();
    }
  }

  /** Frees what is compiled. */
  dispose(): void {
    this.#recorded.dispose();
    this.#compiled.dispose();
  }
}
