import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { LanguageModel } from "../../src/models/language_model.ts";
import { assertAllClose } from "../close.ts";
import golden from "../golden/lstm_model_0_1.json" with { type: "json" };

await ensureEngine();

// Both files were written by the library when its LSTM had sizes and dropout only.
Deno.test("LanguageModel.load() reads an LSTM that was saved before there were other options", async () => {
  const path = fromFileUrl(
    new URL("../golden/lstm_model_0_1.safetensors", import.meta.url),
  );
  const model = await LanguageModel.load(path);
  assertEquals(
    String(model),
    "LSTM, 2 layers of 6 units, 741 parameters",
  );
  assertEquals(model.network.config["dropout"], 0.25);
  assertEquals(model.history.length, 1);
  tf.tidy(() => {
    const ids = tf.tensor2d(golden.ids, [1, golden.ids.length], "int32");
    const { logits } = model.network.forward(
      ids,
      model.network.zeroState(1),
    );
    assertAllClose(logits.dataSync(), golden.logits);
  });
  assertEquals(
    (await model.generate("to", { maxTokens: 40, seed: 5 })).text,
    golden.text,
  );
  model.dispose();
});
