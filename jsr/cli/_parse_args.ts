/**
 * parseArgs(): command line arguments to an object, with the rules of `@std/cli`.
 *
 * Those rules are minimist's, which `util.parseArgs` of Node does not know: an
 * option that nobody declared takes the next argument, and what looks like a
 * number becomes one.
 *
 * @module
 */
import { readLetters } from "./_letters.ts";

/** One name, or a list of names. */
type Names<N extends string> = N | readonly N[];

/** Options of {@linkcode parseArgs}. */
export interface ParseOptions<
  TBoolean extends string = string,
  TString extends string = string,
  TCollect extends string = string,
  TNegatable extends string = string,
  TDefault extends Record<string, unknown> = Record<string, unknown>,
  TDoubleDash extends boolean = boolean,
> {
  /**
   * Whether what follows `--` goes to the member `"--"` instead of `_`.
   *
   * @default {false}
   */
  "--"?: TDoubleDash;

  /**
   * Other names of options; a value is stored under all of them.
   *
   * @default {{}}
   */
  alias?: Record<string, string | readonly string[]>;

  /**
   * Options that take no value and are false unless given; `true` for every `--option` without `=`.
   *
   * @default {false}
   */
  boolean?: boolean | Names<TBoolean>;

  /**
   * Values of options that are not given.
   *
   * @default {{}}
   */
  default?: TDefault;

  /**
   * Whether everything after the first argument that is no option goes to `_` as it is.
   *
   * @default {false}
   */
  stopEarly?: boolean;

  /**
   * Options whose value stays a string, even if it looks like a number; `"_"` for the rest arguments.
   *
   * @default {[]}
   */
  string?: Names<TString>;

  /**
   * Options that may be repeated, whose values become an array.
   *
   * @default {[]}
   */
  collect?: Names<TCollect>;

  /**
   * Options that `--no-name` sets to false.
   *
   * @default {[]}
   */
  negatable?: Names<TNegatable>;

  /**
   * Called for each argument that no option declares; what it answers with `false` is left out.
   *
   * @default {(arg) => arg}
   */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** Written out as one object type. */
type Flat<T> = { [K in keyof T]: T[K] };

/** What the option K holds when it is given. */
type Value<K, TString, TBoolean, TCollect, TNegatable> =
  | (K extends TCollect
    ? (K extends TString ? string : K extends TBoolean ? boolean : unknown)[]
    : K extends TString ? string
    : boolean)
  | (K extends TNegatable ? false : never);

/** The declared options that are there even if nobody gave them. */
type Always<TString, TBoolean, TCollect, TDefault> =
  | keyof TDefault
  | TBoolean
  | Extract<TString, TCollect>;

/** What {@linkcode parseArgs} returns. */
export type Args<
  TBoolean extends string = never,
  TString extends string = never,
  TCollect extends string = never,
  TNegatable extends string = never,
  TDefault extends Record<string, unknown> = Record<never, never>,
  TDoubleDash extends boolean = false,
> = Flat<
  & Record<string, unknown>
  & {
    [
      K in Exclude<
        TBoolean | TString,
        Exclude<TString, Always<TString, TBoolean, TCollect, TDefault>>
      >
    ]:
      | Value<K, TString, TBoolean, TCollect, TNegatable>
      | (K extends keyof TDefault ? TDefault[K] : never);
  }
  & {
    [K in Exclude<TString, Always<TString, TBoolean, TCollect, TDefault>>]?:
      Value<
        K,
        TString,
        TBoolean,
        TCollect,
        TNegatable
      >;
  }
  & {
    /** The arguments that belong to no option. */
    _: (string | number)[];
  }
  & (TDoubleDash extends true ? {
      /** The arguments after `--`. */
      "--": string[];
    }
    : Record<never, never>)
>;

/**
 * Reads command line arguments: `--name value`, `--name=value`, `--flag`, `--no-flag`, `-n 5`, `-n5`, `-abc`.
 *
 * Values that look like numbers become numbers, unless the option is in `string`. A dotted name
 * (`--a.b 1`) makes objects in objects. After `--` nothing is read as an option.
 *
 * @param args The arguments, such as `Deno.args`.
 * @param options Which options there are.
 * @returns The values by name, and the rest in `_`.
 */
export function parseArgs<
  TBoolean extends string = never,
  TString extends string = never,
  TCollect extends string = never,
  TNegatable extends string = never,
  TDefault extends Record<string, unknown> = Record<never, never>,
  TDoubleDash extends boolean = false,
>(
  args: readonly string[],
  options: ParseOptions<
    TBoolean,
    TString,
    TCollect,
    TNegatable,
    TDefault,
    TDoubleDash
  > = {},
): Args<TBoolean, TString, TCollect, TNegatable, TDefault, TDoubleDash> {
  const parser = new Parser(options);
  parser.read(args);
  parser.fill();
  return parser.result as Args<
    TBoolean,
    TString,
    TCollect,
    TNegatable,
    TDefault,
    TDoubleDash
  >;
}

/** Reads arguments into `result`. */
class Parser {
  readonly result: Record<string, unknown> & { _: (string | number)[] } = {
    _: [],
  };
  readonly #options: ParseOptions;
  readonly #aliases: Map<string, string[]>;
  readonly #booleans: Set<string>;
  readonly #strings: Set<string>;
  readonly #collected: Set<string>;
  readonly #negatable: Set<string>;

  constructor(options: ParseOptions) {
    this.#options = options;
    this.#aliases = new Map();
    for (const [name, others] of Object.entries(options.alias ?? {})) {
      if (others === undefined) {
        throw new TypeError("Alias value must be defined");
      }
      const group = [name, ...[others].flat()];
      for (const member of group) {
        this.#aliases.set(
          member,
          group.filter((other) => other !== member),
        );
      }
    }
    const boolean = options.boolean ?? [];
    this.#booleans = this.#declared(
      typeof boolean === "boolean" ? [] : boolean,
    );
    this.#strings = this.#declared(options.string ?? []);
    this.#collected = this.#declared(options.collect ?? []);
    this.#negatable = this.#declared(options.negatable ?? []);
  }

  /** Reads all arguments. */
  read(all: readonly string[]): void {
    const end = all.indexOf("--");
    const args = end < 0 ? all : all.slice(0, end);
    const rest = end < 0 ? [] : all.slice(end + 1);
    for (let i = 0; i < args.length; i++) {
      const arg = args[i]!;
      const next = args[i + 1] ?? "";
      if (arg.startsWith("--") && arg.length > 2) {
        if (this.#readLong(arg, next)) i++;
      } else if (arg.startsWith("-") && arg.length > 1) {
        if (this.#readShort(arg, next)) i++;
      } else {
        if (this.#options.unknown?.(arg) !== false) {
          this.result._.push(this.#strings.has("_") ? arg : numberOr(arg));
        }
        if (this.#options.stopEarly) {
          this.result._.push(...args.slice(i + 1));
          break;
        }
      }
    }
    if (this.#options["--"]) this.result["--"] = rest;
    else this.result._.push(...rest);
  }

  /** Gives the options that were not named their defaults. */
  fill(): void {
    for (const [name, value] of Object.entries(this.#options.default ?? {})) {
      if (this.#has(name)) continue;
      for (const key of [name, ...(this.#aliases.get(name) ?? [])]) {
        this.#put(key, value, false);
      }
    }
    for (const name of this.#booleans) {
      if (!this.#has(name)) {
        this.#put(name, this.#collected.has(name) ? [] : false, false);
      }
    }
    for (const name of this.#strings) {
      if (!this.#has(name) && this.#collected.has(name)) {
        this.#put(name, [], false);
      }
    }
  }

  /** The names and their aliases. */
  #declared(names: string | readonly string[]): Set<string> {
    const list = [names].flat().filter((name) => name !== "");
    return new Set(
      list.flatMap((name) => [name, ...(this.#aliases.get(name) ?? [])]),
    );
  }

  /** Reads `--name`, with `next` as its value where it takes one; returns whether it did. */
  #readLong(arg: string, next: string): boolean {
    const equals = arg.indexOf("=", 3); // a name has at least one character
    let name = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
    const negated = /^no-[^]/.test(name) ? name.slice(3) : undefined;
    if (equals >= 0) {
      name = negated ?? name; // as in @std/cli: `--no-name=x` is `--name=x`
      const value = arg.slice(equals + 1);
      this.#set(
        name,
        this.#booleans.has(name) ? value !== "false" : value,
        arg,
      );
      return false;
    }
    if (negated !== undefined && this.#negatable.has(negated)) {
      this.#set(negated, false, arg, false);
      return false;
    }
    if (
      next !== "" && !next.startsWith("-") && !this.#booleans.has(name) &&
      this.#options.boolean !== true
    ) {
      this.#set(name, next, arg);
      return true;
    }
    return this.#setFlag(name, arg, next);
  }

  /** Reads `-abc`, with `next` as the value of the last letter where it takes one; returns whether it did. */
  #readShort(arg: string, next: string): boolean {
    const { letters, last } = readLetters(arg);
    for (const { name, value } of letters) {
      this.#set(name, value ?? (this.#strings.has(name) ? "" : true), arg);
    }
    if (last === undefined) return false;
    if (next !== "" && !/^--?[^-]/.test(next) && !this.#booleans.has(last)) {
      this.#set(last, next, arg);
      return true;
    }
    return this.#setFlag(last, arg, next);
  }

  /** Sets an option without a value, unless `next` is `true` or `false`; returns whether it was. */
  #setFlag(name: string, arg: string, next: string): boolean {
    if (next === "true" || next === "false") {
      this.#set(name, next === "true", arg);
      return true;
    }
    this.#set(name, this.#strings.has(name) ? "" : true, arg);
    return false;
  }

  #set(
    name: string,
    value: string | boolean,
    arg: string,
    collect = true,
  ): void {
    const known =
      [this.#booleans, this.#strings, this.#collected, this.#aliases].some((
        names,
      ) => names.has(name)) ||
      (this.#options.boolean === true && /^--[^=]+$/.test(arg));
    if (!known && this.#options.unknown?.(arg, name, value) === false) return;
    const read = typeof value === "string" && !this.#strings.has(name)
      ? numberOr(value)
      : value;
    for (const key of [name, ...(this.#aliases.get(name) ?? [])]) {
      this.#put(key, read, collect && this.#collected.has(name));
    }
  }

  /** Stores a value under a name, dots leading into objects. */
  #put(name: string, value: unknown, append: boolean): void {
    const path = name.split(".");
    const key = path.pop()!;
    let at: Record<string, unknown> = this.result;
    for (const part of path) {
      if (isUnsafe(at, part)) return;
      at = (at[part] ??= {}) as Record<string, unknown>;
    }
    if (isUnsafe(at, key)) return;
    const old = at[key];
    if (append && Array.isArray(old)) old.push(value);
    else at[key] = append ? (old ? [old, value] : [value]) : value;
  }

  #has(name: string): boolean {
    let at: unknown = this.result;
    for (const part of name.split(".")) {
      if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) {
        return false;
      }
      at = (at as Record<string, unknown>)[part];
    }
    return true;
  }
}

/** A finite number that the text spells, or the text. */
function numberOr(text: string): string | number {
  return /\S/.test(text) && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** A key that would reach into the prototype. */
function isUnsafe(at: Record<string, unknown>, key: string): boolean {
  return key === "__proto__" ||
    (key === "constructor" && typeof at[key] === "function");
}
