import { assertEquals, assertThrows } from "@std/assert";
import { Candidates } from "../../../src/generation/chain/candidates.ts";
import {
  type PenaltyOptions,
  penaltyStage,
  temperatureStage,
} from "../../../src/generation/chain/scores.ts";
import type { ChainStage } from "../../../src/generation/chain/stage.ts";
import { assertAllClose } from "../../close.ts";

function after(stage: ChainStage, tokens: number[] = [], promptLength = 0) {
  const candidates = new Candidates();
  candidates.begin(Float32Array.of(2, 1, 0.5, 0, -1), { tokens, promptLength });
  stage.apply(candidates);
  return [...candidates.toLogits()];
}

const SEEN = [0, 0, 2, 4];

for (
  const [options, expected] of [
    [{ repetitionPenalty: 1.3 }, [2 / 1.3, 1, 0.5 / 1.3, 0, -1.3]],
    [{ frequencyPenalty: 0.5, presencePenalty: 0.2 }, [0.8, 1, -0.2, 0, -1.7]],
    [
      { repetitionPenalty: 1.3, frequencyPenalty: 0.5, presencePenalty: 0.2 },
      [0.338462, 1, -0.315385, 0, -2],
    ],
    [{ presencePenalty: 1, penaltyWindow: 1 }, [2, 1, 0.5, 0, -2]],
    [{ presencePenalty: 1, penaltyWindow: "generated" }, [2, 1, -0.5, 0, -2]],
    [{ presencePenalty: 1, penaltyWindow: "all" }, [1, 1, -0.5, 0, -2]],
  ] as [PenaltyOptions, number[]][]
) {
  Deno.test(`penaltyStage() of ${JSON.stringify(options)} takes from the tokens seen`, () => {
    assertAllClose(after(penaltyStage(options), SEEN, 2), expected, 1e-6);
  });
}

Deno.test("temperatureStage() divides the scores, and keeps the likeliest alone at 0", () => {
  assertEquals(after(temperatureStage(0.5)), [4, 2, 1, 0, -2]);
  assertEquals(after(temperatureStage(0)), [2, ...Array(4).fill(-Infinity)]);
});

Deno.test("penaltyStage() and temperatureStage() refuse what is out of range", () => {
  const refuses = (make: () => unknown, message: string) =>
    assertThrows(make, RangeError, message);
  refuses(
    () => temperatureStage(-1),
    "Cannot sample: temperature must be a number from 0: -1",
  );
  refuses(
    () => penaltyStage({ repetitionPenalty: 0 }),
    "Cannot sample: repetitionPenalty must be a number above 0: 0",
  );
  refuses(
    () => penaltyStage({ presencePenalty: NaN }),
    "Cannot sample: presencePenalty must be a finite number: NaN",
  );
  refuses(
    () => penaltyStage({ penaltyWindow: 0 }),
    'Cannot sample: penaltyWindow must be an integer from 1, "all" or "generated": 0',
  );
});

Deno.test("temperatureStage() and penaltyStage() give no score that is not finite, however hard they work", () => {
  assertEquals(after(temperatureStage(1e-39))[0], 0); // counted from the best
  const hard = penaltyStage({
    repetitionPenalty: 1e300,
    presencePenalty: -1e300,
  });
  const soft = penaltyStage({ presencePenalty: 1e300 });
  for (const stage of [hard, soft]) {
    assertEquals(after(stage, [0, 1, 2, 3, 4]).every(Number.isFinite), true);
  }
});
