/**
 * Plain TensorFlow.js in Deno, on its cpu or its wasm backend: one thread each.
 *
 *     deno run -A bench/peers/tfjs_peer.ts train|generate W1 FOLDER [BATCH] --backend wasm
 *
 * The embedding is a product with one-hot rows, because the wasm backend cannot take the gradient of gather.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { Given } from "../_given.ts";
import type { Workload } from "../_models.ts";
import workloads from "../workloads.json" with { type: "json" };

const args = parseArgs(Deno.args, { string: ["backend"] });
const [kind, name, folder] = args._ as [string, string, string];
const batch = Number(args._[3] ?? 1);
const backend = args.backend ?? "cpu";
const s = (workloads as Record<string, Workload>)[name]!;
await tf.setBackend(backend);
await tf.ready();
const w = new Given(folder, name).variables();
const POOL = 8;
const CHECKED_STEPS = 20;
const REPEATS = 3;
const TOKENS = 100;

function report(
  samplesMs: number[],
  firstCallSeconds: number,
  losses: number[] = [],
): void {
  const status = Deno.readTextFileSync("/proc/self/status");
  console.log(JSON.stringify({
    peer: `TensorFlow.js ${backend}`,
    workload: kind === "train" ? name : `generate-${name}`,
    ...(kind === "train" ? {} : { batch }),
    samplesMs,
    firstCallSeconds,
    losses,
    peakMemoryMB: Number(/VmHWM:\s*(\d+)/.exec(status)![1]) / 1024,
    threads: Number(
      Deno.env.get("BENCH_THREADS") ?? navigator.hardwareConcurrency,
    ),
    note: kind === "train"
      ? "uses one thread; embedding by one-hot products"
      : "uses one thread",
  }));
}

function norm(x: tf.Tensor, gain: tf.Tensor): tf.Tensor {
  const centered = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centered), -1, true);
  return tf.mul(tf.mul(centered, tf.rsqrt(tf.add(variance, 1e-5))), gain);
}

function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}

/** The state after one token, from its share of the gates' input, shape (B, 4H). */
function cell(
  fromInputs: tf.Tensor,
  h: tf.Tensor,
  c: tf.Tensor,
  layer: number,
) {
  const z = tf.add(fromInputs, tf.matMul(h, w[`${layer}/recurrent`]!));
  const [i, f, g, o] = tf.split(z, 4, 1) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const next = tf.add(
    tf.mul(tf.sigmoid(f), c),
    tf.mul(tf.sigmoid(i), tf.tanh(g)),
  );
  return { h: tf.mul(tf.sigmoid(o), tf.tanh(next)), c: next };
}

function affine(x: tf.Tensor, layer: string): tf.Tensor {
  return tf.add(tf.matMul(x, w[`${layer}/kernel`]!), w[`${layer}/bias`]!);
}

function lstmLogits(ids: tf.Tensor): tf.Tensor {
  const rows = tf.oneHot(tf.reshape(tf.transpose(ids), [-1]), s.vocabSize);
  let x = tf.matMul(tf.cast(rows, "float32"), w["embedding"]!); // (TB, E)
  for (let layer = 0; layer < s.layers; layer++) {
    const steps = tf.split(affine(x, `${layer}`), s.steps); // T of (B, 4H)
    let h: tf.Tensor = tf.zeros([s.batch, s.units!]), c = h;
    x = tf.concat(steps.map((step) => {
      ({ h, c } = cell(step, h, c, layer));
      return h;
    }));
  }
  return affine(x, "output"); // (TB, V)
}

function decoderLogits(ids: tf.Tensor): tf.Tensor {
  const [b, t, d, heads] = [s.batch, s.steps, s.width!, s.heads!];
  const unseen = tf.mul(
    tf.sub(tf.linalg.bandPart(tf.ones([t, t]), -1, 0), 1),
    1e9,
  );
  const rows = tf.oneHot(tf.reshape(ids, [-1]), s.vocabSize);
  const tokens = tf.matMul(tf.cast(rows, "float32"), w["tokens"]!);
  let x: tf.Tensor = tf.reshape(
    tf.add(tf.reshape(tokens, [b, t, d]), w["positions"]!),
    [b * t, d],
  );
  for (let i = 0; i < s.layers; i++) {
    const qkv = tf.reshape(
      tf.matMul(norm(x, w[`${i}/norm_1`]!), w[`${i}/qkv`]!),
      [b, t, 3, heads, d / heads],
    );
    const [q, k, v] = tf.unstack(tf.transpose(qkv, [2, 0, 3, 1, 4])); // (B, heads, T, D / heads)
    const scores = tf.mul(
      tf.matMul(q!, k!, false, true),
      1 / Math.sqrt(d / heads),
    );
    const mixed = tf.matMul(tf.softmax(tf.add(scores, unseen)), v!);
    const y = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [b * t, d]);
    x = tf.add(x, tf.matMul(y, w[`${i}/project`]!));
    const up = gelu(tf.matMul(norm(x, w[`${i}/norm_2`]!), w[`${i}/up`]!));
    x = tf.add(x, tf.matMul(up, w[`${i}/down`]!));
  }
  return tf.matMul(norm(x, w["norm"]!), w["tokens"]!, false, true); // (BT, V)
}

function lossOf(inputs: tf.Tensor, targets: tf.Tensor): tf.Scalar {
  const [logits, flat] = s.kind === "lstm"
    ? [lstmLogits(inputs), tf.transpose(targets)]
    : [decoderLogits(inputs), targets];
  const right = tf.oneHot(tf.reshape(flat, [-1]), s.vocabSize);
  return tf.losses.softmaxCrossEntropy(
    tf.cast(right, "float32"),
    logits,
  ) as tf.Scalar;
}

function train(): void {
  const given = new Given(folder, name);
  const pool = Array.from(
    { length: POOL },
    (_, i) =>
      [given.tensor(`inputs/${i}`), given.tensor(`targets/${i}`)] as const,
  );
  const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
  const step = (i: number): number =>
    tf.tidy(() =>
      optimizer.minimize(() => lossOf(...pool[i % POOL]!), true)!.dataSync()[0]!
    );
  const start = performance.now();
  const losses = [step(0)];
  const first = (performance.now() - start) / 1000;
  for (let i = 1; i < CHECKED_STEPS; i++) losses.push(step(i));
  const samples = Array.from({ length: REPEATS }, (_, i) => {
    const start = performance.now();
    step(i);
    return performance.now() - start;
  });
  report(samples, first, losses);
}

/** Logits of the tokens after these, shape (B, V), and the state after them. */
type Advance = (
  ids: tf.Tensor1D,
  state: tf.Tensor[],
  place: number,
) => [tf.Tensor, ...tf.Tensor[]];

const advanceLSTM: Advance = (ids, state) => {
  let x: tf.Tensor = tf.gather(w["embedding"]!, ids);
  const after: tf.Tensor[] = [];
  for (let i = 0; i < s.layers; i++) {
    const { h, c } = cell(
      affine(x, `${i}`),
      state[2 * i]!,
      state[2 * i + 1]!,
      i,
    );
    after.push(h, c);
    x = h;
  }
  return [affine(x, "output"), ...after];
};

/** With the keys and values of the context: past it, the oldest position goes. */
const advanceDecoder: Advance = (ids, caches, place) => {
  const [d, heads, t] = [s.width!, s.heads!, s.steps];
  const position = tf.slice(w["positions"]!, [place % t, 0], [1, d]);
  let x: tf.Tensor = tf.add(tf.gather(w["tokens"]!, ids), position); // (B, D)
  const after: tf.Tensor[] = [];
  for (let i = 0; i < s.layers; i++) {
    const qkv = tf.reshape(
      tf.matMul(norm(x, w[`${i}/norm_1`]!), w[`${i}/qkv`]!),
      [batch, 3, heads, 1, d / heads],
    );
    const [q, ...rows] = tf.unstack(qkv, 1); // (B, heads, 1, D / heads)
    const [keys, values] = rows.map((row, j) => {
      const cache = caches[2 * i + j]!;
      const kept = place < t ? cache : tf.slice(cache, [0, 0, 1, 0]);
      return tf.concat([kept, row], 2);
    }); // (B, heads, up to T, D / heads)
    after.push(keys!, values!);
    const scores = tf.mul(
      tf.matMul(q!, keys!, false, true),
      1 / Math.sqrt(d / heads),
    );
    const y = tf.reshape(tf.matMul(tf.softmax(scores), values!), [batch, d]);
    x = tf.add(x, tf.matMul(y, w[`${i}/project`]!));
    const up = gelu(tf.matMul(norm(x, w[`${i}/norm_2`]!), w[`${i}/up`]!));
    x = tf.add(x, tf.matMul(up, w[`${i}/down`]!));
  }
  const logits = tf.matMul(norm(x, w["norm"]!), w["tokens"]!, false, true);
  return [logits, ...after];
};

/** A token for every row, by the largest of the logits with Gumbel noise. */
function choose(logits: Float32Array): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: batch }, (_, row) => {
    let [best, at] = [-Infinity, 0];
    for (let id = 0; id < s.vocabSize; id++) {
      const value = logits[row * s.vocabSize + id]! -
        Math.log(-Math.log(1 - Math.random()));
      if (value > best) [best, at] = [value, id];
    }
    return at;
  });
}

function generate(): void {
  const advance = s.kind === "lstm" ? advanceLSTM : advanceDecoder;
  const shape = s.kind === "lstm"
    ? [batch, s.units!]
    : [batch, s.heads!, 0, s.width! / s.heads!];
  const write = (): number => {
    const start = performance.now();
    let state = Array.from({ length: 2 * s.layers }, () => tf.zeros(shape));
    let ids = new Int32Array(batch);
    for (let place = 0; place < TOKENS; place++) {
      const [logits, ...after] = tf.tidy(() =>
        advance(tf.tensor1d(ids, "int32"), state, place)
      );
      ids = choose(logits.dataSync() as Float32Array);
      tf.dispose([logits, ...state]);
      state = after;
    }
    tf.dispose(state);
    return performance.now() - start;
  };
  const first = write() / 1000;
  report(Array.from({ length: REPEATS }, () => write() / TOKENS), first);
}

if (kind === "train") train();
else generate();
