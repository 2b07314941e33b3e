/**
 * The comparison: every kind of model gets the same time on the same book, and PyTorch trains the same models from the
 * same weights, on the same batches, for as many steps.
 *
 *     deno task bench:models [--models lstm,cnn] [--seconds 180] [--threads N] [--folder DIR] [--no-peer]
 *
 * Results are kept in the folder, as one file a model: a second call with other models goes on there.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { dirname, fromFileUrl, join } from "@std/path";
import { cacheFolder } from "../../src/engine/tensorflow/_cache.ts";
import { ensurePython } from "../../tools/python.ts";
import { CONTENDERS } from "./contenders.ts";
import type { Measured, PeerTrained, Result, Trained } from "./results.ts";
import { table } from "./table.ts";

const HERE = dirname(fromFileUrl(import.meta.url));
const args = parseArgs(Deno.args, {
  string: ["models", "seconds", "threads", "folder"],
  boolean: ["peer"],
  default: { peer: true },
  negatable: ["peer"],
});
const names = args.models?.split(",") ?? Object.keys(CONTENDERS);
for (const name of names) {
  if (!Object.hasOwn(CONTENDERS, name)) {
    throw new RangeError(
      `Cannot compare: --models must be of ${
        Object.keys(CONTENDERS).join(", ")
      }: ${name}`,
    );
  }
}
const seconds = String(args.seconds ?? 180);
const threads = String(args.threads ?? navigator.hardwareConcurrency);
const folder = args.folder ?? await Deno.makeTempDir();
await Deno.mkdir(folder, { recursive: true });

/** Runs a program and reads the last line that it prints. */
async function run<T>(command: string, ...args: string[]): Promise<T> {
  const { stdout, success, code } = await new Deno.Command(command, {
    args,
    env: { BENCH_THREADS: threads, NO_COLOR: "1" },
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${args.join(" ")} ended with code ${code}`);
  return JSON.parse(
    new TextDecoder().decode(stdout).trim().split("\n").at(-1)!,
  );
}

const ours = <T>(...rest: string[]): Promise<T> =>
  run(Deno.execPath(), "run", "-A", join(HERE, "ours.ts"), ...rest);

for (const name of names) {
  console.error(`${CONTENDERS[name]!.title} …`);
  const result: Result = {
    name,
    ours: await ours<Trained>("train", folder, name, seconds),
  };
  if (args.peer && CONTENDERS[name]!.fit !== undefined) {
    const python = await ensurePython(
      {
        task: "train the comparison's models in PyTorch",
        name: "bench",
        requirements: join(HERE, "..", "peers", "requirements.txt"),
      },
      cacheFolder()!,
      (line) => console.error(line),
    );
    const trained = await run<PeerTrained>(
      python,
      join(HERE, "torch_peer.py"),
      folder,
      name,
    );
    result.peer = {
      seconds: trained.seconds,
      lastLoss: trained.lastLoss,
      ...await ours<Measured>("judge", folder, name),
    };
  }
  await Deno.writeTextFile(
    join(folder, `${name}.result.json`),
    JSON.stringify(result),
  );
}

const results: Result[] = [];
for (const name of Object.keys(CONTENDERS)) {
  try {
    const file = join(folder, `${name}.result.json`);
    results.push(JSON.parse(await Deno.readTextFile(file)));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
console.log(table(results));
