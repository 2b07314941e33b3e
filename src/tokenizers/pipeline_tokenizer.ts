/**
 * Tokenizers as Hugging Face tokenizers builds them: added tokens, a normalizer, a pre-tokenizer, a model, a
 * post-processor and a decoder, each of which may be missing, bar the model.
 *
 * @module
 */
import { type AddedToken, addedTokenToJSON } from "./added_tokens.ts";
import { BaseTokenizer } from "./base_tokenizer.ts";
import { ByteLevelDecoder, bytesOfToken } from "./decoders/byte_decoders.ts";
import { SPACED_DECODER } from "./decoders/create_decoder.ts";
import type { Decoder } from "./decoders/decoder.ts";
import { IntList } from "./int_list.ts";
import type { TokenizerModel } from "./models/model.ts";
import type { Normalizer } from "./normalizers/normalizer.ts";
import { toCodePoints } from "./offsets.ts";
import type { PostProcessor } from "./post_processors/post_processor.ts";
import type { PreTokenizer } from "./pre_tokenizers/pre_tokenizer.ts";
import { onePiece } from "./pre_tokenizers/word_pre_tokenizers.ts";
import { PieceEncoder, type TokenSink } from "./_piece_encoder.ts";
import { Segmenter } from "./_segmenter.ts";
import { trimOffsets } from "./_trim_offsets.ts";
import type {
  DecodeOptions,
  EncodeOptions,
  Encoding,
  JsonObject,
  JsonValue,
  TokenizerJSON,
  TokenStream,
  UnknownPolicy,
} from "./tokenizer.ts";
import { UnknownCharacterError } from "./tokenizer.ts";
import { checkDecodeOptions, checkEncodeOptions } from "./unknown.ts";

/** The parts of a tokenizer. */
export interface TokenizerParts {
  /** Tokens that are found before anything else. */
  readonly addedTokens: readonly AddedToken[];
  /** Changes a text before it is cut. */
  readonly normalizer: Normalizer | undefined;
  /** Cuts a text into pieces. */
  readonly preTokenizer: PreTokenizer | undefined;
  /** Cuts a piece into tokens. */
  readonly model: TokenizerModel;
  /** Puts special tokens around a text. */
  readonly postProcessor: PostProcessor | undefined;
  /** Turns tokens into text. */
  readonly decoder: Decoder | undefined;
  /** Members of the file that play no part here: `truncation` and `padding`. */
  readonly others?: JsonObject;
}

/** Names of the kinds by the type of their model. */
const KINDS = {
  BPE: "bpe",
  WordPiece: "word_piece",
  Unigram: "unigram",
  WordLevel: "word_level",
} as const;

/** A tokenizer that a tokenizer.json describes; `loadTokenizer()` builds one. */
export class PipelineTokenizer extends BaseTokenizer {
  /** Name of the kind: `"bpe"`, `"word_piece"`, `"unigram"` or `"word_level"`. */
  override readonly kind: string;
  /** The tokens, each at the place of its id; empty where an id has none. */
  override readonly vocabulary: readonly string[];
  /** Ids by token, those of added tokens included. */
  readonly vocab: ReadonlyMap<string, number>;
  /** Ids of the special tokens. */
  override readonly specialTokens: ReadonlyMap<string, number>;
  /** Turns tokens into text; where there is none, they are joined with spaces. */
  readonly decoder: Decoder | undefined;

  readonly #parts: TokenizerParts;
  readonly #segmenter: Segmenter;
  readonly #pieces: PieceEncoder;
  readonly #specialIds: ReadonlySet<number>;
  readonly #addedIds: ReadonlySet<number>;
  readonly #isToken: Uint8Array;
  /** Bytes by id, of tokens over the byte alphabet. */
  readonly #bytes: (Uint8Array | undefined)[] = [];

  /**
   * Puts a tokenizer together; `loadTokenizer()` does.
   *
   * @param parts The parts.
   * @throws {RangeError} If the post-processor adds tokens that are none.
   */
  constructor(parts: TokenizerParts) {
    super();
    const { addedTokens, normalizer, model } = parts;
    this.#parts = parts;
    this.decoder = parts.decoder;
    this.kind = KINDS[model.type];
    this.#segmenter = new Segmenter(addedTokens, normalizer);
    this.vocabulary = Object.freeze(listTokens(parts));
    this.vocab = new Map([
      ...model.vocab,
      ...addedTokens.map(({ content, id }) => [content, id] as const),
    ]);
    const special = addedTokens.filter((token) => token.special);
    this.specialTokens = new Map(
      special.map(({ content, id }) => [content, id]),
    );
    this.#specialIds = new Set(special.map(({ id }) => id));
    this.#addedIds = new Set(addedTokens.map(({ id }) => id));
    this.#isToken = new Uint8Array(this.vocabulary.length);
    for (const id of model.vocab.values()) this.#isToken[id] = 1;
    for (const { id } of addedTokens) this.#isToken[id] = 1;
    this.#pieces = new PieceEncoder(model);
    this.#checkSpecial(parts.postProcessor);
  }

  /**
   * Turns a text into ids.
   *
   * @param text Any string; a lone surrogate counts as U+FFFD.
   * @param options Special tokens, and what becomes of unknown characters.
   * @returns The ids, in order.
   * @throws {UnknownCharacterError} If the text has characters that the tokenizer does not know.
   */
  override encode(text: string, options: EncodeOptions = {}): Int32Array {
    const { ids } = this.#run(text, options, {
      ids: new IntList(),
      places: undefined,
    });
    return ids.toArray();
  }

  /**
   * Turns a text into ids and says where each comes from.
   *
   * @param text Any string; a lone surrogate counts as U+FFFD.
   * @param options Special tokens, and what becomes of unknown characters.
   * @returns The ids and their places.
   * @throws {UnknownCharacterError} If the text has characters that the tokenizer does not know.
   */
  override encodeWithOffsets(
    text: string,
    options: EncodeOptions = {},
  ): Encoding {
    const places = { starts: new IntList(), ends: new IntList() };
    const { ids } = this.#run(text, options, { ids: new IntList(), places });
    const utf16 = {
      starts: places.starts.toArray(),
      ends: places.ends.toArray(),
    };
    return {
      ids: ids.toArray(),
      utf16,
      codePoints: toCodePoints(text.toWellFormed(), utf16),
    };
  }

  /**
   * Turns ids into a text.
   *
   * @param ids The ids, in order.
   * @param options What becomes of special tokens.
   * @returns The text.
   * @throws {RangeError} If an id is not an integer from 0 to V - 1 or has no token.
   */
  override decode(
    ids: ArrayLike<number>,
    options: DecodeOptions = {},
  ): string {
    if (!(this.#parts.decoder instanceof ByteLevelDecoder)) {
      return super.decode(ids, options);
    }
    const { skipSpecialTokens } = checkDecodeOptions(options);
    let bytes = new Uint8Array(ids.length * 5 + 16);
    let length = 0;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      this.#check(id, i);
      if (skipSpecialTokens && this.#specialIds.has(id)) continue;
      const token = this.#bytes[id] ??= bytesOfToken(this.vocabulary[id]!);
      if (length + token.length > bytes.length) {
        const larger = new Uint8Array(bytes.length * 2 + token.length);
        larger.set(bytes);
        bytes = larger;
      }
      for (let n = 0; n < token.length; n++) bytes[length++] = token[n]!;
    }
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    return decoder.decode(bytes.subarray(0, length));
  }

  /**
   * Starts to decode ids that come one by one.
   *
   * @param options What becomes of special tokens.
   * @returns A stream whose pieces never cut a character.
   */
  override decodeStream(options: DecodeOptions = {}): TokenStream {
    const { skipSpecialTokens } = checkDecodeOptions(options);
    const decoder = this.#parts.decoder ?? SPACED_DECODER;
    let text = "";
    const start = () => decoder.start((piece) => void (text += piece), false);
    const take = () => {
      const piece = text;
      text = "";
      return piece;
    };
    let run = start();
    let position = 0;
    return {
      push: (id) => {
        this.#check(id, position);
        position++;
        if (skipSpecialTokens && this.#specialIds.has(id)) return "";
        run.push(this.vocabulary[id]!);
        return take();
      },
      flush: () => {
        run.flush();
        run = start();
        position = 0;
        return take();
      },
    };
  }

  /**
   * Describes the tokenizer: the content of a tokenizer.json, and the kind.
   *
   * @returns Plain JSON.
   */
  override toJSON(): TokenizerJSON {
    return { kind: this.kind, ...this.toFileJSON() };
  }

  /**
   * Gives the content of a tokenizer.json.
   *
   * @returns Plain JSON.
   */
  protected override toFileJSON(): JsonObject {
    const parts = this.#parts;
    return {
      version: "1.0",
      truncation: parts.others?.["truncation"] ?? null,
      padding: parts.others?.["padding"] ?? null,
      added_tokens: parts.addedTokens.map(addedTokenToJSON),
      normalizer: parts.normalizer?.toJSON() ?? null,
      pre_tokenizer: parts.preTokenizer?.toJSON() ?? null,
      post_processor: (parts.postProcessor?.json ?? null) as JsonValue,
      decoder: parts.decoder?.toJSON() ?? null,
      model: parts.model.toJSON(),
    };
  }

  /** The whole way from a text to tokens. */
  #run(text: string, options: EncodeOptions, sink: TokenSink): TokenSink {
    const { model, postProcessor } = this.#parts;
    const { unknown, addSpecialTokens } = checkEncodeOptions(
      text,
      options,
      model.unknownId !== undefined,
    );
    const whole = text.toWellFormed();
    sink.ids.reserve(whole.length >> 2);
    if (addSpecialTokens) pushSpecial(postProcessor?.before, sink);
    const first = sink.ids.length;
    this.#cut(whole, unknown, sink);
    for (const trim of postProcessor?.trims ?? []) {
      trimOffsets(sink, first, {
        whole,
        textOf: (id, start, end) =>
          this.#addedIds.has(id)
            ? whole.slice(start, end)
            : this.vocabulary[id]!,
        ...trim,
      });
    }
    if (addSpecialTokens) pushSpecial(postProcessor?.after, sink);
    return sink;
  }

  /** Cuts a text into tokens; what is unknown is gathered from all of it before the error. */
  #cut(whole: string, unknown: UnknownPolicy, sink: TokenSink): void {
    const missing = new Map<string, number>();
    for (const segment of this.#segmenter.split(whole)) {
      const { id, text, origins, base } = segment;
      if (id !== undefined) {
        sink.ids.push(id);
        sink.places?.starts.push(base);
        sink.places?.ends.push(segment.end);
        continue;
      }
      const pieces = {
        text,
        origins,
        bounds: onePiece(text),
        atStart: base === 0,
        byteLevel: false,
      };
      this.#pieces.encode(
        this.#parts.preTokenizer?.cut(pieces) ?? pieces,
        { base, whole, unknown, missing },
        sink,
      );
    }
    if (missing.size === 0) return;
    let start = whole.length;
    for (const place of missing.values()) start = Math.min(start, place);
    throw new UnknownCharacterError(
      whole,
      [...missing.keys()],
      Array.from(whole.slice(0, start)).length,
      this.#pieces.cutsWords ? "words" : "characters",
    );
  }

  /** The special tokens around a text must be tokens. */
  #checkSpecial(postProcessor: PostProcessor | undefined): void {
    const { before = [], after = [] } = postProcessor ?? {};
    const stranger = [...before, ...after].find((id) =>
      this.#isToken[id] !== 1
    );
    if (stranger === undefined) return;
    throw new RangeError(
      `Cannot load tokenizer: post_processor must add tokens of the vocabulary: ${stranger}`,
    );
  }

  #check(id: number, position: number): void {
    if (this.#isToken[id] !== 1) throw this.idError(id, position);
  }
}

function pushSpecial(
  ids: readonly number[] | undefined,
  sink: TokenSink,
): void {
  for (const id of ids ?? []) {
    sink.ids.push(id);
    sink.places?.starts.push(0);
    sink.places?.ends.push(0);
  }
}

/** All tokens by id. */
function listTokens({ model, addedTokens }: TokenizerParts): string[] {
  const tokens: string[] = [];
  for (const [token, id] of model.vocab) tokens[id] = token;
  for (const { content, id } of addedTokens) tokens[id] = content;
  return Array.from(tokens, (token) => token ?? "");
}
