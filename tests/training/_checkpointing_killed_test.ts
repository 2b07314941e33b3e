import { assert } from "@std/assert";
import { killAgainAndAgain } from "../soak/_kill.ts";

Deno.test("A process that is killed at any moment leaves its newest checkpoint whole, and the run goes on from there bit for bit", async () => {
  const folder = await Deno.makeTempDir();
  const { steps } = await killAgainAndAgain(folder, { kills: 5, seed: 3 });
  assert(steps > 5);
  await Deno.remove(folder, { recursive: true });
});
