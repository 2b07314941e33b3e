import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import { createChain } from "../../../src/generation/chain/chain.ts";
import type { MirostatOptions } from "../../../src/generation/chain/mirostat.ts";
import { at, FIVE, kept } from "./_one_stage.ts";

/** A session whose first token of the five is the one wanted. */
function sessionThatPicks(wanted: number, mirostat: MirostatOptions) {
  for (let seed = 0; seed < 100; seed++) {
    const session = createChain({ mirostat }).start({ seed });
    if (session.pick(FIVE, at(0)) === wanted) return session;
  }
  throw new Error(`no seed picks ${wanted}`);
}

Deno.test("mirostatStage() of version 2 removes what surprises more than the bound, which follows the chosen tokens", () => {
  const mirostat = { tau: 1.25, eta: 1 };
  const first = createChain({ mirostat }).start({ seed: 1 });
  assertEquals(kept(first.apply(FIVE, at(0))), [0, 1]); // the bound is 2.5, q = .731059, .268941
  // −log₂ .731059 = .451940: the bound becomes 2.5 − (.451940 − 1.25) = 3.298
  const sure = sessionThatPicks(0, mirostat);
  assertEquals(kept(sure.apply(FIVE, at(1))), [0, 1, 2]);
  // −log₂ .268941 = 1.894636: it becomes 1.855
  const surprised = sessionThatPicks(1, mirostat);
  assertEquals(kept(surprised.apply(FIVE, at(1))), [0]);
  // alone, its surprise is 0: 1.855 + 1.25 = 3.105
  assertEquals(surprised.pick(FIVE, at(1)), 0);
  assertEquals(kept(surprised.apply(FIVE, at(2))), [0, 1, 2]);
});

for (
  const [slope, tau, count] of [
    [2, 2, 4], // ε = 1: (2⁴ / (1 − 1/50))^½ = 4.04
    [2, 3, 8], // (2⁶ / .98)^½ = 8.08
    [1, 2, 4], // ε = 0: 2⁴ / ln 50 = 4.09
    [0.5, 3, 27], // ε = −½: (−½ · 2⁶ / (1 − √50))² = 5.271² = 27.8
    [0.5, 2, 1], // 1.318² = 1.74
    [0.5, 9, 50], // more than there are
  ] as const
) {
  Deno.test(`mirostatStage() of version 1 keeps ${count} tokens for a slope of ${slope} and 2·${tau} bits`, () => {
    const mirostat = { version: 1, tau, m: 10 } as const;
    const random = new RandomStream(count);
    const ids = random.shuffle([...Array(50).keys()]);
    const logits = new Float32Array(50);
    for (const [rank, id] of ids.entries()) {
      logits[id] = -slope * Math.log(rank + 1);
    }
    const row = createChain({ mirostat }).start({ seed: 1 })
      .apply(logits, at(0));
    assertEquals(kept(row), ids.slice(0, count).sort((a, b) => a - b));
  });
}

Deno.test("mirostatStage() keeps all of equal scores or one, and stands a single candidate", () => {
  for (const version of [1, 2] as const) {
    const of = (tau: number, logits: Float32Array) =>
      kept(
        createChain({ mirostat: { version, tau } }).start({ seed: 1 })
          .apply(logits, at(0)),
      ).length;
    assertEquals(of(5, new Float32Array(20)), 20); // 4.3 bits each
    assertEquals(of(1, new Float32Array(20)), 1);
    assertEquals(of(1, Float32Array.of(-Infinity, 2)), 1);
  }
});

for (const version of [1, 2] as const) {
  Deno.test(`mirostatStage() of version ${version} holds the mean surprise at its target`, () => {
    const random = new RandomStream(9);
    const session = createChain({ mirostat: { version, tau: 2.5 } })
      .start({ seed: 4 });
    let sum = 0;
    for (let i = 0; i < 3000; i++) {
      const width = 1 + 2 * random.uniform();
      const logits = Float32Array.from(
        { length: 60 },
        () => width * random.normal(),
      );
      const row = session.apply(logits, at(i));
      const id = session.pick(logits, at(i));
      const total = row.reduce((sum, score) => sum + Math.exp(score), 0);
      if (i >= 500) sum += -Math.log2(Math.exp(row[id]!) / total);
    }
    const mean = sum / 2500;
    assert(Math.abs(mean - 2.5) < 0.05, `${mean}`); // the bound moves by less than 10 over 2500 steps: 10 / (.1 · 2500)
  });
}

Deno.test("mirostatStage() refuses what is out of range or has no effect", () => {
  const refuses = (mirostat: unknown, message: string) =>
    assertThrows(
      () => createChain({ mirostat: mirostat as never }),
      Error,
      message,
    );
  refuses(
    { version: 3 },
    "Cannot sample: mirostat.version must be 1 or 2: 3",
  );
  refuses(
    { tau: "5" },
    'Cannot sample: mirostat.tau must be a number above 0: "5"',
  );
  refuses(
    { eta: 0 },
    "Cannot sample: mirostat.eta must be a number above 0: 0",
  );
  refuses(
    { version: 1, m: 1 },
    "Cannot sample: mirostat.m must be an integer from 2: 1",
  );
  refuses(
    { m: 50 },
    "Cannot sample: mirostat.m has no effect in version 2, leave it out",
  );
  refuses(
    true,
    "Cannot sample: mirostat: options must be an object: boolean; give { mirostat: { tau: 5 } }",
  );
  refuses(
    { t: 1 },
    'Cannot sample: mirostat: there is no option "t" (known: version, tau, eta, m)',
  );
});
