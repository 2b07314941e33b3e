import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import { Chain, createChain } from "../../../src/generation/chain/chain.ts";
import type { RowStage } from "../../../src/generation/chain/stage.ts";
import type {
  ChainOptions,
  OwnStage,
} from "../../../src/generation/chain/chain_options.ts";

const CONTEXT = { tokens: [0, 0, 2, 4], promptLength: 2 };

function kept(options: ChainOptions, logits: number[]): number[] {
  return [
    ...createChain(options).apply(Float32Array.from(logits), CONTEXT).entries(),
  ].filter(([, score]) => score > -Infinity).map(([id]) => id);
}

Deno.test("createChain() puts the temperature last, and elsewhere where it is told to", () => {
  // At ½ the odds e³ : e² : e are e⁶ : e⁴ : e²: the first token has .867 instead of .665.
  const options = { temperature: 0.5, topP: 0.8 };
  assertEquals(kept(options, [3, 2, 1]), [0, 1]);
  const stages = ["temperature", "topP"];
  assertEquals(kept({ ...options, stages }, [3, 2, 1]), [0]);
  const hot = { temperature: 2, minP: 0.1 };
  assertEquals(kept(hot, [2, 1, 0.5, 0, -1]), [0, 1, 2, 3]);
  assertEquals(
    kept({ ...hot, stages: ["temperature", "minP"] }, [2, 1, 0.5, 0, -1]),
    [0, 1, 2, 3, 4],
  );
});

Deno.test("Chain.explain() names the stages in their order", () => {
  assertEquals(
    createChain({ temperature: 0.8, topK: [5, 9], minP: () => 0.1 }).explain(),
    "topK [5, 9] → minP by a function → temperature 0.8",
  );
  assertEquals(createChain().explain(), "nothing: the scores as they are");
  const chain = createChain({ topP: 0.9, temperature: 0.8 });
  assertEquals(`${chain}`, "topP 0.9 → temperature 0.8");
  assertEquals(Deno.inspect(chain), "Chain { topP 0.9 → temperature 0.8 }");
});

Deno.test("Chain.apply() of off values changes nothing, and any chain leaves a token and its input alone", () => {
  const off = createChain({
    temperature: 1,
    topK: 0,
    topP: 1,
    minP: 0,
    typicalP: 1,
    epsilonCutoff: 0,
    etaCutoff: 0,
    topNSigma: 0,
    repetitionPenalty: 1,
  });
  const random = new RandomStream(8);
  for (let round = 0; round < 100; round++) {
    const logits = Float32Array.from(
      { length: 5 + random.integer(30) },
      () => random.integer(5) === 0 ? -Infinity : random.normal(),
    );
    logits[1] = 0;
    assertEquals(off.apply(logits, CONTEXT), logits);
    const before = logits.slice();
    const chain = createChain({
      temperature: 0.1 + random.uniform(),
      topK: random.integer(20),
      topP: random.uniform(),
      minP: random.uniform(),
      typicalP: random.uniform(),
      etaCutoff: random.uniform(),
      presencePenalty: random.normal(),
    });
    const row = chain.apply(logits, CONTEXT);
    assertEquals(logits, before);
    assert(row.some((score) => score > -Infinity));
    assert(
      row.every((score, id) =>
        score < Infinity && (score === -Infinity || logits[id]! > -Infinity)
      ),
    );
  }
});

Deno.test("createChain() refuses what is unknown or has no effect", () => {
  const refuses = (options: unknown, message: string) =>
    assertThrows(
      () => createChain(options as ChainOptions),
      TypeError,
      message,
    );
  refuses(
    { topk: 4 },
    'Cannot sample: there is no option "topk", did you mean "topK"? (known: logitBias, repetitionPenalty, ' +
      "frequencyPenalty, presencePenalty, penaltyWindow, dry, noRepeatNgram, badWords, minTokens, stopTokens, " +
      "lengthDecay, suppress, suppressAtBegin, topNSigma, topK, typicalP, topP, minP, epsilonCutoff, etaCutoff, topH, " +
      "xtc, temperature, dynamicTemperature, mirostat, adaptiveP, stages)",
  );
  refuses(
    { penaltyWindow: 4 },
    "Cannot sample: penaltyWindow has no effect without repetitionPenalty or frequencyPenalty or presencePenalty, leave it out",
  );
  refuses(
    { stages: ["topK", "topK"] },
    'topH, xtc, temperature, mirostat, adaptiveP or your own of other names, each once: "topK"',
  );
  for (const [stage, meant] of [["topk", "topK"], ["top_p", "topP"]] as const) {
    refuses(
      { stages: [stage] },
      `or your own of other names, each once: "${stage}", did you mean "${meant}"?`,
    );
  }
  refuses(
    { topP: 0.5, stages: ["topK"] },
    "Cannot sample: topP has no effect where stages leave topP out: name it there",
  );
});

Deno.test("createChain() refuses what has no effect at temperature 0 or beside mirostat, not what has one", () => {
  const refuses = (options: ChainOptions, message: string) =>
    assertThrows(() => createChain(options), TypeError, message);
  refuses(
    { temperature: 0, topK: 4 },
    "Cannot sample: topK has no effect at temperature 0, leave it out",
  );
  refuses(
    {
      temperature: 0,
      minP: 0.1,
      xtc: { probability: 0.5 },
      mirostat: {},
      dynamicTemperature: { range: 1 },
    },
    "Cannot sample: minP, xtc, mirostat, dynamicTemperature have no effect at temperature 0, leave them out",
  );
  refuses(
    { mirostat: {}, topP: 0.9, adaptiveP: { target: 0.5 } },
    "Cannot sample: topP, adaptiveP have no effect beside mirostat, leave them out",
  );
  createChain({ temperature: 0, topK: 0, topP: 1, presencePenalty: 1 });
  createChain({ mirostat: {}, minP: 0, temperature: 0.5, presencePenalty: 1 });
});

Deno.test("createChain() takes stages of your own, and watches them", () => {
  const run = (stage: OwnStage, logits = [1, 2, 3]) => [
    ...createChain({ topK: 2, stages: [stage, "topK"] })
      .apply(Float32Array.from(logits), CONTEXT),
  ];
  const shift: OwnStage = {
    name: "shift",
    description: "shift by id",
    apply: ({ logits }) => logits.forEach((x, id) => logits[id] = x - 2 * id),
  };
  assertEquals(run(shift), [1, 0, -Infinity]);
  assertEquals(
    createChain({ topK: 2, stages: ["topK", shift] }).explain(),
    "topK 2 → shift by id",
  );
  const turn: OwnStage = {
    name: "turn",
    apply: ({ ids, count }) => ids.subarray(0, count).reverse(),
  };
  assertEquals(run(turn), [-Infinity, 2, 3]);
  assertEquals(run(turn, [2, 2, 2]), [2, 2, -Infinity]);
  const ban: OwnStage = {
    name: "ban",
    apply: ({ logits }) => logits[2] = -Infinity,
  };
  assertEquals(run(ban), [1, 2, -Infinity]);
  assertThrows(
    () => run(ban, [-Infinity, -Infinity, 3]),
    RangeError,
    'Cannot sample token 2: the stage "ban" must leave a token: every logit is -Infinity',
  );
  const spoil: OwnStage = {
    name: "spoil",
    apply: ({ logits }) => logits[1] = NaN,
  };
  assertThrows(
    () => run(spoil),
    RangeError,
    'Cannot sample token 2: the stage "spoil" must leave numbers below Infinity: NaN for id 1',
  );
  for (const fails of [false, true]) {
    const late: OwnStage = {
      name: "late",
      // deno-lint-ignore require-await
      apply: async () => {
        if (fails) throw new Error("too late");
      },
    };
    assertThrows(
      () => run(late),
      TypeError,
      'Cannot sample: the stage "late" must have done its work when it returns, as the token is chosen then: a promise; ' +
        "wait for what it needs before the text is written",
    );
  }
  for (
    const [given, shown] of [
      [undefined, "undefined"],
      [{}, "object"],
      [Promise.reject(new Error("nobody waits for it")), "a promise"],
    ]
  ) {
    const start = () => given as RowStage;
    assertThrows(
      () => createChain({ stages: [{ ...ban, start }] }).start({ seed: 1 }),
      TypeError,
      `Cannot sample: start() of the stage "ban" must give an object with a function apply: ${shown}`,
    );
  }
  const refuses = (stages: unknown, message: string) =>
    assertThrows(
      () => createChain({ stages: stages as [] }),
      TypeError,
      message,
    );
  refuses(
    [{ name: "x" }],
    "Cannot sample: a stage must be a name, or an object with a name and a function apply: object",
  );
  refuses([null], "name and a function apply: null");
  refuses([{ ...ban, start: 5 }], "name and a function apply: object");
  refuses([{ ...ban, name: "topK" }], 'of other names, each once: "topK"');
  refuses([ban, shift, ban], 'of other names, each once: "ban"');
  refuses("topK", "Cannot sample: stages must be a list: string");
  for (const stages of [null, [null], [{ name: "x" }]]) {
    assertThrows(
      () => new Chain(stages as never),
      TypeError,
      "Cannot sample: a chain must have a list of stages, as createChain() makes them",
    );
  }
});

Deno.test("createChain() lets a stage of your own draw and remember", () => {
  const chosen: number[] = [];
  const mine: OwnStage = {
    name: "mine",
    apply: () => {
      throw new Error("a session has its own");
    },
    start: (random) => ({
      // Never the same token twice in a row, and at random none above 1.
      apply: (candidates) =>
        candidates.filter((id) =>
          id !== chosen.at(-1) &&
          (id < 2 || random.uniformAt("mine", candidates.position) < 0.5)
        ),
      chosen: (id) => chosen.push(id),
    }),
  };
  const session = createChain({ stages: [mine] }).start({ seed: 1 });
  for (let i = 0; i < 50; i++) {
    session.pick(new Float32Array(4), {
      tokens: { length: i },
      promptLength: 0,
    });
  }
  assertEquals(chosen.length, 50);
  assert(chosen.every((id, i) => id !== chosen[i - 1]));
  assert(chosen.includes(3));
});

Deno.test("Chain.apply() refuses scores that give no distribution", () => {
  assertThrows(
    () => createChain().apply(Float32Array.of(0, NaN), CONTEXT),
    RangeError,
    "Cannot sample token 2: the logits must be numbers below Infinity: NaN for id 1; the model's weights may have " +
      "diverged in training",
  );
  assertThrows(
    () => createChain().apply(Float32Array.of(-Infinity), CONTEXT),
    RangeError,
    "Cannot sample token 2: no token is left to choose from: every logit is -Infinity",
  );
});
