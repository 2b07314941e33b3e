/**
 * Classifier-free guidance: what the prompt makes likelier than another text does, made likelier still.
 *
 *     logits = u + scale · (c − u)      c = ln softmax(after the prompt), u = ln softmax(after the other text)
 *
 * Sanchez et al., "Stay on topic with Classifier-Free Guidance", 2023, equation 3. Both read what is written. The other
 * text is a negative prompt, from which the writing is to lead away, or else nothing but the prompt's last token.
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/tf.ts";
import { checkOptionNames } from "../../text/options.ts";
import type { Predictor, PredictorState, Stepper } from "../predictor.ts";
import { checkPredictor, tokenIds } from "./_token_ids.ts";
import { stateLength } from "./mixture.ts";

/** Options of {@linkcode guided}. */
export interface GuidanceOptions {
  /** How far to go: 1 is the model as it is, above 1 the prompt counts more. */
  scale: number;

  /**
   * Token ids of the negative prompt, one at least.
   *
   * @default {undefined} which takes the prompt's last token
   */
  negative?: ArrayLike<number>;
}

/**
 * A model under guidance. Its `forward()` reads a prompt; what `step()` reads is the prompt's last token and then what is
 * written.
 *
 * @param predictor The model.
 * @param options How far, and from what.
 * @returns The guided model.
 * @throws {RangeError} If the scale is not a finite number, the negative prompt is empty, or the model starts over after
 * some tokens: it would forget the negative prompt.
 * @throws {TypeError} If there is a negative prompt at scale 1, where it has no effect.
 *
 * @example Away from a negative prompt
 * ```ts
 * import { beamSearch, buildLSTM, CharTokenizer, guided } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const tokenizer = CharTokenizer.train("a calm sea, a wild sea");
 * const { network } = buildLSTM({ tokenizer, units: 8 });
 * const calm = guided(network, { scale: 2, negative: tokenizer.encode("wild") });
 * const [best] = await beamSearch(calm, { prompt: tokenizer.encode("a calm"), maxTokens: 4 });
 * assertEquals(best!.tokens.length, 4);
 * ```
 */
export function guided(
  predictor: Predictor,
  options: GuidanceOptions,
): Predictor {
  checkPredictor("Cannot guide", predictor, false);
  checkOptionNames("Cannot guide", options, ["scale", "negative"]);
  const { scale } = options;
  const negative = options.negative === undefined
    ? undefined
    : tokenIds("Cannot guide", "negative", options.negative);
  if (!Number.isFinite(scale)) {
    throw new RangeError(
      `Cannot guide: the scale must be a finite number: ${scale}`,
    );
  }
  if (negative?.length === 0) {
    throw new RangeError(
      "Cannot guide: the negative prompt must have a token: it has none; leave it out to lead away from nothing",
    );
  }
  if (scale === 1 && negative !== undefined) {
    throw new TypeError(
      "Cannot guide: the negative prompt has no effect at scale 1, leave it out, or give another scale",
    );
  }
  if (predictor.startsOverAfter !== undefined) {
    throw new RangeError(
      `Cannot guide: the model must remember what it reads: it starts over after ${predictor.startsOverAfter} tokens; ` +
        "rotary positions have no such limit",
    );
  }
  return new Guided(predictor, scale, negative);
}

/** Its state: whether a row has taken a step, int32, shape (B,); that of the one reader; that of the other. */
class Guided implements Predictor {
  readonly isCompilable: boolean;
  readonly #predictor: Predictor;
  readonly #scale: number;
  readonly #negative: Int32Array | undefined;
  #length: number | undefined;

  constructor(
    predictor: Predictor,
    scale: number,
    negative: Int32Array | undefined,
  ) {
    this.isCompilable = predictor.isCompilable === true;
    this.#predictor = predictor;
    this.#scale = scale;
    this.#negative = negative;
  }

  zeroState(batch: number): PredictorState {
    return [
      tf.zeros([batch], "int32"),
      ...this.#predictor.zeroState(batch),
      ...this.#otherState(batch),
    ];
  }

  /** What the other reader remembers before its first step. */
  #otherState(batch: number): PredictorState {
    const zero = this.#predictor.zeroState(batch);
    const before = this.#negative?.subarray(0, -1) ?? new Int32Array();
    if (before.length === 0) return zero;
    return tf.tidy(() => {
      const ids = tf.tile(
        tf.tensor2d(before, [1, before.length], "int32"),
        [batch, 1],
      );
      const { state } = this.#predictor.forward(ids, zero);
      tf.dispose([...zero]);
      return [...state];
    });
  }

  forward(ids: Tensor, state: PredictorState): ReturnType<Stepper> {
    const { taken, one, other } = this.#parts(state);
    const next = this.#predictor.forward(ids, one);
    return {
      logits: next.logits,
      state: [taken, ...next.state, ...other].map((tensor) => tf.clone(tensor)),
    };
  }

  step(ids: Tensor, state: PredictorState): ReturnType<Stepper> {
    return this.#ask(
      (ids, state) => this.#predictor.step(ids, state),
      ids,
      state,
    );
  }

  stepper(): Stepper {
    const ask = this.#predictor.stepper?.();
    return ask === undefined
      ? (ids, state) => this.step(ids, state)
      : (ids, state) => this.#ask(ask, ids, state);
  }

  #ask(ask: Stepper, ids: Tensor, state: PredictorState): ReturnType<Stepper> {
    const { taken, one, other } = this.#parts(state);
    const last = this.#negative?.at(-1);
    const otherIds = last === undefined ? ids : tf.where(
      tf.equal(taken, tf.scalar(0, "int32")),
      tf.fill(ids.shape, last, "int32"),
      ids,
    ); // (B,)
    const conditional = ask(ids, one);
    const unconditional = ask(otherIds, other);
    const c = tf.logSoftmax(conditional.logits); // (B, V)
    const u = tf.logSoftmax(unconditional.logits); // (B, V)
    return {
      logits: tf.add(u, tf.mul(tf.sub(c, u), this.#scale)),
      state: [
        tf.onesLike(taken),
        ...conditional.state,
        ...unconditional.state,
      ],
    };
  }

  #parts([taken, ...states]: PredictorState): {
    taken: Tensor;
    one: PredictorState;
    other: PredictorState;
  } {
    const length = this.#length ??= stateLength(this.#predictor);
    return {
      taken: taken!,
      one: states.slice(0, length),
      other: states.slice(length),
    };
  }
}
