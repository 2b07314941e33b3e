/**
 * Kills a training process again and again at random moments, and fails when a checkpoint is lost or damaged, or when the
 * run does not end as one that was never killed: `deno task soak:checkpoints`, or with `--kills 1000 --seed 5`.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { killAgainAndAgain } from "./_kill.ts";

const { kills, seed } = parseArgs(Deno.args, {
  string: ["kills", "seed"],
  default: { kills: "200", seed: "1" },
});
const folder = await Deno.makeTempDir();
const { steps, inWriting } = await killAgainAndAgain(folder, {
  kills: Number(kills),
  seed: Number(seed),
});
await Deno.remove(folder, { recursive: true });
console.log(
  `whole ${kills} kills, ${inWriting} of them while a checkpoint was being written; ${steps} steps, bit for bit`,
);
