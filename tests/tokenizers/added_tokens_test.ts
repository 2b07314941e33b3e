import { assertEquals, assertThrows } from "@std/assert";
import {
  type AddedToken,
  AddedTokenFinder,
  readAddedToken,
  specialToken,
} from "../../src/tokenizers/added_tokens.ts";
import { JsonMembers } from "../../src/tokenizers/json_members.ts";

/** The parts of a text: tokens as `#id`, text as it is. */
function split(text: string, ...tokens: AddedToken[]): string[] {
  return new AddedTokenFinder(tokens).split(text).map(({ id, start, end }) =>
    id === undefined
      ? text.slice(start, end)
      : `#${id}${text.slice(start, end)}`
  );
}

Deno.test("AddedTokenFinder takes the longest of the tokens that begin at a place", () => {
  assertEquals(
    split("a<b><b>>", specialToken("<b>", 1), specialToken("<b>>", 2)),
    ["a", "#1<b>", "#2<b>>"],
  );
  assertEquals(split("a.b", specialToken(".", 1)), ["a", "#1.", "b"]);
  assertEquals(split("", specialToken("x", 1)), []);
  assertEquals(split("text"), ["text"]);
});

Deno.test("AddedTokenFinder gives tokens the white space beside them where they ask for it", () => {
  const mask = specialToken("[M]", 1);
  assertEquals(split("a \t[M] b", { ...mask, lstrip: true }), [
    "a",
    "#1 \t[M]",
    " b",
  ]);
  assertEquals(split("a [M] \n b", { ...mask, rstrip: true }), [
    "a ",
    "#1[M] \n ",
    "b",
  ]);
  assertEquals(
    split("[M] x", { ...mask, rstrip: true }, specialToken(" x", 2)),
    ["#1[M] ", "#2x"],
  );
  assertEquals(split("[M] [M]", { ...mask, lstrip: true, rstrip: true }), [
    "#1[M] ",
    "#1[M]",
  ]);
});

Deno.test("AddedTokenFinder leaves words that must stand alone inside of others alone", () => {
  const word = { ...specialToken("cat", 1), singleWord: true };
  assertEquals(split("cat concat cats 🐋cat 𝔸cat cat", word), [
    "#1cat",
    " concat cats 🐋",
    "#1cat",
    " 𝔸cat ",
    "#1cat",
  ]);
});

Deno.test("readAddedToken() takes what is missing as Hugging Face does", () => {
  assertEquals(
    readAddedToken(new JsonMembers({ id: 5, content: "x" }, "t")).normalized,
    true,
  );
  assertEquals(
    readAddedToken(
      new JsonMembers({ id: 5, content: "x", special: true }, "t"),
    ),
    specialToken("x", 5),
  );
  assertThrows(
    () => readAddedToken(new JsonMembers({ content: "x" }, "added_tokens[0]")),
    TypeError,
    "Cannot load tokenizer: added_tokens[0].id must be a whole number from 0: undefined",
  );
});
