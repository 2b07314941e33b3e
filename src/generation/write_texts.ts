/**
 * Writes texts side by side, each to its own end.
 *
 * @module
 */
import { type CompiledBlocks, generateRows } from "./generate_rows.ts";
import type { TokenDetails } from "./_inspect.ts";
import type { Predictor } from "./predictor.ts";
import type { GenerationStopReason, TextRow } from "./text_row.ts";

/** Chooses the tokens of one text. */
export interface TokenChooser {
  /**
   * @param logits Scores of all tokens, shape (V,).
   * @param row The text so far.
   * @returns The id of the next token.
   */
  pick(logits: Float32Array, row: TextRow): number;

  /**
   * Whether there is nothing left to write.
   *
   * @default {undefined} where the text never comes to an end by itself
   */
  readonly isOver?: boolean;
}

/** Options of {@linkcode writeTexts}. */
export interface WriteTextsOptions {
  /** Chooses the tokens of each text. */
  choosers: readonly TokenChooser[];
  /** Tokens of each text, at most. */
  maxTokens: number;
  /** Seconds that all of it may take; the texts that are not finished then end where they are. */
  maxSeconds: number;
  /** After how many tokens time is up, whatever the clock says. */
  breakAfter?: number | undefined;
  /** Stops the work between two tokens. */
  signal?: AbortSignal | undefined;
  /** Writes blocks of tokens; without it, it goes token by token. */
  blocks?: CompiledBlocks | undefined;
  /** How many likely tokens to name beside each; nothing is told of the tokens without it. */
  alternatives?: number | undefined;
}

/**
 * Writes texts until all of them have come to their ends.
 *
 * @param predictor The model.
 * @param rows The texts, each with its prompt; they take the tokens in.
 * @param options How.
 * @returns Block after block, of each text what is certain of it with each new token.
 * @throws The signal's reason, once it is aborted.
 * @throws {RangeError} If the model's logits are not numbers.
 */
export async function* writeTexts(
  predictor: Predictor,
  rows: readonly TextRow[],
  options: WriteTextsOptions,
): AsyncGenerator<string[][], void, undefined> {
  const { choosers, maxSeconds, breakAfter, signal, blocks, alternatives } =
    options;
  const maxTokens = breakAfter ?? options.maxTokens;
  const until = performance.now() + 1000 * maxSeconds;
  const prompts = rows.map(({ tokens }) => Int32Array.from(tokens));
  let reason: GenerationStopReason = breakAfter === undefined
    ? "maxTokens"
    : "maxSeconds";
  for (const [i, row] of rows.entries()) {
    if (choosers[i]!.isOver) row.end("constraint"); // nothing but the empty text will do
  }
  if (rows.every((row) => row.reason !== undefined)) return;
  for await (
    const { ids, details } of generateRows(predictor, {
      prompts,
      maxTokens,
      signal,
      blocks,
      alternatives,
      choose: (logits, row) =>
        rows[row]!.reason === undefined
          ? choosers[row]!.pick(logits, rows[row]!)
          : 0,
    })
  ) {
    yield rows.map((row, i) =>
      pushAll(row, choosers[i]!, ids[i]!, details?.[i])
    );
    if (rows.every((row) => row.reason !== undefined)) break;
    if (performance.now() >= until) {
      reason = "maxSeconds";
      break;
    }
  }
  const rest = rows.map((row) =>
    row.reason === undefined ? [row.end(reason)] : []
  );
  if (rest.some(([text = ""]) => text !== "")) yield rest;
}

/** Gives a text the tokens of a block, to its end; what each of them adds. */
function pushAll(
  row: TextRow,
  chooser: TokenChooser,
  ids: Int32Array,
  details: TokenDetails | undefined,
): string[] {
  const pieces: string[] = [];
  for (
    let place = 0;
    place < ids.length && row.reason === undefined;
    place++
  ) {
    const piece = row.push(ids[place]!, details, place);
    const isOver = row.reason === undefined && chooser.isOver;
    pieces.push(isOver ? piece + row.end("constraint") : piece);
  }
  return pieces;
}
