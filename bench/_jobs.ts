/**
 * What is measured: training on every workload, and generation from two of the models, one row and 32 rows at a time:
 * plain, and by the chain of stages that text generation has by default elsewhere.
 *
 * @module
 */
import type { Workload } from "./_models.ts";
import { titleOf } from "./table.ts";

/** One thing that programs do. */
export interface Job {
  kind: "train" | "generate" | "chain";
  /** Whose model. */
  workload: string;
  /** How many rows are generated side by side; training has the workload's. */
  batch: number;
  /** What the table calls it. */
  title: string;
}

const GENERATED_FROM = ["W1", "W4"];
const BATCHES = [1, 32];

/**
 * @param workloads Names of the workloads.
 * @returns Their jobs.
 */
export function jobsOf(workloads: readonly string[]): Job[] {
  return workloads.flatMap((workload) => [
    { kind: "train" as const, workload, batch: 1, title: workload },
    ...(GENERATED_FROM.includes(workload) ? BATCHES : []).flatMap((batch) =>
      (["generate", "chain"] as const).map((kind) => ({
        kind,
        workload,
        batch,
        title: titleOf({ workload: `${kind}-${workload}`, batch }),
      }))
    ),
  ]);
}

/**
 * @param job A job.
 * @param s Its workload.
 * @returns 10⁹ operations of its matrix products: two for each weight and token, three times over for training.
 */
export function gflopsOf(job: Job, s: Workload): number {
  let perToken: number;
  if (s.kind === "decoder") {
    const d = s.width!;
    perToken = s.layers * (12 * d * d + 2 * s.steps * d) + d * s.vocabSize;
  } else {
    const h = s.units!;
    const first = (s.embedding! + h) * 4 * h;
    const others = (s.layers - 1) * 8 * h * h;
    const head = s.dense === undefined
      ? h * s.vocabSize
      : h * s.dense + s.dense * s.vocabSize;
    perToken = first + others + head;
  }
  const [passes, tokens] = job.kind === "train"
    ? [3, s.batch * s.steps]
    : [1, job.batch];
  return 2 * passes * perToken * tokens / 1e9;
}
