import { assertEquals } from "@std/assert";
import { ensureEngine } from "../../../src/engine/engine.ts";
import { beamSearch } from "../../../src/generation/strategies/beam_search.ts";
import type { NextLogits } from "../../../src/generation/strategies/row_logits.ts";
import model from "../../golden/beam_search.json" with { type: "json" };
import golden from "../../golden/keras_hub_searches.json" with { type: "json" };

await ensureEngine();

/** Logits by the two tokens before. */
const table: NextLogits = (rows) =>
  rows.map((ids) => {
    const before = ids.length > 1 ? ids.at(-2)! : 0;
    const place = (before * model.vocabSize + ids.at(-1)!) * model.vocabSize;
    return Float32Array.from(
      model.table.slice(place, place + model.vocabSize),
    );
  });

Deno.test("beamSearch() without an end of texts finds what KerasHub's beam search finds", async () => {
  for (const { prompt, beams, tokens } of golden.beam) {
    const options = { prompt, beams, maxTokens: tokens.length };
    const [best] = await beamSearch(table, options);
    assertEquals([...best!.tokens], tokens, `${prompt} with ${beams} beams`);
  }
});
