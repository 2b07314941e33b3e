/**
 * The benchmark's models, built as users of the library build theirs.
 *
 * @module
 */
import {
  buildLSTM,
  buildTransformer,
  CharTokenizer,
  type LanguageModel,
} from "@textloom/textloom";
import type { GivenWeight } from "./_given.ts";

/** A workload as `workloads.json` has it. */
export interface Workload {
  kind: "lstm" | "decoder";
  title: string;
  vocabSize: number;
  layers: number;
  batch: number;
  steps: number;
  repeats: number;
  embedding?: number;
  units?: number;
  dense?: number;
  recurrentDropout?: number;
  width?: number;
  heads?: number;
}

/** The characters from here on stand for the tokens. */
const FIRST_CHARACTER = 0x4e00;

/**
 * @param s The workload.
 * @param weights What to begin with, in the order of the data's way through the model, as its parameters are.
 * @param recurrentDropout Share of the hidden state that training drops.
 * @returns The model.
 * @throws {RangeError} If the weights are not those of the model.
 */
export function buildModel(
  s: Workload,
  weights: readonly GivenWeight[],
  recurrentDropout = 0,
): LanguageModel {
  const tokenizer = new CharTokenizer(
    Array.from(
      { length: s.vocabSize },
      (_, id) => String.fromCharCode(FIRST_CHARACTER + id),
    ),
  );
  const { layers } = s;
  const model = s.kind === "lstm"
    ? buildLSTM({
      tokenizer,
      layers,
      embedding: s.embedding!,
      units: s.units!,
      recurrentDropout,
      ...(s.dense !== undefined && { dense: s.dense }),
    })
    : buildTransformer({
      tokenizer,
      layers,
      preset: "gpt2",
      activation: "gelu",
      bias: false,
      heads: s.heads!,
      width: s.width!,
      context: s.steps,
    });
  const parameters = [...model.network.parameters.values()];
  if (weights.length !== parameters.length) {
    throw new RangeError(
      `The model has ${parameters.length} arrays, not ${weights.length}`,
    );
  }
  for (const [i, { name, shape, values }] of weights.entries()) {
    const parameter = parameters[i]!;
    if (String(shape) !== String(parameter.shape)) {
      throw new RangeError(
        `${parameter.name} has the shape [${parameter.shape}], not that of ${name}: [${shape}]`,
      );
    }
    parameter.set(values);
  }
  return model;
}
