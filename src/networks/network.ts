/**
 * What every network is, whatever its architecture: named parameters and a prediction that carries its state.
 *
 * @module
 */
import type { TensorData } from "../checkpoint/safetensors.ts";
import type { TokenArray, TokenSource } from "../data/token_source.ts";
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

/** What a layer takes, by formula. */
export interface LayerDescription {
  /** What its parameters' names begin with, such as `lstm_1`. */
  readonly name: string;
  /** What it is, such as `LSTM`. */
  readonly type: string;
  /** Numbers that it says of each token, the last dimension of its output. */
  readonly width: number;
  /**
   * Floating-point operations of its matrix products forward, per token: two for each weight that is multiplied, as
   * `torch.utils.flop_counter` counts. Additions, norms and bends are left out.
   */
  readonly flops: number;
  /** Numbers per token that a training step holds at once, about: what it keeps for the way back, and makes on it. */
  readonly activations: number;
  /** Numbers per row that generation remembers. */
  readonly state: number;
}

/** How a network learns that counts what it reads, in place of steps along gradients. */
export interface Counting {
  /** How much it has counted, which stands for the number of its parameters. */
  readonly size: number;
  /** How many n-grams it has counted of one token, of two, and so on. */
  readonly lengths: readonly number[];
  /** Bytes that it holds on the host. */
  readonly memory: {
    /** The counts. */
    readonly counts: number;
    /** What it makes of them to predict. */
    readonly smoothing: number;
    /** That, while it is made. */
    readonly making: number;
  };
  /** Another number whenever it may have counted more. */
  readonly version: number;

  /**
   * Counts a document, which begins without memory, piece by piece.
   *
   * @param document Its ids.
   * @returns Yields how many tokens were counted, after each piece.
   */
  count(document: TokenArray | TokenSource): Iterable<number>;

  /**
   * Measures the loss on a document, piece by piece.
   *
   * @param document Its ids.
   * @returns Yields the loss of each piece. Together they are minus the sum of the natural log-probabilities of all its
   * tokens but the first.
   */
  measure(document: TokenArray | TokenSource): Iterable<number>;

  /** What a file keeps of the counts. */
  tensors(): Map<string, TensorData>;

  /**
   * Takes over what a file kept.
   *
   * @param tensors As {@linkcode Counting.tensors} gave them.
   * @throws {RangeError} If they are not those.
   */
  setTensors(tensors: ReadonlyMap<string, TensorData>): void;
}

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
   * How it counts; its numbers are computed on the host from tensors that are read, so that nothing of it can be compiled.
   *
   * @default {undefined} for a network that learns by gradients
   */
  readonly counting?: Counting;
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
   * Describes the layers, in the order of the data's way through the network; a network that does not is described by its
   * parameters.
   *
   * @param steps Tokens that are read at once, T.
   * @returns What each layer takes.
   */
  describe?(steps: number): LayerDescription[];

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
 * @returns How many numbers training changes; of a network that counts, how much it has counted.
 */
export function countParameters(
  { parameters, counting }: Pick<Network, "parameters" | "counting">,
): number {
  return [...parameters.values()].reduce(
    (sum, parameter) => sum + parameter.size,
    counting?.size ?? 0,
  );
}
