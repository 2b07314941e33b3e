/** A file of its own: here no engine may ever be chosen. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { LanguageModel } from "../../src/models/language_model.ts";
import { hasEngine } from "../../src/engine/engine.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";

Deno.test("A model can be built, saved and loaded without an engine, but computes only with one", async (t) => {
  if (hasEngine()) return; // a preloaded engine: nothing to see here
  const model = buildLSTM({
    tokenizer: CharTokenizer.train("abc"),
    units: 4,
    embedding: 3,
  });
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  await t.step("it is saved and loaded from the host's memory", async () => {
    await model.save(path);
    const again = await LanguageModel.load(path);
    for (const [name, parameter] of model.network.parameters) {
      assertEquals(
        await again.network.parameters.get(name)!.values(),
        await parameter.values(),
      );
    }
  });
  await t.step("a parameter names the way to an engine", () => {
    assertThrows(
      () => model.network.parameters.get("embedding/table")!.variable,
      Error,
      'Cannot use the parameter "embedding/table": no engine is chosen yet; call `await useEngine()` first',
    );
  });
  assertEquals(hasEngine(), false);
  await Deno.remove(path);
});
