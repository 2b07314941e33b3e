/**
 * Compares what `summary()` says of memory with the memory that processes take.
 *
 *     deno task bench:memory
 *
 * Each model trains, or writes, in a process of its own; what counts is how much the resident memory grows meanwhile. It
 * changes from run to run by a third, as allocators keep memory and V8 collects garbage when it likes. On Linux alone.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";

/** What a worker prints, in bytes. */
interface Measurement {
  estimate: { total: number };
  measured: number;
}

const JOBS = [
  ["lstm", "train"],
  ["lstm of many tokens", "train"],
  ["lstm of many weights", "train"],
  ["lstm of many weights", "generate"],
  ["rnn", "train"],
  ["gru", "train"],
  ["transformer", "train"],
  ["cnn", "train"],
] as const;

/** Trains a model in a process of its own, or has it write. */
async function measure(kind: string, work: string): Promise<Measurement> {
  const worker = fromFileUrl(import.meta.resolve("./_memory_worker.ts"));
  const { success, stdout, code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      "--v8-flags=--expose-gc",
      worker,
      kind,
      work,
    ],
    env: {
      CUDA_VISIBLE_DEVICES: "-1", // a GPU has memory of its own
      MALLOC_MMAP_THRESHOLD_: "262144", // freed memory goes back to the system
    },
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${kind} ended with code ${code}`);
  return JSON.parse(new TextDecoder().decode(stdout).trim());
}

console.log("| model | work | measured | estimate | ratio |");
console.log("| --- | --- | ---: | ---: | ---: |");
for (const [kind, work] of JOBS) {
  const { estimate: { total }, measured } = await measure(kind, work);
  const [is, says] = [measured, total].map((bytes) =>
    `${Math.round(bytes / 1e6)} MB`
  );
  console.log(
    `| ${kind} | ${work} | ${is} | ${says} | ${
      (measured / total).toFixed(2)
    } |`,
  );
}
