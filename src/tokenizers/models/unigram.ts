/**
 * The unigram language model (Kudo 2018): of all ways to cut a piece into tokens, the one whose scores add up to most.
 *
 * The members, their meaning and the choice among equals are those of the model `Unigram` of Hugging Face tokenizers: a
 * character that is no token costs 10 more than the worst token, and unknown characters in a row make one token.
 *
 * @module
 */
import type { JsonMembers } from "../json_members.ts";
import type { JsonObject } from "../tokenizer.ts";
import { UnitTrie } from "../unit_trie.ts";
import { checkUnknownId, indexPieces, readPiece } from "./_unigram_pieces.ts";
import { byteToken } from "./bpe.ts";
import type { PieceTokens, TokenizerModel } from "./model.ts";

/** What an unknown character costs beyond the score of the worst token. */
const UNKNOWN_PENALTY = 10;

/** Places that fit into the arrays kept from piece to piece. */
const KEPT = 4096;

/** What a {@linkcode UnigramModel} is made of. */
export interface UnigramModelOptions {
  /** The tokens with their scores (natural logarithms of probabilities), each at the place of its id. */
  pieces: readonly (readonly [string, number])[];
  /** Id of the token for characters that the vocabulary lacks; without it they are left out. */
  unknownId?: number | undefined;
  /**
   * Whether the bytes of unknown characters stand for them, as tokens such as `<0x0A>`.
   *
   * @default {false}
   */
  byteFallback?: boolean;
}

/** The model of T5, ALBERT, XLM-RoBERTa and others. */
export class UnigramModel implements TokenizerModel {
  /** @inheritdoc */
  readonly type = "Unigram";
  /** @inheritdoc */
  readonly vocab: ReadonlyMap<string, number>;
  /** The tokens with their scores, each at the place of its id. */
  readonly pieces: readonly (readonly [string, number])[];
  /** @inheritdoc */
  readonly unknownId: number | undefined;
  /** Whether bytes stand for what the vocabulary lacks. */
  readonly byteFallback: boolean;

  readonly #trie: UnitTrie;
  readonly #scores: Float64Array;
  readonly #unknownScore: number;
  readonly #bytes: readonly (number | undefined)[];
  #lattice = makeLattice(KEPT);

  /**
   * @param options The tokens, and what becomes of unknown characters.
   * @throws {RangeError} If there is no token, a token comes twice, a score is not finite or `unknownId` is no id.
   */
  constructor(options: UnigramModelOptions) {
    const { pieces, unknownId, byteFallback = false } = options;
    this.vocab = indexPieces(pieces);
    this.pieces = pieces;
    this.#scores = Float64Array.from(pieces, ([, score]) => score);
    checkUnknownId(unknownId, pieces.length);
    this.unknownId = unknownId;
    this.byteFallback = byteFallback;
    this.#unknownScore =
      this.#scores.reduce((least, score) => Math.min(least, score)) -
      UNKNOWN_PENALTY;
    this.#trie = new UnitTrie(this.vocab);
    this.#bytes = Array.from(
      { length: byteFallback ? 256 : 0 },
      (_, byte) => this.vocab.get(byteToken(byte)),
    );
  }

  /**
   * Reads the model of a tokenizer.json.
   *
   * @param json The member `model`.
   * @returns The model.
   * @throws {TypeError} If a member is missing or of the wrong type.
   * @throws {RangeError} If there is no token, a token comes twice, or `unk_id` is no id.
   */
  static fromJSON(json: JsonMembers): UnigramModel {
    return new UnigramModel({
      pieces: json.array("vocab").map((piece, i) =>
        readPiece(piece, `${json.at("vocab")}[${i}]`)
      ),
      unknownId: json.has("unk_id") ? json.count("unk_id") : undefined,
      byteFallback: json.boolean("byte_fallback", false),
    });
  }

  /** @inheritdoc */
  tokenize(piece: string): PieceTokens {
    const lattice = this.#findBest(piece);
    const tokens = { ids: [], starts: [], ends: [] } as MutableTokens;
    let unknownEnd = -1; // of a row of unknown characters
    for (let end = piece.length; end > 0;) {
      const start = lattice.starts[end]!;
      const id = lattice.ids[end]!;
      const isUnknown = id < 0 || id === this.unknownId;
      if (isUnknown && unknownEnd < 0) unknownEnd = end;
      if (!isUnknown) {
        if (unknownEnd >= 0) this.#pushUnknown(piece, end, unknownEnd, tokens);
        unknownEnd = -1;
        push(tokens, id, start, end);
      }
      end = start;
    }
    if (unknownEnd >= 0) this.#pushUnknown(piece, 0, unknownEnd, tokens);
    tokens.ids.reverse();
    tokens.starts.reverse();
    tokens.ends.reverse();
    return tokens;
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return {
      type: this.type,
      unk_id: this.unknownId ?? null,
      vocab: this.pieces.map((piece) => [...piece]),
      byte_fallback: this.byteFallback,
    };
  }

  /** For every place in the piece, the last token of the best way to get there. */
  #findBest(piece: string): Lattice {
    const { length } = piece;
    const lattice = length < KEPT ? this.#lattice : makeLattice(length + 1);
    const { scores, starts, ids } = lattice;
    const trie = this.#trie;
    const scoreOf = this.#scores;
    starts.fill(-1, 0, length + 1);
    scores[0] = 0;
    for (let start = 0; start < length;) {
      const before = scores[start]!;
      const code = piece.codePointAt(start)!;
      const next = start + (code > 0xFFFF ? 2 : 1);
      let hasSingle = false;
      let node = 0;
      for (let at = start; at < length;) {
        node = trie.step(node, piece.charCodeAt(at++));
        if (node === 0) break;
        const id = trie.valueAt(node);
        if (id < 0) continue;
        const score = before + scoreOf[id]!;
        if (starts[at]! < 0 || score > scores[at]!) {
          scores[at] = score;
          starts[at] = start;
          ids[at] = id;
        }
        if (at === next) hasSingle = true;
      }
      if (!hasSingle) {
        const score = before + this.#unknownScore;
        if (starts[next]! < 0 || score > scores[next]!) {
          scores[next] = score;
          starts[next] = start;
          ids[next] = -1;
        }
      }
      start = next;
    }
    return lattice;
  }

  /** Adds what stands for unknown characters in a row, the last token first. */
  #pushUnknown(
    piece: string,
    start: number,
    end: number,
    tokens: MutableTokens,
  ): void {
    const text = piece.slice(start, end);
    const id = this.vocab.get(text); // a token after all, if a bad one
    if (id !== undefined) return push(tokens, id, start, end);
    if (this.byteFallback) {
      const bytes = new TextEncoder().encode(text);
      if (bytes.every((byte) => this.#bytes[byte] !== undefined)) {
        for (const byte of bytes.reverse()) {
          push(tokens, this.#bytes[byte]!, start, end);
        }
        return;
      }
    }
    if (this.unknownId !== undefined) push(tokens, this.unknownId, start, end);
  }
}

/** Tokens of a piece under construction. */
interface MutableTokens extends PieceTokens {
  ids: number[];
  starts: number[];
  ends: number[];
}

/** The best way to every place of a piece. */
interface Lattice {
  /** Sum of the scores. */
  scores: Float64Array;
  /** Where its last token starts; -1 where there is no way yet. */
  starts: Int32Array;
  /** Id of its last token; -1 for an unknown character. */
  ids: Int32Array;
}

function makeLattice(places: number): Lattice {
  return {
    scores: new Float64Array(places),
    starts: new Int32Array(places),
    ids: new Int32Array(places),
  };
}

function push(
  tokens: MutableTokens,
  id: number,
  start: number,
  end: number,
): void {
  tokens.ids.push(id);
  tokens.starts.push(start);
  tokens.ends.push(end);
}
