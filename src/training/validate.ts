/**
 * The loss on text that was kept apart, every token counted once.
 *
 * @module
 */
import { evaluationWindows } from "../data/evaluation_windows.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import type { PredictorState } from "../generation/predictor.ts";
import type { Network } from "../models/network.ts";
import { tokenLosses } from "./loss.ts";

/** Tokens that a stream has at least: each stream begins without memory, so there must not be too many. */
const SHORTEST_STREAM = 256;
/** Streams side by side, at most. */
const MOST_STREAMS = 64;
/** Tokens of a stream that are read at a time. */
const WINDOW = 64;

/**
 * Mean loss over tokens, read as contiguous streams with the state carried on. The way the text is cut depends on its
 * length alone, so the result does not depend on the batches that training uses.
 *
 * @param network What to measure.
 * @param ids The text's tokens, two at least.
 * @param pause Awaited after every window; the measurement is given up when it says `true`.
 * @returns Nats per token; undefined when it was given up.
 */
export async function validate(
  network: Network,
  ids: Int32Array,
  pause: () => Promise<boolean>,
): Promise<number | undefined> {
  const streams = Math.min(
    MOST_STREAMS,
    Math.ceil(ids.length / SHORTEST_STREAM),
  );
  let state: PredictorState = network.zeroState(streams);
  let [sum, count] = [0, 0];

  /** Reads a window in every stream: moves the state on and gives the loss of every target, shape (BT,). */
  async function read(
    inputs: Int32Array,
    targets: Int32Array,
    width: number,
  ): Promise<ArrayLike<number>> {
    const before = state;
    let losses: Tensor;
    try {
      losses = tf.tidy(() => {
        const ids = tf.tensor2d(inputs, [streams, width], "int32"); // (B, T)
        const next = network.forward(ids, before); // logits (B, T, V)
        state = next.state.map((tensor) => tf.keep(tensor));
        const rows = tf.reshape(next.logits, [streams * width, -1]); // (BT, V)
        return tokenLosses(rows, tf.tensor1d(targets, "int32"));
      });
    } finally {
      if (state !== before) tf.dispose([...before]);
    }
    try {
      return await losses.data();
    } finally {
      losses.dispose();
    }
  }

  try {
    for (
      const { inputs, targets, counted, width } of evaluationWindows(ids, {
        streams,
        sequenceLength: WINDOW,
      })
    ) {
      const losses = await read(inputs, targets, width); // (BT,)
      for (const [place, isCounted] of counted.entries()) {
        if (isCounted) sum += losses[place]!;
        count += isCounted;
      }
      if (await pause()) return undefined;
    }
  } finally {
    tf.dispose([...state]);
  }
  return sum / count;
}
