import { assertEquals } from "@std/assert";
import { displayWidth } from "../../src/text/display_width.ts";

Deno.test("displayWidth() counts columns, not code points", () => {
  assertEquals(displayWidth("whale"), 5);
  assertEquals(displayWidth("鯨"), 2);
  assertEquals(displayWidth("e\u0301"), 1);
  assertEquals(displayWidth("🐳"), 2);
});
