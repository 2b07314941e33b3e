/**
 * Writes a short text and looks on while its tokens are chosen.
 *
 * @module
 */
import { checkOptionNames } from "../text/options.ts";
import { brief } from "../tokenizers/brief.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { UnknownCharacterError } from "../tokenizers/tokenizer.ts";
import { LensRecorder } from "./_lens_recorder.ts";
import type { Acceptor } from "./constraints/acceptor.ts";
import { streamOptionNames, type StreamOptions } from "./generate_options.ts";
import { generationSettings } from "./generation_settings.ts";
import { Lens, type LensStage, type LensStep } from "./lens.ts";
import { type TextPredictor, TextWriting } from "./text_writing.ts";

/** How many tokens are written at most where nothing is said. */
export const LENS_TOKENS = 5;

/** Options of `model.lens()`: those of `model.stream()`, and a token that is asked about. */
export interface LensOptions extends StreamOptions {
  /**
   * How many tokens to write at most.
   *
   * @default {5}
   */
  maxTokens?: number;

  /**
   * A token that is asked about at each step: its text, as the tokenizer makes one token of it or as the vocabulary has it,
   * or its id.
   *
   * @default {undefined} for none
   */
  token?: string | number;
}

/**
 * Goes on from a prompt, token by token, and tells how each token was chosen. The text is that of `generate()` with the same
 * options and the same seed.
 *
 * @param model A tokenizer and a network.
 * @param prompt The text to go on from; an empty one begins after a line break.
 * @param options How much to write and how freely, and the token asked about.
 * @returns What there was to choose from at each step.
 * @throws {TypeError} If the prompt is not a string, or if an option is unknown, of another type, or has no effect.
 * @throws {RangeError} If an option is out of range, if the prompt has characters that the tokenizer does not know, or if the
 * token asked about is none of the vocabulary.
 * @throws The signal's reason, once it is aborted.
 */
export async function lensText(
  model: TextPredictor,
  prompt: string,
  options: LensOptions = {},
): Promise<Lens> {
  checkOptionNames("Cannot generate", options, [
    ...streamOptionNames(),
    "token",
  ]);
  const { token, maxTokens = LENS_TOKENS, ...rest } = options;
  const settings = generationSettings({ ...rest, maxTokens }, "stream");
  const { vocabulary } = model.tokenizer;
  const asked = token === undefined ? undefined : idOf(token, model.tokenizer);
  const writing = new TextWriting(model, [prompt], settings);
  const [row] = writing.rows;
  const constraint = settings.constraint === undefined
    ? []
    : [constraintStage(settings.constraint)];
  const recorder = new LensRecorder({
    stages: [
      ...constraint,
      ...writing.chain.stages.map(({ name, description }) => ({
        name,
        description,
      })),
    ],
    vocabulary,
    asked,
  });
  const steps: Omit<LensStep, "text">[] = [];
  const written = writing.write({ watch: (all) => recorder.watch(all) });
  for await (const _ of written) {
    if (steps.length === row!.pieces.length) continue; // the end of the text alone
    steps.push(recorder.step(row!.tokens.at(-1)!));
  }
  const { text, reason } = row!;
  const pieces = row!.shownPieces(text);
  return new Lens({
    prompt,
    text,
    stopReason: reason!,
    seed: writing.seed,
    chain: [
      ...constraint.map(({ description }) => description),
      writing.chain.explain(),
    ].join(" → "),
    asked: asked === undefined
      ? undefined
      : { id: asked, token: vocabulary[asked]! },
    steps: steps.map((step, i) => ({ ...step, text: pieces[i]! })),
  });
}

/** What a constraint is as a stage. */
function constraintStage(
  constraint: Acceptor | readonly Acceptor[],
): Pick<LensStage, "name" | "description"> {
  const all = [constraint].flat();
  return {
    name: "constraint",
    description: `constraint: ${
      all.map(({ description }) => description).join(" and ")
    }`,
  };
}

/** The id of a token that is named by its text or its id. */
function idOf(token: string | number, tokenizer: Tokenizer): number {
  const { vocabulary, vocabSize, specialTokens } = tokenizer;
  if (typeof token === "number") {
    if (Number.isSafeInteger(token) && token >= 0 && token < vocabSize) {
      return token;
    }
    throw new RangeError(
      `Cannot generate: token must be an id of the vocabulary, from 0 to ${
        vocabSize - 1
      }: ${token}`,
    );
  }
  if (typeof token !== "string") {
    throw new TypeError(
      `Cannot generate: token must be the text of a token or its id: ${
        token === null ? null : typeof token
      }`,
    );
  }
  const special = specialTokens.get(token);
  if (special !== undefined) return special;
  const ids = encode(token, tokenizer);
  if (ids?.length === 1) return ids[0]!;
  const place = vocabulary.indexOf(token);
  if (place >= 0) return place;
  const found = ids === undefined
    ? " is unknown"
    : ids.length === 0
    ? ""
    : ` has ${ids.length}: ${
      brief(Array.from(ids, (id) => vocabulary[id]))
    }; ask about one of them`;
  throw new RangeError(
    `Cannot generate: token must be a single token: ${brief(token)}${found}`,
  );
}

/** The tokens of a text; undefined where the tokenizer does not know it. */
function encode(text: string, tokenizer: Tokenizer): Int32Array | undefined {
  try {
    return tokenizer.encode(text, {
      addSpecialTokens: false,
      unknown: "error",
    });
  } catch (error) {
    if (error instanceof UnknownCharacterError) return undefined;
    throw error;
  }
}
