import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { decodeCheckpoint } from "../../src/models/model_file.ts";
import { listCheckpoints } from "../../src/training/checkpoint_folder.ts";
import { CASES } from "./_resume_cases.ts";

/** Runs a part of all cases in a new process. */
async function work(...args: string[]): Promise<void> {
  const worker = fromFileUrl(import.meta.resolve("./_resume_worker.ts"));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", worker, ...args],
    stdout: "null",
    stderr: "piped",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
}

/** JSON without what the clock says. */
function timeless(json: unknown): unknown {
  return JSON.parse(
    JSON.stringify(
      json,
      (name, value) => name === "seconds" ? undefined : value,
    ),
  );
}

/** All that a file holds, times aside. */
async function contentOf(path: string) {
  const { parts, checkpoint } = decodeCheckpoint(
    await Deno.readFile(path),
    path,
  );
  const weights = await Promise.all(
    Array.from(
      parts.network.parameters,
      async ([name, parameter]) => [name, await parameter.values()] as const,
    ),
  );
  return {
    weights: new Map(weights),
    tensors: checkpoint?.tensors,
    json: timeless(checkpoint?.json ?? null),
    history: timeless(parts.history),
  };
}

for (const engine of ["cpu", "tensorflow"]) {
  Deno.test(`resume() in a new process gives what the whole run gives, bit for bit, on ${engine}`, async (t) => {
    const folder = await Deno.makeTempDir();
    await work("whole", engine, folder);
    await work("begin", engine, folder);
    const cuts = await Promise.all(
      Object.keys(CASES).map((_, i) =>
        listCheckpoints(join(folder, "parts", `${i}`))
      ),
    );
    await work("finish", engine, folder);
    for (const [i, [name, { cut }]] of Object.entries(CASES).entries()) {
      await t.step(name, async () => {
        assertEquals(cuts[i]![0]?.step, cut);
        const [whole, parts] = await Promise.all(
          ["whole", "parts"].map(async (part) => {
            const [newest] = await listCheckpoints(join(folder, part, `${i}`));
            assert(newest!.step > cut);
            return {
              step: newest!.step,
              checkpoint: await contentOf(newest!.path),
              model: await contentOf(join(folder, part, `${i}.safetensors`)),
            };
          }),
        );
        assertEquals(parts, whole);
      });
    }
    await Deno.remove(folder, { recursive: true });
  });
}
