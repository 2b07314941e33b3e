import { assert, assertEquals } from "@std/assert";
import { compile } from "../../src/engine/compile.ts";
import { ensureEngine } from "../../src/engine/engine.ts";
import { RandomStream } from "../../src/engine/random.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import {
  areSound,
  type Drawing,
  drawTokens,
  mostKept,
} from "../../src/generation/_choose.ts";
import { createChain } from "../../src/generation/chain/chain.ts";
import { Sampler } from "../../src/generation/sampler.ts";

await ensureEngine();

const ROWS = 100;

/** Scores of which many are equal, some −Infinity, 0 or −0, or, without ties, normal ones. */
function randomScores(
  size: number,
  random: RandomStream,
  hasTies: boolean,
): number[] {
  const scores = Array.from({ length: size }, () => {
    if (random.integer(9) === 0) return -Infinity;
    const score = 3 * random.normal();
    return hasTies ? Math.round(score) : Math.fround(score);
  });
  if (random.integer(2) === 0) scores.fill(-0, 0, size >> 1);
  scores[random.integer(size)] = 0;
  return scores;
}

for (
  const [size, topK] of [
    [7, 3], // pairs
    [64, 20], // pairs
    [96, 60], // pairs
    [97, 20], // of the likeliest
    [300, 50], // of the likeliest
    [300, 200], // by search
    [20_000, 30], // of the likeliest
  ] as const
) {
  Deno.test(`drawTokens() chooses as a chain does, ${size} tokens, topK ${topK}`, () => {
    const rows = size > 1000 ? 4 : ROWS;
    const random = new RandomStream(size + topK);
    const sampler = new Sampler({ seed: size });
    const stages = [
      {},
      { topK },
      { topP: 0.9 },
      { minP: 0.03 },
      { topK, topP: 0.8 },
      { topK, topP: 0.95, minP: 0.02, temperature: 0.7 },
      { topP: 0.7, minP: 0.1, temperature: 1.5 },
    ];
    for (const [position, options] of stages.entries()) {
      const draw = compile(
        (scores: Tensor, uniforms: Tensor, drawing: Drawing) =>
          drawTokens(scores, uniforms, drawing),
        { jit: true },
      );
      for (const hasTies of [true, false]) {
        const scores = Array.from(
          { length: rows },
          () => randomScores(size, random, hasTies),
        );
        // With ties, top-k from 1 on, another k of the same recording.
        const used = "topK" in options
          ? { ...options, topK: hasTies ? 1 + random.integer(topK) : topK }
          : options;
        const chain = createChain(used);
        const expected = scores.map((row, i) =>
          sampler.pick(
            chain.apply(Float32Array.from(row), {
              tokens: [],
              promptLength: 0,
            }),
            position,
            i,
          )
        );
        const actual = tf.tidy(() =>
          draw(
            tf.tensor2d(scores),
            tf.tensor1d(scores.map((_, i) => sampler.uniformAt(i, position))),
            {
              temperature: tf.scalar(temperatureOf(used)),
              ...("topK" in used && {
                topK: { count: tf.scalar(used.topK), most: mostKept(topK) },
              }),
              ...("topP" in used && { topP: tf.scalar(used.topP) }),
              ...("minP" in used && {
                minP: tf.scalar(Math.log(used.minP)),
              }),
            },
          ).dataSync()
        );
        assertEquals([...actual], expected, JSON.stringify(used));
      }
      draw.dispose();
    }
  });
}

function temperatureOf({ temperature = 1 }: { temperature?: number }): number {
  return temperature;
}

Deno.test("drawTokens() keeps the likeliest token where nothing else is left, and all of the equal likeliest at min-p 1", () => {
  const draw = (drawing: Omit<Drawing, "temperature">, uniform: number) =>
    tf.tidy(() =>
      drawTokens(
        tf.tensor2d([[1, 4, 0, 4, -Infinity]]),
        tf.tensor1d([uniform]),
        { temperature: tf.scalar(1), ...drawing },
      ).dataSync()[0]
    );
  const last = 1 - 2 ** -24;
  const one = { topK: { count: tf.scalar(1), most: mostKept(1) } };
  for (const drawing of [one, { topP: tf.scalar(0) }]) {
    assertEquals([draw(drawing, 0), draw(drawing, last)], [1, 1]);
  }
  const equal = { minP: tf.scalar(0) }; // the logarithm of 1
  assertEquals([draw(equal, 0), draw(equal, last)], [1, 3]);
  assertEquals([draw({}, 0), draw({}, last)], [0, 3]);
});

Deno.test("drawTokens() and a chain keep the same tokens where a bound is met but for rounding", () => {
  const uniforms = tf.tensor1d(
    Array.from({ length: 100 }, (_, i) => (i + 0.5) / 100),
  );
  for (
    const shares of [
      [1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 16],
      [1 / 4, 1 / 4, 1 / 4, 1 / 8, 1 / 8],
      [0.4, 0.3, 0.2, 0.1],
      Array<number>(10).fill(0.1),
    ]
  ) {
    const logits = Float32Array.from(shares, Math.log);
    const scores = tf.tile(tf.tensor2d(logits, [1, logits.length]), [100, 1]);
    for (
      const options of [
        ...[1 / 2, 1 / 4, 1 / 8].map((minP) => ({ minP })),
        ...[0.3, 0.4, 0.5, 0.7, 0.75, 0.875, 0.9].map((topP) => ({ topP })),
      ] as { minP?: number; topP?: number }[]
    ) {
      const { minP, topP } = options;
      const drawing: Drawing = {
        temperature: tf.scalar(1),
        ...(minP !== undefined && { minP: tf.scalar(Math.log(minP)) }),
        ...(topP !== undefined && { topP: tf.scalar(topP) }),
      };
      const drawn = new Set(drawTokens(scores, uniforms, drawing).dataSync());
      const row = createChain(options).apply(logits, {
        tokens: [0],
        promptLength: 1,
      });
      const kept = [...row.keys()].filter((id) => row[id]! > -Infinity);
      assertEquals(
        [...drawn].sort((a, b) => a - b),
        kept,
        JSON.stringify([shares, options]),
      );
    }
  }
});

Deno.test("drawTokens() never draws a token without weight, in pieces of a long row neither", () => {
  const size = 1000;
  const scores = Array.from({ length: size }, () => -Infinity);
  const likely = [3, 130, 131, 255, 256, 700];
  for (const id of likely) scores[id] = id / 300;
  const random = new RandomStream(1);
  const uniforms = [0, 1 - 2 ** -24].concat(
    Array.from({ length: 500 }, () => random.uniform()),
  );
  const ids = tf.tidy(() =>
    drawTokens(
      tf.tile(tf.tensor2d([scores]), [uniforms.length, 1]),
      tf.tensor1d(uniforms),
      { temperature: tf.scalar(1) },
    ).dataSync()
  );
  assertEquals(ids[0], 3);
  assertEquals(ids[1], 700);
  assert(ids.every((id) => likely.includes(id)));
  assertEquals(new Set(ids).size, likely.length);
});

Deno.test("areSound() is false where a row has NaN, Infinity, or nothing but -Infinity", () => {
  const sound = (...rows: number[][]) =>
    tf.tidy(() => areSound(tf.tensor2d(rows)).dataSync()[0] === 1);
  assert(sound([1, -Infinity], [0, 2]));
  assert(!sound([1, 0], [0, NaN]));
  assert(!sound([1, 0], [Infinity, 0]));
  assert(!sound([-Infinity, -Infinity], [0, 0]));
});
