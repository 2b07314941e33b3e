import { assert } from "@std/assert";
import { fromFileUrl } from "@std/path";

/** What a worker prints, in bytes. */
interface Measurement {
  estimate: { total: number };
  measured: number;
}

/** Trains a model in a process of its own, or has it write. */
async function measure(kind: string, work: string): Promise<Measurement> {
  const worker = fromFileUrl(import.meta.resolve("./_memory_worker.ts"));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
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
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout).trim());
}

const ignore = Deno.build.os !== "linux";

for (
  const [kind, work] of [
    ["lstm", "train"],
    ["lstm of many tokens", "train"],
    ["lstm of many weights", "train"],
    ["lstm of many weights", "generate"],
    ["rnn", "train"],
    ["gru", "train"],
    ["transformer", "train"],
    ["cnn", "train"],
  ]
) {
  Deno.test({
    name:
      `summary() says what memory it takes to ${work}, within a factor of 2: ${kind}`,
    ignore,
    async fn() {
      const { estimate, measured } = await measure(kind!, work!);
      const ratio = measured / estimate.total;
      assert(
        ratio > 0.5 && ratio < 2,
        `${measured} bytes, not ${estimate.total}: ${ratio.toFixed(2)} times`,
      );
    },
  });
}
