import { assert, assertEquals, assertRejects } from "@std/assert";
import { LADDERS } from "../../src/advice/model_ladders.ts";
import { ModelSuggestions } from "../../src/advice/model_suggestions.ts";
import {
  choose,
  suggestModel,
  type SuggestModelOptions,
} from "../../src/advice/suggest_model.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";

const TEXT = "the whale and the sea, the white whale; ".repeat(500); // 20,000 characters
const TOKENIZER = CharTokenizer.train(TEXT);

const chosen = (
  tokens: number,
  speed: number,
  budget: SuggestModelOptions,
) =>
  choose("buildLSTM", LADDERS.buildLSTM, {
    tokenizer: TOKENIZER,
    tokens,
    speed,
    budget,
  });

Deno.test("choose() takes the largest size within the parameters and the memory", () => {
  const tokens = 1e9; // feeds all sizes
  const small = chosen(tokens, 1e12, { parameters: 150_000 })!;
  const large = chosen(tokens, 1e12, { parameters: 1_500_000 })!;
  assertEquals([small.options["units"], large.options["units"]], [128, 512]);
  assert(small.parameters! <= 150_000 && large.parameters! <= 1_500_000);
  const tight = chosen(tokens, 1e12, { memory: small.memory! })!;
  assertEquals(tight.options["units"], 128);
  assertEquals(chosen(tokens, 1e12, { parameters: 100 }), undefined);
});

Deno.test("choose() takes no size that the time or the text cannot feed", () => {
  // By hand, for 128 units and vectors of 128: the operations are 2 · (4 · 128 · 256 + 128 · V).
  const V = TOKENIZER.vocabSize;
  const flops = 2 * (4 * 128 * 256 + 128 * V);
  const tokens = 1e6;
  const parameters = 128 * V + 4 * 128 * 257 + 129 * V;
  const epochs = Math.round(20 * parameters / tokens);
  const speed = 1e9;
  const exact = epochs * tokens * flops / speed;
  const just = chosen(tokens, speed, { seconds: exact * 1.001 })!;
  assertEquals([just.options["units"], just.epochs], [128, epochs]);
  assertEquals(just.parameters, parameters);
  assert(Math.abs(just.seconds! - exact) < 1e-6 * exact);
  const less = chosen(tokens, speed, { seconds: exact * 0.999 })!;
  assertEquals(less.options["units"], 64);
  const little = chosen(1_000, speed, { seconds: 1e9 })!;
  assertEquals([little.options["units"], little.epochs], [64, 16]);
  assert(little.reasons[1]!.startsWith("little is gained after 16 passes"));
});

Deno.test("suggestModel() gives models of all kinds that can be built and trained, and the floor last", async () => {
  const suggestions = await suggestModel([TEXT.slice(0, 9_000), TEXT], {
    parameters: 200_000,
    measure: 0.05,
  });
  const { models } = suggestions;
  assertEquals(
    new Set(models.map(({ builder }) => builder)),
    new Set([...Object.keys(LADDERS), "buildNGram"]),
  );
  assertEquals(models.at(-1)!.builder, "buildNGram");
  for (const { builder, build, parameters, tokensPerSecond } of models) {
    const model = build();
    if (builder !== "buildNGram") {
      assertEquals(model.parameterCount, parameters);
      assert(parameters! <= 200_000 && tokensPerSecond! > 0);
    }
    model.dispose();
  }
  const text = String(suggestions);
  assert(text.startsWith("Tokens: CharTokenizer, "), text);
  assert(text.includes("    - counts the text in seconds: the floor"));
});

Deno.test("ModelSuggestions writes a table and the reasons", () => {
  const suggestions = new ModelSuggestions([{
    builder: "buildGRU",
    options: { units: 64, embedding: 32 },
    parameters: 12_345,
    memory: 4_200_000,
    tokensPerSecond: 98_765,
    epochs: 3,
    seconds: 61.4,
    reasons: ["a <b> reason"],
    build: () => {
      throw new Error("not here");
    },
  }], "characters");
  assertEquals(
    String(suggestions),
    "Tokens: characters\n" +
      "  model     options                 parameters  memory  tokens/s  passes  seconds\n" +
      "  buildGRU  units 64, embedding 32  12,345      4.2 MB  99,000    3       61\n" +
      "\n" +
      "  buildGRU\n" +
      "    - a <b> reason",
  );
  const shown = (suggestions as unknown as Record<
    symbol,
    () => Record<string, string>
  >)[Symbol.for("Jupyter.display")]!();
  assert(shown["text/html"]!.includes("<li>a &lt;b&gt; reason</li>"));
});

for (
  const [data, options, error, message] of [
    [
      TEXT,
      {},
      RangeError,
      "there must be a budget of seconds, memory or parameters: there is none",
    ],
    [TEXT, { seconds: 0 }, RangeError, "seconds must be a positive number: 0"],
    [
      TEXT,
      { time: 3 },
      TypeError,
      'there is no option "time" (known: seconds, memory, parameters, tokenizer, measure',
    ],
    [TEXT, null, TypeError, "options must be an object: null"],
    [
      TEXT,
      { seconds: "64" },
      TypeError,
      'seconds must be a positive number: "64"',
    ],
    [
      TEXT,
      { memory: [9] },
      TypeError,
      "memory must be a positive number: an array",
    ],
    [
      TEXT,
      { seconds: 1, tokenizer: "char" },
      TypeError,
      'tokenizer must be a tokenizer, such as CharTokenizer.train(text): "char"',
    ],
    [
      [TEXT, { text: TEXT }],
      { seconds: 1 },
      TypeError,
      "a list must hold texts: object at place 1",
    ],
    [
      7,
      { seconds: 1 },
      TypeError,
      "the data must be a text, a list of texts, or a corpus: number",
    ],
    [
      "a",
      { seconds: 1 },
      RangeError,
      "the text must have two characters at least: 1",
    ],
  ] as unknown as [string, SuggestModelOptions, typeof RangeError, string][]
) {
  Deno.test(`suggestModel() refuses ${JSON.stringify(options)} for ${String(data).length} characters`, async () => {
    await assertRejects(
      () => suggestModel(data, options),
      error,
      `Cannot suggest a model: ${message}`,
    );
  });
}
