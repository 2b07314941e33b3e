/**
 * Does one part of every case in a process of its own: the whole run, the run up to where it is interrupted, or what
 * follows.
 *
 *     deno run -A tests/models/_resume_worker.ts whole|begin|finish ENGINE FOLDER
 *
 * Every case keeps its checkpoints in a folder of its own, named by its number, and its model beside it.
 *
 * @module
 */
import { join } from "@std/path";
import { TokenCache } from "../../src/data/token_cache.ts";
import { type EngineName, useEngine } from "../../src/engine/engine.ts";
import { resume } from "../../src/models/resume.ts";
import { fit } from "../../src/training/fit.ts";
import { CASES } from "./_resume_cases.ts";

const [part, engine, folder] = Deno.args as [string, EngineName, string];
await useEngine(engine);
for (
  const [i, { build, data: given, options, cut }] of Object.values(CASES)
    .entries()
) {
  const checkpoints = join(
    folder,
    part === "whole" ? "whole" : "parts",
    `${i}`,
  );
  const data = typeof given === "function" ? await given(folder) : given;
  using _open = data instanceof TokenCache ? data : undefined;
  if (part === "finish") {
    const { validation } = options;
    const isOwn = validation !== undefined && typeof validation !== "number";
    const { run, model } = await resume(checkpoints, data, {
      display: "none",
      ...(isOwn && { validation }),
    });
    await run;
    await model.save(`${checkpoints}.safetensors`);
    model.dispose();
    continue;
  }
  const model = build();
  await fit(model, data, {
    ...options,
    checkpoints,
    display: "none",
    ...(part === "begin" && {
      onStep: ({ step }, run) => {
        if (step === cut) run.stop();
      },
    }),
  });
  await model.save(`${checkpoints}.safetensors`);
  model.dispose();
}
