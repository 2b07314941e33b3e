import { assertEquals, assertStringIncludes } from "@std/assert";
import { CleanReport } from "../../src/text/clean_report.ts";

const REPORT = new CleanReport({
  rows: 1200,
  kept: 1191,
  missing: [
    ...Array.from({ length: 7 }, (_, row) => ({
      row,
      column: undefined,
      source: undefined,
      action: "dropped" as const,
    })),
    {
      row: 9,
      column: "stars",
      source: "<b>.csv:11",
      action: "filled",
      value: "5",
    },
    { row: 10, column: 2, source: undefined, action: "filled", value: 0.5 },
  ],
  normalized: 3,
  respaced: 0,
  duplicates: [
    { row: 20, of: 4, similarity: 1, source: undefined },
    { row: 21, of: 4, similarity: 0.999, source: "a\u001B[31m.txt" },
  ],
});

Deno.test("CleanReport prints a line for each kind of change that there was", () => {
  assertEquals(
    String(REPORT),
    [
      "Cleaned 1,200 rows: 1,191 kept",
      "  missing, dropped  7  row 0, row 1, row 2, row 3, row 4 and 2 more",
      '  missing, filled   2  <b>.csv:11, column stars ("5"), row 10, column 2 (0.5)',
      "  normalized        3",
      "  duplicates        2  row 20 (as row 4), a\uFFFD[31m.txt (99 % of row 4)",
    ].join("\n"),
  );
});

Deno.test("CleanReport shows a table in a notebook, whatever the names of files", () => {
  const display =
    (REPORT as unknown as Record<symbol, () => Record<string, string>>)[
      Symbol.for("Jupyter.display")
    ]!.call(REPORT);
  assertEquals(display["text/plain"], String(REPORT));
  const html = display["text/html"]!;
  assertEquals(html.match(/<tr/g)?.length, 4);
  assertStringIncludes(html, "&lt;b&gt;.csv:11, column stars (&quot;5&quot;)");
});
