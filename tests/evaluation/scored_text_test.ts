import { assertEquals, assertStringIncludes } from "@std/assert";
import { ScoredText } from "../../src/evaluation/scored_text.ts";

/** " the whale!" as words, of which the blanks belong to none; the last character is one of no token either. */
function words(): ScoredText {
  const word = (id: number, text: string, start: number) => ({
    id,
    token: text,
    text,
    start,
    end: start + text.length,
    logProbability: id === 0 ? undefined : Math.log(0.25),
    rank: id === 0 ? undefined : 1,
  });
  return new ScoredText(" the whale!", [
    word(0, "the", 1),
    word(1, "whale", 5),
  ]);
}

Deno.test("ScoredText writes what lies between the tokens, without colour", () => {
  const [text] = words().toString({ color: true }).split("\n");
  assertEquals(text, " the \x1b[38;5;16;48;5;229mwhale\x1b[0m!");
});

Deno.test("ScoredText shows a notebook what lies between the tokens, on no background", () => {
  const [, shown] = /^<div[^>]*>(.*?)<\/div>/s.exec(words().toHTML())!;
  assertEquals(shown!.replaceAll(/<[^>]*>/g, ""), " the whale!");
  assertStringIncludes(
    shown!,
    '<span title="of no token" style="background:none;color:inherit;border-radius:2px"> </span>',
  );
});

Deno.test("ScoredText writes tokens without text among the others by their names", () => {
  const begin = {
    id: 2,
    token: "<s>",
    text: "",
    start: 0,
    end: 0,
    logProbability: undefined,
    rank: undefined,
  };
  const { text, tokens } = words();
  const scored = new ScoredText(text, [begin, ...tokens]);
  const [line] = scored.toString({ color: true }).split("\n");
  assertEquals(line, "<s> the \x1b[38;5;16;48;5;229mwhale\x1b[0m!");
});
