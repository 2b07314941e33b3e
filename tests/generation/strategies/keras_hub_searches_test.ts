import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../../src/engine/engine.ts";
import { beamSearch } from "../../../src/generation/strategies/beam_search.ts";
import { contrastiveSearch } from "../../../src/generation/strategies/contrastive_search.ts";
import type { NextLogits } from "../../../src/generation/strategies/row_logits.ts";
import { buildNetwork } from "../../../src/networks/architectures.ts";
import beamGolden from "../../golden/beam_search.json" with { type: "json" };
import contrastiveGolden from "../../golden/contrastive_search.json" with {
  type: "json",
};
import golden from "../../golden/keras_hub_searches.json" with { type: "json" };
import { dispose, withWeights } from "../../networks/_network_contract.ts";

await ensureEngine();

/** Logits by the two tokens before. */
const table: NextLogits = (rows) =>
  rows.map((ids) => {
    const { vocabSize, table } = beamGolden;
    const before = ids.length > 1 ? ids.at(-2)! : 0;
    const place = (before * vocabSize + ids.at(-1)!) * vocabSize;
    return Float32Array.from(table.slice(place, place + vocabSize));
  });

Deno.test("contrastiveSearch() writes what KerasHub's contrastive search writes", async () => {
  const { kind, config, parameters } = contrastiveGolden.models[0]!;
  const network = withWeights(
    buildNetwork(kind, config as never),
    parameters as unknown as Record<string, number[]>,
  );
  for (const { prompt, topK, alpha, tokens } of golden.contrastive) {
    const options = { prompt, topK, alpha, maxTokens: tokens.length };
    const found = await contrastiveSearch(network, options);
    assertEquals([...found.tokens], tokens);
  }
  dispose(network);
});

Deno.test("beamSearch() without an end of texts finds what KerasHub's beam search finds", async () => {
  for (const { prompt, beams, tokens } of golden.beam) {
    const options = { prompt, beams, maxTokens: tokens.length };
    const [best] = await beamSearch(table, options);
    assertEquals([...best!.tokens], tokens, `${prompt} with ${beams} beams`);
  }
});
