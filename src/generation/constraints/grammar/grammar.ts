/**
 * Grammars: characters, one after the other, or a choice of them, repeated, and rules that have names.
 *
 * The same part is one node wherever it stands, so that ways to read a text that go on alike are one way. Parts are put
 * into simpler forms of the same language as they are made: `a|a` is `a`, `ab|ac` is `a(b|c)`, `(a*)*` is `a*`.
 *
 * @module
 */
import {
  type CharacterSet,
  charactersOf,
  NO_CHARACTER,
  unionOf,
} from "./character_set.ts";

/** A part of a grammar. Parts of a part have lower ids, but for what a rule names. */
export type GrammarNode =
  | { readonly id: number; readonly kind: "empty" }
  | {
    readonly id: number;
    readonly kind: "characters";
    readonly set: CharacterSet;
  }
  | {
    readonly id: number;
    readonly kind: "sequence";
    readonly first: GrammarNode;
    readonly rest: GrammarNode;
  }
  | {
    readonly id: number;
    readonly kind: "choice";
    readonly options: readonly GrammarNode[];
  }
  | {
    readonly id: number;
    readonly kind: "repeat";
    readonly part: GrammarNode;
    readonly min: number;
    /** Infinity where there is no end. */
    readonly max: number;
  }
  | { readonly id: number; readonly kind: "rule"; readonly name: string };

/** A node that has no number yet. */
type Unnumbered = GrammarNode extends infer N
  ? N extends GrammarNode ? Omit<N, "id"> : never
  : never;

/** A grammar of more parts is refused. */
const MOST_NODES = 2_000_000;

/** Larger numbers of repetitions are refused. */
const MOST_REPEATS = 2 ** 30;

/** Beyond so many branches one after the other, beginnings are no longer shared. */
const DEEPEST_SHARING = 500;

/** A grammar under construction, and finished. */
export class Grammar {
  /** Every part, by id. */
  readonly nodes: GrammarNode[] = [];
  /** What the rules stand for. */
  readonly rules = new Map<string, GrammarNode>();
  /** The empty text. */
  readonly empty: GrammarNode;
  /** No text at all. */
  readonly nothing: GrammarNode;
  readonly #byCharacter = new Map<string, GrammarNode>();
  readonly #byKey = new Map<string, GrammarNode>();
  /** The parts that may be the empty text whatever the rules stand for. */
  readonly #emptiable = new Set<GrammarNode>();
  readonly #withoutEmpty = new Map<GrammarNode, GrammarNode>();

  /** Begins a grammar. */
  constructor() {
    this.empty = this.#node("", { kind: "empty" });
    this.nothing = this.characters(NO_CHARACTER);
  }

  /**
   * One character of a set.
   *
   * @param set The characters.
   */
  characters(set: CharacterSet): GrammarNode {
    return this.#node(`c${set.join()}`, { kind: "characters", set });
  }

  /**
   * A text as it stands.
   *
   * @param text The text.
   * @param rest What comes after it; nothing when left out.
   */
  text(text: string, rest: GrammarNode = this.empty): GrammarNode {
    const parts = Array.from(text, (character) => {
      let part = this.#byCharacter.get(character);
      if (part === undefined) {
        part = this.characters(charactersOf(character));
        this.#byCharacter.set(character, part);
      }
      return part;
    });
    parts.push(rest);
    return this.sequence(parts);
  }

  /**
   * Parts one after the other.
   *
   * @param parts The parts.
   */
  sequence(parts: readonly GrammarNode[]): GrammarNode {
    return parts.reduceRight((rest, first) => {
      if (rest === this.empty) return first;
      if (first === this.empty) return rest;
      if (first === this.nothing || rest === this.nothing) return this.nothing;
      return this.#node(`s${first.id},${rest.id}`, {
        kind: "sequence",
        first,
        rest,
      });
    }, this.empty);
  }

  /**
   * One of several parts.
   *
   * @param options The parts; none of them: no text at all.
   */
  choice(options: readonly GrammarNode[]): GrammarNode {
    return this.#choice(options, 0);
  }

  /**
   * A part several times.
   *
   * @param part The part.
   * @param min How often at least.
   * @param max How often at most, Infinity for no end.
   * @throws {RangeError} If a number is larger than 2³⁰.
   */
  repeat(part: GrammarNode, min: number, max: number): GrammarNode {
    if (min > MOST_REPEATS || (max > MOST_REPEATS && max !== Infinity)) {
      throw new RangeError(
        `Cannot constrain: a part may be repeated ${MOST_REPEATS} times at most: ${
          min > MOST_REPEATS ? min : max
        }`,
      );
    }
    if (min > max) return this.nothing;
    if (max === 0 || part === this.empty) return this.empty;
    if (part === this.nothing) return min === 0 ? this.empty : part;
    if (this.#emptiable.has(part)) { // a repetition that is empty is none
      part = this.#notEmpty(part);
      min = 0;
    }
    if (min === 1 && max === 1) return part;
    if (part.kind === "repeat") {
      // (x{a,b}){c,d} has every number of x from ca to db where no gap is between ka…kb and (k+1)a…(k+1)b.
      const { min: a, max: b } = part;
      const hasGaps = min < max && a > (min === 0 ? 1 : min * (b - a) + 1);
      const most = max * b;
      if (!hasGaps && (most <= MOST_REPEATS || most === Infinity)) {
        return this.repeat(part.part, min * a, most);
      }
    }
    return this.#node(`r${part.id},${min},${max}`, {
      kind: "repeat",
      part,
      min,
      max,
    });
  }

  /**
   * What a rule stands for.
   *
   * @param name Name of the rule, which may be defined later.
   */
  rule(name: string): GrammarNode {
    return this.#node(`n${name}`, { kind: "rule", name });
  }

  /**
   * Defines a rule.
   *
   * @param name Name of the rule.
   * @param node What it stands for.
   * @returns The rule.
   */
  define(name: string, node: GrammarNode): GrammarNode {
    this.rules.set(name, node);
    return this.rule(name);
  }

  #choice(options: readonly GrammarNode[], depth: number): GrammarNode {
    const sets: CharacterSet[] = [];
    const byFirst = new Map<GrammarNode, Set<GrammarNode>>();
    const all = options.flatMap((option) =>
      option.kind === "choice" ? option.options : [option]
    );
    for (const option of all) {
      if (option === this.nothing) continue;
      const isSequence = option.kind === "sequence";
      const first = isSequence ? option.first : option;
      let rests = byFirst.get(first);
      if (rests === undefined) byFirst.set(first, rests = new Set());
      rests.add(isSequence ? option.rest : this.empty);
    }
    const found = new Set<GrammarNode>();
    for (const [first, rests] of byFirst) {
      if (rests.size === 1 && rests.has(this.empty)) {
        if (first.kind === "characters") sets.push(first.set);
        else found.add(first);
      } else if (rests.size > 1 && depth < DEEPEST_SHARING) {
        found.add(this.#shareBeginning(first, [...rests], depth));
      } else {
        for (const rest of rests) found.add(this.sequence([first, rest]));
      }
    }
    if (sets.length > 0) found.add(this.characters(unionOf(sets)));
    if (found.size === 0) return this.nothing;
    if (found.size === 1) return [...found][0]!;
    const nodes = [...found].sort((a, b) => a.id - b.id);
    return this.#node(`o${nodes.map(({ id }) => id).join()}`, {
      kind: "choice",
      options: nodes,
    });
  }

  /** Sequences that begin alike, as one: what is alike, then a choice of the rests. */
  #shareBeginning(
    first: GrammarNode,
    rests: GrammarNode[],
    depth: number,
  ): GrammarNode {
    const alike = [first];
    for (;;) {
      const [one] = rests;
      if (one?.kind !== "sequence") break;
      const next = one.first;
      if (
        !rests.every((rest) => rest.kind === "sequence" && rest.first === next)
      ) break;
      alike.push(next);
      rests = rests.map((rest) => rest.kind === "sequence" ? rest.rest : rest);
    }
    return this.sequence([...alike, this.#choice(rests, depth + 1)]);
  }

  /** Whether a part may be the empty text, as far as that is known without the rules. */
  #isEmptiable(node: Unnumbered): boolean {
    if (node.kind === "sequence") {
      return this.#emptiable.has(node.first) && this.#emptiable.has(node.rest);
    }
    if (node.kind === "choice") {
      return node.options.some((option) => this.#emptiable.has(option));
    }
    if (node.kind === "repeat") return node.min === 0;
    return node.kind === "empty";
  }

  /** A part without its empty text. */
  #notEmpty(node: GrammarNode): GrammarNode {
    if (!this.#emptiable.has(node)) return node;
    let made = this.#withoutEmpty.get(node);
    if (made !== undefined) return made;
    if (node.kind === "sequence") {
      made = this.choice([
        this.sequence([this.#notEmpty(node.first), node.rest]),
        this.#notEmpty(node.rest),
      ]);
    } else if (node.kind === "choice") {
      made = this.choice(node.options.map((option) => this.#notEmpty(option)));
    } else if (node.kind === "repeat") {
      made = this.repeat(node.part, 1, node.max);
    } else made = this.nothing;
    this.#withoutEmpty.set(node, made);
    return made;
  }

  #node(key: string, node: Unnumbered): GrammarNode {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const id = this.nodes.length;
    if (id === MOST_NODES) {
      throw new RangeError(
        `Cannot constrain: a grammar may have ${MOST_NODES} parts at most: this one has more`,
      );
    }
    const made = { id, ...node } as GrammarNode;
    this.nodes.push(made);
    if (this.#isEmptiable(node)) this.#emptiable.add(made);
    this.#byKey.set(key, made);
    return made;
  }
}
