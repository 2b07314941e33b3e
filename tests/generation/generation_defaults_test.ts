import { assert, assertEquals, assertThrows } from "@std/assert";
import { oneOf } from "../../src/generation/constraints/word_list.ts";
import {
  checkGenerationDefaults,
  type GenerationDefaults,
  withDefaults,
} from "../../src/generation/generation_defaults.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";

const TOKENIZER = CharTokenizer.train("abc");

Deno.test("withDefaults() takes what the call gives, and the default where it gives nothing", () => {
  const defaults = { temperature: 0.8, topK: 5, maxTokens: 9 };
  assertEquals(withDefaults(defaults, {}), defaults);
  assertEquals(withDefaults(defaults, { topK: 0, seed: 1 }), {
    ...defaults,
    topK: 0,
    seed: 1,
  });
  const gap = { temperature: undefined } as unknown as GenerationDefaults;
  assertEquals(withDefaults(defaults, gap), defaults);
});

Deno.test("withDefaults() leaves defaults about chance out where the call is greedy", () => {
  const defaults = { temperature: 0.8, topK: 5, seed: 3, maxTokens: 9 };
  assertEquals(withDefaults(defaults, { temperature: 0 }), {
    temperature: 0,
    maxTokens: 9,
  });
});

Deno.test("withDefaults() leaves defaults out that would cut off a text under a constraint", () => {
  const constraint = oneOf(["abc"]);
  assertEquals(
    withDefaults(
      { stop: "x", stopAtSentence: true, trimIncomplete: true, topK: 3 },
      { constraint },
    ),
    { topK: 3, constraint },
  );
});

Deno.test("withDefaults() refuses options that are no object", () => {
  for (const [options, name] of [[null, "null"], ["0.8", "string"]] as const) {
    assertThrows(
      () => withDefaults({}, options as unknown as GenerationDefaults),
      TypeError,
      `Cannot generate: the options must be an object: ${name}`,
    );
  }
});

Deno.test("checkGenerationDefaults() gives a frozen copy without gaps", () => {
  const given = { temperature: 0.5, seed: undefined };
  const checked = checkGenerationDefaults(
    given as unknown as GenerationDefaults,
    TOKENIZER,
  );
  assertEquals(checked, { temperature: 0.5 });
  assert(Object.isFrozen(checked));
  given.temperature = 2;
  assertEquals(checked.temperature, 0.5);
});

const START = "Cannot set the generation defaults: ";
const REFUSED: [given: unknown, error: typeof TypeError, message: string][] = [
  [
    null,
    TypeError,
    `${START}they must be an object, such as { temperature: 0.8 }: null`,
  ],
  [
    [],
    TypeError,
    `${START}they must be an object, such as { temperature: 0.8 }: object`,
  ],
  [
    0.8,
    TypeError,
    `${START}they must be an object, such as { temperature: 0.8 }: number`,
  ],
  [
    { temperature: () => 1 },
    TypeError,
    `${START}they are saved with the model and must be plain JSON: temperature; `,
  ],
  [
    { topK: new Map() },
    TypeError,
    `${START}they are saved with the model and must be plain JSON: topK; `,
  ],
  [
    { temperature: NaN },
    TypeError,
    `${START}they are saved with the model and must be plain JSON: temperature; `,
  ],
  [
    { signal: {} },
    TypeError,
    `${START}signal belongs to one call; give it to generate() or stream()`,
  ],
  [
    { heat: 1 },
    TypeError,
    'Cannot generate: there is no option "heat" (known: ',
  ],
  [
    { temperature: -1 },
    RangeError,
    "Cannot sample: temperature must be a number from 0: -1",
  ],
  [
    { temperature: 0, topK: 3 },
    TypeError,
    "Cannot sample: topK has no effect at temperature 0, leave it out",
  ],
  [
    { maxTokens: 1.5 },
    RangeError,
    "Cannot generate: maxTokens must be an integer from 0: 1.5",
  ],
];

for (const [given, error, message] of REFUSED) {
  Deno.test(`checkGenerationDefaults() refuses ${Deno.inspect(given)}`, () => {
    assertThrows(
      () => checkGenerationDefaults(given as GenerationDefaults, TOKENIZER),
      error,
      message,
    );
  });
}
