import { assertThrows } from "@std/assert";
import { buildGRU } from "../../src/models/build_gru.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { buildTransformer } from "../../src/models/build_transformer.ts";

Deno.test("Every builder asks for a tokenizer where it gets none", () => {
  for (
    const [build, model] of [
      [buildLSTM, "an LSTM"],
      [buildGRU, "a GRU"],
      [buildTransformer, "a transformer"],
    ] as const
  ) {
    for (
      const [given, type] of [[{}, "undefined"], [
        { tokenizer: "abc" },
        "string",
      ]]
    ) {
      assertThrows(
        () => build(given as never),
        TypeError,
        `Cannot build ${model}: tokenizer must be a tokenizer, such as CharTokenizer.train(text): ${type}`,
      );
    }
  }
});
