import { assert, assertThrows } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import { createChain } from "../../../src/generation/chain/chain.ts";
import { assertAllClose } from "../../close.ts";
import { at, FIVE } from "./_one_stage.ts";

Deno.test("adaptivePStage() scores by the distance from the target, which moves against what was chosen", () => {
  let seed = 0;
  const begin = () =>
    createChain({ adaptiveP: { target: 0.4 } }).start({ seed: seed++ });
  let session = begin();
  assertAllClose(
    session.apply(FIVE, at(0)),
    [3.0868, 2.4841, 0.6311, -0.6027, -1.8635],
    1e-4,
  );
  while (session.pick(FIVE, at(0)) !== 0) session = begin();
  // The mean was .4 over a weight of 10, and is (.563021 + .9 · 4) / 10 = .416302: the target becomes .383698.
  // d = |.563021 − .383698| / .3 = .597743: 5 − 10 · .357297 / 1.597743 = 2.763741; d = .588580 gives 2.819265.
  assertAllClose(
    session.apply(FIVE, at(1)).slice(0, 2),
    [2.763741, 2.819265],
    1e-5,
  );
});

/** Mean probability of 2,000 chosen tokens. */
function meanProbability(target: number): number {
  const random = new RandomStream(2);
  const session = createChain({ adaptiveP: { target } }).start({ seed: 3 });
  let sum = 0;
  for (let i = 0; i < 2000; i++) {
    const logits = Float32Array.from({ length: 10 }, () => 2 * random.normal());
    const id = session.pick(logits, at(i));
    sum += Math.exp(logits[id]!) /
      logits.reduce((total, score) => total + Math.exp(score), 0);
  }
  return sum / 2000;
}

Deno.test("adaptivePStage() draws tokens that have about the target's probability on the average", () => {
  for (const target of [0.1, 0.3, 0.5]) {
    const mean = meanProbability(target);
    // No token of a row need be near the target: so it is met roughly, and drawing without the stage misses each but one.
    assert(Math.abs(mean - target) < 0.07, `${mean}, not ${target}`);
  }
});

Deno.test("adaptivePStage() refuses what is out of range", () => {
  const refuses = (adaptiveP: unknown, message: string) =>
    assertThrows(
      () => createChain({ adaptiveP: adaptiveP as never }),
      Error,
      message,
    );
  refuses(
    { target: 1.5 },
    "Cannot sample: adaptiveP.target must be a number from 0 to 1: 1.5",
  );
  refuses(
    {},
    "adaptiveP.target must be a number from 0 to 1: undefined; give { adaptiveP: { target: 0.5 } }",
  );
  refuses(
    true,
    "Cannot sample: adaptiveP: options must be an object: boolean; give { adaptiveP: { target: 0.5 } }",
  );
  refuses(
    { target: 0.5, decay: 1 },
    "Cannot sample: adaptiveP.decay must be a number from 0 to 0.99: 1",
  );
  refuses(
    { goal: 1 },
    'Cannot sample: adaptiveP: there is no option "goal" (known: target, decay)',
  );
});
