import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { tokenizerFromJSON } from "../../src/tokenizers/resolve.ts";

Deno.test("tokenizerFromJSON() builds the kind that the JSON names", () => {
  const tokenizer = tokenizerFromJSON({ kind: "char", vocabulary: ["a", "b"] });
  assertInstanceOf(tokenizer, CharTokenizer);
  assertEquals(tokenizer.decode([1, 0]), "ba");
});

Deno.test("tokenizerFromJSON() lists the kinds that it knows", () => {
  for (const kind of ["none", "constructor", ""]) {
    assertThrows(
      () => tokenizerFromJSON({ kind }),
      RangeError,
      `Cannot build tokenizer: unknown kind: ${
        JSON.stringify(kind)
      }; known kinds: bpe, byte, char, unigram, word, word_level, word_piece`,
    );
  }
});

Deno.test("tokenizerFromJSON() refuses what has neither a kind nor a model", () => {
  for (const json of [undefined, null, "char", {}, [], { kind: 5 }]) {
    assertThrows(
      () => tokenizerFromJSON(json),
      TypeError,
      "Cannot build tokenizer: JSON must be an object with a kind, as toJSON() gives it, or with a model, " +
        `as a tokenizer.json has it: ${JSON.stringify(json) ?? "undefined"}`,
    );
  }
});

Deno.test("tokenizerFromJSON() passes on what the kind has to say", () => {
  assertThrows(
    () => tokenizerFromJSON({ kind: "char", vocabulary: "a".repeat(1000) }),
    TypeError,
    `Cannot build CharTokenizer: vocabulary must be an array of strings: "${
      "a".repeat(59)
    }…`,
  );
});
