/**
 * The text that goes on from a prompt, so that the prompt with the text after it reads as one text.
 *
 * A decoder leaves out the blank before the first word of a text, does not join a part of a word to nothing, and takes the
 * first quote for an opening one. So it is given the prompt's tokens first: what it writes for prompt and text together is
 * the text, without as many characters as it writes for the prompt alone.
 *
 * @module
 */
import type {
  Tokenizer,
  TokenStream,
  UnknownPolicy,
} from "../tokenizers/tokenizer.ts";

/** Special tokens are text where a prompt has them for what is unknown. */
const ALL = { skipSpecialTokens: false };

/**
 * Decodes what is written after a prompt.
 *
 * Of the prompt count the tokens of its own: not the special tokens that begin a text, nor the line break that stands in for
 * an empty prompt, after which a text begins. A token for what is unknown counts as a word; special tokens that the prompt
 * spells out are skipped, as are those of the text. A blank that ends the prompt is not written again where the tokenizer
 * drops it.
 */
export class TextAfter {
  readonly #tokenizer: Tokenizer;
  readonly #special: ReadonlySet<number>;
  /** The prompt's tokens that are text. */
  readonly #prompt: readonly number[];
  /** Characters that the decoder writes for them. */
  readonly #length: number;
  /** Whether the prompt ends with a blank that its tokens do not have. */
  readonly #endsBlank: boolean;

  /**
   * Reads the prompt.
   *
   * @param tokenizer Turns text into token ids and back.
   * @param prompt The text that is gone on from.
   * @param unknown What to do with what the tokenizer does not know.
   * @throws {RangeError} If the prompt cannot be encoded.
   */
  constructor(tokenizer: Tokenizer, prompt: string, unknown?: UnknownPolicy) {
    const { specialTokens, vocabulary } = tokenizer;
    this.#tokenizer = tokenizer;
    this.#special = new Set(specialTokens.values());
    this.#prompt = [
      ...tokenizer.encode(prompt, {
        addSpecialTokens: false,
        ...(unknown !== undefined && { unknown }),
      }),
    ].filter((id) =>
      !this.#special.has(id) || !prompt.includes(vocabulary[id]!)
    );
    const text = tokenizer.decode(this.#prompt, ALL);
    this.#length = countCharacters(text);
    this.#endsBlank = BLANK_AT_END.test(prompt) && !BLANK_AT_END.test(text);
  }

  /**
   * Starts to decode the text.
   *
   * @returns A stream of the text's tokens alone, whose pieces never cut a character; for one text.
   */
  decodeStream(): TokenStream {
    const stream = this.#tokenizer.decodeStream(ALL);
    let owed = this.#length; // what is still to come of the prompt
    let isBlankDue = this.#endsBlank;
    const beyond = (piece: string): string => {
      let text = piece;
      if (owed > 0) {
        const characters = Array.from(piece);
        text = characters.slice(owed).join("");
        owed -= Math.min(owed, characters.length);
      }
      if (isBlankDue && text !== "") {
        isBlankDue = false;
        return text.startsWith(" ") ? text.slice(1) : text;
      }
      return text;
    };
    for (const id of this.#prompt) beyond(stream.push(id));
    return {
      push: (id) => this.#special.has(id) ? "" : beyond(stream.push(id)),
      flush: () => beyond(stream.flush()),
    };
  }

  /**
   * Turns the tokens of the text into the text.
   *
   * @param ids The ids, without the prompt's.
   * @returns The text.
   */
  decode(ids: ArrayLike<number>): string {
    const stream = this.decodeStream();
    let text = "";
    for (let i = 0; i < ids.length; i++) text += stream.push(ids[i]!);
    return text + stream.flush();
  }
}

const BLANK_AT_END = /\s$/u;

function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
