import { assertEquals, assertNotEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { BlockWriter } from "../../src/generation/block_writer.ts";
import { generateRows } from "../../src/generation/generate_rows.ts";
import { generateTokens } from "../../src/generation/generate_tokens.ts";
import { Sampler } from "../../src/generation/sampler.ts";
import { CNNNetwork } from "../../src/networks/cnn_network.ts";
import type { Network } from "../../src/networks/network.ts";
import { RecurrentNetwork } from "../../src/networks/recurrent_network.ts";
import { TransformerNetwork } from "../../src/networks/transformer_network.ts";
import { assertNoLeak } from "../no_leak.ts";

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
  for await (const block of generateRows(network, options)) {
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
      const alone = await Array.fromAsync(generateTokens(network, {
        prompt: PROMPTS[0]!,
        maxTokens: 40,
        sampler,
      }));
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
