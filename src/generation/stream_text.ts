/**
 * Text in, text out: a prompt becomes tokens, the model goes on, and the new tokens come out as readable pieces.
 *
 * @module
 */
import type { StreamOptions } from "./generate_options.ts";
import { generationSettings } from "./generation_settings.ts";
import { type TextPredictor, TextWriting } from "./text_writing.ts";

/**
 * Goes on from a prompt. The options and the prompt are checked at once, the work begins with the first piece asked
 * for, and ends when the loop over the pieces does.
 *
 * @param model A tokenizer and a network.
 * @param prompt The text to go on from; an empty one begins after a line break.
 * @param options How much to write and how freely.
 * @returns The new text alone, in pieces that never cut a character; the blank between prompt and text is the text's.
 * @throws {TypeError} If the prompt is not a string, or if an option is unknown or has no effect.
 * @throws {RangeError} If an option is out of range, if the prompt has characters that the tokenizer does not know, or
 * if nothing of it is left to begin from.
 */
export function streamText(
  model: TextPredictor,
  prompt: string,
  options: StreamOptions = {},
): AsyncGenerator<string, void, undefined> {
  const settings = generationSettings(options, "stream");
  const writing = new TextWriting(model, [prompt], settings);
  return pieces();

  async function* pieces(): AsyncGenerator<string, void, undefined> {
    for await (const [block] of writing.write()) {
      for (const piece of block!) {
        settings.signal?.throwIfAborted(); // whoever reads may have aborted since the last one
        if (piece !== "") yield piece;
      }
    }
  }
}
