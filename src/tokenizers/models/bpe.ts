/**
 * Byte pair encoding (Sennrich et al. 2016): a piece begins as characters, and the merges that were learnt join them in
 * order of their rank.
 *
 * The members and their meaning are those of the model `BPE` of Hugging Face tokenizers.
 *
 * @module
 */
import { brief } from "../brief.ts";
import { type JsonMembers, refuse } from "../json_members.ts";
import { PairTable } from "../pair_table.ts";
import type { JsonObject } from "../tokenizer.ts";
import { readVocab } from "./read_vocab.ts";
import { mergeSymbols, type MergeTable, type Symbols } from "./_merging.ts";
import type { PieceTokens, TokenizerModel } from "./model.ts";

/** What a {@linkcode BPEModel} is made of. */
export interface BPEModelOptions {
  /** Ids by token. */
  vocab: ReadonlyMap<string, number>;
  /** The pairs that are merged, the most important first. */
  merges: readonly (readonly [string, string])[];
  /** Token for characters that the vocabulary lacks; without it they are left out. */
  unknownToken?: string | undefined;
  /** Whether unknown characters in a row make one token. */
  fuseUnknown?: boolean;
  /** Whether the bytes of an unknown character stand for it, as tokens such as `<0x0A>`. */
  byteFallback?: boolean;
  /** Whether a piece that is a token is that token, whatever the merges say. */
  ignoreMerges?: boolean;
  /** What begins the tokens within a word. */
  prefix?: string | undefined;
  /** What ends the last token of a word. */
  suffix?: string | undefined;
}

/** The model of GPT-2, Llama and many others. */
export class BPEModel implements TokenizerModel {
  /** @inheritdoc */
  readonly type = "BPE";
  /** @inheritdoc */
  readonly vocab: ReadonlyMap<string, number>;
  /** The pairs that are merged, the most important first. */
  readonly merges: readonly (readonly [string, string])[];
  /** @inheritdoc */
  readonly unknownId: number | undefined;
  /** Whether bytes stand for what the vocabulary lacks. */
  readonly byteFallback: boolean;

  readonly #options: BPEModelOptions;
  readonly #table: MergeTable;
  /** Ids of single UTF-16 units; -1 where there is none. */
  readonly #unitIds = new Int32Array(0x250).fill(-1);
  readonly #bytes: readonly (number | undefined)[] | undefined;
  readonly #symbols: Symbols = {
    ids: new Int32Array(64),
    starts: new Int32Array(64),
    ends: new Int32Array(64),
    count: 0,
  };

  /**
   * @param options The vocabulary, the merges and what becomes of unknown characters.
   * @throws {RangeError} If a merge or the unknown token is not in the vocabulary.
   */
  constructor(options: BPEModelOptions) {
    const { vocab, merges, unknownToken, byteFallback = false } = options;
    this.#options = options;
    this.vocab = vocab;
    this.merges = merges;
    this.byteFallback = byteFallback;
    this.unknownId = unknownToken === undefined
      ? undefined
      : idOf(vocab, unknownToken, "unk_token");
    this.#table = makeTable(options);
    if (options.prefix === undefined && options.suffix === undefined) {
      for (let code = 0; code < this.#unitIds.length; code++) {
        this.#unitIds[code] = vocab.get(String.fromCharCode(code)) ?? -1;
      }
    }
    this.#bytes = byteFallback
      ? Array.from({ length: 256 }, (_, byte) => vocab.get(byteToken(byte)))
      : undefined;
  }

  /**
   * Reads the model of a tokenizer.json.
   *
   * @param json The member `model`.
   * @returns The model.
   * @throws {TypeError} If a member is missing or of the wrong type.
   * @throws {RangeError} If a member is out of range.
   */
  static fromJSON(json: JsonMembers): BPEModel {
    const dropout = json.raw("dropout");
    if (dropout !== undefined && dropout !== 0) {
      throw new RangeError(
        `Cannot load tokenizer: ${
          json.at("dropout")
        } must be null, as encoding is never random: ${brief(dropout)}`,
      );
    }
    return new BPEModel({
      vocab: readVocab(json),
      merges: json.array("merges").map((merge, i) =>
        readMerge(merge, `${json.at("merges")}[${i}]`)
      ),
      unknownToken: json.optionalString("unk_token"),
      fuseUnknown: json.boolean("fuse_unk", false),
      byteFallback: json.boolean("byte_fallback", false),
      ignoreMerges: json.boolean("ignore_merges", false),
      prefix: json.optionalString("continuing_subword_prefix") || undefined,
      suffix: json.optionalString("end_of_word_suffix") || undefined,
    });
  }

  /** @inheritdoc */
  tokenize(piece: string): PieceTokens {
    if (this.#options.ignoreMerges) {
      const id = this.vocab.get(piece);
      if (id !== undefined) {
        return { ids: [id], starts: [0], ends: [piece.length] };
      }
    }
    const symbols = this.#split(piece);
    mergeSymbols(symbols, this.#table);
    const { count } = symbols;
    return {
      ids: Array.from(symbols.ids.subarray(0, count)),
      starts: Array.from(symbols.starts.subarray(0, count)),
      ends: Array.from(symbols.ends.subarray(0, count)),
    };
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    const options = this.#options;
    return {
      type: this.type,
      dropout: null,
      unk_token: options.unknownToken ?? null,
      continuing_subword_prefix: options.prefix ?? null,
      end_of_word_suffix: options.suffix ?? null,
      fuse_unk: options.fuseUnknown ?? false,
      byte_fallback: this.byteFallback,
      ignore_merges: options.ignoreMerges ?? false,
      vocab: Object.fromEntries(this.vocab),
      merges: this.merges.map((merge) => [...merge]),
    };
  }

  /** The symbols that merging begins with: the characters of the piece. */
  #split(piece: string): Symbols {
    const symbols = this.#room(piece.length);
    const { prefix = "", suffix = "", fuseUnknown = false } = this.#options;
    let wasUnknown = false;
    for (let start = 0; start < piece.length;) {
      const code = piece.codePointAt(start)!;
      const end = start + (code > 0xFFFF ? 2 : 1);
      let id = code < 0x250 ? this.#unitIds[code]! : -1;
      if (id < 0) {
        const character = piece.slice(start, end);
        const before = start > 0 ? prefix : "";
        const after = end === piece.length ? suffix : "";
        id = this.vocab.get(before + character + after) ?? -1;
        if (id < 0 && this.#pushBytes(symbols, character, start)) {
          wasUnknown = false;
          start = end;
          continue;
        }
      }
      if (id >= 0) push(symbols, id, start, end);
      else if (this.unknownId !== undefined) {
        if (fuseUnknown && wasUnknown) symbols.ends[symbols.count - 1] = end;
        else push(symbols, this.unknownId, start, end);
      }
      wasUnknown = id < 0;
      start = end;
    }
    return symbols;
  }

  /** Adds the bytes of an unknown character, if all of them are tokens. */
  #pushBytes(symbols: Symbols, character: string, start: number): boolean {
    if (this.#bytes === undefined) return false;
    const bytes = new TextEncoder().encode(character);
    if (bytes.some((byte) => this.#bytes![byte] === undefined)) return false;
    for (const byte of bytes) {
      push(symbols, this.#bytes[byte]!, start, start + character.length);
    }
    return true;
  }

  /** Empty symbols with room for a piece. */
  #room(units: number): Symbols {
    const size = units * 4; // bytes of an unknown unit are four at most
    if (size > 4096) {
      return {
        ids: new Int32Array(size),
        starts: new Int32Array(size),
        ends: new Int32Array(size),
        count: 0,
      };
    }
    if (this.#symbols.ids.length < size) {
      this.#symbols.ids = new Int32Array(4096);
      this.#symbols.starts = new Int32Array(4096);
      this.#symbols.ends = new Int32Array(4096);
    }
    this.#symbols.count = 0;
    return this.#symbols;
  }
}

function push(symbols: Symbols, id: number, start: number, end: number): void {
  const at = symbols.count++;
  symbols.ids[at] = id;
  symbols.starts[at] = start;
  symbols.ends[at] = end;
}

/** The token that stands for a byte. */
export function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}

function makeTable(
  { vocab, merges, prefix = "" }: BPEModelOptions,
): MergeTable {
  const table = {
    ranks: new PairTable(merges.length),
    made: new Int32Array(merges.length),
  };
  for (const [rank, [first, second]] of merges.entries()) {
    const where = `merges[${rank}]`;
    const joined = first + second.slice(prefix.length);
    table.made[rank] = idOf(vocab, joined, where);
    table.ranks.set(
      idOf(vocab, first, where),
      idOf(vocab, second, where),
      rank,
    );
  }
  return table;
}

function idOf(
  vocab: ReadonlyMap<string, number>,
  token: string,
  where: string,
): number {
  const id = vocab.get(token);
  if (id !== undefined) return id;
  throw new RangeError(
    `Cannot load tokenizer: ${where} must be of tokens in the vocabulary: ${
      brief(token)
    }`,
  );
}

/** A merge: two tokens, or both in a string with a space between. */
function readMerge(json: unknown, path: string): readonly [string, string] {
  const pair = typeof json === "string" ? json.split(" ") : json;
  if (
    !Array.isArray(pair) || pair.length !== 2 ||
    typeof pair[0] !== "string" || typeof pair[1] !== "string"
  ) {
    throw refuse(path, "two tokens with a space between", json);
  }
  return [pair[0], pair[1]];
}
