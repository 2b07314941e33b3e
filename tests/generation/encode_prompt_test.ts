import { assert, assertEquals, assertThrows } from "@std/assert";
import { encodePrompt } from "../../src/generation/encode_prompt.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { loadTokenizer } from "../../src/tokenizers/load_tokenizer.ts";

const ALPHABET = CharTokenizer.train("abcdefghij");

Deno.test("encodePrompt() gives the prompt's ids", () => {
  assertEquals([...encodePrompt(ALPHABET, "cab")], [2, 0, 1]);
});

Deno.test("encodePrompt() adds the special tokens that begin a text, and not those that end it", async () => {
  for (
    const [name, beginning, ending] of [
      ["bert", "[CLS]", "[SEP]"],
      ["roberta", "<s>", "</s>"],
      ["llama2", "<s>", undefined],
      ["t5", undefined, "</s>"],
      ["gpt2", undefined, undefined],
    ]
  ) {
    const tokenizer = await loadTokenizer(
      new URL(`../golden/tokenizers/${name}.json`, import.meta.url),
    );
    const bare = tokenizer.encode("the whale", { addSpecialTokens: false });
    const first = beginning ? [tokenizer.specialTokens.get(beginning)!] : [];
    const last = ending ? [tokenizer.specialTokens.get(ending)!] : [];
    assertEquals([...tokenizer.encode("the whale")], [
      ...first,
      ...bare,
      ...last,
    ]);
    assertEquals([...encodePrompt(tokenizer, "the whale")], [
      ...first,
      ...bare,
    ]);
  }
});

Deno.test("encodePrompt() does not end the text that an empty prompt begins", async () => {
  for (
    const [name, tokens] of [
      ["bert", ["[CLS]"]], // its tokenizer drops line breaks
      ["roberta", ["<s>", "Ġ", "Ċ"]],
      ["t5", ["</s>"]], // there is nothing else
      ["gpt2", ["Ċ"]],
    ] as const
  ) {
    const tokenizer = await loadTokenizer(
      new URL(`../golden/tokenizers/${name}.json`, import.meta.url),
    );
    const ids = [...encodePrompt(tokenizer, "")];
    assertEquals(ids.map((id) => tokenizer.vocabulary[id]), [...tokens]);
  }
});

Deno.test("encodePrompt() takes the token for the unknown where the tokenizer has one and nothing else is said", async () => {
  const tokenizer = await loadTokenizer(
    new URL("../golden/tokenizers/bert.json", import.meta.url),
  );
  const unknown = tokenizer.specialTokens.get("[UNK]")!;
  assert(encodePrompt(tokenizer, "the 鯨").includes(unknown));
  assertThrows(
    () => encodePrompt(tokenizer, "the 鯨", "error"),
    RangeError,
    "鯨",
  );
});
