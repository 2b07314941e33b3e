/**
 * What the programs of the comparison tell each other.
 *
 * @module
 */

/** What the peer is to do. */
export interface Plan {
  /** Which contender. */
  kind: string;
  /** Its sizes. */
  config: Readonly<Record<string, unknown>>;
  /** Streams side by side. */
  batchSize: number;
  /** Tokens that each stream moves on in a step. */
  sequenceLength: number;
  /** Steps in an epoch. */
  stepsPerEpoch: number;
  /** Where the streams of each epoch begin. */
  phases: number[];
  /** Largest norm of the gradients. */
  clipNorm: number;
  /** Of every step. */
  learningRates: number[];
}

/** What a model is worth on the validation part. */
export interface Measured {
  /** Nats per token. */
  loss: number;
  /** Bits per character, with the borders of its 95 % interval. */
  bits: { value: number; low: number; high: number };
}

/** What the library's training gave. */
export interface Trained extends Measured {
  /** Numbers that training changes. */
  parameters: number;
  /** Steps taken. */
  steps: number;
  /** Time of the training, compiling included. */
  seconds: number;
  /** Tokens that training read in a second. */
  tokensPerSecond: number;
  /** Mean training loss of the last hundred steps; missing where there are none. */
  lastLoss?: number;
  /** Tokens a second of a long text, one row. */
  generatedPerSecond: number;
  /** What it writes. */
  sample: string;
}

/** What the peer's training gave. */
export interface PeerTrained {
  /** Time of as many steps. */
  seconds: number;
  /** Mean training loss of the last hundred steps. */
  lastLoss: number;
}

/** All that was measured of a model. */
export interface Result {
  /** Which contender. */
  name: string;
  ours: Trained;
  /** What the same model is worth after as many steps in PyTorch. */
  peer?: PeerTrained & Measured;
}
