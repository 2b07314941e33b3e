/**
 * Times a training step and the writing of text on every engine that works here: a character LSTM of 128 units, batch
 * 64 × 40, as it is trained by `fit()`, and its generation of one token at a time.
 *
 *     deno task bench [--steps N]
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import {
  buildLSTM,
  CharTokenizer,
  doctor,
  fit,
  useEngine,
} from "@textloom/textloom";

const args = parseArgs(Deno.args, { string: ["steps"] });
const steps = Number(args.steps ?? 8);
const alphabet = Array.from(
  { length: 64 },
  (_, i) => String.fromCharCode(48 + i),
);
const text =
  Array.from({ length: 30_000 }, (_, i) => alphabet[(i * i + 7 * i) % 61])
    .join("") + alphabet.join("");

console.log("engine      step ms (min / median)   ms a token (min of 3)");
for (const { name, usable } of (await doctor()).engines) {
  if (!usable) continue;
  await useEngine(name);
  const model = buildLSTM({
    tokenizer: CharTokenizer.train(text),
    units: 128,
    embedding: 64,
  });
  const times: number[] = [];
  let last = performance.now();
  const run = fit(model, text, {
    steps: name === "cpu" ? Math.min(steps, 4) : steps,
    batchSize: 64,
    sequenceLength: 40,
    validation: 0,
    sample: false,
    display: "none",
  });
  for await (const report of run) {
    if (report.kind !== "step") continue;
    times.push(performance.now() - last);
    last = performance.now();
  }
  const sorted = times.slice(1).sort((a, b) => a - b);
  const perToken: number[] = [];
  for (let repeat = 0; repeat < 3; repeat++) {
    const start = performance.now();
    await model.generate("0", { maxTokens: 60, seed: repeat });
    perToken.push((performance.now() - start) / 60);
  }
  console.log(
    name.padEnd(12) +
      `${sorted[0]!.toFixed(0)} / ${sorted[sorted.length >> 1]!.toFixed(0)}`
        .padEnd(25) +
      Math.min(...perToken).toFixed(2),
  );
  model.dispose();
}
