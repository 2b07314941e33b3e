/**
 * Who sees whom: what all attention layers of a network share while they read some tokens.
 *
 * Keys and values are remembered in a ring of C slots, C being the context: the token at position p lies in slot
 * p mod C. There are two rules for what a token sees.
 *
 * - The window slides: a token sees itself and the C − 1 tokens before it, at any position. Positions are rotary; keys
 *   are kept turned by their slot's number. Slots behind the newest token hold tokens of the turn before, whose
 *   positions are C less, so for them queries are turned by C positions more: angles stay small and distances exact.
 * - It starts over: positions are counted from 0 to C − 1 and then from 0 again, and a token sees itself and the tokens
 *   before it since the last position 0. So absolute positions are always ones that training has seen.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import { type Rotation, rotationAt } from "./rotary.ts";

/** Added to the score of a token that is not seen; its weight is exactly 0 then. */
const UNSEEN = -1e9;

/** Sizes that a plan depends on. */
export interface AttentionSizes {
  /** Slots of the ring, C. */
  context: number;

  /** Rotary positions, with a window that slides; undefined for absolute ones, which start over. */
  rotary?: { size: number; base: number } | undefined;
}

/** How some tokens are read at once. */
export interface SequencePlan {
  /** Positions of the tokens for a table of absolute positions, int32, shape (T,), from 0 to C − 1. */
  places: Tensor;
  /** Added to the scores, shape (T, T), or (T, C + T) with a memory. */
  unseen: Tensor;
  /** Angles of the tokens. */
  rotation?: Rotation;
  /** What is to be known of the memory; undefined where there is none and none is kept. */
  memory?: MemoryPlan;
}

/** How the ring is read and written. */
export interface MemoryPlan {
  /** The slots' contents afterwards: places in the slots before, followed by the new tokens, int32, shape (C,). */
  kept: Tensor;
  /** Tokens read afterwards, see {@linkcode planSequence}, int32, shape (). */
  position: Tensor;
  /** With rotary positions. */
  rotary?: {
    /** Angles of the tokens' queries to slots of the turn before. */
    around: Rotation;
    /** Angles by which the tokens' keys are kept. */
    slots: Rotation;
    /** Which slots are of the turn under way, bool, shape (C,). */
    isSameTurn: Tensor;
  };
}

/** How one token of every row is read; rows may have read different numbers of tokens. */
export interface StepPlan {
  /** Their slots, int32, shape (B,). */
  slots: Tensor;
  /** Added to the scores, shape (B, C). */
  unseen: Tensor;
  /** Tokens read afterwards, int32, shape (B,). */
  positions: Tensor;
  /** With rotary positions. */
  rotary?: {
    /** Angles of the tokens, shape (B, S/2). */
    rotation: Rotation;
    /** Angles of their queries to slots of the turn before, shape (B, S/2). */
    around: Rotation;
    /** Which slots are of the turn under way, bool, shape (B, C). */
    isSameTurn: Tensor;
  };
}

/**
 * Plans to read tokens.
 *
 * @param steps How many, T.
 * @param sizes Context and angles.
 * @param position Tokens read before, int32, shape (); from 2C on, less whole contexts, so that it stays below 2C.
 * Undefined to read without memory, and to keep none.
 * @returns The plan.
 */
export function planSequence(
  steps: number,
  { context, rotary }: AttentionSizes,
  position?: Tensor,
): SequencePlan {
  const length = int(context);
  const begin = position === undefined ? int(0) : tf.mod(position, length); // ()
  const to = tf.add(tf.range(0, steps, 1, "int32"), begin); // (T,), from 0 to C + T − 2
  const from = tf.expandDims(to, 1); // (T, 1): who looks; along the other axis, who is looked at
  const isPast = tf.greaterEqual(from, to); // (T, T)
  const isNear = rotary === undefined
    ? tf.equal(turn(from, length), turn(to, length))
    : tf.less(tf.sub(from, to), length); // (T, T)
  const places = tf.mod(to, length); // (T,)
  let seen = tf.logicalAnd(isPast, isNear); // (T, T)
  let memory: MemoryPlan | undefined;
  if (position !== undefined) {
    const slots = tf.range(0, context, 1, "int32"); // (C,)
    const isSameTurn = tf.less(slots, begin); // (C,)
    const old = tf.where(isSameTurn, slots, tf.sub(slots, length)); // (C,): positions of what they hold
    const isReached = tf.less(
      rotary === undefined ? from : tf.sub(from, old),
      length,
    ); // (T, 1) or (T, C)
    const isFilled = rotary === undefined
      ? isSameTurn
      : tf.logicalOr(isSameTurn, tf.greaterEqual(position, length)); // (C,)
    seen = tf.concat([
      tf.cast(tf.logicalAnd(isReached, isFilled), "int32"),
      tf.cast(seen, "int32"),
    ], 1); // (T, C + T)
    const last = tf.add(begin, int(steps - 1)); // ()
    // The last new token of each slot stands as far before the last one as the slots lie apart.
    const newest = tf.sub(
      last,
      tf.mod(tf.add(tf.sub(last, slots), length), length),
    ); // (C,)
    const isNew = tf.greaterEqual(newest, begin); // (C,)
    memory = {
      kept: tf.where(isNew, tf.add(tf.sub(newest, begin), length), slots),
      position: wrapped(tf.add(position, int(steps)), context),
      ...(rotary !== undefined && {
        rotary: {
          around: rotationAt(tf.add(to, length), rotary),
          slots: rotationAt(places, rotary),
          isSameTurn,
        },
      }),
    };
  }
  return {
    places,
    unseen: penalty(tf.cast(seen, "bool")),
    ...(rotary !== undefined && { rotation: rotationAt(to, rotary) }),
    ...(memory !== undefined && { memory }),
  };
}

/** From an int32 tensor of shape (B,) below 2C to the angles there, shape (B, S/2). */
export type RotationLookup = (positions: Tensor) => Rotation;

/**
 * Plans to read one token in every row.
 *
 * @param sizes Context and angles.
 * @param positions Tokens read before, int32, shape (B,), as for {@linkcode planSequence}.
 * @param lookUp Finds angles; without it they are computed.
 * @returns The plan.
 */
export function planStep(
  { context, rotary }: AttentionSizes,
  positions: Tensor,
  lookUp?: RotationLookup,
): StepPlan {
  const length = int(context);
  const slots = tf.mod(positions, length); // (B,)
  const all = tf.range(0, context, 1, "int32"); // (C,)
  const isSameTurn = tf.lessEqual(all, tf.expandDims(slots, 1)); // (B, C)
  const isFull = tf.greaterEqual(positions, length); // (B,)
  const seen = rotary === undefined
    ? isSameTurn
    : tf.logicalOr(isSameTurn, tf.expandDims(isFull, 1)); // (B, C)
  const angles = lookUp ??
    ((positions: Tensor) => rotationAt(positions, rotary!));
  return {
    slots,
    unseen: penalty(seen),
    positions: wrapped(tf.add(positions, int(1)), context),
    ...(rotary !== undefined && {
      rotary: {
        rotation: angles(slots),
        around: angles(tf.add(slots, length)),
        isSameTurn,
      },
    }),
  };
}

/** How many whole contexts lie before a position. */
function turn(position: Tensor, length: Tensor): Tensor {
  return tf.floorDiv(position, length);
}

/** A position from 2C on, less whole contexts: below 2C, and C or more still says that the ring is full. */
function wrapped(position: Tensor, context: number): Tensor {
  const length = int(context);
  return tf.where(
    tf.less(position, int(2 * context)),
    position,
    tf.add(tf.mod(position, length), length),
  );
}

function penalty(seen: Tensor): Tensor {
  return tf.mul(tf.cast(tf.logicalNot(seen), "float32"), UNSEEN);
}

function int(value: number): Tensor {
  return tf.scalar(value, "int32");
}
