/**
 * Random tensors by counter: the numbers are a pure function of (seed, stream, draw), the same ones on every engine,
 * compiled or not.
 *
 * On the tensorflow engine an op draws them (`StatelessRandomUniformFullIntV2` with Philox 4×32-10, whose key is the
 * seed and whose 128-bit counter is block and stream), elsewhere `RandomStream` does, in JavaScript.
 *
 * @module
 */
import { RandomStream, seedNumber, streamNumber, words } from "./random.ts";
import {
  TF_FLOAT,
  TF_INT32,
  TF_INT64,
  TF_UINT32,
  TF_UINT64,
} from "./tensorflow/dtypes.ts";
import {
  intAttribute,
  requireRuntime,
  typeAttribute,
} from "./tensorflow/native_op.ts";
import { nativeRuntime } from "./tensorflow/runtime.ts";
import { type Tensor, tf } from "./tf.ts";

/** Options of {@linkcode randomUniform}. */
export interface RandomUniformOptions {
  /**
   * Any safe integer, or the tensor that {@linkcode seedTensor} makes of one: in a compiled function a plain number is
   * the same at every call.
   */
  seed: number | Tensor;

  /**
   * Which of the seed's independent streams: a name, or a safe integer from 0.
   *
   * @default {0}
   */
  stream?: number | string;

  /**
   * Which draw of this shape, from 0: each has numbers of its own. An int32 tensor of shape () where it changes between
   * the calls of a compiled function.
   *
   * @default {0}
   */
  draw?: number | Tensor;
}

/** Philox makes four numbers at a time. */
const BLOCK = 4;
/** Alg of TensorFlow's stateless ops: Philox. */
const PHILOX = 1;

/**
 * Draws numbers from 0 up to but not 1, multiples of 2⁻²⁴.
 *
 * @param shape Lengths of the axes.
 * @param options Seed, stream and draw.
 * @returns float32 of the shape.
 * @throws {RangeError} If the seed or the stream is out of range.
 *
 * @example Numbers that can be drawn again
 * ```ts
 * import { randomUniform, useEngine } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * await useEngine("auto");
 * const once = await randomUniform([3], { seed: 42, stream: "dropout" }).data();
 * assertEquals(await randomUniform([3], { seed: 42, stream: "dropout" }).data(), once);
 * ```
 */
export function randomUniform(
  shape: readonly number[],
  options: RandomUniformOptions,
): Tensor {
  const { seed, stream = 0, draw = 0 } = options;
  const size = shape.reduce((product, length) => product * length, 1);
  return nativeRuntime() === undefined
    ? tf.tensor(inJavaScript(size, seed, stream, draw), [...shape], "float32")
    : byTensorFlow([...shape], size, seed, stream, draw);
}

/**
 * A seed as a tensor, to hand over to a compiled function.
 *
 * @param seed Any safe integer.
 * @returns int32, shape (2,): its low and its high 32 bits.
 */
export function seedTensor(seed: number): Tensor {
  return tf.tensor1d(
    Int32Array.from(words(seedNumber(seed)), (word) => word | 0),
  );
}

function inJavaScript(
  size: number,
  seed: number | Tensor,
  stream: number | string,
  draw: number | Tensor,
): Float32Array {
  const random = new RandomStream(
    typeof seed === "number" ? seed : seedOf(seed.dataSync()),
    stream,
  );
  const index = typeof draw === "number" ? draw : draw.dataSync()[0]!;
  const first = index * BLOCK * Math.ceil(size / BLOCK);
  return Float32Array.from(
    { length: size },
    (_, i) => random.uniformAt(first + i),
  );
}

function seedOf(words: ArrayLike<number>): number {
  const [low, high] = [words[0]! >>> 0, words[1]! | 0];
  return high * 2 ** 32 + low;
}

function byTensorFlow(
  shape: number[],
  size: number,
  seed: number | Tensor,
  stream: number | string,
  draw: number | Tensor,
): Tensor {
  const { binding, backend } = requireRuntime();
  const made: number[] = [];
  const own = (id: number): number => (made.push(id), id);
  const op = (
    name: string,
    attributes: Parameters<typeof binding.executeOp>[1],
    ...inputs: number[]
  ): number => own(binding.executeOp(name, attributes, inputs, 1)[0]!.id);
  const long = (value: bigint): number =>
    own(binding.createTensor([], TF_INT64, BigInt64Array.of(value)));
  const ints = (values: number[]): number =>
    own(
      binding.createTensor([values.length], TF_INT32, Int32Array.from(values)),
    );
  const cast = (from: number, to: number, input: number): number =>
    op("Cast", [typeAttribute("SrcT", from), typeAttribute("DstT", to)], input);
  const onLongs = (name: string, a: number, b: number): number =>
    op(name, [typeAttribute("T", TF_INT64)], a, b);
  const packed = (inputs: number[]): number =>
    op("Pack", [
      typeAttribute("T", TF_INT64),
      intAttribute("N", inputs.length),
      intAttribute("axis", 0),
    ], ...inputs);

  /** A word of a seed that is a tensor, as int64. */
  const word = (of: Tensor, place: number): number => {
    const picked = tf.tidy(() =>
      tf.keep(
        tf.gather(of, tf.scalar(place, "int32") as unknown as tf.Tensor1D),
      )
    );
    const long = cast(TF_INT32, TF_INT64, backend.idOf(picked));
    picked.dispose();
    return long;
  };
  try {
    const key = typeof seed === "number"
      ? long(BigInt.asIntN(64, seedNumber(seed)))
      : onLongs(
        "BitwiseOr",
        onLongs("LeftShift", word(seed, 1), long(32n)),
        onLongs("BitwiseAnd", word(seed, 0), long(0xffffffffn)),
      );
    const index = typeof draw === "number"
      ? long(BigInt(draw))
      : cast(TF_INT32, TF_INT64, backend.idOf(draw));
    const block = onLongs("Mul", index, long(BigInt(Math.ceil(size / BLOCK))));
    const counter = packed([
      block,
      long(BigInt.asIntN(64, streamNumber(stream))),
    ]);
    const bits = op(
      "StatelessRandomUniformFullIntV2",
      [typeAttribute("dtype", TF_UINT32), typeAttribute("Tshape", TF_INT32)],
      ints(shape),
      cast(TF_INT64, TF_UINT64, packed([key])),
      cast(TF_INT64, TF_UINT64, counter),
      own(binding.createTensor([], TF_INT32, Int32Array.of(PHILOX))),
    );
    const upper = op(
      "RightShift",
      [typeAttribute("T", TF_UINT32)],
      bits,
      own(binding.createTensor([], TF_UINT32, Uint32Array.of(8))),
    );
    const floats = cast(TF_UINT32, TF_FLOAT, upper);
    const [output] = binding.executeOp("Mul", [typeAttribute("T", TF_FLOAT)], [
      floats,
      own(binding.createTensor([], TF_FLOAT, Float32Array.of(2 ** -24))),
    ], 1);
    return backend.createOutputTensor(output!);
  } finally {
    for (const id of made) if (id >= 0) binding.deleteTensor(id);
  }
}
