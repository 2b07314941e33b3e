import { assertEquals, assertThrows } from "@std/assert";
import { JsonMembers } from "../../../src/tokenizers/json_members.ts";
import { BertNormalizer } from "../../../src/tokenizers/normalizers/bert_normalizer.ts";
import { readModelsGolden } from "../_models_golden.ts";
import { offsetsOf } from "../_offsets.ts";

const { texts, normalizers } = readModelsGolden().normalizers;

for (const golden of normalizers) {
  if (golden.config["type"] !== "BertNormalizer") continue;
  Deno.test(`BertNormalizer gives the texts and places of Hugging Face for ${JSON.stringify(golden.config)}`, () => {
    const normalizer = BertNormalizer.fromJSON(
      new JsonMembers(golden.config, "normalizer"),
    );
    for (const [i, text] of texts.entries()) {
      const result = normalizer.normalize(text);
      assertEquals(result.text, golden.texts[i], JSON.stringify(text));
      assertEquals(offsetsOf(text, result), golden.offsets[i]);
    }
    assertEquals(normalizer.toJSON(), golden.config);
  });
}

Deno.test("BertNormalizer strips accents where it makes letters small, unless told otherwise", () => {
  assertEquals(new BertNormalizer().normalize("É").text, "e");
  assertEquals(
    new BertNormalizer({ lowercase: false }).normalize("É").text,
    "É",
  );
  assertEquals(
    new BertNormalizer({ stripAccents: false }).normalize("É").text,
    "é",
  );
});

Deno.test("BertNormalizer.fromJSON() refuses members of another type", () => {
  assertThrows(
    () =>
      BertNormalizer.fromJSON(
        new JsonMembers({ strip_accents: "no" }, "normalizer"),
      ),
    TypeError,
    'Cannot load tokenizer: normalizer.strip_accents must be true or false: "no"',
  );
});
