import { assert, assertEquals } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import {
  RunningSum,
  type Summed,
} from "../../../src/generation/chain/_running_sum.ts";

/** What a full sort finds. */
function sorted({ ids, count, keys, shares, enough, past }: Summed): number {
  const order = [...ids.subarray(0, count)].sort((a, b) =>
    keys[b]! - keys[a]! || a - b
  );
  let sum = 0;
  for (const id of order) {
    sum += shares[id]!;
    if (past ? sum > enough : sum >= enough) return id;
  }
  return -1;
}

/** Kinds of keys: spread, close together, with many ties, all equal, with a few far out, and in powers. */
const KEYS: ((random: RandomStream) => number)[] = [
  (random) => 3 * random.normal(),
  (random) => 5 + 1e-5 * random.normal(),
  (random) => random.integer(6),
  () => -2.5,
  (random) =>
    random.integer(50) === 0
      ? (random.integer(3) - 1) * 3.4e38
      : random.normal(),
  (random) => -(2 ** random.integer(100)),
  (random) => 1e-44 * random.integer(9), // the smallest numbers that there are
];

Deno.test("RunningSum.find() finds what a full sort finds", () => {
  const random = new RandomStream(7);
  const running = new RunningSum(); // its memory is used again
  let [reached, missed] = [0, 0];
  for (let round = 0; round < 700; round++) {
    const size = 1 + random.integer(round % 4 === 0 ? 3000 : 150);
    const make = KEYS[round % KEYS.length]!;
    const values = Array.from({ length: size }, () => make(random));
    const all = random.shuffle([...values.keys()]);
    const isRising = random.integer(2) === 0;
    const count = 1 + random.integer(size);
    const some = all.slice(0, count);
    const ids = Int32Array.from(isRising ? some.sort((a, b) => a - b) : some);
    // Shares of whole numbers, so that a sum is the same in any order.
    const shares = Float64Array.from(values, () => random.integer(9));
    const total = ids.reduce((sum, id) => sum + shares[id]!, 0);
    const summed: Summed = {
      ids,
      count,
      keys: round % 2 === 0
        ? Float32Array.from(values)
        : Float64Array.from(values),
      shares,
      enough: random.integer(total + 3),
      past: random.integer(2) === 0,
    };
    const before = ids.slice();
    const expected = sorted(summed);
    assertEquals(running.find(summed), expected, `round ${round}`);
    assertEquals(ids, before);
    if (expected < 0) missed++;
    else reached++;
  }
  assert(reached > 500 && missed > 0, `${reached} and ${missed}`);
});

Deno.test("RunningSum.find() comes to an end where rounding alone is missing", () => {
  const random = new RandomStream(8);
  const running = new RunningSum();
  for (let round = 0; round < 50; round++) {
    const size = 2000;
    const keys = Float64Array.from({ length: size }, () => random.normal());
    const shares = Float64Array.from({ length: size }, () => random.uniform());
    const ids = Int32Array.from(keys.keys());
    const order = [...ids].sort((a, b) => keys[b]! - keys[a]!);
    const place = 100 + random.integer(1800);
    let enough = 0;
    for (const id of order.slice(0, place)) enough += shares[id]!;
    const past = round % 2 === 0;
    const found = running.find({
      ids,
      count: size,
      keys,
      shares,
      enough,
      past,
    });
    // The sum is reached at the last of them, and rounding decides between it and the next.
    assert(Math.abs(order.indexOf(found) - (place - 1)) <= 1);
  }
});
