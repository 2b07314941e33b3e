import { assertEquals, assertThrows } from "@std/assert";
import { createChain } from "../../../src/generation/chain/chain.ts";
import { assertAllClose } from "../../close.ts";
import { at, FIVE } from "./_one_stage.ts";

function scores(range: number, exponent?: number, logits = FIVE): number[] {
  const dynamicTemperature = {
    range,
    ...exponent !== undefined && { exponent },
  };
  return [
    ...createChain({ temperature: 0.8, dynamicTemperature })
      .apply(logits, at(0)),
  ];
}

Deno.test("dynamicTemperatureStage() goes by the entropy between two temperatures", () => {
  // H / ln 5 = .749634: T = .3 + 1 · .749634
  assertAllClose(scores(0.5), [...FIVE].map((x) => x / 1.049634), 1e-6);
  // .749634² = .561951: T = .861951
  assertAllClose(scores(0.5, 2), [...FIVE].map((x) => x / 0.861951), 1e-6);
  // from 0, not from −.2: T = 1.8 · .749634
  assertAllClose(scores(1), [...FIVE].map((x) => x / 1.349341), 1e-6);
});

Deno.test("dynamicTemperatureStage() takes the highest for equal scores, and leaves a single candidate as it is", () => {
  assertAllClose(
    scores(0.5, 1, Float32Array.of(1.3, 1.3, 1.3)),
    [1, 1, 1],
    1e-6,
  );
  assertEquals(scores(0.5, 1, Float32Array.of(3, -Infinity)), [3, -Infinity]);
});

Deno.test("dynamicTemperatureStage() without a range is the temperature, and 1 where none is given", () => {
  assertEquals(
    scores(0),
    [...createChain({ temperature: 0.8 }).apply(FIVE, at(0))],
  );
  const chain = createChain({ dynamicTemperature: { range: 0.5 } });
  assertEquals(
    chain.explain(),
    "temperature 1 ± 0.5 by entropy, exponent 1",
  );
  assertAllClose(
    chain.apply(FIVE, at(0)),
    [...FIVE].map((x) => x / 1.249634),
    1e-6,
  );
});

Deno.test("dynamicTemperatureStage() refuses what is out of range", () => {
  const refuses = (dynamicTemperature: unknown, message: string) =>
    assertThrows(
      () => createChain({ dynamicTemperature: dynamicTemperature as never }),
      Error,
      message,
    );
  refuses(
    { range: -1 },
    "Cannot sample: dynamicTemperature.range must be a number from 0: -1",
  );
  refuses(
    { range: 1, exponent: 0 },
    "Cannot sample: dynamicTemperature.exponent must be a number above 0: 0",
  );
  refuses(
    true,
    "Cannot sample: dynamicTemperature: options must be an object: boolean; give { dynamicTemperature: { range: 0.5 } }",
  );
  refuses(
    {},
    "dynamicTemperature.range must be a number from 0: undefined; give { dynamicTemperature: { range: 0.5 } }",
  );
  refuses(
    { rang: 1 },
    'Cannot sample: dynamicTemperature: there is no option "rang", did you mean "range"? (known: range, exponent)',
  );
});
