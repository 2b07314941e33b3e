/**
 * How likely a model holds a text, token by token: the chain rule, log p(x₁…x_T) = Σ log p(xₜ | x₁…xₜ₋₁).
 *
 * @module
 */
import type { TokenArray } from "../data/token_source.ts";
import { checkOptionNames } from "../text/options.ts";
import type { ExplainedToken } from "../tokenizers/explanation.ts";
import type { UnknownPolicy } from "../tokenizers/tokenizer.ts";
import { checkModel, checkSignal } from "./_checks.ts";
import { readTargets } from "./_read_targets.ts";
import type { EvaluatedModel } from "./evaluate.ts";
import { ScoredText } from "./scored_text.ts";

/** Options of {@linkcode score}. */
export interface ScoreOptions {
  /**
   * What to do with characters that the tokenizer does not know.
   *
   * @default {"token" if the tokenizer has one, else "error"}
   */
  unknown?: UnknownPolicy;

  /** Stops the work; the call then fails with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Scores texts: the log-probability of each token after what was before it.
 *
 * The first token is only read: nothing predicts it. Where the tokenizer adds a special token that begins a text, that is
 * the first one, and all of the text is predicted; one that ends a text is predicted too. A long text is read piece by
 * piece with the state carried on: a recurrent network remembers all, a transformer with rotary positions its context, and
 * one with absolute positions starts over without memory after every context.
 *
 * @param model A model, or a tokenizer and a network.
 * @param text A text, or several.
 * @param options Unknown characters, and a signal.
 * @returns The scores of the text, or of each, in order.
 * @throws {TypeError} If it is neither a string nor an array of strings, or an option is unknown.
 * @throws {RangeError} If a text has fewer than two tokens, or characters that the tokenizer does not know.
 * @throws The signal's reason, once it is aborted.
 *
 * @example The sum of its parts
 * ```ts
 * import { buildLSTM, CharTokenizer, score } from "@textloom/textloom";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const model = buildLSTM({ tokenizer: CharTokenizer.train("whale"), units: 4, embedding: 4 });
 * const { tokens, logProbability, perplexity } = await score(model, "whale");
 * assertEquals(tokens.map(({ text }) => text).join(""), "whale");
 * assertEquals(tokens[0]!.logProbability, undefined); // only read
 * assertAlmostEquals(perplexity, Math.exp(-logProbability / 4));
 * model.dispose();
 * ```
 */
export function score(
  model: EvaluatedModel,
  text: string,
  options?: ScoreOptions,
): Promise<ScoredText>;
/**
 * Scores several texts, each by itself.
 *
 * @param model A model, or a tokenizer and a network.
 * @param texts The texts.
 * @param options Unknown characters, and a signal.
 * @returns The scores of each, in order.
 */
export function score(
  model: EvaluatedModel,
  texts: readonly string[],
  options?: ScoreOptions,
): Promise<ScoredText[]>;
export async function score(
  model: EvaluatedModel,
  text: string | readonly string[],
  options: ScoreOptions = {},
): Promise<ScoredText | ScoredText[]> {
  checkModel("Cannot score", model);
  checkOptionNames("Cannot score", options, ["unknown", "signal"]);
  checkSignal("Cannot score", options.signal);
  const texts: readonly string[] = Array.isArray(text)
    ? text
    : [text as string];
  const { unknown, signal } = options;
  const explained = texts.map((each, i): readonly ExplainedToken[] => {
    const where = Array.isArray(text) ? ` at place ${i}` : "";
    if (typeof each !== "string") {
      throw new TypeError(
        `Cannot score: a text must be a string: ${
          each === null ? "null" : typeof each
        }${where}`,
      );
    }
    const { tokens } = model.tokenizer.explain(
      each,
      unknown === undefined ? {} : { unknown },
    );
    if (tokens.length < 2) {
      throw new RangeError(
        `Cannot score: a text needs 2 tokens, one to read and one to predict: it has ${tokens.length}${where}`,
      );
    }
    return tokens;
  });
  const documents = explained.map((tokens): TokenArray =>
    Int32Array.from(tokens, ({ id }) => id)
  );
  // Documents are read from the longest on, those of one length in their order.
  const order = documents.map((_, i) => i).sort((a, b) =>
    documents[b]!.length - documents[a]!.length
  );
  const losses = documents.map(({ length }) => new Float64Array(length));
  const ranks = documents.map(({ length }) => new Float64Array(length));
  const read = readTargets(model.network, { kind: "documents", documents }, {
    ranks: true,
    signal,
  });
  for await (const reading of read) {
    const { counted, width, placeOf } = reading;
    for (let at = 0; at < counted.length; at++) {
      if (counted[at] === 0) continue;
      const { text, target } = placeOf(Math.floor(at / width));
      const place = target + at % width + 1;
      losses[order[text]!]![place] = reading.losses[at]!;
      ranks[order[text]!]![place] = reading.ranks![at]!;
    }
  }
  const scored = texts.map((each, i) =>
    new ScoredText(
      each,
      explained[i]!.map(({ isSpecial: _, ...token }, place) => ({
        ...token,
        logProbability: place === 0 ? undefined : -losses[i]![place]!,
        rank: place === 0 ? undefined : ranks[i]![place]!,
      })),
    )
  );
  return Array.isArray(text) ? scored : scored[0]!;
}
