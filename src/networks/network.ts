/**
 * What every network is, whatever its architecture: named parameters and a prediction that carries its state.
 *
 * @module
 */
import type { Tensor } from "../engine/tf.ts";
import type {
  Prediction,
  Predictor,
  PredictorState,
} from "../generation/predictor.ts";
import type { DropoutDraw } from "../layers/dropout.ts";
import type { Parameter } from "../layers/parameter.ts";

/** Options of a network's `forward()`. */
export interface ForwardOptions {
  /** Which dropout masks to draw; without it nothing is dropped. */
  dropout?: DropoutDraw;
}

/** Sizes and parts of a network, as plain JSON. */
export type NetworkConfig = Readonly<Record<string, number | string | boolean>>;

/** A network over token ids. */
export interface Network extends Predictor {
  /** Name of the architecture, such as `lstm`. */
  readonly kind: string;
  /** All that is needed to build the same network again, as plain JSON. */
  readonly config: NetworkConfig;
  /** One line, such as `LSTM, 1 layer of 256 units, 353,110 parameters`. */
  readonly description: string;
  /** Everything that training changes, by name, in the order of the data's way through the network. */
  readonly parameters: ReadonlyMap<string, Parameter>;
  /**
   * Whether training carries the state from batch to batch. Where it does not, it gives `forward()` an empty state, with
   * which every row is read by itself and no state comes back.
   *
   * @default {true}
   */
  readonly carriesState?: boolean;
  /**
   * Whether `forward()` reads the tokens of a window all at once, not one after the other. Its products are large enough
   * for all cores then, so training leaves a batch whole in place of working on parts of it side by side.
   *
   * @default {undefined} which is so where the state is not carried
   */
  readonly readsAtOnce?: boolean;
  /**
   * Tokens that the network reads at once: the windows of training, unless it is told otherwise.
   *
   * @default {undefined} for a network without such a limit
   */
  readonly context?: number;

  /**
   * Reads a sequence.
   *
   * @param ids Token ids, int32, shape (B, T).
   * @param state The state before them.
   * @param options Whether and how to drop out.
   * @returns Logits of shape (B, T, V), and the state after the last token.
   */
  forward(
    ids: Tensor,
    state: PredictorState,
    options?: ForwardOptions,
  ): Prediction;
}

/**
 * @param network Any network.
 * @returns How many numbers training changes.
 */
export function countParameters(network: Pick<Network, "parameters">): number {
  return [...network.parameters.values()].reduce(
    (sum, parameter) => sum + parameter.size,
    0,
  );
}
