/**
 * The cheapest ways to texts that several languages have in common, character by character.
 *
 * Their common points are searched by A* (Hart, Nilsson and Raphael, "A Formal Basis for the Heuristic Determination of
 * Minimum Cost Paths", 1968), guided by the language that has farthest to go; what a search finds out makes the next one
 * shorter (Koenig and Likhachev, "Adaptive A*", 2005).
 *
 * @module
 */
import type { CodePointCost } from "./acceptor.ts";
import type { AllOf } from "./forms/all_of.ts";
import { JointClasses, type Stretch } from "./_joint_classes.ts";
import { Queue } from "./_queue.ts";
import type { TextState, TextStates } from "./_text_states.ts";

/** Most points that a search looks at. */
const MAX_STEPS = 2000;
/** How many searches are given up before none is begun any more: the languages are too large then. */
const MAX_GIVEN_UP = 8;

/** What is known of the ways from a point. */
export interface JointWay {
  /** No way is cheaper. */
  low: number;
  /** There is a way that costs so much; Infinity where none is known. */
  high: number;
  /** The first step of that way. */
  step: Step | undefined;
  /** Whether a search was given up. */
  isGivenUp: boolean;
}

/** A character of a way. */
export interface Step {
  /** The cheapest that leads there. */
  readonly stretch: Stretch;
  /** What it costs. */
  readonly cost: number;
  /** The point after it. */
  readonly after: TextState;
}

/** What is known at some costs. */
interface Table {
  cost: CodePointCost;
  ways: WeakMap<TextState, JointWay>;
  steps: WeakMap<TextState, readonly Step[]>;
  givenUp: number;
}

/** A point that a search has come to. */
interface Visit {
  text: TextState;
  paid: number;
  before: Visit | undefined;
  step: Step | undefined;
  order: number;
}

/** Finds ways, and keeps them. */
export class JointWays {
  readonly #states: TextStates;
  readonly #classes: JointClasses;
  readonly #tables = new WeakMap<object, Table>();

  /**
   * @param joint The languages, joined.
   * @param states Their common points.
   */
  constructor(joint: AllOf, states: TextStates) {
    this.#states = states;
    this.#classes = new JointClasses(joint.parts);
  }

  /**
   * Tells what no way to a complete text is cheaper than.
   *
   * @param text A point.
   * @param cost What characters cost.
   * @returns In tokens; Infinity where there is certainly no way.
   */
  least(text: TextState, cost: CodePointCost): number {
    return this.#classes.isWhole
      ? this.way(text, cost).low
      : this.#states.acceptor.distance(text.state, cost);
  }

  /**
   * Finds the cheapest way to a complete text; where some languages do not say which characters they treat alike, it is the
   * cheapest of some.
   *
   * @param text A point.
   * @param cost What characters cost.
   */
  way(text: TextState, cost: CodePointCost): JointWay {
    let table = this.#tables.get(cost.id);
    if (table === undefined) {
      table = {
        cost,
        ways: new WeakMap(),
        steps: new WeakMap(),
        givenUp: 0,
      };
      this.#tables.set(cost.id, table);
    }
    const way = this.#look(table, text);
    if (!isKnown(way) && !way.isGivenUp && table.givenUp < MAX_GIVEN_UP) {
      this.#search(table, text);
    }
    return way;
  }

  /**
   * Gives characters of a range that lead on, one for each point that they lead to.
   *
   * @param text The point before.
   * @param range The first and the last code point.
   */
  characters(text: TextState, range: Stretch): number[] {
    return this.#classes.groups(text.state as readonly unknown[], range)
      .map(([stretch]) => stretch![0]);
  }

  #look({ cost, ways }: Table, text: TextState): JointWay {
    let way = ways.get(text);
    if (way === undefined) {
      const low = text.isComplete
        ? 0
        : this.#states.acceptor.distance(text.state, cost);
      way = {
        low,
        high: text.isComplete ? 0 : Infinity,
        step: undefined,
        isGivenUp: false,
      };
      ways.set(text, way);
    }
    return way;
  }

  #search(table: Table, root: TextState): void {
    const best = new Map<TextState, number>([[root, 0]]);
    const waiting = new Queue<Visit>();
    waiting.push({
      text: root,
      paid: 0,
      before: undefined,
      step: undefined,
      order: this.#look(table, root).low,
    });
    let looked = 0;
    for (let visit = waiting.pop(); visit; visit = waiting.pop()) {
      const { text, paid } = visit;
      if (paid > best.get(text)!) continue; // a cheaper way was found since
      const { high } = this.#look(table, text);
      if (high < Infinity) {
        this.#keep(table, visit, best, paid + high);
        return;
      }
      if (looked++ >= MAX_STEPS) {
        const way = this.#look(table, root);
        way.low = Math.max(way.low, visit.order);
        way.isGivenUp = true;
        table.givenUp++;
        return;
      }
      for (const step of this.#steps(table, text)) {
        const after = paid + step.cost;
        if (after >= (best.get(step.after) ?? Infinity)) continue;
        const { low, high } = this.#look(table, step.after);
        if (low === Infinity) continue;
        best.set(step.after, after);
        waiting.push({
          text: step.after,
          paid: after,
          before: visit,
          step,
          order: after + (high < Infinity ? high : low),
        });
      }
    }
    for (const text of best.keys()) this.#look(table, text).low = Infinity;
  }

  /** Keeps the way that was found, and that there are none much shorter from the points beside it. */
  #keep(
    table: Table,
    last: Visit,
    best: ReadonlyMap<TextState, number>,
    total: number,
  ): void {
    for (const [text, paid] of best) {
      const way = this.#look(table, text);
      way.low = Math.max(way.low, Math.min(total - paid, way.high));
    }
    let { high } = this.#look(table, last.text);
    for (let at = last; at.before !== undefined; at = at.before) {
      high += at.step!.cost;
      const way = this.#look(table, at.before.text);
      Object.assign(way, { low: high, high, step: at.step });
    }
  }

  /** The points after a point, and the cheapest characters that lead there. */
  #steps({ cost, steps }: Table, text: TextState): readonly Step[] {
    const known = steps.get(text);
    if (known !== undefined) return known;
    const found: Step[] = [];
    const groups = this.#classes.groups(text.state as readonly unknown[]);
    for (const stretches of groups) {
      let [least, stretch] = [Infinity, stretches[0]!];
      for (const other of stretches) {
        const value = cost.cheapest(...other);
        if (value < least) [least, stretch] = [value, other];
      }
      if (least === Infinity) continue;
      const after = this.#states.next(text, stretch[0]);
      if (after !== null) found.push({ stretch, cost: least, after });
    }
    steps.set(text, found);
    return found;
  }
}

/** Whether there is nothing to find out. */
function isKnown({ low, high }: JointWay): boolean {
  return high < Infinity || low === Infinity;
}
