import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { BPETokenizer } from "../../src/tokenizers/bpe_tokenizer.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { loadTokenizer } from "../../src/tokenizers/load_tokenizer.ts";
import { readGolden } from "./_golden.ts";

const PLAIN = { color: false };

Deno.test("Explanation.toString() puts bars between tokens, and makes line ends and tabs visible", () => {
  const explanation = CharTokenizer.train("ab\n\t").explain("a\n\tb");
  assertEquals(
    explanation.toString(PLAIN),
    "a|⏎\n|⇥\t|b\n4 tokens: 2 1 0 3",
  );
});

Deno.test("Explanation.toString() writes colours for a terminal", () => {
  const text = CharTokenizer.train("ab").explain("ab").toString({
    color: true,
  });
  assertEquals(
    text,
    "\x1b[30;44ma\x1b[0m\x1b[30;43mb\x1b[0m\n2 tokens: 0 1",
  );
});

Deno.test("Explanation names the tokens that stand for parts of a character, and those that were added", async () => {
  // Without merges 🐋 is the four bytes F0 9F 90 8B, in GPT-2's alphabet ð Ł Ĳ ĭ.
  const bytes = BPETokenizer.train("a", { vocabSize: 256 });
  const { tokens } = bytes.explain("a🐋");
  assertEquals(tokens.map(({ text }) => text), ["a", "🐋", "", "", ""]);
  assertEquals(tokens.map(({ start, end }) => `${start}-${end}`), [
    "0-1",
    "1-3",
    "1-3",
    "1-3",
    "1-3",
  ]);
  assertEquals(
    bytes.explain("a🐋").toString(PLAIN).split("\n")[0],
    "a|🐋|…|…|…",
  );
  const bert = await loadTokenizer(readGolden<object>("bert.json"));
  const shown = bert.explain("The harbour").toString(PLAIN);
  assert(shown.startsWith("[CLS]|The|harbour|[SEP]\n4 tokens: 2 "), shown);
});

Deno.test("Explanation shows itself in a notebook as HTML and as text", () => {
  const explanation = CharTokenizer.train('<&"a').explain('<&"');
  const display = Symbol.for("Jupyter.display");
  const bundle = (explanation as unknown as Record<
    symbol,
    () => Record<string, string>
  >)[display]!();
  assertEquals(Object.keys(bundle).sort(), ["text/html", "text/plain"]);
  assertEquals(bundle["text/plain"], explanation.toString(PLAIN));
  const html = bundle["text/html"]!;
  assertStringIncludes(html, ">&lt;</span>");
  assertStringIncludes(html, 'title="&quot; (0)"');
  assertStringIncludes(html, "color:inherit");
  assert(!/<script|<style|class=|https?:/.test(html));
});
