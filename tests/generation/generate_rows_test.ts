import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { nextTurn } from "../../src/engine/event_loop.ts";
import { BlockWriter } from "../../src/generation/block_writer.ts";
import { Sampler } from "../../src/generation/sampler.ts";
import { CNNNetwork } from "../../src/networks/cnn_network.ts";
import type { Network } from "../../src/networks/network.ts";
import { RecurrentNetwork } from "../../src/networks/recurrent_network.ts";
import { TransformerNetwork } from "../../src/networks/transformer_network.ts";
import { tf } from "../../src/engine/tf.ts";
import { assertNoLeak } from "../no_leak.ts";
import { CountingPredictor } from "./_counting_predictor.ts";
import { writeRows, writeTokens } from "./_write_rows.ts";

await ensureEngine();

const VOCAB = 7;
const TRANSFORMER = {
  vocabSize: VOCAB,
  context: 8,
  layers: 2,
  heads: 2,
  keyValueHeads: 1,
  width: 8,
  feedForward: 12,
  rotaryBase: 10_000,
  epsilon: 1e-5,
  activation: "swiglu",
  norm: "rms",
  bias: false,
  tied: true,
  dropout: 0,
} as const;

/** Networks whose weights are far from zero, so that what they write depends on what they have read. */
const NETWORKS: Record<string, () => Network> = {
  "an LSTM": () =>
    new RecurrentNetwork("lstm", {
      vocabSize: VOCAB,
      embedding: 6,
      units: 16,
      layers: 2,
    }, 3),
  "an LSTM with attention": () =>
    new RecurrentNetwork("lstm", {
      vocabSize: VOCAB,
      embedding: 6,
      units: 8,
      layers: 1,
      attentionWindow: 5,
    }, 3),
  "a convolutional network": () =>
    new CNNNetwork({
      vocabSize: VOCAB,
      embedding: 6,
      filters: 8,
      kernelSize: 2,
      layers: 3,
      stacks: 1,
      dense: 8,
      layerNorm: true,
      dropout: 0,
    }, 3),
  "a transformer whose window slides": () =>
    new TransformerNetwork({ ...TRANSFORMER, positions: "rotary" }, 3),
  "a transformer that starts over": () =>
    new TransformerNetwork({ ...TRANSFORMER, positions: "learned" }, 3),
};

/** Prompts of different lengths, two of them the same, one longer than the context. */
const PROMPTS = [[1], [1, 2, 3, 4], [5, 6], [1, 2, 3, 4], [
  6,
  5,
  4,
  3,
  2,
  1,
  0,
  1,
  2,
  3,
  4,
]].map((ids) => Int32Array.from(ids));

async function texts(
  network: Network,
  prompts: Int32Array[],
  sampler: Sampler,
  blocks?: BlockWriter,
  maxTokens = 40,
): Promise<number[][]> {
  const rows: number[][] = prompts.map(() => []);
  const options = { prompts, maxTokens, sampler, blocks };
  for await (const block of writeRows(network, options)) {
    for (const [row, ids] of block.entries()) rows[row]!.push(...ids);
  }
  return rows;
}

for (const [title, build] of Object.entries(NETWORKS)) {
  Deno.test(`generateRows() writes in each row what ${title} writes there with other rows beside it`, async () => {
    const network = build();
    for (const parameter of network.parameters.values()) {
      const values = await parameter.variable.data() as Float32Array;
      parameter.set(values.map((x) => 8 * x));
    }
    const sampler = new Sampler({ seed: 5 });
    await assertNoLeak(async () => {
      const together = await texts(network, PROMPTS, sampler);
      assertEquals(together.map((ids) => ids.length), PROMPTS.map(() => 40));
      const [alone] = await texts(network, [PROMPTS[0]!], sampler);
      assertEquals(together[0], alone);
      assertNotEquals(together[1], together[3], "rows draw by themselves");
      const fewer = await texts(network, PROMPTS.slice(0, 3), sampler);
      assertEquals(fewer, together.slice(0, 3));

      const blocks = new BlockWriter(network);
      assertEquals(await texts(network, PROMPTS, sampler, blocks), together);
      const many = Array.from({ length: 17 }, (_, i) => PROMPTS[i % 5]!);
      const wide = await texts(network, many, sampler, blocks);
      assertEquals(wide.slice(0, 5), together);
      blocks.dispose();
    });
    for (const parameter of network.parameters.values()) parameter.dispose();
  });
}

Deno.test("generateRows() takes the likeliest token of every row at temperature 0", async () => {
  const network = NETWORKS["an LSTM"]!();
  const sampler = new Sampler({ temperature: 0 });
  const rows = await texts(network, PROMPTS, sampler);
  assertEquals(rows[1], rows[3]);
  const blocks = new BlockWriter(network);
  assertEquals(await texts(network, PROMPTS, sampler, blocks), rows);
  blocks.dispose();
  for (const parameter of network.parameters.values()) parameter.dispose();
});

const GREEDY = new Sampler({ temperature: 0 });

function options(prompt: number[], maxTokens: number) {
  return { prompt: Int32Array.from(prompt), maxTokens, sampler: GREEDY };
}

Deno.test("generateRows() reads the prompt once and carries the state from there", async () => {
  const predictor = new CountingPredictor(10);
  assertEquals(
    await Array.fromAsync(writeTokens(predictor, options([3, 5, 7], 4))),
    [8, 9, 0, 1],
  );
  assertEquals(predictor.calls, [
    "forward [3,5] after 0",
    "step [7] after 2",
    "step [8] after 3",
    "step [9] after 4",
    "step [0] after 5", // and nothing after the last token
  ]);
});

Deno.test("generateRows() reads a long prompt in pieces, one after the other", async () => {
  const predictor = new CountingPredictor(200);
  const prompt = Array.from({ length: 130 }, (_, i) => i);
  assertEquals(
    await Array.fromAsync(writeTokens(predictor, options(prompt, 1))),
    [130],
  );
  assertEquals(predictor.calls.map((call) => call.replace(/\[.*\]/, "")), [
    "forward  after 0",
    "forward  after 64",
    "forward  after 128",
    "step  after 129",
  ]);
});

Deno.test("generateRows() reads the last half again where the model starts over, and of a long prompt only the end", async () => {
  const predictor = Object.assign(new CountingPredictor(20), {
    startsOverAfter: 4,
  });
  const prompt = [0, 1, 2, 3, 4, 5, 6];
  await assertNoLeak(async () => {
    assertEquals(
      await Array.fromAsync(writeTokens(predictor, options(prompt, 4))),
      [7, 8, 9, 10],
    );
  });
  assertEquals(predictor.calls, [
    "forward [2,3,4,5] after 0", // what is left of 6 tokens after starting over once
    "forward [4,5] after 0",
    "step [6] after 2",
    "step [7] after 3",
    "forward [6,7] after 0",
    "step [8] after 2",
    "step [9] after 3",
  ]);
});

Deno.test("generateRows() leaves no tensor behind, finished, left, failed or aborted", async () => {
  await assertNoLeak(async () => {
    await Array.fromAsync(
      writeTokens(new CountingPredictor(10), options([1], 5)),
    );
    for await (
      const id of writeTokens(new CountingPredictor(10), options([1], 5))
    ) if (id === 3) break;
    const broken = new CountingPredictor(10);
    broken.step = (): never => {
      tf.zeros([2]);
      throw new Error("broken");
    };
    await assertRejects(
      () => Array.fromAsync(writeTokens(broken, options([1], 5))),
      Error,
      "broken",
    );
    const aborted = {
      ...options([1], 5),
      signal: AbortSignal.abort(new Error("enough")),
    };
    await assertRejects(
      () => Array.fromAsync(writeTokens(new CountingPredictor(10), aborted)),
      Error,
      "enough",
    );
    await Array.fromAsync(
      writeTokens(new CountingPredictor(10), options([1], 0)),
    );
  });
});

Deno.test("generateRows() stops the work when its reader leaves", async () => {
  const predictor = new CountingPredictor(10);
  for await (const id of writeTokens(predictor, options([1], 100))) {
    if (id === 3) break;
  }
  assertEquals(predictor.calls, ["step [1] after 0", "step [2] after 1"]);
});

Deno.test("generateRows() fails with the signal's reason between two tokens", async () => {
  const predictor = new CountingPredictor(10);
  const controller = new AbortController();
  const ids: number[] = [];
  const error = await assertRejects(async () => {
    for await (
      const id of writeTokens(predictor, {
        ...options([1], 100),
        signal: controller.signal,
      })
    ) {
      ids.push(id);
      if (id === 4) controller.abort(new Error("that will do"));
    }
  });
  assertEquals((error as Error).message, "that will do");
  assertEquals([ids, predictor.calls.length], [[2, 3, 4], 3]);
});

Deno.test("generateRows() lets timers run between two tokens", async () => {
  let fired = false;
  setTimeout(() => fired = true, 1);
  for await (
    const _ of writeTokens(new CountingPredictor(10), options([1], 100_000))
  ) if (fired) break;
  assertEquals(fired, true);
});

Deno.test("generateRows() does not wait for a piece of other work with every token", async () => {
  let [pieces, isOver] = [0, false];
  const others = (async () => {
    for (; !isOver; pieces++) await nextTurn();
  })();
  await Array.fromAsync(
    writeTokens(new CountingPredictor(10), options([1], 200)),
  );
  isOver = true;
  await others;
  assert(pieces < 100, `${pieces} pieces`);
});

Deno.test("generateRows() names the token where the logits are no numbers", async () => {
  const predictor = new CountingPredictor(10);
  const { step } = predictor;
  predictor.step = (ids, state) => {
    const next = step.call(predictor, ids, state);
    return ids.dataSync()[0] === 3
      ? { ...next, logits: tf.mul(next.logits, NaN) }
      : next;
  };
  await assertRejects(
    () => Array.fromAsync(writeTokens(predictor, options([1], 100))),
    RangeError,
    "Cannot sample token 2: the logits must be numbers below Infinity: NaN for id 0",
  );
});
