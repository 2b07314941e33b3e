import { assertEquals } from "@std/assert";
import { inNotebook } from "../../src/text/in_notebook.ts";

Deno.test("inNotebook() is false in an ordinary program, where reading Deno.jupyter throws", () => {
  assertEquals(inNotebook(), false);
});
