import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../src/engine/random.ts";
import { oneOf } from "../../src/generation/constraints/word_list.ts";
import {
  checkGenerationDefaults,
  type GenerationDefaults,
  withDefaults as withDefaultsOf,
} from "../../src/generation/generation_defaults.ts";
import type { GenerateOptions } from "../../src/generation/generate_options.ts";
import { generationSettings } from "../../src/generation/generation_settings.ts";
import { prepareChain } from "../../src/generation/prepare_chain.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";

const TOKENIZER = CharTokenizer.train("abc");

const withDefaults = (defaults: GenerationDefaults, options: GenerateOptions) =>
  withDefaultsOf(defaults, options, { tokenizer: TOKENIZER });

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

const LEFT_ASIDE: [
  defaults: GenerationDefaults,
  call: GenerateOptions,
  all: GenerateOptions,
][] = [
  [
    { topK: 40, topP: 0.9, adaptiveP: { target: 0.5 }, temperature: 0.7 },
    { mirostat: {} },
    { temperature: 0.7, mirostat: {} },
  ],
  [
    { mirostat: {}, dynamicTemperature: { range: 0.1 }, presencePenalty: 1 },
    { temperature: 0 },
    { temperature: 0, presencePenalty: 1 },
  ],
  [
    { repetitionPenalty: 1.2, penaltyWindow: 9, topK: 3, seed: 1 },
    { stages: ["topK"] },
    { topK: 3, seed: 1, stages: ["topK"] },
  ],
  [{ topP: 0.9, topK: 3 }, { preset: "nanogpt" }, {
    topK: 3,
    preset: "nanogpt",
  }],
  [{ preset: "nanogpt", topK: 3 }, { temperature: 0 }, {
    preset: "nanogpt",
    temperature: 0,
  }],
  [
    { minTokens: 50, stopAtSentence: true },
    { maxTokens: 20 },
    { stopAtSentence: true, maxTokens: 20 },
  ],
  [
    { maxTokens: 20, topK: 3 },
    { minTokens: 50, stopAtSentence: true },
    { topK: 3, minTokens: 50, stopAtSentence: true },
  ],
  [
    { minTokens: 5, stopAtSentence: true, topK: 3 },
    { stopAtSentence: false },
    { topK: 3, stopAtSentence: false },
  ],
  [
    { minTokens: 5, stop: ["x"], topK: 3 },
    { stop: [] },
    { topK: 3, stop: [] },
  ],
  [
    { minTokens: 5, stopTokens: [0], lengthDecay: { start: 9, factor: 2 } },
    { stopTokens: [], stop: "x" },
    { minTokens: 5, stopTokens: [], stop: "x" },
  ],
  [
    { minTokens: 5, stopTokens: [0], lengthDecay: { start: 9, factor: 2 } },
    { stopTokens: [] },
    { stopTokens: [] },
  ],
];

for (const [defaults, call, all] of LEFT_ASIDE) {
  Deno.test(`withDefaults() leaves aside of ${Deno.inspect(defaults)} what ${Deno.inspect(call)} excludes`, () => {
    checkGenerationDefaults(defaults, TOKENIZER);
    assertEquals(withDefaults(defaults, call), all);
    checkGenerationDefaults(all, TOKENIZER); // nothing of them throws any more
  });
}

Deno.test("withDefaults() leaves aside what a constraint excludes", () => {
  const constraint = oneOf(["abc"]);
  assertEquals(
    withDefaults({ minTokens: 3, stopAtSentence: true }, { constraint }),
    { constraint },
  );
  assertEquals(withDefaults({ stopTokens: [0, 1] }, { constraint }), {
    constraint,
  });
  const one = { constraint, stopTokens: [1] };
  assertEquals(withDefaults({ stopTokens: [1] }, { constraint }), one);
});

Deno.test("withDefaults() counts the tokens of a lens, which are few where nothing is said", () => {
  const lens = { tokenizer: TOKENIZER, kind: "stream", maxTokens: 5 } as const;
  const defaults = { minTokens: 9, stopAtSentence: true };
  assertEquals(withDefaultsOf(defaults, {}, lens), { stopAtSentence: true });
  assertEquals(withDefaults(defaults, {}), defaults);
});

Deno.test("withDefaults() refuses what a call gives without effect beside a default, and names the default", () => {
  const refuses = (
    defaults: GenerationDefaults,
    call: GenerateOptions,
    message: string,
  ) => assertThrows(() => withDefaults(defaults, call), TypeError, message);
  refuses(
    { temperature: 0 },
    { seed: 1, topK: 4, mirostat: {} },
    "Cannot generate: topK, mirostat, seed have no effect at temperature 0, a generation default, leave them out, or give " +
      "a temperature",
  );
  refuses(
    { mirostat: {} },
    { topP: 0.5 },
    "Cannot generate: topP has no effect beside mirostat, a generation default, leave it out, or the defaults by " +
      "defaults: false",
  );
  refuses(
    { stages: ["temperature", "topK"], topK: 3, temperature: 0.5 },
    { mirostat: {}, typicalP: 0.5 },
    "Cannot generate: typicalP, mirostat have no effect in the order of stages, a generation default, leave them out, or " +
      "the defaults by defaults: false",
  );
  refuses(
    { preset: "huggingface" },
    { mirostat: {} },
    "Cannot generate: mirostat has no effect in the order of preset, a generation default, leave it out, or the defaults " +
      "by defaults: false",
  );
  const greedy = { temperature: 0, topK: 0 };
  assertEquals(withDefaults({ temperature: 0 }, { topK: 0 }), greedy); // 0 keeps all: no effect is asked for
});

Deno.test("withDefaults() gives a call alone that wants no defaults", () => {
  const { topK: _, ...others } = { topK: 3, maxTokens: 9 };
  const call = { ...others, defaults: false };
  assertEquals(withDefaults({ topK: 3, maxTokens: 9 }, call), call);
  assertEquals(withDefaults({ topK: 3 }, { defaults: true }), {
    topK: 3,
    defaults: true,
  });
});

Deno.test("withDefaults() refuses options that are no object", () => {
  for (
    const [options, name] of [
      [null, "null"],
      ["0.8", "string"],
      [[], "an array"],
      [new Map([["maxTokens", 5]]), "a Map"],
      [Promise.resolve({ maxTokens: 5 }), "a Promise"],
    ] as const
  ) {
    assertThrows(
      () => withDefaults({}, options as unknown as GenerationDefaults),
      TypeError,
      `Cannot generate: the options must be an object: ${name}`,
    );
  }
});

Deno.test("withDefaults() takes options that an instance inherits", () => {
  class Calm {
    topK = 3;
    get temperature(): number {
      return 0.5;
    }
  }
  const calm: GenerationDefaults = { topK: 3, temperature: 0.5 };
  assertEquals(withDefaults({ topK: 9 }, new Calm()), calm);
  assertEquals(withDefaults({}, Object.create(calm)), calm);
  assertEquals(checkGenerationDefaults(new Calm(), TOKENIZER), calm);
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
    `${START}they must be an object, such as { temperature: 0.8 }: an array`,
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
    { defaults: false },
    TypeError,
    `${START}defaults belongs to one call; give it to generate() or stream()`,
  ],
  [
    { constraint: { form: "oneOf", given: [["abc"]] } },
    TypeError,
    `${START}constraint belongs to one call; give it to generate() or stream()`,
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

/** Values of options that exclude each other in many ways. */
const POOL: Record<string, unknown[]> = {
  temperature: [0, 0.7],
  topK: [0, 5],
  topP: [0.9],
  xtc: [{ probability: 0.5 }],
  mirostat: [{}],
  adaptiveP: [{ target: 0.5 }],
  dynamicTemperature: [{ range: 0.2 }],
  repetitionPenalty: [1.2],
  penaltyWindow: [9],
  lengthDecay: [{ start: 3, factor: 1.1 }],
  minTokens: [3, 300],
  maxTokens: [2, 400],
  stop: ["x"],
  stopAtSentence: [true, false],
  stopTokens: [[], [1], [1, 2]],
  preset: ["huggingface", "nanogpt"],
  stages: [["topK", "temperature"], ["penalties", "mirostat"]],
  seed: [1],
  trimIncomplete: [true],
};

Deno.test("withDefaults() lets no default make a call throw, but for options of the call that have no effect beside one", () => {
  const random = new RandomStream(7, "options");
  const draw = (pool: Record<string, unknown[]>): GenerateOptions => {
    const names = Object.keys(pool);
    const one = <T>(list: T[]) =>
      list[Math.floor(random.uniform() * list.length)]!;
    return Object.fromEntries(
      Array.from({ length: Math.floor(random.uniform() * 5) }, () => {
        const name = one(names);
        return [name, one(pool[name]!)];
      }),
    );
  };
  const errorOf = (options: () => GenerateOptions): string | undefined => {
    try {
      prepareChain(generationSettings(options()), TOKENIZER);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  let [right, refused] = [0, 0];
  for (let i = 0; i < 4_000; i++) {
    const [defaults, call] = [draw(POOL), draw(POOL)];
    if (errorOf(() => defaults) ?? errorOf(() => call)) continue;
    const message = errorOf(() => withDefaults(defaults, call));
    right++;
    if (message === undefined) continue;
    refused++;
    const [, first] = message.match(/^Cannot (?:sample|generate): (\w+)/)!;
    assert(first! in call, `${Deno.inspect([defaults, call])}: ${message}`);
    assert(/leave (it|them) out|name it there/.test(message), message);
  }
  assert(right > 1_000 && refused < right / 10, `${refused} of ${right}`);
});
