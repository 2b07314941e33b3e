import { assertEquals } from "@std/assert";
import {
  clip,
  escapeHtml,
  truncate,
  withoutControls,
  wrap,
} from "../../src/display/_text.ts";

Deno.test("withoutControls() leaves nothing that a terminal obeys", () => {
  assertEquals(withoutControls("\x1b[31mred\x07"), "␛[31mred␇");
  assertEquals(withoutControls("a\tb\r\nc\rd\x7f\x9b"), "a b\nc␍d␡\ufffd");
  assertEquals(withoutControls("a\u202eb\u2028c"), "a\ufffdb\ufffdc");
});

Deno.test("truncate() marks what is missing and fits the columns", () => {
  assertEquals(truncate("Ishmael", 7), "Ishmael");
  assertEquals(truncate("Ishmael", 4), "Ish…");
  assertEquals(truncate("白鯨白鯨", 4), "白…");
  assertEquals(truncate("Ishmael", 0), "");
});

Deno.test("wrap() breaks at blanks, and long words anywhere", () => {
  assertEquals(wrap("Call me Ishmael.", 8), ["Call me", "Ishmael."]);
  assertEquals(wrap("aaaaaaaaaa bb", 4), ["aaaa", "aaaa", "aa", "bb"]);
  assertEquals(wrap("白鯨白鯨", 5), ["白鯨", "白鯨"]);
});

Deno.test("wrap() keeps line feeds, empty lines and indentation", () => {
  assertEquals(wrap("a\n\n  b", 10), ["a", "", "  b"]);
  assertEquals(wrap("", 10), [""]);
});

Deno.test("wrap() ends where there is no room for even one column", () => {
  assertEquals(wrap("abc", 0), ["a", "b", "c"]);
  assertEquals(wrap("鯨", 1), ["鯨"]);
});

Deno.test("clip() counts code points, so that none is cut in two", () => {
  assertEquals(clip("🐳🐳🐳", 3), "🐳🐳🐳");
  assertEquals(clip("🐳🐳🐳", 2), "🐳🐳…");
});

Deno.test("escapeHtml() leaves no markup and no control characters", () => {
  assertEquals(
    escapeHtml(`<b title="x" id='y'>&\x1b</b>`),
    "&lt;b title=&quot;x&quot; id=&#39;y&#39;&gt;&amp;␛&lt;/b&gt;",
  );
});
