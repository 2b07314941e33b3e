import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../../src/engine/engine.ts";
import { contrastiveSearch } from "../../../src/generation/strategies/contrastive_search.ts";
import { buildNetwork } from "../../../src/networks/architectures.ts";
import models from "../../golden/contrastive_search.json" with { type: "json" };
import golden from "../../golden/keras_hub_searches.json" with { type: "json" };
import { dispose, withWeights } from "../../networks/_network_contract.ts";

await ensureEngine();

Deno.test("contrastiveSearch() writes what KerasHub's contrastive search writes", async () => {
  const { kind, config, parameters } = models.models[0]!;
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
