import { assert, assertEquals, assertThrows } from "@std/assert";
import { createChain } from "../../../src/generation/chain/chain.ts";
import type { Knob } from "../../../src/generation/chain/stage.ts";
import { at, FIVE, kept } from "./_one_stage.ts";

function after(threshold: Knob | undefined, logits = FIVE): number[] {
  const xtc = { probability: 1, ...threshold !== undefined && { threshold } };
  return kept(createChain({ xtc }).start({ seed: 1 }).apply(logits, at(0)));
}

Deno.test("xtcStage() leaves of the tokens that reach the threshold the least likely one", () => {
  assertEquals(after(0.1), [2, 3, 4]); // .56, .21, .13 reach it
  assertEquals(after(undefined), [2, 3, 4]);
  assertEquals(after(0.05), [3, 4]);
  assertEquals(after(0.2), [1, 2, 3, 4]);
  assertEquals(after(0), [4]);
});

Deno.test("xtcStage() removes nothing where one token or none reaches the threshold", () => {
  assertEquals(after(0.3), [0, 1, 2, 3, 4]);
  assertEquals(after(0.3, new Float32Array(5)), [0, 1, 2, 3, 4]);
  assertEquals(after(0.1, Float32Array.of(-Infinity, 3)), [1]);
});

Deno.test("xtcStage() leaves the highest id of equal ones", () => {
  assertEquals(after(0.1, Float32Array.of(1, 1, 0, 1)), [2]); // .30, .30, .11, .30
  assertEquals(after(0.2, Float32Array.of(1, 1, 0, 1)), [2, 3]);
});

Deno.test("xtcStage() works at the places that its own random numbers choose, as often as it is told to", () => {
  const session = createChain({ xtc: { probability: 0.3 } }).start({ seed: 2 });
  const works = Array.from(
    { length: 8000 },
    (_, i) => kept(session.apply(FIVE, at(i))).length < 5,
  );
  const share = works.filter(Boolean).length / 8000;
  // 4 standard errors: 4 · √(.3 · .7 / 8000) = .0205
  assert(Math.abs(share - 0.3) < 0.0205, `${share}`);
  const other = createChain({ xtc: { probability: 0.3 } })
    .start({ seed: 2, row: 1 });
  assert(
    works.some((does, i) => does !== kept(other.apply(FIVE, at(i))).length < 5),
  );
  for (const [probability, count] of [[0, 5], [1, 3]] as const) {
    const session = createChain({ xtc: { probability } }).start({ seed: 2 });
    for (let i = 0; i < 200; i++) {
      assertEquals(kept(session.apply(FIVE, at(i))).length, count);
    }
  }
});

Deno.test("xtcStage() refuses what is out of range, and to work without a session", () => {
  const refuses = (xtc: unknown, message: string) =>
    assertThrows(() => createChain({ xtc: xtc as never }), Error, message);
  refuses(
    { probability: 2 },
    "Cannot sample: xtc.probability must be a number from 0 to 1: 2",
  );
  refuses(
    {},
    "xtc.probability must be a number from 0 to 1: undefined; give { xtc: { probability: 0.5 } }",
  );
  refuses(
    true,
    "Cannot sample: xtc: options must be an object: boolean; give { xtc: { probability: 0.5 } }",
  );
  refuses(
    { probability: 1, threshold: 0.6 },
    "Cannot sample: xtc.threshold must be a number from 0 to 0.5: 0.6",
  );
  refuses(
    { probability: 1, treshold: 0.1 },
    'Cannot sample: xtc: there is no option "treshold", did you mean "threshold"? (known: probability, threshold)',
  );
  refuses(null, "Cannot sample: xtc: options must be an object: null");
  assertThrows(
    () => createChain({ xtc: { probability: 1 } }).apply(FIVE, at(0)),
    TypeError,
    "Cannot sample: xtc works on one text from its beginning, use chain.start()",
  );
});
