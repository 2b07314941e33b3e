import { assertEquals } from "@std/assert";
import {
  htmlTable,
  plainTable,
  printable,
} from "../../src/text/report_table.ts";

Deno.test("plainTable() puts columns in line, and no blanks at the end", () => {
  const table = { head: ["a", ""], rows: [["whale", "🐋"], ["b", "longer"]] };
  assertEquals(plainTable(table), "  a\n  whale  🐋\n  b      longer");
  assertEquals(plainTable({ rows: [] }), "");
  // Wide characters take two columns, marks that combine none.
  assertEquals(
    plainTable({ rows: [["鯨", "a"], ["abc", "b"], ["e\u0301", "c"]] }),
    "  鯨   a\n  abc  b\n  e\u0301    c",
  );
});

Deno.test("htmlTable() escapes its cells", () => {
  const html = htmlTable({ rows: [["<a & 'b'>", '"\n\u202E']] });
  assertEquals(
    html.replaceAll(/ style="[^"]*"/g, ""),
    "<table><tr><td>&lt;a &amp; &#39;b&#39;&gt;</td><td>&quot;\uFFFD\uFFFD</td></tr></table>",
  );
});

Deno.test("printable() leaves no character that moves the cursor", () => {
  assertEquals(printable("a\tb\x1B[31m\u2028é"), "a b\uFFFD[31m\uFFFDé");
});
