import { assert, assertEquals } from "@std/assert";
import { adaptivePStage } from "../../../src/generation/chain/adaptive_p.ts";
import { Candidates } from "../../../src/generation/chain/candidates.ts";
import { Chain, createChain } from "../../../src/generation/chain/chain.ts";
import type { ChainOptions } from "../../../src/generation/chain/chain_options.ts";
import { dynamicTemperatureStage } from "../../../src/generation/chain/dynamic_temperature.ts";
import { mirostatStage } from "../../../src/generation/chain/mirostat.ts";
import { CHAIN_PRESETS } from "../../../src/generation/chain/presets.ts";
import golden from "../../golden/llama_cpp_chain.json" with { type: "json" };
import { assertAllClose } from "../../close.ts";
import { kept } from "./_one_stage.ts";

// llama.cpp reckons in single precision, one rounding of 6e-8 for each of a handful of steps, and sums of exponentials; so
// that is how near its numbers can be, relative to what is larger than 1.
const TOLERANCE = 1e-6;

/** Names of its samplers, and of the stages that do the same. */
const STAGES: Record<string, string> = {
  "logit-bias": "logitBias",
  "penalties": "penalties",
  "dry": "dry",
  "top-n-sigma": "topNSigma",
  "top-k": "topK",
  "typical": "typicalP",
  "top-p": "topP",
  "min-p": "minP",
  "xtc": "xtc",
  "temp-ext": "temperature",
};

type Case = {
  row: string;
  options: Record<string, unknown>;
  prompt?: string;
  kept?: string;
  scores?: string;
  p?: string;
};

/** The numbers of a list with blanks between them. */
function numbersOf(list = ""): number[] {
  return list === "" ? [] : list.split(" ").map(Number);
}

function rowOf(name: string): Float32Array {
  return Float32Array.from(
    numbersOf(golden.rows[name as keyof typeof golden.rows]),
  );
}

/** The options with biases as the library takes them: for tokens in a row, and -Infinity for null. */
function optionsOf({ options }: Case): ChainOptions {
  const { logitBias, ...rest } = options;
  if (logitBias === undefined) return rest;
  const bias = (logitBias as [number, number | null][]).map((
    [id, bias],
  ) => [[id], bias ?? -Infinity] as [number[], number]);
  return { ...rest, logitBias: bias };
}

/** What a chain leaves of a row, at a place after the prompt. */
function leftBy(chain: Chain, { row, prompt }: Case): Float32Array {
  const tokens = numbersOf(prompt);
  return chain.start().apply(rowOf(row), {
    tokens,
    promptLength: tokens.length,
  });
}

function chainOf(given: Case): Chain {
  const options = optionsOf(given);
  const { dynamicTemperature, temperature } = options;
  if (dynamicTemperature !== undefined && temperature === 0) {
    return new Chain([dynamicTemperatureStage(0, dynamicTemperature)]);
  }
  const [first] = Object.keys(options);
  const stage = first === "repetitionPenalty" ? "penalties" : first!;
  return createChain({ ...options, stages: [stage] }, "llama.cpp");
}

Deno.test("the preset has the samplers of llama.cpp's own chain, in their order", () => {
  const order = golden.order.map((name) => name.trim().replace("?", ""));
  assertEquals(order.shift(), "logits");
  assertEquals(order.pop(), "dist");
  const { stages } = CHAIN_PRESETS["llama.cpp"];
  assertEquals(stages.slice(0, -2), order.map((name) => STAGES[name]!));
  assertEquals(stages.slice(-2), ["mirostat", "adaptiveP"]); // draw themselves
  assertEquals(golden.mirostatOrder, ["logits", "temp", "mirostat-v2 "]);
});

Deno.test("the preset has llama.cpp's own default numbers", () => {
  const its = golden.defaults;
  const { defaults, dryWindow } = CHAIN_PRESETS["llama.cpp"];
  assertEquals(defaults, {
    temperature: its.temp,
    topK: its.top_k,
    topP: its.top_p,
    minP: its.min_p,
    penaltyWindow: its.repeat_last_n,
  });
  assertEquals(dryWindow, its.dry_penalty_last_n);
  const parts: [ChainOptions, string][] = [
    [
      { dry: { multiplier: 1 } },
      `dry: multiplier 1, base ${its.dry_base}, allowedLength ${its.dry_allowed_length}, window ${its.dry_penalty_last_n}, breakers 0`,
    ],
    [
      { xtc: { probability: 1 } },
      `xtc probability 1, threshold ${its.xtc_threshold}`,
    ],
    [
      { mirostat: {} },
      `mirostat 2, tau ${its.mirostat_ent}, eta ${its.mirostat_lr}`,
    ],
    [
      { adaptiveP: { target: 1 } },
      `adaptiveP target 1, decay ${its.adaptive_decay}`,
    ],
  ];
  for (const [options, description] of parts) {
    const stages = Object.keys(options);
    assertEquals(
      createChain({ ...options, stages }, "llama.cpp").explain(),
      description,
    );
  }
  for (
    const off of [
      its.repeat_penalty - 1,
      its.frequency_penalty,
      its.presence_penalty,
      its.dry_multiplier,
      its.xtc_probability,
      its.typical_p - 1,
      its.mirostat,
    ]
  ) assertEquals(off, 0);
  assert(its.top_n_sigma < 0 && its.adaptive_target < 0); // off too
});

Deno.test("each stage alone leaves what llama.cpp's sampler leaves, with the same scores", () => {
  for (const given of golden.stages as Case[]) {
    const name = JSON.stringify([given.row, given.options]);
    const row = leftBy(chainOf(given), given);
    const ids = kept(row);
    const left = ids.map((id) => row[id]!);
    if (given.kept === undefined) left.sort((a, b) => b - a); // which of equal ones stay is not promised
    else assertEquals(ids, numbersOf(given.kept), name);
    if (given.scores !== undefined) {
      assertAllClose(left, numbersOf(given.scores), TOLERANCE);
    } else assertEquals(left, ids.map((id) => rowOf(given.row)[id]!), name);
  }
});

Deno.test("whole chains leave what those of llama.cpp's command line leave, with the same probabilities", () => {
  for (const given of golden.chains as Case[]) {
    const chain = createChain(optionsOf(given), "llama.cpp");
    const row = leftBy(chain, given);
    assertEquals(
      kept(row),
      numbersOf(given.kept),
      JSON.stringify(given.options),
    );
    const candidates = new Candidates();
    candidates.begin(row, { tokens: [], promptLength: 0 });
    const p = candidates.probabilities().subarray(0, candidates.count);
    assertAllClose(p, numbersOf(given.p), TOLERANCE);
  }
});

type Run = {
  stage: string;
  options: never;
  steps: {
    row: string;
    drawn: number;
    share: number;
    count?: number;
    scores?: string;
  }[];
};

Deno.test("stages that remember what was drawn go on as llama.cpp's samplers do after the same tokens", () => {
  for (const { stage: name, options, steps } of golden.runs as Run[]) {
    const makeStage = name === "mirostat" ? mirostatStage : adaptivePStage;
    const row = makeStage(options).start!({ uniformAt: () => 0 });
    const tokens: number[] = [];
    const candidates = new Candidates();
    for (const { row: given, drawn, share, count, scores } of steps) {
      candidates.begin(rowOf(given), { tokens, promptLength: 0 });
      row.apply(candidates);
      if (name === "mirostat") {
        assertEquals(candidates.count, count, JSON.stringify(options));
      } else { // the score's slope over the probability is 10 / 0.3 at most
        const first = candidates.toLogits().subarray(0, 8);
        assertAllClose(first, numbersOf(scores), 1.2e-7 * 10 / 0.3);
      }
      const p = candidates.probabilities();
      const ids = candidates.ids.subarray(0, candidates.count);
      const its = p[ids.indexOf(drawn)]!;
      assertAllClose([its], [share], TOLERANCE);
      row.chosen!(drawn, its);
      tokens.push(drawn);
    }
  }
});
