import { assert, assertEquals } from "@std/assert";
import {
  Lens,
  type LensChoice,
  type LensParts,
  type LensStep,
} from "../../src/generation/lens.ts";

const MODEL: LensChoice = {
  count: 3,
  entropy: 1.5,
  likeliest: [
    { id: 2, token: "a", probability: 0.5 },
    { id: 0, token: "\n", probability: 0.25 },
    { id: 1, token: "<b>", probability: 0.25 },
  ],
};
const CUT: LensChoice = {
  count: 1,
  entropy: 0,
  likeliest: [{ id: 2, token: "a", probability: 1 }],
};
const STEP: LensStep = {
  chosen: { id: 2, token: "a", probability: 1 },
  text: "a",
  model: MODEL,
  stages: [
    {
      name: "topK",
      description: "topK 1",
      before: MODEL,
      after: CUT,
      massKept: 0.5,
    },
    {
      name: "<i>",
      description: 'a "stage"',
      before: CUT,
      after: CUT,
      massKept: 1,
    },
  ],
  tokens: [
    { id: 2, token: "a", probabilities: [0.5, 1, 1] },
    { id: 0, token: "\n", probabilities: [0.25, undefined, undefined] },
    { id: 1, token: "<b>", probabilities: [0.25, undefined, undefined] },
  ],
  asked: { removedBy: "topK", rank: undefined, probability: 0 },
};
const PARTS: LensParts = {
  prompt: "to b",
  text: "a",
  stopReason: "maxTokens",
  seed: 7,
  chain: "topK 1 → <i>",
  asked: { id: 1, token: "<b>" },
  steps: [STEP],
};

Deno.test("a Lens has a table for each token: a row for a candidate, a column for a stage", () => {
  assertEquals(
    String(new Lens(PARTS)),
    `lens of "to b" + "a", 1 token, seed 7
topK 1 → <i>
asked about "<b>", id 1

1. "to b" + "a"
                   model      topK       <i>
  "a"            50.00 %  100.00 %  100.00 %  ← chosen
  "\\n"           25.00 %         ×
  "<b>"          25.00 %         ×            ← asked: removed by topK
  candidates           3         1         1
  mass kept                50.00 %  100.00 %
  entropy, bits     1.50      0.00      0.00`,
  );
});

Deno.test("a Lens says of a token asked about that it is left, excluded, or chosen", () => {
  const note = (asked: LensStep["asked"], id = 1): string => {
    const lens = new Lens({
      ...PARTS,
      asked: { id, token: id === 1 ? "<b>" : "a" },
      steps: [{ ...STEP, asked }],
    });
    return `${lens}`.split("\n").find((line) => line.includes("asked: "))!
      .replace(/.*←/, "←");
  };
  assertEquals(
    note({ removedBy: "model", rank: undefined, probability: 0 }),
    "← asked: excluded by the model",
  );
  assertEquals(
    note({ removedBy: undefined, rank: 1, probability: 0.125 }),
    "← asked: rank 2, 12.50 %",
  );
  assertEquals(
    note({ removedBy: undefined, rank: 0, probability: 1 }, 2),
    "← chosen, asked: rank 1, 100.00 %",
  );
});

Deno.test("a Lens shows no share as nothing or everything that is not, and none where the model excluded a token", () => {
  const lens = new Lens({
    ...PARTS,
    seed: undefined,
    asked: undefined,
    steps: [{
      ...STEP,
      stages: [],
      asked: undefined,
      tokens: [0.999999, 0.00001, 0, undefined].map((p, id) => ({
        id,
        token: "abcd"[id]!,
        probabilities: [p],
      })),
    }],
  });
  assertEquals(`${lens}`.split("\n").slice(0, 9), [
    'lens of "to b" + "a", 1 token',
    "topK 1 → <i>",
    "",
    '1. "to b" + "a"',
    "                    model",
    '  "a"            >99.99 %',
    '  "b"             <0.01 %',
    '  "c"              0.00 %  ← chosen',
    '  "d"                   ×',
  ]);
});

Deno.test("a Lens shows the end of a long text, and the beginning of a long token", () => {
  const token = "é".repeat(30);
  const lens = new Lens({
    ...PARTS,
    prompt: "x".repeat(50),
    steps: [STEP, {
      ...STEP,
      chosen: { id: 0, token, probability: 1 },
      text: token,
    }, STEP],
  });
  const titles = `${lens}`.split("\n").filter((line) => /^\d\. /.test(line));
  assertEquals(titles, [
    `1. "…${"x".repeat(40)}" + "a"`,
    `2. "…${"x".repeat(39)}a" + "${"é".repeat(24)}…"`,
    `3. "…${"x".repeat(9)}a${"é".repeat(30)}" + "a"`,
  ]);
});

Deno.test("a Lens gives a notebook HTML without scripts, in which nothing of a text is markup", () => {
  const lens = new Lens({ ...PARTS, prompt: '<script>alert("x")</script>' });
  const shown = (lens as unknown as Record<
    symbol,
    () => Record<string, string>
  >)[
    Symbol.for("Jupyter.display")
  ]!();
  assertEquals(shown["text/plain"], String(lens));
  const html = shown["text/html"]!;
  assertEquals(html, lens.toHTML());
  assert(!html.includes("<script") && !html.includes("<b>"));
  assert(!html.includes("<i>") && !html.includes("javascript"));
  for (
    const part of [
      "&lt;script&gt;",
      "&quot;&lt;b&gt;&quot;",
      'title="a &quot;stage&quot;"',
      "asked: removed by topK",
      "50.00 %",
      "×",
      "← chosen",
    ]
  ) assert(html.includes(part), part);
  // Certain: the strongest colour; a quarter: the half of it; removed: none.
  const colours = [...html.matchAll(/background:([^;]+);color:inherit/g)].map((
    [, colour],
  ) => colour);
  assertEquals(colours.slice(0, 6), [
    "hsla(207,80%,50%,0.42)",
    "hsla(207,80%,50%,0.60)",
    "hsla(207,80%,50%,0.60)",
    "hsla(207,80%,50%,0.30)",
    "none",
    "none",
  ]);
  assertEquals(
    Deno.inspect(lens),
    String(lens),
  );
});

Deno.test("a Lens is plain data in JSON", () => {
  const lens = JSON.parse(JSON.stringify(new Lens(PARTS)));
  assertEquals(lens.steps[0].stages[0].massKept, 0.5);
  assertEquals(Object.keys(lens), Object.keys(PARTS));
});
