import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import {
  type AttentionSizes,
  planSequence,
  planStep,
} from "../../src/layers/attention_plan.ts";

await ensureEngine();

const C = 4;
const FORMS: [string, AttentionSizes][] = [
  ["a window that slides", { context: C, rotary: { size: 2, base: 10 } }],
  ["a window that starts over", { context: C }],
];

const int = (value: number): Tensor => tf.scalar(value, "int32");

/** Whether a token at position `to` is to see the one at position `from`. */
function sees(to: number, from: number, { rotary }: AttentionSizes): boolean {
  if (from < 0 || from > to) return false;
  return rotary === undefined
    ? Math.floor(to / C) === Math.floor(from / C)
    : to - from < C;
}

/** The position of the newest token of each slot, −1 for an empty one, after some tokens. */
function slotsAfter(count: number): number[] {
  const slots = new Array(C).fill(-1);
  for (let p = 0; p < count; p++) slots[p % C] = p;
  return slots;
}

/** What a plan calls a number of tokens read. */
function called(count: number): number {
  return count < 2 * C ? count : C + count % C;
}

for (const [name, sizes] of FORMS) {
  Deno.test(`planSequence() lets tokens see ${name}, and keeps the newest of every slot`, () => {
    for (let before = 0; before < 3 * C; before++) {
      for (let steps = 1; steps < 3 * C; steps++) {
        tf.tidy(() => {
          const plan = planSequence(steps, sizes, int(called(before)));
          const { kept, position } = plan.memory!;
          const old = slotsAfter(before);
          const fresh = Array.from({ length: steps }, (_, i) => before + i);
          const all = [...old, ...fresh];
          assertEquals(
            [...plan.unseen.dataSync()].map((x) => x === 0),
            fresh.flatMap((to) => all.map((from) => sees(to, from, sizes))),
            `${steps} tokens after ${before}`,
          );
          assertEquals(
            [...kept.dataSync()].map((place) => all[place]),
            slotsAfter(before + steps),
          );
          assertEquals([...position.dataSync()], [called(before + steps)]);
          assertEquals(
            [...plan.places.dataSync()],
            fresh.map((p) => p % C),
          );
          assertEquals(
            plan.memory!.rotary &&
              [...plan.memory!.rotary.isSameTurn.dataSync()],
            sizes.rotary && old.map((_, slot) => Number(slot < before % C)),
          );
        });
      }
    }
  });

  Deno.test(`planStep() lets the token of every row see ${name}`, () => {
    const counts = Array.from({ length: 4 * C }, (_, before) => before);
    tf.tidy(() => {
      const positions = tf.tensor1d(counts.map(called), "int32");
      const plan = planStep(sizes, positions);
      assertEquals(
        [...plan.slots.dataSync()],
        counts.map((before) => before % C),
      );
      assertEquals(
        [...plan.positions.dataSync()],
        counts.map((before) => called(before + 1)),
      );
      assertEquals(
        [...plan.unseen.dataSync()].map((x) => x === 0),
        counts.flatMap((before) =>
          slotsAfter(before + 1).map((from) => sees(before, from, sizes))
        ),
      );
    });
  });
}
