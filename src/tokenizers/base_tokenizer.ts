/**
 * What all tokenizers share, over the few things that each kind does in its own way.
 *
 * @module
 */
import { brief } from "./brief.ts";
import { type ExplainedToken, Explanation } from "./explanation.ts";
import type {
  DecodeOptions,
  EncodeOptions,
  Encoding,
  JsonObject,
  Tokenizer,
  TokenizerJSON,
  TokenStream,
} from "./tokenizer.ts";

/** A tokenizer without its kind: what is left to write is how texts are cut, and how ids become text. */
export abstract class BaseTokenizer implements Tokenizer {
  /** Name of the kind of tokenizer. */
  abstract readonly kind: string;
  /** The tokens, each at the place of its id; empty where an id has none. */
  abstract readonly vocabulary: readonly string[];
  /** Ids of the special tokens. */
  abstract readonly specialTokens: ReadonlyMap<string, number>;

  /** Number V of ids. */
  get vocabSize(): number {
    return this.vocabulary.length;
  }

  /** One line, such as `CharTokenizer { vocabSize: 83 }`. */
  toString(): string {
    return `${this.constructor.name} { vocabSize: ${this.vocabSize} }`;
  }

  /** Gives `console.log()` one line in place of the vocabulary. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /**
   * Turns a text into ids.
   *
   * @param text Any string; a lone surrogate counts as U+FFFD.
   * @param options Special tokens, and what becomes of unknown characters.
   * @returns The ids, in order.
   * @throws {UnknownCharacterError} If the text has characters that the tokenizer does not know.
   */
  abstract encode(text: string, options?: EncodeOptions): Int32Array;

  /**
   * Turns a text into ids and says where each comes from.
   *
   * @param text Any string; a lone surrogate counts as U+FFFD.
   * @param options Special tokens, and what becomes of unknown characters.
   * @returns The ids and their places.
   * @throws {UnknownCharacterError} If the text has characters that the tokenizer does not know.
   */
  abstract encodeWithOffsets(text: string, options?: EncodeOptions): Encoding;

  /**
   * Starts to decode ids that come one by one.
   *
   * @param options What becomes of special tokens.
   * @returns A stream whose pieces never cut a character.
   */
  abstract decodeStream(options?: DecodeOptions): TokenStream;

  /**
   * Describes the tokenizer, to be stored with a model.
   *
   * @returns Plain JSON.
   */
  abstract toJSON(): TokenizerJSON;

  /**
   * Turns several texts into ids.
   *
   * @param texts The texts.
   * @param options Special tokens, and what becomes of unknown characters.
   * @returns The ids of each text.
   * @throws {UnknownCharacterError} If a text has characters that the tokenizer does not know.
   */
  encodeBatch(
    texts: readonly string[],
    options: EncodeOptions = {},
  ): Int32Array[] {
    if (!Array.isArray(texts)) {
      throw new TypeError(
        `Cannot encode texts: texts must be an array of strings: ${
          brief(texts)
        }`,
      );
    }
    return texts.map((text) => this.encode(text, options));
  }

  /**
   * Turns ids into a text.
   *
   * @param ids The ids, in order.
   * @param options What becomes of special tokens.
   * @returns The text.
   * @throws {RangeError} If an id is not an integer from 0 to V - 1.
   */
  decode(ids: ArrayLike<number>, options: DecodeOptions = {}): string {
    const stream = this.decodeStream(options);
    const pieces = new Array<string>(ids.length + 1);
    for (let i = 0; i < ids.length; i++) pieces[i] = stream.push(ids[i]!);
    pieces[ids.length] = stream.flush();
    return pieces.join("");
  }

  /**
   * Shows how a text is cut into tokens.
   *
   * @param text Any string.
   * @param options Special tokens, and what becomes of unknown characters.
   * @returns What a notebook draws in colours, and `toString()` prints.
   */
  explain(text: string, options: EncodeOptions = {}): Explanation {
    const { ids, utf16: { starts, ends } } = this.encodeWithOffsets(
      text,
      options,
    );
    const whole = text.toWellFormed();
    let shown = 0; // several tokens may cover one character: the first shows it
    const tokens = Array.from(ids, (id, i): ExplainedToken => {
      const token = this.vocabulary[id]!;
      const start = starts[i]!;
      const end = ends[i]!;
      const isSpecial = this.specialTokens.has(token);
      const from = Math.min(end, Math.max(start, shown));
      shown = Math.max(shown, end);
      return { token, id, text: whole.slice(from, end), start, end, isSpecial };
    });
    return new Explanation(tokens);
  }

  /**
   * Writes the tokenizer to a file; a file that was there is replaced at once, or not at all.
   *
   * @param path Path of the file.
   */
  async save(path: string | URL): Promise<void> {
    const aside = path instanceof URL
      ? new URL(`${path.href}.${crypto.randomUUID()}`)
      : `${path}.${crypto.randomUUID()}`;
    try {
      await Deno.writeTextFile(aside, JSON.stringify(this.toFileJSON()));
      await Deno.rename(aside, path);
    } catch (error) {
      await Deno.remove(aside).catch(() => {});
      throw error;
    }
  }

  /**
   * Gives the content of the file that {@linkcode BaseTokenizer.save} writes.
   *
   * @returns Plain JSON.
   */
  protected toFileJSON(): JsonObject {
    return this.toJSON();
  }

  /**
   * Makes the error about an id that is none.
   *
   * @param id The id.
   * @param position Where it stands among the ids.
   * @returns The error, to be thrown.
   */
  protected idError(id: number, position: number): RangeError {
    return new RangeError(
      `Cannot decode ids: each must be an integer from 0 to ${
        this.vocabSize - 1
      }, as the vocabulary has ${this.vocabSize} tokens: ${id} at position ${position}`,
    );
  }
}
