/**
 * From the pieces of a text to tokens: with a cache of the pieces, over bytes where the pre-tokenizer wants it, and with
 * care for what the vocabulary lacks.
 *
 * @module
 */
import { encodeBytes } from "./byte_alphabet.ts";
import type { IntList } from "./int_list.ts";
import type { PieceTokens, TokenizerModel } from "./models/model.ts";
import { AlignedText } from "./normalizers/aligned_text.ts";
import { PieceCache } from "./_piece_cache.ts";
import type { Pieces } from "./pre_tokenizers/pre_tokenizer.ts";
import type { Offsets, UnknownPolicy } from "./tokenizer.ts";
import { nearestKnown } from "./unknown.ts";

/** Where tokens go. */
export interface TokenSink {
  /** Their ids. */
  readonly ids: IntList;
  /** Where they start and end in the whole text, in UTF-16 units; undefined where nobody asks. */
  readonly places:
    | { readonly starts: IntList; readonly ends: IntList }
    | undefined;
}

/** What belongs to the text that pieces are from. */
export interface PieceContext {
  /** Where their text starts in the whole. */
  readonly base: number;
  /** The whole text. */
  readonly whole: string;
  /** What becomes of what the vocabulary lacks. */
  readonly unknown: UnknownPolicy;
  /** What the vocabulary lacks and where it first stands, gathered for an error. */
  readonly missing: Map<string, number>;
}

/** Tokens of a piece with the parts that no token stands for. */
interface CutPiece {
  tokens: PieceTokens;
  /** Starts and ends of what is unknown, by turns; the model may have a token there. */
  unknown: readonly number[];
}

/** Encodes pieces with a model. */
export class PieceEncoder {
  readonly #model: TokenizerModel;
  readonly #cache = new PieceCache();
  /** The same, over bytes: the same piece has other tokens there. */
  readonly #byteCache = new PieceCache();

  /** @param model Cuts pieces into tokens. */
  constructor(model: TokenizerModel) {
    this.#model = model;
  }

  /** Whether what is unknown are whole words. */
  get cutsWords(): boolean {
    return this.#model.type === "WordPiece" || this.#model.type === "WordLevel";
  }

  /**
   * Encodes the pieces of a text.
   *
   * @param pieces The pieces.
   * @param context What they belong to.
   * @param sink Where the tokens go.
   */
  encode(pieces: Pieces, context: PieceContext, sink: TokenSink): void {
    const { text, bounds: { data, length }, byteLevel } = pieces;
    const cache = byteLevel ? this.#byteCache : this.#cache;
    const isQuick = sink.places === undefined;
    for (let i = 0; i < length; i += 2) {
      const start = data[i]!;
      const end = data[i + 1]!;
      if (isQuick && cache.copy(text, start, end, sink.ids)) continue;
      const piece = text.slice(start, end);
      const cut = this.#cut(piece, byteLevel);
      if (cut.unknown.length === 0) {
        cache.add(text, start, end, cut.tokens.ids);
        this.#push(cut.tokens, start, { pieces, context }, sink);
      } else this.#resolve(piece, cut, start, { pieces, context }, sink);
    }
  }

  /** Adds tokens, whose places are in the piece or, with origins, in what the piece was made from. */
  #push(
    { ids, starts, ends }: PieceTokens,
    at: number,
    { pieces: { origins }, context: { base } }: {
      pieces: Pieces;
      context: PieceContext;
    },
    sink: TokenSink,
  ): void {
    for (let i = 0; i < ids.length; i++) {
      sink.ids.push(ids[i]!);
      if (sink.places === undefined) continue;
      const start = at + starts[i]!;
      const end = at + ends[i]!;
      sink.places.starts.push(base + (origins?.starts[start] ?? start));
      sink.places.ends.push(base + (origins?.ends[end - 1] ?? end));
    }
  }

  /** Does with a piece that is not known in full what the policy wants. */
  #resolve(
    piece: string,
    { tokens, unknown }: CutPiece,
    at: number,
    parts: { pieces: Pieces; context: PieceContext },
    sink: TokenSink,
  ): void {
    const { pieces, context } = parts;
    if (context.unknown === "token") {
      this.#push(tokens, at, parts, sink);
      return;
    }
    if (context.unknown === "skip") {
      const { unknownId } = this.#model;
      const kept = tokens.ids.flatMap((id, i) => id === unknownId ? [] : [i]);
      this.#push(pick(tokens, kept), at, parts, sink);
      return;
    }
    const near = context.unknown === "nearest"
      ? this.#nearest(piece, unknown, pieces.byteLevel)
      : undefined;
    if (near !== undefined) {
      this.#push(near, at, parts, sink);
      return;
    }
    for (let i = 0; i < unknown.length; i += 2) {
      this.#miss(at + unknown[i]!, at + unknown[i + 1]!, parts);
    }
  }

  /** Remembers what is unknown, as the whole text has it. */
  #miss(
    start: number,
    end: number,
    { pieces: { origins }, context }: { pieces: Pieces; context: PieceContext },
  ): void {
    const { base, whole, missing } = context;
    const from = base + (origins?.starts[start] ?? start);
    const to = base + (origins?.ends[end - 1] ?? end);
    const what = whole.slice(from, to);
    let place = from;
    for (const part of this.cutsWords ? [what] : what) {
      if (!missing.has(part)) missing.set(part, place);
      place += part.length;
    }
  }

  /** Tokens of a piece in which what is unknown was replaced by what is near, with places in the piece itself. */
  #nearest(
    piece: string,
    unknown: readonly number[],
    byteLevel: boolean,
  ): PieceTokens | undefined {
    const knows = (text: string) =>
      this.#cut(text, byteLevel).unknown.length === 0;
    const result = new AlignedText(piece.length);
    let last = 0;
    for (let i = 0; i < unknown.length; i += 2) {
      const start = unknown[i]!;
      const end = unknown[i + 1]!;
      const near = nearestKnown(piece.slice(start, end), knows);
      if (near === undefined) return undefined;
      result.keep(piece, last, start);
      result.push(near, start, end);
      last = end;
    }
    result.keep(piece, last, piece.length);
    const { text, origins } = result.finish();
    const cut = this.#cut(text, byteLevel);
    if (cut.unknown.length > 0) return undefined;
    return followOrigins(cut.tokens, origins!);
  }

  /** Cuts a piece into tokens, and finds what none of them stands for. */
  #cut(piece: string, byteLevel: boolean): CutPiece {
    const tokens = byteLevel
      ? this.#cutBytes(piece)
      : this.#model.tokenize(piece);
    return { tokens, unknown: this.#findUnknown(piece, tokens) };
  }

  /** Cuts the bytes of a piece; places are those of the characters that the bytes are of. */
  #cutBytes(piece: string): PieceTokens {
    const bytes = encodeBytes(piece);
    const tokens = this.#model.tokenize(bytes);
    if (bytes.length === piece.length) return tokens; // ASCII
    const starts = new Int32Array(bytes.length);
    const ends = new Int32Array(bytes.length);
    let byte = 0;
    for (let unit = 0; unit < piece.length;) {
      const code = piece.codePointAt(unit)!;
      const units = code > 0xFFFF ? 2 : 1;
      const size = code < 0x80 ? 1 : code < 0x800 ? 2 : units + 2;
      starts.fill(unit, byte, byte + size);
      ends.fill(unit + units, byte, byte + size);
      byte += size;
      unit += units;
    }
    return followOrigins(tokens, { starts, ends });
  }

  /** Starts and ends of what the tokens leave out, or have only the token for the unknown for. */
  #findUnknown(piece: string, { ids, starts, ends }: PieceTokens): number[] {
    const found: number[] = [];
    let last = 0;
    for (let i = 0; i <= ids.length; i++) {
      const start = i < ids.length ? starts[i]! : piece.length;
      if (start > last) found.push(last, start);
      if (i === ids.length) break;
      if (ids[i] === this.#model.unknownId) found.push(start, ends[i]!);
      last = Math.max(last, ends[i]!);
    }
    return found;
  }
}

function followOrigins(tokens: PieceTokens, origins: Offsets): PieceTokens {
  return {
    ids: tokens.ids,
    starts: tokens.starts.map((start) => origins.starts[start]!),
    ends: tokens.ends.map((end) => origins.ends[end - 1]!),
  };
}

function pick(tokens: PieceTokens, kept: readonly number[]): PieceTokens {
  return {
    ids: kept.map((i) => tokens.ids[i]!),
    starts: kept.map((i) => tokens.starts[i]!),
    ends: kept.map((i) => tokens.ends[i]!),
  };
}
