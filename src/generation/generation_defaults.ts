/**
 * Options of generation that a model brings along: what counts where a call says nothing else.
 *
 * @module
 */
import { kindOfOther } from "../text/options.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { isPlain } from "./_plain.ts";
import type { ChainOptions } from "./chain/chain_options.ts";
import {
  namesWithoutEffect,
  namesWithoutPlace,
  refuseIdle,
} from "./chain/plan_stages.ts";
import { endTokens, strayEndToken } from "./_end_tokens.ts";
import {
  type GenerateManyOptions,
  type GenerateOptions,
  MAX_TOKENS,
  streamOptionNames,
  WHOLE_OPTIONS,
} from "./generate_options.ts";
import { generationSettings } from "./generation_settings.ts";
import { idleOfCall, prepareChain } from "./prepare_chain.ts";

/** Options of `generate()` and `stream()` that can be kept with a model: all that is plain JSON. */
export type GenerationDefaults = Omit<
  GenerateOptions,
  "signal" | "row" | "constraint" | "breakAfter" | "defaults" | "lacking"
>;

/** What would cut off a text that a constraint wants whole. */
const CUTTING: readonly string[] = [
  "stop",
  "stopAtSentence",
  "trimIncomplete",
] satisfies (keyof GenerationDefaults)[];

/** What a call can do that needs an option beside defaults that leave it without effect. */
const WITHOUT_DEFAULTS = ", or the defaults by defaults: false";

/** What belongs to one call. */
const OF_A_CALL: readonly string[] = [
  "signal",
  "samples",
  "row",
  "breakAfter",
  "defaults",
  "lacking",
  "constraint",
];

/**
 * Checks defaults.
 *
 * @param defaults The options by name.
 * @param tokenizer The model's.
 * @returns A frozen copy.
 * @throws {TypeError} If they are no object of plain JSON, if an option is unknown, or has no effect beside another.
 * @throws {RangeError} If an option is out of range.
 */
export function checkGenerationDefaults(
  defaults: GenerationDefaults,
  tokenizer: Tokenizer,
): Readonly<GenerationDefaults> {
  const cannot = "Cannot set the generation defaults:";
  const other = kindOfOther(defaults);
  if (other !== undefined) {
    throw new TypeError(
      `${cannot} they must be an object, such as { temperature: 0.8 }: ${other}`,
    );
  }
  const given = withoutGaps(defaults);
  for (const [name, value] of Object.entries(given)) {
    if (isPlain(value)) continue;
    throw new TypeError(
      `${cannot} they are saved with the model and must be plain JSON: ${name}; give it to generate() or stream()`,
    );
  }
  for (const name of OF_A_CALL) {
    if (name in given) {
      throw new TypeError(
        `${cannot} ${name} belongs to one call; give it to generate() or stream()`,
      );
    }
  }
  const settings = generationSettings(given);
  prepareChain(settings, tokenizer);
  const { unknown } = settings;
  if (unknown !== undefined) tokenizer.encode("", { unknown }); // refuses what is none
  return Object.freeze(structuredClone(given));
}

/** Options of {@linkcode withDefaults}. */
export interface WithDefaultsOptions {
  /** The model's. */
  tokenizer: Tokenizer;

  /**
   * Whether whole texts are wanted or a stream.
   *
   * @default {"texts"}
   */
  kind?: "texts" | "stream";

  /**
   * How many tokens are written at most where neither the call nor a default says it.
   *
   * @default {200}
   */
  maxTokens?: number;
}

/**
 * Puts a call's options over a model's defaults. What the call names counts, and a default that it leaves without effect, or
 * that contradicts it, does not. A default that leaves an option of the call without effect, such as a temperature of 0
 * beside a call's `topK`, is named by the error. None counts beside `defaults: false`.
 *
 * @param defaults The model's.
 * @param options The call's; one that is undefined is as good as not given.
 * @param situation What is wanted of which model.
 * @returns All of them.
 * @throws {TypeError} If the call's are no object, or if one of them has no effect beside a default.
 */
export function withDefaults(
  defaults: Readonly<GenerationDefaults>,
  options: GenerateManyOptions,
  situation: WithDefaultsOptions,
): GenerateManyOptions {
  const other = kindOfOther(options);
  if (other !== undefined) {
    throw new TypeError(
      `Cannot generate: the options must be an object: ${other}`,
    );
  }
  const given = withoutGaps(options);
  const counts = given.defaults !== false && Object.keys(defaults).length > 0;
  if (!counts) return given;
  const without = (idle: readonly string[]): GenerateManyOptions => {
    const kept = Object.entries(all).filter(([name]) =>
      name in given || !idle.includes(name)
    );
    return Object.fromEntries(kept);
  };
  let all: GenerateManyOptions = { ...defaults, ...given };
  all = without([
    ...idleNames(all),
    ...(all.constraint === undefined ? [] : CUTTING),
    ...(situation.kind === "stream" ? WHOLE_OPTIONS : []),
  ]);
  checkBesideDefaults(all, given);
  all = without(contradicting(all, given, situation));
  return without(endless(all, situation));
}

/** Refuses what the call gives without effect beside a default: it cannot see that default. */
function checkBesideDefaults(
  all: GenerateManyOptions,
  given: GenerateManyOptions,
): void {
  for (const { because, where, names } of idleOfCall(all, all)) {
    const own = names.filter((name) => name in given);
    if (because in given || own.length === 0) continue;
    refuseIdle(
      { names: own, where: `${where}, a generation default` },
      "Cannot generate",
      because === "temperature" ? ", or give a temperature" : WITHOUT_DEFAULTS,
    );
  }
  const because = all.stages === undefined ? "preset" : "stages";
  if (because in given) return;
  const names = namesWithoutPlace(all as ChainOptions, all.preset)
    .filter((name) => name in given && name !== "minTokens"); // stop strings and sentences wait for it too, whatever the chain does
  if (names.length === 0) return;
  const where = `in the order of ${because}, a generation default`;
  refuseIdle({ names, where }, "Cannot generate", WITHOUT_DEFAULTS);
}

/** Names of the options about choosing tokens that would have no effect. */
function idleNames(options: GenerateManyOptions): string[] {
  const names = namesWithoutEffect(options as ChainOptions, options.preset)
    .filter((name) => name !== "stopTokens"); // they end texts, whatever the chain does
  return options.temperature === 0 ? [...names, "seed"] : names;
}

/** Names of the defaults that cannot be together with what the call gives. */
function contradicting(
  { minTokens = 0, maxTokens, constraint, stopTokens }: GenerateManyOptions,
  given: GenerateManyOptions,
  { tokenizer, maxTokens: usual = MAX_TOKENS }: WithDefaultsOptions,
): string[] {
  const isTooShort = minTokens > (maxTokens ?? usual);
  const endsEarly = constraint !== undefined && Array.isArray(stopTokens) &&
    strayEndToken(stopTokens, tokenizer) !== undefined;
  return [
    ...(isTooShort
      ? [given.minTokens === undefined ? "minTokens" : "maxTokens"]
      : []),
    ...(endsEarly ? ["stopTokens"] : []),
  ];
}

/** Names of the options about the end of texts where no token ends one, nor what else they are about. */
function endless(
  { stopTokens, stop = [], stopAtSentence, minTokens, lengthDecay }:
    GenerateManyOptions,
  { tokenizer }: WithDefaultsOptions,
): string[] {
  if (minTokens === undefined && lengthDecay === undefined) return [];
  const ends = stopTokens ?? endTokens(tokenizer);
  if (ends.length !== 0) return [];
  const hasEnd = stopAtSentence === true || stop.length > 0;
  return ["lengthDecay", ...(hasEnd ? [] : ["minTokens"])];
}

/**
 * A copy without the members that are undefined: they are as good as not given. It has what an instance inherits, such as
 * the getters of its class.
 */
function withoutGaps(options: GenerateManyOptions): GenerateManyOptions {
  const inherited = [...streamOptionNames(), ...WHOLE_OPTIONS].filter((name) =>
    name in options && !Object.hasOwn(options, name)
  );
  const names = [...Object.keys(options), ...inherited];
  return Object.fromEntries(
    names.map((name) =>
      [name, options[name as keyof GenerateManyOptions]] as const
    ).filter(([, value]) => value !== undefined),
  );
}
