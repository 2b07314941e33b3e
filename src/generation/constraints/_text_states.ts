/**
 * An acceptor at work: one object for each of its states, which keeps where every character leads.
 *
 * @module
 */
import type { Acceptor } from "./acceptor.ts";
import { codePointRange, WHOLE } from "./_partial_character.ts";
import { WritingState } from "./_writing_state.ts";

/** Most states that are kept. */
const MAX_STATES = 50_000;

/** A state of an acceptor. */
export class TextState {
  /** The state as the acceptor has it. */
  readonly state: unknown;
  /** Whether the text may end here. */
  readonly isComplete: boolean;
  /** By ASCII character, the state after it: null where none is. */
  readonly afterASCII: (TextState | null | undefined)[] = [];
  /** The same of all other characters. */
  readonly afterOther: Map<number, TextState | null> = new Map();
  /** By the bytes of a character that are known, whether it may lead on. */
  readonly leads: Map<number, boolean> = new Map();
  /** By context of the decoder, the point of the text where no character is incomplete. */
  readonly points: WritingState[] = [];
  /** Other points, by context and the bytes that are known. */
  readonly partialPoints: Map<number, WritingState> = new Map();

  /**
   * @param state The state as the acceptor has it.
   * @param isComplete Whether the text may end here.
   */
  constructor(state: unknown, isComplete: boolean) {
    this.state = state;
    this.isComplete = isComplete;
  }
}

/** The states of an acceptor. */
export class TextStates {
  /** The language. */
  readonly acceptor: Acceptor;
  readonly #states = new Map<string | number, TextState>();

  readonly #maxStates: number;

  /**
   * @param acceptor The language.
   * @param maxStates How many states may be kept.
   */
  constructor(acceptor: Acceptor, maxStates: number = MAX_STATES) {
    this.#maxStates = maxStates;
    this.acceptor = acceptor;
  }

  /** The state before the first character. */
  get start(): TextState {
    return this.at(this.acceptor.start);
  }

  /**
   * Reads a character.
   *
   * @param text The text so far.
   * @param codePoint The character.
   * @returns The text with it; null where no text of the language goes on so.
   */
  next(text: TextState, codePoint: number): TextState | null {
    const known = codePoint < 0x80
      ? text.afterASCII[codePoint]
      : text.afterOther.get(codePoint);
    if (known !== undefined) return known;
    const after = this.acceptor.next(text.state, codePoint);
    const state = after === undefined ? null : this.at(after);
    if (codePoint >= 0x80) text.afterOther.set(codePoint, state);
    else {
      if (text.afterASCII.length === 0) {
        text.afterASCII.push(...new Array<undefined>(0x80));
      }
      text.afterASCII[codePoint] = state;
    }
    return state;
  }

  /**
   * Tells whether a character of which some bytes are known may lead on.
   *
   * @param text The text before it.
   * @param partial What is known of it.
   */
  leadsOn(text: TextState, partial: number): boolean {
    let leads = text.leads.get(partial);
    if (leads === undefined) {
      const [from, to] = codePointRange(partial);
      leads = this.acceptor.leadsOn(text.state, from, to);
      text.leads.set(partial, leads);
    }
    return leads;
  }

  /**
   * Gives a point of a text, one object for equal points.
   *
   * @param text The text up to the last whole character.
   * @param partial What is known of the next one.
   * @param context The decoder's context.
   */
  point(text: TextState, partial: number, context: number): WritingState {
    if (partial === WHOLE) {
      return text.points[context] ??= new WritingState(text, WHOLE, context);
    }
    const key = context * 2 ** 20 + partial; // a partial character has 17 bits at most
    let point = text.partialPoints.get(key);
    if (point === undefined) {
      point = new WritingState(text, partial, context);
      text.partialPoints.set(key, point);
    }
    return point;
  }

  /** Forgets what was kept, once it is much; states that somebody holds go on to work. */
  tidy(): void {
    if (this.#states.size <= this.#maxStates) return;
    for (const state of this.#states.values()) {
      state.afterASCII.length = 0;
      state.afterOther.clear();
      state.leads.clear();
      state.points.length = 0;
      state.partialPoints.clear();
    }
    this.#states.clear();
  }

  /**
   * Gives the object of a state.
   *
   * @param state The state as the acceptor has it.
   */
  at(state: unknown): TextState {
    const key = this.acceptor.key(state);
    let text = this.#states.get(key);
    if (text === undefined) {
      text = new TextState(state, this.acceptor.isComplete(state));
      this.#states.set(key, text);
    }
    return text;
  }
}
