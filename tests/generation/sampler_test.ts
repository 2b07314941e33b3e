import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../src/engine/random.ts";
import { Sampler, type SamplerOptions } from "../../src/generation/sampler.ts";

const LOGITS = Float32Array.of(
  Math.log(1),
  Math.log(2),
  Math.log(4),
  Math.log(1),
); // odds 1 : 2 : 4 : 1

/** How often each token is chosen at 8,000 positions, in eighths. */
function frequencies(options: SamplerOptions, logits = LOGITS): number[] {
  const sampler = new Sampler({ seed: 5, ...options });
  const counts = new Array(logits.length).fill(0);
  for (let position = 0; position < 8000; position++) {
    counts[sampler.pick(logits, position)]++;
  }
  return counts.map((count) => count / 1000);
}

function assertNear(actual: number[], expected: number[]): void {
  // 4 standard errors of a share p of 8,000 draws, in eighths: at most 8 · 4 · √(¼ / 8,000) = 0.18
  for (const [i, x] of actual.entries()) {
    assert(Math.abs(x - expected[i]!) < 0.18, `${actual}, not ${expected}`);
  }
}

Deno.test("Sampler.pick() follows the softmax of the logits", () => {
  assertNear(frequencies({}), [1, 2, 4, 1]);
});

Deno.test("Sampler.pick() sharpens below temperature 1 and flattens above", () => {
  // At temperature ½ the odds are squared, 1 : 4 : 16 : 1 of 22; at 2 they are rooted, 1 : √2 : 2 : 1.
  assertNear(
    frequencies({ temperature: 0.5 }),
    [1, 4, 16, 1].map((odds) => 8 * odds / 22),
  );
  const rooted = [1, Math.SQRT2, 2, 1];
  assertNear(
    frequencies({ temperature: 2 }),
    rooted.map((odds) => 8 * odds / (4 + Math.SQRT2)),
  );
});

Deno.test("Sampler.pick() keeps exactly the k likeliest, the lower ids among equals", () => {
  assertNear(frequencies({ topK: 2 }), [0, 8 / 3, 16 / 3, 0]);
  const three = frequencies({ topK: 3 }); // ids 0 and 3 are equal: 0 stays
  assertNear(three, [8 / 7, 16 / 7, 32 / 7, 0]);
  assertEquals([three[3], frequencies({ topK: 2 })[0]], [0, 0]);
  assertEquals(frequencies({ topK: 1 }), [0, 0, 8, 0]);
});

Deno.test("Sampler.pick() keeps every token where topK is the vocabulary's size or more", () => {
  assertEquals(frequencies({ topK: 4 }), frequencies({}));
  assertEquals(frequencies({ topK: 400 }), frequencies({}));
});

Deno.test("Sampler.pick() takes the first of the likeliest at temperature 0", () => {
  const greedy = new Sampler({ temperature: 0 });
  assertEquals(greedy.pick(Float32Array.of(1, 3, 3, 2), 0), 1);
  assertEquals(greedy.pick(Float32Array.of(-Infinity, -5), 9), 1);
});

Deno.test("Sampler.pick() inverts the cumulative distribution in the order of the ids", () => {
  const sampler = new Sampler({ seed: 11 });
  const random = new RandomStream(11, "sampling");
  for (let position = 0; position < 200; position++) {
    const eighths = 8 * random.uniformAt(position); // ids begin at 0, 1, 3 and 7 eighths
    const want = eighths < 1 ? 0 : eighths < 3 ? 1 : eighths < 7 ? 2 : 3;
    assertEquals(sampler.pick(LOGITS, position), want);
  }
});

Deno.test("Sampler.pick() draws by seed and position, whatever was drawn before", () => {
  const [one, other] = [new Sampler({ seed: 3 }), new Sampler({ seed: 3 })];
  const forward = Array.from({ length: 20 }, (_, i) => one.pick(LOGITS, i));
  const backward = Array.from(
    { length: 20 },
    (_, i) => other.pick(LOGITS, 19 - i),
  ).reverse();
  assertEquals(forward, backward);
});

Deno.test("Sampler draws a fresh seed where none is given", () => {
  const texts = Array.from({ length: 4 }, () => {
    const sampler = new Sampler();
    return Array.from({ length: 40 }, (_, i) => sampler.pick(LOGITS, i)).join(
      "",
    );
  });
  assertEquals(new Set(texts).size, 4);
});

Deno.test("Sampler.pick() never takes an excluded token, and stands scores far apart", () => {
  const excluded = frequencies({}, Float32Array.of(-Infinity, 0, 0, -Infinity));
  assertEquals([excluded[0], excluded[3]], [0, 0]);
  assertEquals(
    frequencies({ temperature: 0.01 }, Float32Array.of(3e38, -3e38)),
    [8, 0],
  );
});

Deno.test("Sampler.pick() refuses scores that give no distribution, and names the token", () => {
  const sampler = new Sampler();
  assertThrows(
    () => sampler.pick(Float32Array.of(0, NaN), 17),
    RangeError,
    "Cannot sample token 17: the logits must be numbers below Infinity: NaN for id 1; " +
      "the model's weights may have diverged in training",
  );
  assertThrows(
    () => sampler.pick(Float32Array.of(Infinity, 0), 0),
    RangeError,
    "Infinity for id 0",
  );
  assertThrows(
    () =>
      new Sampler({ temperature: 0 }).pick(
        Float32Array.of(-Infinity, -Infinity),
        2,
      ),
    RangeError,
    "Cannot sample token 2: no token is left to choose from: every logit is -Infinity",
  );
});

for (
  const [options, Type, message] of [
    [
      { temperature: -0.1 },
      RangeError,
      "Cannot sample: temperature must be a number from 0: -0.1",
    ],
    [
      { temperature: NaN },
      RangeError,
      "Cannot sample: temperature must be a number from 0: NaN",
    ],
    [
      { temperature: Infinity },
      RangeError,
      "Cannot sample: temperature must be a number from 0: Infinity",
    ],
    [
      { topK: -1 },
      RangeError,
      "Cannot sample: topK must be an integer from 0: -1",
    ],
    [
      { topK: 1.5 },
      RangeError,
      "Cannot sample: topK must be an integer from 0: 1.5",
    ],
    [
      { temperature: null as never },
      RangeError,
      "Cannot sample: temperature must be a number from 0: null",
    ],
    [
      { temperature: "0.8" as never },
      RangeError,
      "Cannot sample: temperature must be a number from 0: 0.8",
    ],
    [
      { seed: null as never },
      RangeError,
      "Cannot make random numbers: the seed must be a safe integer: null",
    ],
    [
      { seed: 0.1 },
      RangeError,
      "Cannot make random numbers: the seed must be a safe integer: 0.1",
    ],
    [
      { temperature: 0, topK: 5 },
      TypeError,
      "Cannot sample: topK has no effect at temperature 0, leave it out",
    ],
    [
      { temperature: 0, seed: 5 },
      TypeError,
      "Cannot sample: seed has no effect at temperature 0, leave it out",
    ],
  ] as [SamplerOptions, typeof RangeError, string][]
) {
  Deno.test(`Sampler constructor refuses ${Deno.inspect(options)}`, () => {
    assertThrows(() => new Sampler(options), Type, message);
  });
}
