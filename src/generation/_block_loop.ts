/**
 * The compiled loop that writes a block: it chooses a token in every row and reads it, again and again.
 *
 * @module
 */
import { whileLoop } from "../engine/control_flow.ts";
import { sideBySide } from "../engine/side_by_side.ts";
import { sliceAt, withSliceAt } from "../engine/slices.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import {
  areSound,
  chooseLikeliest,
  type Drawing,
  drawTokens,
} from "./_choose.ts";
import { emptyDetails, type Told, withDetails } from "./_inspect_rows.ts";
import { partsOf } from "./_parts_of_rows.ts";
import { countOn, penalize, type PenaltyNumbers } from "./_seen_tokens.ts";
import type { Predictor } from "./predictor.ts";

/** What a block is written from. */
export interface BlockInputs {
  /** The token before the first in every row, which the model has not read yet, int32, shape (B,). */
  tokens: Tensor;
  /** What the model remembers before it. */
  state: Tensor[];
  /** How many tokens to write, int32, shape (). */
  length: Tensor;
  /** How to draw; absent for the likeliest token always. */
  drawing?: Drawing;
  /** What to draw each token with, shape (B, room). */
  uniforms?: Tensor;
  /** The penalties, if there are any. */
  penalties?: PenaltyNumbers;
  /** What they have seen. */
  seen?: {
    /** How often each token was there, but for the last one, shape (B, V). */
    counts: Tensor;
    /** Tokens that leave the window, int32, shape (B, room). */
    leaving: Tensor;
  };
  /** Place of the first that leaves, int32, shape (). */
  offset?: Tensor;
  /** What to tell of the tokens beside their log-probabilities; absent where nothing is told of them. */
  told?: Told;
}

/** What a block gives, and what its loop carries from token to token. */
export interface BlockState {
  /** Place of the next token, int32, shape (). */
  place: Tensor;
  /** int32, shape (room, B); where there are penalties, as many tokens that leave their window stand before. */
  ids: Tensor;
  /** Whether all scores so far were numbers, bool, shape (). */
  sound: Tensor;
  /** The last tokens, which the model has not read yet, int32, shape (B,). */
  tokens: Tensor;
  /** How often penalties have seen each token before these, shape (B, V); none without penalties. */
  counts: Tensor[];
  /** What the model held of the tokens, as `emptyDetails()` has it; none where that was not asked for. */
  details: Tensor[];
  /** What the model remembers before them. */
  state: Tensor[];
}

/** With what a block is written. */
export interface LoopParts {
  /** The model. */
  predictor: Predictor;
  /** Tokens that a block has room for. */
  room: number;
  /** Tells how many tokens there are, V. */
  vocabSize: () => number;
}

/**
 * Writes a block, its rows in as many parts as there are cores, if there are enough of them.
 *
 * @param inputs What it is written from.
 * @param loop With what.
 * @returns What each part gives.
 */
export function writeParts(
  inputs: BlockInputs,
  loop: LoopParts,
): BlockState[] {
  const { tokens, state, uniforms, seen, ...shared } = inputs;
  const parts = partsOf(tokens.size);
  if (parts.length === 1) return [writeBlock(inputs, loop)];
  const items = parts.map((rows) => {
    const part = (x: Tensor): Tensor => tf.slice(x, rows[0]!, rows.length);
    return {
      tokens: part(tokens),
      state: state.map(part),
      ...(uniforms && { uniforms: part(uniforms) }),
      ...(seen && {
        seen: { counts: part(seen.counts), leaving: part(seen.leaving) },
      }),
    };
  });
  return sideBySide(
    items,
    (item) => writeBlock({ ...shared, ...item }, loop),
  );
}

function writeBlock(
  inputs: BlockInputs,
  { predictor, room, vocabSize }: LoopParts,
): BlockState {
  const { tokens, state, uniforms, length, drawing, seen, told } = inputs;
  const rows = tokens.size;
  const draws = uniforms && tf.transpose(uniforms); // (room, B)
  const choose = (scores: Tensor, place: Tensor): Tensor =>
    draws === undefined || drawing === undefined
      ? chooseLikeliest(scores)
      : drawTokens(scores, sliceAt(draws, place), drawing);
  const first = tf.scalar(seen ? room : 0, "int32");
  const empty = tf.zeros([room, rows], "int32");
  const step = predictor.stepper?.() ??
    ((ids, state) => predictor.step(ids, state));
  return whileLoop(
    ({ place, sound }: BlockState) =>
      tf.logicalAnd(sound, tf.less(place, length)),
    ({ place, ids, tokens, counts: [before], details, state }) => {
      const next = step(tokens, state);
      const logits = tf.reshape(next.logits, [rows, -1]); // (B, V)
      const counts = before && countOn(
        before,
        tokens,
        sliceAt(ids, tf.add(place, inputs.offset!)),
      );
      const scores = counts
        ? penalize(logits, counts, inputs.penalties!)
        : logits;
      const chosen = choose(scores, place); // (B,)
      return {
        place: tf.add(place, tf.scalar(1, "int32")),
        ids: withSliceAt(ids, tf.add(place, first), chosen),
        sound: areSound(logits),
        tokens: chosen,
        counts: counts ? [counts] : [],
        details: details.length > 0
          ? withDetails(details, place, logits, chosen)
          : [],
        state: [...next.state],
      };
    },
    {
      place: tf.scalar(0, "int32") as Tensor,
      ids: seen ? tf.concat([tf.transpose(seen.leaving), empty]) : empty,
      sound: tf.scalar(true, "bool") as Tensor,
      tokens,
      counts: seen ? [seen.counts] : [],
      details: told === undefined ? [] : emptyDetails({
        length: room,
        rows,
        vocabSize: vocabSize(),
        told,
      }),
      state,
    },
  );
}
