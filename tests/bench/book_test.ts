import { assert, assertEquals } from "@std/assert";
import { makeText } from "../../bench/_book.ts";

const BOOK = "some words of a whale and of the sea around ".repeat(200);

Deno.test("makeText() repeats a book with other words in every copy, the same in every run", () => {
  const size = 10 * BOOK.length;
  const text = makeText(BOOK, size);
  assertEquals(text.length, size);
  assertEquals(text, makeText(BOOK, size));
  const [first, second, third] = text.split("\n");
  assertEquals(first, BOOK);
  assertEquals(second!.length, BOOK.length);
  assert(second !== BOOK);
  assert(second !== third);
});
