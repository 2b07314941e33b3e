import { assertEquals, assertThrows } from "@std/assert";
import { JsonMembers } from "../../../src/tokenizers/json_members.ts";
import { createPostProcessor } from "../../../src/tokenizers/post_processors/post_processor.ts";

/** Reads a post-processor. */
function create(json: Record<string, unknown>) {
  return createPostProcessor(new JsonMembers(json, "post_processor"));
}

/** A template with a token before and one after. */
const TEMPLATE = {
  type: "TemplateProcessing",
  single: [
    { SpecialToken: { id: "<s>", type_id: 0 } },
    { Sequence: { id: "A", type_id: 0 } },
    { SpecialToken: { id: "</s>", type_id: 0 } },
  ],
  pair: [],
  special_tokens: {
    "<s>": { id: "<s>", ids: [1, 7], tokens: ["<s>", "x"] },
    "</s>": { id: "</s>", ids: [2], tokens: ["</s>"] },
  },
};

Deno.test("createPostProcessor() reads what stands before and after a text", () => {
  const { before, after, trims } = create(TEMPLATE);
  assertEquals([before, after, trims], [[1, 7], [2], []]);
  const pair = { sep: ["</s>", 2], cls: ["<s>", 0] };
  assertEquals(create({ type: "BertProcessing", ...pair }).before, [0]);
  const roberta = create({ type: "RobertaProcessing", ...pair });
  assertEquals([roberta.after, roberta.trims], [[2], [
    { addPrefixSpace: true },
  ]]);
});

Deno.test("createPostProcessor() runs several from the inside out", () => {
  const inner = { type: "BertProcessing", sep: ["c", 8], cls: ["d", 9] };
  const { before, after } = create({
    type: "Sequence",
    processors: [inner, TEMPLATE],
  });
  assertEquals([before, after], [[1, 7, 9], [8, 2]]);
});

const REFUSED: [
  json: Record<string, unknown>,
  error: ErrorConstructor,
  message: string,
][] = [
  [
    { type: "Nope" },
    RangeError,
    'post_processor has an unknown type: "Nope"; known types: BertProcessing, ',
  ],
  [
    { type: "BertProcessing", cls: ["x"], sep: ["y", 1] },
    TypeError,
    'post_processor.cls must be a token and its id: ["x"]',
  ],
  [
    { ...TEMPLATE, special_tokens: {} },
    TypeError,
    "post_processor.special_tokens.<s> must be an object: undefined",
  ],
  [
    { ...TEMPLATE, single: [...TEMPLATE.single, { Sequence: { id: "B" } }] },
    RangeError,
    "post_processor.single[3] must be a special token, as the text stands in a template once",
  ],
];

for (const [json, error, message] of REFUSED) {
  Deno.test(`createPostProcessor() refuses ${JSON.stringify(json).slice(0, 60)}: ${message}`, () => {
    assertThrows(
      () => create(json),
      error,
      `Cannot load tokenizer: ${message}`,
    );
  });
}
