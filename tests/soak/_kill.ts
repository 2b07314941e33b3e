/**
 * Kills a training process at random moments, and looks at what it left.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { RandomStream } from "../../src/engine/random.ts";
import { decodeCheckpoint } from "../../src/models/model_file.ts";
import { LanguageModel } from "../../src/models/language_model.ts";
import { BEST, listCheckpoints } from "../../src/training/checkpoint_folder.ts";

const WORKER = fromFileUrl(import.meta.resolve("./_killed_run.ts"));

/** What the kills found. */
export interface KillReport {
  /** Steps that were taken in all. */
  steps: number;
  /** Kills that left a temporary file, that is, in the middle of writing. */
  inWriting: number;
}

/**
 * Kills a run again and again, and lets it finish then.
 *
 * @param folder An empty folder.
 * @param options How often, and the seed of the moments.
 * @returns What was found; an error is thrown where a checkpoint was lost or damaged, or the run is not that of a process
 * that was never killed.
 */
export async function killAgainAndAgain(
  folder: string,
  { kills, seed }: { kills: number; seed: number },
): Promise<KillReport> {
  const [killed, whole] = [join(folder, "killed"), join(folder, "whole")];
  await Deno.mkdir(killed);
  await Deno.mkdir(whole);
  const moments = new RandomStream(seed, "kills");
  let [certain, inWriting] = [0, 0];
  for (let kill = 0; kill < kills; kill++) {
    const printed = await killOnce(killed, 250 * moments.uniform());
    certain = Math.max(certain, printed);
    inWriting += Number(await leftTemporary(killed));
    const newest = await inspect(killed);
    assert(
      newest >= certain,
      `the checkpoint after step ${certain} is lost: the newest is that of step ${newest}`,
    );
  }
  const steps = await inspect(killed) + 5;
  await finish(killed, steps);
  await finish(whole, steps);
  const [a, b] = await Promise.all([killed, whole].map(contentOf));
  assertEquals(a, b);
  return { steps, inWriting };
}

/** Kills the run some milliseconds after its first step; gives the last step that it printed. */
async function killOnce(folder: string, delay: number): Promise<number> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", WORKER, folder, "1000000"],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(process.stderr).text();
  let [text, isDoomed] = ["", false];
  for await (
    const piece of process.stdout.pipeThrough(new TextDecoderStream())
  ) {
    text += piece;
    if (!isDoomed) setTimeout(() => process.kill("SIGKILL"), delay);
    isDoomed = true;
  }
  const { signal } = await process.status;
  assert(signal === "SIGKILL", await errors);
  await errors;
  const lines = text.split("\n").slice(0, -1); // the last one may be cut
  return Number(lines.at(-1) ?? 0);
}

/** Opens every checkpoint as a model; gives the steps of the newest, 0 where there is none yet. */
async function inspect(folder: string): Promise<number> {
  const files = await listCheckpoints(folder);
  const paths = files.map(({ path }) => path);
  const hasBest = await Deno.stat(join(folder, BEST)).then(
    () => true,
    () => false,
  );
  for (const path of hasBest ? [...paths, join(folder, BEST)] : paths) {
    (await LanguageModel.load(path)).dispose();
  }
  assert(files.length <= 3, `${files.length} files`); // one more where it was killed before the oldest was removed
  return files[0]?.step ?? 0;
}

async function leftTemporary(folder: string): Promise<boolean> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const left = entries.filter(({ name }) => name.endsWith(".tmp"));
  for (const { name } of left) await Deno.remove(join(folder, name));
  return left.length > 0;
}

async function finish(folder: string, steps: number): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", WORKER, folder, String(steps)],
    stdout: "null",
    stderr: "piped",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
}

/** All that the newest checkpoint holds, times and number of steps that were planned aside. */
async function contentOf(folder: string) {
  const [newest] = await listCheckpoints(folder);
  const { parts, checkpoint } = decodeCheckpoint(
    await Deno.readFile(newest!.path),
    newest!.path,
  );
  const { parameters } = parts.network;
  const weights = await Promise.all(
    Array.from(parameters, ([, parameter]) => parameter.values()),
  );
  const json = JSON.stringify(
    checkpoint!.json,
    (name, value) => name === "seconds" ? undefined : value,
  );
  return { step: newest!.step, tensors: checkpoint!.tensors, weights, json };
}
