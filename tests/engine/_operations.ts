/**
 * A table of operations of TensorFlow.js: all that the library uses, and a wide sample of the rest.
 * Every engine must compute them as the cpu engine does, another implementation of the same
 * definitions.
 */
import { tf } from "../../src/engine/tf.ts";

/** Computes one tensor or several. */
export type Operation = () => tf.Tensor | tf.Tensor[];

/** Fixed numbers between −2 and 2 without a pattern that would hide a mistake of axes. */
function wave(shape: number[], offset = 0): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from(
    { length: size },
    (_, i) => 2 * Math.sin(1.7 * (i + offset) + 0.3 * (i % 5)),
  );
  return tf.tensor(values, shape);
}

function positive(shape: number[]): tf.Tensor {
  return tf.add(tf.abs(wave(shape)), 0.1);
}

function ids(values: number[], shape = [values.length]): tf.Tensor {
  return tf.tensor(values, shape, "int32");
}

function bits(values: number[]): tf.Tensor {
  return tf.cast(ids(values), "bool");
}

/** The gradients of the sum of `f`'s squares, so that every output weighs differently. */
function gradients(
  f: (...inputs: tf.Tensor[]) => tf.Tensor,
  ...inputs: tf.Tensor[]
): tf.Tensor[] {
  return tf.grads((...inputs: tf.Tensor[]) => tf.sum(tf.square(f(...inputs))))(
    inputs,
  );
}

const UNARY: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  abs: tf.abs,
  cos: tf.cos,
  elu: tf.elu,
  erf: tf.erf,
  exp: tf.exp,
  expm1: tf.expm1,
  leakyRelu: (x) => tf.leakyRelu(x, 0.1),
  logSigmoid: tf.logSigmoid,
  neg: tf.neg,
  relu: tf.relu,
  relu6: tf.relu6,
  selu: tf.selu,
  sigmoid: tf.sigmoid,
  sin: tf.sin,
  softplus: tf.softplus,
  square: tf.square,
  tan: (x) => tf.tan(tf.mul(x, 0.5)),
  tanh: tf.tanh,
  softmax: (x) => tf.softmax(x),
  logSoftmax: (x) => tf.logSoftmax(x),
  logSumExp: (x) => tf.logSumExp(x, 1),
  cumsum: (x) => tf.cumsum(x, 1),
  clipByValue: (x) => tf.clipByValue(x, -0.5, 1.2),
  transpose: (x) => tf.transpose(x),
  reverse: (x) => tf.reverse(x, 1),
  tile: (x) => tf.tile(x, [2, 1]),
  pad: (x) => tf.pad(x, [[1, 0], [0, 2]], 0.5),
  slice: (x) => tf.slice(x, [1, 1], [2, 2]),
  sum: (x) => tf.sum(x, 0),
  mean: (x) => tf.mean(x, 1, true),
  max: (x) => tf.max(x, 1),
  min: (x) => tf.min(x, 1),
  prod: (x) => tf.prod(x, 1),
  norm: (x) => tf.norm(x),
  reshape: (x) => tf.reshape(x, [2, 6]),
  expandDims: (x) => tf.expandDims(x, 1),
};

const UNARY_POSITIVE: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  log: tf.log,
  log1p: tf.log1p,
  reciprocal: tf.reciprocal,
  rsqrt: tf.rsqrt,
  sqrt: tf.sqrt,
  acosh: (x) => tf.acosh(tf.add(x, 1)),
  asinh: tf.asinh,
  atan: tf.atan,
  sinh: tf.sinh,
  cosh: tf.cosh,
};

const BINARY: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
  atan2: tf.atan2,
  pow: (a, b) => tf.pow(tf.add(tf.abs(a), 0.5), b),
  prelu: (a, b) => tf.prelu(a, b),
  addN: (a, b) => tf.addN([a, b, a]),
  concat: (a, b) => tf.concat([a, b], 1),
  stack: (a, b) => tf.stack([a, b], 1),
  matMul: (a, b) => tf.matMul(a, b, false, true),
  dot: (a, b) => tf.dot(tf.reshape(a, [12]), tf.reshape(b, [12])),
};

const FORWARD_ONLY: Record<string, Operation> = {
  "0-d add": () => tf.add(tf.scalar(2), tf.scalar(3)),
  "0-d times vector": () => tf.mul(tf.scalar(2), wave([3])),
  "empty sum": () => tf.sum(tf.zeros([0, 3]), 0),
  "empty matMul": () => tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 3])),
  "empty concat": () => tf.concat([tf.zeros([0, 2]), wave([1, 2])], 0),
  "empty gather": () => tf.gather(wave([3, 2]), ids([])),
  "broadcast add": () => tf.add(wave([2, 1, 3]), wave([4, 1])),
  "int32 add": () => tf.add(ids([1, 2, 3]), ids([4, 5, 6])),
  "int32 mul": () => tf.mul(ids([1, -2, 3]), ids([4, 5, 6])),
  "int32 floorDiv": () => tf.floorDiv(ids([7, -7, 9]), ids([2, 2, 3])),
  "int32 mod": () => tf.mod(ids([7, 8, 9]), ids([4, 5, 6])),
  "int32 maximum": () => tf.maximum(ids([1, 5]), ids([4, 2])),
  "int32 sum": () => tf.sum(ids([1, 2, 3, 4], [2, 2]), 0),
  "int32 range": () => tf.range(2, 11, 3, "int32"),
  "cast to int32": () => tf.cast(wave([5]), "int32"),
  "cast to bool": () => tf.cast(ids([0, 1, 2]), "bool"),
  "cast bool to float": () => tf.cast(bits([0, 1, 1]), "float32"),
  equal: () => tf.equal(ids([1, 2, 3]), ids([1, 0, 3])),
  notEqual: () => tf.notEqual(ids([1, 2, 3]), ids([1, 0, 3])),
  less: () => tf.less(wave([6]), 0.2),
  lessEqual: () => tf.lessEqual(ids([1, 2]), ids([1, 1])),
  greater: () => tf.greater(wave([6]), wave([6], 3)),
  greaterEqual: () => tf.greaterEqual(ids([1, 2]), ids([2, 2])),
  logicalAnd: () => tf.logicalAnd(bits([0, 1, 1]), bits([1, 1, 0])),
  logicalOr: () => tf.logicalOr(bits([0, 1, 0]), bits([1, 1, 0])),
  logicalNot: () => tf.logicalNot(bits([0, 1])),
  logicalXor: () => tf.logicalXor(bits([0, 1, 1]), bits([1, 1, 0])),
  all: () => tf.all(tf.reshape(bits([0, 1, 1, 1]), [2, 2]), 1),
  any: () => tf.any(tf.reshape(bits([0, 0, 1, 0]), [2, 2]), 1),
  argMax: () => tf.argMax(wave([3, 5]), 1),
  argMin: () => tf.argMin(wave([3, 5]), 0),
  "argMax of ties": () => tf.argMax(tf.tensor1d([1, 3, 3, 2])),
  topk: () => {
    const { values, indices } = tf.topk(wave([2, 7]), 3);
    return [values, indices];
  },
  oneHot: () => tf.oneHot(ids([0, 2, 1]) as tf.Tensor1D, 4),
  unique: () => {
    const { values, indices } = tf.unique(ids([3, 1, 3, 2, 1]));
    return [values, indices];
  },
  bincount: () =>
    tf.bincount(ids([0, 1, 1, 3]) as tf.Tensor1D, tf.zeros([0]), 4),
  stridedSlice: () => tf.stridedSlice(wave([3, 4]), [0, 0], [3, 4], [1, 2]),
  divNoNan: () => tf.divNoNan(wave([3]), tf.tensor1d([2, 0, -1])),
  where: () => tf.where(bits([1, 0, 1]), wave([3]), wave([3], 3)),
  "matMul, broadcast over the batch": () =>
    tf.matMul(wave([2, 3, 4]), wave([4, 2])),
  einsum: () => tf.einsum("bij,bjk->bik", wave([2, 3, 4]), wave([2, 4, 2])),
  "conv1d, dilated": () =>
    tf.conv1d(
      wave([2, 5, 3]) as tf.Tensor3D,
      wave([2, 3, 4]) as tf.Tensor3D,
      1,
      "valid",
      "NWC",
      2,
    ),
  ceil: () => tf.ceil(wave([6])),
  floor: () => tf.floor(wave([6])),
  round: () => tf.round(tf.tensor1d([0.5, 1.5, 2.5, -0.4, 1.2])),
  sign: () => tf.sign(wave([6])),
  step: () => tf.step(wave([6]), 0.3),
  isNaN: () => tf.isNaN(tf.tensor1d([1, NaN, Infinity])),
  isInf: () => tf.isInf(tf.tensor1d([1, NaN, -Infinity])),
  isFinite: () => tf.isFinite(tf.tensor1d([1, NaN, -Infinity])),
  eye: () => tf.eye(3),
  fill: () => tf.fill([2, 2], 3.5),
  linspace: () => tf.linspace(0, 1, 5),
  zerosLike: () => tf.zerosLike(wave([2, 2])),
  onesLike: () => tf.onesLike(ids([1, 2])),
  diag: () => tf.diag(wave([3])),
  cumprod: () => tf.cumprod(wave([2, 4]), 1),
  "cumsum exclusive reversed": () => tf.cumsum(wave([2, 4]), 1, true, true),
  gatherND: () =>
    tf.gatherND(wave([3, 4]), tf.tensor2d([[0, 1], [2, 3]], [2, 2], "int32")),
  scatterND: () =>
    tf.scatterND(tf.tensor2d([[1], [3]], [2, 1], "int32"), wave([2]), [5]),
  tensorScatterUpdate: () =>
    tf.tensorScatterUpdate(
      wave([5]),
      tf.tensor2d([[1], [3]], [2, 1], "int32"),
      tf.tensor1d([9, 8]),
    ),
  sparseToDense: () => tf.sparseToDense(ids([1, 3]), ids([7, 8]), [5], 0),
  unsortedSegmentSum: () =>
    tf.unsortedSegmentSum(wave([4, 2]), ids([2, 0, 2, 1]) as tf.Tensor1D, 3),
  "gather with batch": () =>
    tf.gather(wave([2, 3, 2]), ids([0, 2, 1, 1], [2, 2]), 1, 1),
  split: () => tf.split(wave([2, 6]), [1, 2, 3], 1),
  unstack: () => tf.unstack(wave([3, 2]), 0),
  squeeze: () => tf.squeeze(wave([1, 3, 1])),
  mirrorPad: () => tf.mirrorPad(wave([2, 3]), [[1, 1], [1, 1]], "reflect"),
  searchSorted: () =>
    tf.searchSorted(tf.tensor1d([1, 3, 5]), tf.tensor1d([2, 5, 6])),
  denseBincount: () =>
    tf.denseBincount(
      ids([0, 1, 1, 3], [2, 2]) as tf.Tensor2D,
      tf.zeros([0, 0]) as tf.Tensor2D,
      4,
    ),
  bitwiseAnd: () => tf.bitwiseAnd(ids([12, 10]), ids([10, 6])),
  dropoutOff: () => tf.dropout(wave([3]), 0),
  maxPool: () => tf.maxPool(wave([1, 4, 4, 2]) as tf.Tensor4D, 2, 2, "same"),
  avgPool: () => tf.avgPool(wave([1, 4, 4, 2]) as tf.Tensor4D, 2, 2, "valid"),
  resizeBilinear: () =>
    tf.image.resizeBilinear(wave([1, 2, 2, 1]) as tf.Tensor4D, [3, 3]),
  spaceToBatchND: () => tf.spaceToBatchND(wave([1, 4, 1]), [2], [[0, 0]]),
  batchToSpaceND: () => tf.batchToSpaceND(wave([2, 2, 1]), [2], [[0, 0]]),
  localResponseNormalization: () =>
    tf.localResponseNormalization(wave([1, 2, 2, 4]) as tf.Tensor4D, 2),
  fusedMatMul: () =>
    tf.fused.matMul({
      a: wave([2, 3]),
      b: wave([3, 4]),
      bias: wave([4]),
      activation: "relu",
    }),
};

const WITH_GRADIENTS: Record<string, Operation> = {
  "gather": () =>
    gradients((x) => tf.gather(x, ids([0, 2, 2, 1], [2, 2])), wave([3, 4])),
  "gather along axis 1": () =>
    gradients((x) => tf.gather(x, ids([0, 2, 2]), 1), wave([3, 4])),
  "matMul, batched": () =>
    gradients((a, b) => tf.matMul(a, b), wave([2, 3, 4]), wave([2, 4, 2])),
  "matMul, both transposed": () =>
    gradients(
      (a, b) => tf.matMul(a, b, true, true),
      wave([4, 3]),
      wave([2, 4]),
    ),
  "split": () =>
    gradients(
      (x) => {
        const [a, b] = tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor];
        return tf.mul(a, tf.tanh(b));
      },
      wave([3, 4]),
    ),
  "unstack and stack": () =>
    gradients((x) => tf.stack(tf.unstack(x, 1).reverse(), 0), wave([3, 4])),
  "transpose of three axes": () =>
    gradients((x) => tf.transpose(x, [2, 0, 1]), wave([2, 3, 4])),
  "softmax cross-entropy": () =>
    gradients(
      (x) =>
        tf.neg(tf.sum(
          tf.mul(
            tf.logSoftmax(x),
            tf.oneHot(ids([1, 0, 3]) as tf.Tensor1D, 4),
          ),
          1,
        )),
      wave([3, 4]),
    ),
  "layer normalisation": () =>
    gradients(
      (x, gain) => {
        const { mean, variance } = tf.moments(x, -1, true);
        const scale = tf.rsqrt(tf.add(variance, 1e-5));
        return tf.mul(tf.mul(tf.sub(x, mean), scale), gain);
      },
      wave([3, 4]),
      wave([4], 7),
    ),
  "conv1d, causal": () =>
    gradients(
      (x, w) =>
        tf.conv1d(
          tf.pad(x, [[0, 0], [2, 0], [0, 0]]) as tf.Tensor3D,
          w as tf.Tensor3D,
          1,
          "valid",
        ),
      wave([2, 5, 3]),
      wave([2, 3, 4]),
    ),
  "conv2d": () =>
    gradients(
      (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "same"),
      wave([1, 4, 4, 2]),
      wave([3, 3, 2, 2]),
    ),
  "depthwiseConv2d": () =>
    gradients(
      (x, w) =>
        tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "valid"),
      wave([1, 4, 4, 2]),
      wave([2, 2, 2, 1]),
    ),
  "maxPool": () =>
    gradients(
      (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, "valid"),
      wave([1, 4, 4, 1]),
    ),
  "avgPool": () =>
    gradients(
      (x) => tf.avgPool(x as tf.Tensor4D, 2, 2, "valid"),
      wave([1, 4, 4, 1]),
    ),
  "second order": () => {
    const inner = tf.grad((x) => tf.sum(tf.pow(x, tf.scalar(3))));
    return gradients((x) => inner(x), positive([4]));
  },
};

/** Kernels with complex numbers, which neither wasm nor webgpu needs to have. */
export const COMPLEX_OPERATIONS: Record<string, Operation> = {
  complexParts: () => {
    const z = tf.complex(wave([3]), wave([3], 4));
    return [tf.real(z), tf.imag(z), tf.abs(z)];
  },
  rfft: () => {
    const z = tf.spectral.rfft(wave([1, 8]));
    return [tf.real(z), tf.imag(z)];
  },
  irfft: () =>
    tf.spectral.irfft(
      tf.complex(wave([1, 5]), tf.zeros([1, 5])) as tf.Tensor,
    ),
};

/** Every operation by name. */
export const OPERATIONS: Record<string, Operation> = {
  ...Object.fromEntries(
    Object.entries(UNARY).flatMap(([name, f]): [string, Operation][] => [
      [name, () => f(wave([3, 4]))],
      [`gradient of ${name}`, () => gradients(f, wave([3, 4]))],
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(UNARY_POSITIVE).flatMap(([name, f]): [
      string,
      Operation,
    ][] => [
      [name, () => f(positive([3, 4]))],
      [`gradient of ${name}`, () => gradients(f, positive([3, 4]))],
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(BINARY).flatMap(([name, f]): [string, Operation][] => [
      [name, () => f(wave([3, 4]), wave([3, 4], 5))],
      [
        `gradient of ${name}`,
        () => gradients(f, wave([3, 4]), wave([3, 4], 5)),
      ],
    ]),
  ),
  ...FORWARD_ONLY,
  ...Object.fromEntries(
    Object.entries(WITH_GRADIENTS).map(([name, f]) => [
      `gradient of ${name}`,
      f,
    ]),
  ),
};
