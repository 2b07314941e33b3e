import { assertEquals } from "@std/assert";
import { endTokens } from "../../src/generation/_end_tokens.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { loadTokenizer } from "../../src/tokenizers/load_tokenizer.ts";

Deno.test("endTokens() are those after a text, and special tokens whose names say so", async () => {
  for (
    const [name, tokens] of [
      ["bert", ["[SEP]"]],
      ["roberta", ["</s>"]],
      ["llama2", ["</s>"]],
      ["t5", ["</s>"]],
      ["gpt2", ["<|endoftext|>"]],
    ] as const
  ) {
    const tokenizer = await loadTokenizer(
      new URL(`../golden/tokenizers/${name}.json`, import.meta.url),
    );
    assertEquals(
      endTokens(tokenizer),
      tokens.map((token) => tokenizer.specialTokens.get(token)!),
      name,
    );
  }
  assertEquals(endTokens(CharTokenizer.train("</s>")), []);
});
