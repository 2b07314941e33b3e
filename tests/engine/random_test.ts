import {
  assert,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import {
  freshSeed,
  philox,
  type PhiloxBlock,
  RandomStream,
} from "../../src/engine/random.ts";

// Random123 1.14, tests/kat_vectors, lines "philox4x32 10": counter, key, result.
const KNOWN_ANSWERS: [PhiloxBlock, [number, number], PhiloxBlock][] = [
  [[0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

for (const [counter, key, answer] of KNOWN_ANSWERS) {
  Deno.test(`philox() gives the known answer of counter ${counter[0].toString(16)}`, () => {
    assertEquals(philox(counter, key), answer);
  });
}

Deno.test("RandomStream reads block after block of the seed's and the stream's Philox", () => {
  const stream = new RandomStream(42, 9);
  const want = [
    ...philox([0, 0, 9, 0], [42, 0]),
    ...philox([1, 0, 9, 0], [42, 0]),
  ];
  assertEquals(want.map((_, i) => stream.uint32At(i)), want);
  assertEquals(want.map(() => stream.uint32()), want);
});

Deno.test("RandomStream uses all 64 bits of the seed, the stream and the index", () => {
  // 2^40 + 5 = 256 · 2^32 + 5; −1 is all ones in two's complement; index 2^40 is block 2^38 = 64 · 2^32.
  const wide = new RandomStream(2 ** 40 + 5, 2 ** 33 + 7);
  assertEquals(wide.uint32At(0), philox([0, 0, 7, 2], [5, 256])[0]);
  assertEquals(wide.uint32At(2 ** 40 + 1), philox([0, 64, 7, 2], [5, 256])[1]);
  assertEquals(
    new RandomStream(-1).uint32At(0),
    philox([0, 0, 0, 0], [0xffffffff, 0xffffffff])[0],
  );
});

Deno.test("RandomStream keeps streams of different names apart", () => {
  const [a, b] = [
    new RandomStream(1, "lstm/kernel"),
    new RandomStream(1, "lstm/bias"),
  ];
  assertNotEquals(
    [0, 1, 2, 3].map((i) => a.uint32At(i)),
    [0, 1, 2, 3].map((i) => b.uint32At(i)),
  );
});

Deno.test("RandomStream.uniform() takes the upper 24 bits and stays below 1", () => {
  const stream = new RandomStream(42, 9);
  const [first] = philox([0, 0, 9, 0], [42, 0]);
  assertEquals(stream.uniform(), (first >>> 8) / 16777216);
  for (let i = 0; i < 1000; i++) {
    const u = stream.uniform();
    assert(u >= 0 && u < 1 && u === Math.fround(u));
  }
});

Deno.test("RandomStream.normal() has mean 0, variance 1 and thin tails", () => {
  const stream = new RandomStream(3, "normal");
  const draws = Array.from({ length: 40_000 }, () => stream.normal());
  const mean = draws.reduce((sum, x) => sum + x) / draws.length;
  const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) /
    draws.length;
  const beyondTwo = draws.filter((x) => Math.abs(x) > 2).length / draws.length;
  assert(Math.abs(mean) < 0.02, `mean ${mean}`); // 4 standard errors: 4 / √40,000
  assert(Math.abs(variance - 1) < 0.03, `variance ${variance}`); // 4 · √(2 / 40,000)
  assert(Math.abs(beyondTwo - 0.0455) < 0.005, `share beyond ±2: ${beyondTwo}`); // 4 · √(0.0455 / 40,000)
});

Deno.test("RandomStream.integer() gives every result about as often", () => {
  const stream = new RandomStream(5, "dice");
  const counts = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < 6000; i++) counts[stream.integer(6)]!++;
  const chiSquared = counts.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
  assert(chiSquared < 25.7, `chi-squared ${chiSquared}`); // 5 degrees of freedom, p = 0.0001
});

Deno.test("RandomStream.shuffle() keeps every item and follows the seed", () => {
  const items = Array.from({ length: 50 }, (_, i) => i);
  const shuffled = new RandomStream(1).shuffle([...items]);
  assertNotEquals(shuffled, items);
  assertEquals([...shuffled].sort((a, b) => a - b), items);
  assertEquals(new RandomStream(1).shuffle([...items]), shuffled);
  assertNotEquals(new RandomStream(2).shuffle([...items]), shuffled);
});

Deno.test("RandomStream constructor refuses a seed or a stream that is no safe integer", () => {
  for (const seed of [0.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(
      () => new RandomStream(seed),
      RangeError,
      `Cannot make random numbers: the seed must be a safe integer: ${seed}`,
    );
  }
  for (
    const [seed, shown] of [
      [Symbol("one"), "Symbol(one)"],
      [Object.create(null), "object"], // which has no toString()
    ]
  ) {
    assertThrows(
      () => new RandomStream(seed),
      RangeError,
      `Cannot make random numbers: the seed must be a safe integer: ${shown}`,
    );
  }
  assertThrows(
    () => new RandomStream(0, -1),
    RangeError,
    "Cannot make random numbers: the stream must be a safe integer from 0: -1",
  );
});

Deno.test("RandomStream.integer() refuses a limit without results", () => {
  assertThrows(
    () => new RandomStream(0).integer(0),
    RangeError,
    "Cannot draw an integer: the limit must be an integer from 1 to 4294967296: 0",
  );
});

Deno.test("freshSeed() gives seeds that RandomStream takes, and not twice the same", () => {
  const seeds = Array.from({ length: 8 }, freshSeed);
  for (const seed of seeds) new RandomStream(seed);
  assert(new Set(seeds).size > 1);
});
