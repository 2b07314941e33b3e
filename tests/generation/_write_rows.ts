/** Writes rows with a sampler, for tests. @module */
import type { BlockWriter } from "../../src/generation/block_writer.ts";
import { generateRows } from "../../src/generation/generate_rows.ts";
import type { Predictor } from "../../src/generation/predictor.ts";
import type { Sampler } from "../../src/generation/sampler.ts";

/** Options of {@linkcode writeRows}. */
export interface WriteRowsOptions {
  prompts: readonly Int32Array[];
  maxTokens: number;
  sampler: Sampler;
  blocks?: BlockWriter | undefined;
  signal?: AbortSignal | undefined;
}

/** Yields what is new in every row. */
export async function* writeRows(
  predictor: Predictor,
  { sampler, blocks, ...options }: WriteRowsOptions,
): AsyncGenerator<Int32Array[]> {
  const written = generateRows(predictor, {
    ...options,
    choose: (logits, row, position) => sampler.pick(logits, position, row),
    blocks: blocks && { source: blocks, sampling: sampler },
  });
  for await (const { ids } of written) yield ids;
}

/** Yields the tokens of one row, one by one. */
export async function* writeTokens(
  predictor: Predictor,
  { prompt, ...options }: Omit<WriteRowsOptions, "prompts"> & {
    prompt: Int32Array;
  },
): AsyncGenerator<number> {
  const rows = writeRows(predictor, { ...options, prompts: [prompt] });
  for await (const [ids] of rows) yield* ids!;
}
