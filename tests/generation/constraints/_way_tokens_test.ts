import { assertEquals } from "@std/assert";
import type { Acceptor } from "../../../src/generation/constraints/acceptor.ts";
import { AllOf } from "../../../src/generation/constraints/forms/all_of.ts";
import { lineLength } from "../../../src/generation/constraints/forms/line_length.ts";
import { mustContain } from "../../../src/generation/constraints/forms/must_contain.ts";
import { JointWays } from "../../../src/generation/constraints/_joint_ways.ts";
import { TextStates } from "../../../src/generation/constraints/_text_states.ts";
import { tokenCosts } from "../../../src/generation/constraints/_token_costs.ts";
import { WayTokens } from "../../../src/generation/constraints/_way_tokens.ts";
import { ByteTokenizer } from "../../../src/tokenizers/byte_tokenizer.ts";
import { tokenTexts } from "../../../src/tokenizers/token_texts.ts";
import type { Tokenizer } from "../../../src/tokenizers/tokenizer.ts";
import { withDecoder } from "./_small_tokenizers.ts";

/** How many tokens are enough after some text. */
function countAfter(text: string, tokenizer: Tokenizer): number {
  const joint = new AllOf([
    mustContain(["séa"]),
    lineLength({ min: 10, max: 12 }),
  ]);
  const states = new TextStates(joint as Acceptor);
  const texts = tokenTexts(tokenizer);
  const ways = new JointWays(joint, states);
  const tokens = new WayTokens({
    texts,
    joint: ways,
    costs: tokenCosts(texts),
  });
  let at = states.start;
  for (const letter of text) at = states.next(at, letter.codePointAt(0)!)!;
  return tokens.count(at, 0);
}

Deno.test("WayTokens splits the text of a way into as few tokens as it can", () => {
  // "sÃ©" is how bytes are written: séa takes s, é and a, or sé and a; seven characters more are ĠĠĠĠ, ĠĠ and Ġ.
  const all = ["s", "Ã©", "a", "Ġ", "ĠĠ", "ĠĠĠĠ"];
  const counts = [all, [...all, "sÃ©"], all.slice(1)].map((tokens) =>
    countAfter("", withDecoder({ type: "ByteLevel" }, tokens))
  );
  assertEquals(counts, [6, 5, Infinity]);
  assertEquals(
    countAfter("xxxxxxx", withDecoder({ type: "ByteLevel" }, all)),
    3,
  );
  assertEquals(
    countAfter("xxxxxxxséa", withDecoder({ type: "ByteLevel" }, all)),
    0,
  );
});

Deno.test("WayTokens writes a character byte by byte where it has no token", () => {
  assertEquals(countAfter("xxxxxxx", new ByteTokenizer()), 4);
  assertEquals(countAfter("xxxxxxxs", new ByteTokenizer()), 3);
});
