import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as tfjs from "@tensorflow/tfjs";
import { compile } from "../../src/engine/compile.ts";
import { engineInfo, useEngine } from "../../src/engine/engine.ts";
import { setNoticeListener } from "../../src/engine/notices.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";

await useEngine("tensorflow");

function floats(shape: number[], seed = 0): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7 + seed)),
    shape,
  );
}

const scalar = (value: number): Tensor => tf.scalar(value);
const read = (tensor: Tensor): number[] => [...tensor.dataSync()];

/** Twenty steps of a small regression; the losses, then the weights. */
function train(
  makeOptimizer: () => tf.Optimizer,
  compiled: boolean,
): { losses: number[]; weights: number[][] } {
  const first = tf.variable(floats([3, 4]));
  const second = tf.variable(floats([4, 2], 1));
  const optimizer = makeOptimizer();
  const step = (x: Tensor, y: Tensor): Tensor =>
    optimizer.minimize(
      () => {
        const hidden = tf.tanh(tf.matMul(x, first));
        return tf.mean(tf.square(tf.sub(tf.matMul(hidden, second), y)));
      },
      true,
      [first, second],
    )!;
  const run = compiled ? compile(step) : step;
  const losses = Array.from(
    { length: 20 },
    (_, i) => read(run(floats([8, 3], i), floats([8, 2], -i)))[0]!,
  );
  return { losses, weights: [read(first), read(second)] };
}

for (
  const [name, makeOptimizer] of Object.entries({
    sgd: () => tf.train.sgd(0.1),
    momentum: () => tf.train.momentum(0.05, 0.9),
    rmsprop: () => tf.train.rmsprop(0.01),
    adam: () => tf.train.adam(0.05),
    adamax: () => tf.train.adamax(0.05),
    adagrad: () => tf.train.adagrad(0.1),
  })
) {
  Deno.test(`A step with tf.train.${name}() gives the same losses and weights compiled`, () => {
    const eager = train(makeOptimizer, false);
    const compiled = train(makeOptimizer, true);
    assertAllClose(compiled.losses, eager.losses, 1e-5);
    for (const [i, weights] of eager.weights.entries()) {
      assertAllClose(compiled.weights[i]!, weights, 1e-4);
    }
    assert(eager.losses[19]! < eager.losses[0]!);
  });
}

Deno.test("An ordinary tf.LayersModel trains by a compiled step to the same losses and weights", () => {
  const run = (
    compiled: boolean,
  ): { losses: number[]; weights: number[][] } => {
    const model = tfjs.sequential();
    const initializer = (seed: number) =>
      tfjs.initializers.randomUniform({ minval: -0.3, maxval: 0.3, seed });
    model.add(tfjs.layers.embedding({
      inputDim: 7,
      outputDim: 4,
      inputLength: 6,
      embeddingsInitializer: initializer(1),
    }));
    model.add(tfjs.layers.lstm({
      units: 5,
      returnSequences: true,
      kernelInitializer: initializer(2),
      recurrentInitializer: initializer(3),
    }));
    model.add(
      tfjs.layers.dense({ units: 7, kernelInitializer: initializer(4) }),
    );
    const optimizer = tf.train.adam(0.02);
    const step = (x: Tensor, y: Tensor): Tensor =>
      optimizer.minimize(() =>
        tf.losses.softmaxCrossEntropy(
          tf.oneHot(tf.reshape(y, [24]), 7),
          tf.reshape(model.apply(x, { training: true }) as Tensor, [24, 7]),
        ) as tf.Scalar, true)!;
    const take = compiled ? compile(step) : step;
    const ids = tf.tensor2d(
      Int32Array.from({ length: 24 }, (_, i) => (i * i) % 7),
      [4, 6],
      "int32",
    );
    const losses = Array.from({ length: 20 }, () => read(take(ids, ids))[0]!);
    const weights = model.getWeights().map(read);
    model.dispose();
    return { losses, weights };
  };
  const [eager, compiled] = [run(false), run(true)];
  assertAllClose(compiled.losses, eager.losses, 1e-5);
  for (const [i, weights] of eager.weights.entries()) {
    assertAllClose(compiled.weights[i]!, weights, 1e-4);
  }
  assert(eager.losses[19]! < eager.losses[0]!);
});

Deno.test("A variable has its value of the moment in every call, and its new value after it", () => {
  const variable = tf.variable(scalar(2));
  const double = compile((x: Tensor) => {
    variable.assign(tf.mul(variable, 2));
    return tf.add(variable, x);
  });
  assertEquals(read(double(scalar(1))), [5]);
  assertEquals(read(variable), [4]);
  variable.assign(scalar(10));
  assertEquals(read(double(scalar(1))), [21]);
  assertEquals(read(variable), [20]);
  assertEquals(double.recordings, 1);
});

Deno.test("Two variables that share one value go apart", () => {
  const a = tf.variable(scalar(1)), b = tf.variable(scalar(2));
  a.assign(b);
  const step = compile(() => {
    a.assign(tf.add(a, 1));
    return tf.add(a, tf.mul(b, 10));
  });
  assertEquals([read(step()), read(step()), read(a), read(b)], [
    [23],
    [24],
    [4],
    [2],
  ]);
});

Deno.test("A number that changes belongs in a tensor: a schedule changes the step", () => {
  const weight = tf.variable(scalar(0));
  const step = compile((rate: Tensor) => {
    weight.assign(tf.add(weight, rate));
    return weight;
  });
  step(scalar(0.5));
  step(scalar(0.25));
  assertEquals(read(weight), [0.75]);
  assertEquals(step.recordings, 1);
});

Deno.test("Ops that differ in an attribute alone stay apart, be it no finite number, and those alike give the same", () => {
  const slopes = [0.5, Infinity, -Infinity, 0.5];
  const bend = (x: Tensor) => slopes.map((slope) => tf.leakyRelu(x, slope));
  const compiled = compile(bend);
  for (const run of [bend, compiled]) {
    assertEquals(run(tf.tensor1d([-1])).map(read), [
      [-0.5],
      [-Infinity],
      [Infinity],
      [-0.5],
    ]);
  }
});

Deno.test("A tensor from outside that is disposed and replaced leads to a new recording", () => {
  const weight = tf.variable(scalar(1));
  const optimizer = tf.train.sgd(0.5);
  const step = compile(() =>
    optimizer.minimize(() => tf.square(weight) as tf.Scalar, true, [weight])!
  );
  step();
  assertEquals(read(weight), [0]); // 1 − 0.5 · 2
  weight.assign(scalar(1));
  optimizer.setLearningRate(0.25); // disposes the tensor that held the rate
  step();
  assertEquals(read(weight), [0.5]);
  assertEquals(step.recordings, 2);
});

Deno.test("Arguments and results may be nested, and static ones make recordings of their own", () => {
  const f = compile((
    { pair, scale }: { pair: [Tensor, Tensor]; scale: number },
    name: string,
  ) => ({
    [name]: tf.mul(pair[0], scale),
    rest: [pair[1], null, tf.add(...pair)],
  }));
  const pair: [Tensor, Tensor] = [scalar(2), scalar(3)];
  const { doubled, rest } = f({ pair, scale: 2 }, "doubled") as {
    doubled: Tensor;
    rest: [Tensor, null, Tensor];
  };
  assertEquals([read(doubled), read(rest[0]), rest[1], read(rest[2])], [
    [4],
    [3],
    null,
    [5],
  ]);
  f({ pair, scale: 2 }, "doubled");
  assertEquals(f.recordings, 1);
  f({ pair, scale: 3 }, "doubled");
  f({ pair, scale: 3 }, "tripled");
  f({ pair: [floats([2]), floats([2])], scale: 3 }, "tripled");
  assertEquals(f.recordings, 4);
});

Deno.test("No more recordings are kept than asked for, those used last", () => {
  const f = compile((n: number) => scalar(n), { maxRecordings: 2 });
  for (const n of [1, 2, 1, 3, 1]) assertEquals(read(f(n)), [n]);
  assertEquals(f.recordings, 3);
  assertEquals(read(f(2)), [2]);
  assertEquals(f.recordings, 4);
  f.dispose();
  assertEquals(read(f(2)), [2]);
});

Deno.test("Recording again and again is said once it is too much, with the arguments and the way out", () => {
  const lines: string[] = [];
  const before = setNoticeListener((line) => lines.push(line));
  try {
    const f = compile((n: number) => scalar(n), { name: "count" });
    for (let n = 0; n < 15; n++) f(n);
  } finally {
    setNoticeListener(before);
  }
  assertEquals(lines, [
    'The compiled function "count" was recorded 8 times, each of which takes time: its last arguments were (7). ' +
    "Keep shapes the same, and hand over numbers that change as tensors.",
  ]);
});

Deno.test("A read in a compiled function throws, naming the op that made the tensor", () => {
  const x = floats([2, 3]);
  for (
    const [fn, part] of [
      [() => (x.dataSync(), x), "float32 [2,3]; return the tensor"],
      [(y: Tensor) => (y.arraySync(), y), "float32 [2,3]; return"],
      [
        (y: Tensor) => (tf.add(y, 1).dataSync(), y),
        'float32 [2,3], made by the op "Add"; return',
      ],
    ] as const
  ) {
    assertThrows(
      () => compile(fn as (y: Tensor) => Tensor)(x),
      TypeError,
      "Cannot read a tensor's values in a compiled function: there are none while it is recorded: " +
        part,
    );
  }
  // What the function makes of plain numbers is known, and may be read.
  assertEquals(read(compile(() => scalar(tf.scalar(3).dataSync()[0]!))()), [3]);
});

const { random } = Math;
for (
  const [name, draw] of Object.entries({
    "Math.random()": () => scalar(Math.random()),
    "randomUniform()": () => tf.randomUniform([2]),
    "randomNormal()": () => tf.randomNormal([2]),
    "truncatedNormal()": () => tf.truncatedNormal([2]),
    "randomGamma()": () => tf.randomGamma([2], 1),
    "rand()": () => tf.rand([2], () => 0.5),
    "dropout()": () => tf.dropout(tf.ones([4]), 0.5),
    "multinomial()": () => tf.multinomial([0.1, 0.2, 0.7], 4),
    "randomUniform() with a seed": () =>
      tf.randomUniform([2], 0, 1, "float32", 7),
    "randomNormal() with a seed": () =>
      tf.randomNormal([2], 0, 1, "float32", 7),
    "dropout() with a seed": () => tf.dropout(tf.ones([4]), 0.5, undefined, 7),
    "multinomial() with a seed": () => tf.multinomial([0.1, 0.2, 0.7], 4, 7),
  })
) {
  Deno.test(`${name} in a compiled function throws instead of freezing`, async () => {
    await assertNoLeak(() => {
      const error = assertThrows(() => compile(draw)(), TypeError);
      assert(error.message.includes("in a compiled function"));
      assert(error.message.includes(name.replace(" with a seed", "")));
      assert(error.message.includes("randomUniform() of this library"));
    });
    assertEquals(Math.random, random);
  });
}

Deno.test("Shapes that depend on values are refused, naming the op", () => {
  assertThrows(
    () =>
      compile((x: Tensor) => tf.unique(x as tf.Tensor1D).values)(floats([4])),
    TypeError,
    'Cannot record the op "UniqueV2": a compiled function\'s shapes must not depend on values: [?]',
  );
});

Deno.test("An error while it runs names the op and the line, and leaves all as it was", async () => {
  const variable = tf.variable(scalar(1));
  const look = compile((ids: Tensor) => {
    variable.assign(tf.add(variable, 1));
    return tf.gather(tf.tensor1d([1, 2, 3]), ids as tf.Tensor1D); // the line
  }, { name: "look" });
  await assertNoLeak(() => {
    const bad = tf.tensor1d([7], "int32");
    const error = assertThrows(() => look(bad));
    bad.dispose();
    assert(
      error instanceof Error &&
        error.message.startsWith(
          'Cannot run the compiled function "look": the op "GatherV2" failed, made at ',
        ),
      String(error),
    );
    assert(/compile_test\.ts:\d+:\d+/.test(error.message), error.message);
    assert(error.message.includes("indices[0] = 7 is not in [0, 3)"));
  });
  assertEquals(read(variable), [1]);
  assertEquals(read(look(tf.tensor1d([1], "int32"))), [2]);
  assertEquals(read(variable), [2]);
});

Deno.test("An error of the function itself leaves the variables, the tensors and the engine as they were", async () => {
  const variable = tf.variable(scalar(1));
  await assertNoLeak(() => {
    const failing = compile(() => {
      variable.assign(tf.add(variable, 1));
      tf.variable(scalar(3));
      throw new Error("mine");
    });
    assertThrows(() => failing(), Error, "mine");
  });
  assertEquals(read(variable), [1]);
  assertEquals(read(tf.add(variable, 1)), [2]);
});

Deno.test("Variables made at the first call begin with their first values; made at every call they are refused", () => {
  let made: tf.Variable | undefined;
  const count = compile((x: Tensor) => {
    made ??= tf.variable(tf.mul(tf.ones([]), 5));
    made.assign(tf.add(made, x));
    return made;
  });
  assertEquals(read(count(scalar(1))), [6]);
  assertEquals(read(count(scalar(1))), [7]);
  assertThrows(
    () =>
      compile(
        () =>
          tf.variable(
            scalar(1),
            true,
            `v${Math.floor(performance.now() * 1e6)}`,
          ),
        { name: "f" },
      )(),
    TypeError,
    'Cannot compile "f": a compiled function must not make variables at every call: ',
  );
});

Deno.test("What cannot be compiled is refused with its reason", () => {
  assertThrows(
    () => compile(3 as never),
    TypeError,
    "Cannot compile: it must be a function: number",
  );
  for (const [options, found] of [[null, "null"], [5, "number"]] as const) {
    assertThrows(
      () => compile(() => 0, options as never),
      TypeError,
      `Cannot compile: the options must be an object: ${found}`,
    );
  }
  assertThrows(
    () => compile(() => 0, { jitt: true } as never),
    TypeError,
    'Cannot compile: there is no option "jitt" (known: jit, maxRecordings, name)',
  );
  assertThrows(
    () => compile(() => 0, { jit: 1 as never }),
    TypeError,
    'Cannot compile: jit must be "auto", true or false: 1',
  );
  assertThrows(
    () => compile(() => 0, { maxRecordings: 0 }),
    RangeError,
    "Cannot compile: maxRecordings must be a whole number from 1: 0",
  );
  assertThrows(
    () => compile(() => Promise.resolve(scalar(1)), { name: "f" })(),
    TypeError,
    'Cannot compile "f": a compiled function must not be async: read values outside',
  );
  assertThrows(
    () =>
      compile((x: Float32Array) => x.length, { name: "f" })(
        new Float32Array(2),
      ),
    TypeError,
    'Cannot use the arguments of "f": it must be made of tensors, numbers, strings, bools, arrays and plain objects: Float32Array',
  );
});

Deno.test("Arguments and results that contain themselves or a disposed tensor are refused, before anything is held", async () => {
  const inner: unknown[] = [];
  const outer = { inner };
  inner.push(outer);
  const add = compile((a: Tensor, b: Tensor) => tf.add(a, b), { name: "add" });
  const [good, bad] = [scalar(1), scalar(2)];
  add(good, bad).dispose();
  bad.dispose();
  await assertNoLeak(async () => {
    for (const engine of ["cpu", "tensorflow"] as const) {
      await useEngine(engine);
      assertThrows(
        () => compile((_: unknown) => good, { name: "f" })(outer),
        TypeError,
        'Cannot use the arguments of "f": it must not contain itself',
      );
      assertThrows(
        () => compile(() => outer, { name: "f" })(),
        TypeError,
        'Cannot use the result of "f": it must not contain itself',
      );
      const message =
        'Cannot use the arguments of "add": a tensor of them has been disposed: float32 []';
      assertThrows(() => add(good, bad), Error, message);
      await assertRejects(() => add.inBackground(good, bad), Error, message);
    }
  });
  assertThrows(
    () => compile((a: Tensor) => tf.add(a, bad))(good),
    Error,
    "Cannot use a tensor that has been disposed: float32 []",
  );
});

Deno.test("A hole in an array is undefined, and no shorter array", () => {
  const lengthOf = compile((list: unknown[]) => scalar(list.length));
  // deno-lint-ignore no-sparse-arrays
  assertEquals([read(lengthOf([])), read(lengthOf([,]))], [[0], [1]]);
});

Deno.test("A variable among the arguments is used by reference, each with a recording of its own", () => {
  const [a, b] = [tf.variable(scalar(1)), tf.variable(scalar(10))];
  const double = compile((variable: tf.Variable) => {
    const { grads } = tf.variableGrads(
      () => tf.square(variable) as tf.Scalar,
      [variable],
    );
    variable.assign(tf.mul(variable, 2));
    return grads[variable.name]!;
  });
  const slopes = [a, b, a, b].map((variable) => read(double(variable)));
  assertEquals(slopes, [[2], [20], [4], [40]]);
  assertEquals([read(a), read(b), double.recordings], [[4], [40], 2]);
});

Deno.test("An error while a function is recorded does not show up in the next one", () => {
  assertThrows(
    () => compile((x: Tensor) => tf.reshape(x, [7]))(floats([2])),
    Error,
    'Cannot record the op "Reshape"',
  );
  assertEquals(read(compile((x: Tensor) => tf.add(x, 1))(scalar(1))), [2]);
});

Deno.test("Strings may pass through a compiled function, but none can be made in it", () => {
  const words = tf.tensor1d(["sea", "whale"]);
  const twice = compile((x: Tensor) => tf.concat([x, x]))(words);
  assertEquals([...twice.dataSync<"string">()], [
    "sea",
    "whale",
    "sea",
    "whale",
  ]);
  assertThrows(
    () => compile(() => tf.tensor1d(["sea"]))(),
    TypeError,
    "Cannot record a tensor of strings: a compiled function works on numbers and bools: make it outside",
  );
});

Deno.test("A variable that is made and disposed in the function is refused, and leaves nothing behind", async () => {
  await assertNoLeak(() => {
    assertThrows(
      () =>
        compile(() => {
          const variable = tf.variable(scalar(3), true, "short-lived");
          const result = tf.add(variable, 1);
          variable.dispose();
          return result;
        }, { name: "f" })(),
      TypeError,
      'Cannot compile "f": a compiled function must not make variables at every call: short-lived; make them outside',
    );
  });
});

Deno.test("A tensor that escapes from a recording says what happened", () => {
  let escaped: Tensor | undefined;
  compile((x: Tensor) => {
    escaped = tf.keep(tf.add(x, 1));
    return x;
  })(scalar(1));
  assertThrows(
    () => escaped!.dataSync(),
    Error,
    "Cannot use a tensor that was made while a compiled function was recorded: it never had values: return it",
  );
});

Deno.test("A compiled function in a gradient runs as it is, and in another one becomes a part of it", () => {
  const square = compile((x: Tensor) => tf.square(x));
  square(scalar(1));
  assertEquals(read(tf.grad((x) => square(x))(scalar(3))), [6]);
  const outer = compile((x: Tensor) => tf.add(square(x), 1));
  assertEquals(read(outer(scalar(3))), [10]);
  assertEquals(square.recordings, 1);
});

for (const jit of [false, true]) {
  Deno.test(`10,000 calls and 100 recordings leave memory as it was, jit: ${jit}`, async () => {
    const calls = jit ? 2_000 : 10_000;
    const kinds = jit ? 20 : 100;
    const variable = tf.variable(floats([16, 16]));
    const step = compile((x: Tensor) => {
      variable.assign(tf.tanh(tf.add(variable, x)));
      return tf.mean(variable);
    }, { jit, maxRecordings: 4 });
    const x = floats([16, 16], 2);
    step(x).dispose();
    const native = engineInfo().nativeTensors;
    await assertNoLeak(() => {
      for (let i = 0; i < calls; i++) step(x).dispose();
      for (let i = 0; i < kinds; i++) {
        const other = floats([i + 2, 1, 1]);
        tf.tidy(() =>
          void compile((y: Tensor) => tf.mul(y, i), { jit })(other)
        );
        other.dispose();
      }
    });
    assertEquals(engineInfo().nativeTensors, native);
    assertEquals(step.recordings, 1);
    step.dispose();
    variable.dispose();
  });
}

Deno.test("inBackground() lets the event loop go on, and its arguments may be disposed at once", async () => {
  const heavy = compile((x: Tensor) => {
    let y = x;
    for (let i = 0; i < 20; i++) y = tf.matMul(y, y);
    return y;
  });
  const x = tf.mul(tf.eye(600), 0.999);
  const wanted = read(heavy(x));
  let [ticks, isDone] = [0, false];
  const result = heavy.inBackground(x);
  x.dispose();
  void result.then(() => isDone = true);
  while (!isDone) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    ticks++;
  }
  assert(ticks >= 3, `${ticks} ticks`);
  assertEquals(read(await result), wanted);
});

Deno.test("Calls in the background take effect one after the other, and a call of an assigning function must wait for them", async () => {
  const variable = tf.variable(scalar(1));
  const double = compile(() => {
    variable.assign(tf.mul(variable, 2));
    return variable;
  }, { name: "double" });
  const addOne = compile(() => {
    variable.assign(tf.add(variable, 1));
    return variable;
  });
  const look = compile(() => tf.add(variable, 0));
  const results = [
    double.inBackground(),
    addOne.inBackground(),
    double.inBackground(),
    addOne.inBackground(),
  ];
  assertThrows(
    () => double(),
    Error,
    'Cannot call the compiled function "double": it assigns variables, and calls in the background are under way',
  );
  assertEquals(read(look()).length, 1); // reading is no trouble
  assertEquals((await Promise.all(results)).map((tensor) => read(tensor)[0]), [
    2,
    3,
    6,
    7,
  ]);
  assertEquals(read(double()), [14]);
});

Deno.test("A failure in the background rejects, and later calls go on", async () => {
  const look = compile((ids: Tensor) =>
    tf.gather(tf.tensor1d([1, 2, 3]), ids as tf.Tensor1D)
  );
  const failing = look.inBackground(tf.tensor1d([9], "int32"));
  const working = look.inBackground(tf.tensor1d([2], "int32"));
  await assertRejects(() => failing, Error, 'the op "GatherV2" failed');
  assertEquals(read(await working), [3]);
});

Deno.test("Calls in the background go on when the function is disposed, recorded again, or what it uses is disposed", async () => {
  const captured = scalar(10);
  const weight = tf.variable(scalar(5));
  const optimizer = tf.train.sgd(0.1);
  const add = compile((x: Tensor) => tf.add(tf.sum(x), captured), {
    maxRecordings: 1,
  });
  const step = compile(() =>
    optimizer.minimize(() => tf.square(weight) as tf.Scalar, true, [weight])!
  );
  const inputs = [floats([3]), tf.ones([4]), tf.ones([5])];
  add(inputs[0]!).dispose();
  step().dispose(); // 5 − 0.1 · 10 = 4
  await assertNoLeak(async () => {
    const sums = inputs.slice(1).map((x) => add.inBackground(x)); // the second takes the place of the first
    const losses = [step.inBackground(), step.inBackground()];
    add.dispose();
    captured.dispose();
    optimizer.setLearningRate(0.5); // disposes the tensor that held the rate
    losses.push(step.inBackground());
    step.dispose();
    const tensors = await Promise.all([...sums, ...losses]);
    assertAllClose(tensors.map((tensor) => read(tensor)[0]!), [
      14,
      15,
      16, // 4²
      10.24, // (4 − 0.1 · 8)²
      6.5536, // (3.2 − 0.1 · 6.4)²
    ]);
    tf.dispose(tensors);
  }, -1);
  assertAllClose(read(weight), [0]); // 2.56 − 0.5 · 5.12
});

Deno.test("prepare() makes the recording that a call replays, and assigns nothing", async () => {
  const variable = tf.variable(scalar(1));
  const grow = compile((x: Tensor) => {
    variable.assign(tf.add(variable, tf.sum(x)));
    return variable;
  }, { jit: true });
  const x = scalar(2);
  await assertNoLeak(async () => {
    const given = tf.clone(x);
    const prepared = grow.prepare(given);
    given.dispose();
    grow(x).dispose(); // does not have to wait, nor is it refused: 1 + 2
    await prepared;
    await grow.prepare(x); // there is nothing left to do
  });
  assertEquals(grow.recordings, 1);
  assertEquals(read(variable), [3]);
  assertEquals(read(grow(x)), [5]);
  const gone = grow.prepare(tf.ones([2]));
  grow.dispose(); // while it is under way
  await gone;
  await useEngine("cpu");
  try {
    await grow.prepare(scalar(1)); // nothing is recorded there
    assertEquals(grow.recordings, 2);
    assertEquals([...await variable.data()], [5]);
  } finally {
    await useEngine("tensorflow");
  }
});

Deno.test("An op that comes again is one op with several results of its own, and 0 is not −0", async () => {
  const twice = compile((x: Tensor) => [
    tf.add(x, 1),
    tf.add(x, 1),
    tf.add(x, 2),
    tf.div(x, tf.scalar(0)),
    tf.div(x, tf.scalar(-0)),
  ]);
  const x = scalar(3);
  await assertNoLeak(() => {
    const results = twice(x);
    results[0]!.dispose(); // the other one is there still
    assertEquals(
      results.slice(1).map((tensor) => tensor.dataSync()[0]),
      [4, 5, Infinity, -Infinity],
    );
    tf.dispose(results);
  });
  twice.dispose();
});

Deno.test("prepare() tells what fails", async () => {
  const look = compile((ids: Tensor) =>
    tf.gather(tf.tensor1d([1, 2, 3]), ids as tf.Tensor1D)
  );
  await assertRejects(
    () => look.prepare(tf.tensor1d([9], "int32")),
    Error,
    'the op "GatherV2" failed',
  );
  assertEquals(read(look(tf.tensor1d([2], "int32"))), [3]);
});

Deno.test("Results of calls in the background are right when another engine has been chosen meanwhile", async () => {
  const weight = tf.variable(tf.ones([3]));
  const grow = compile(() => {
    weight.assign(tf.add(weight, 1));
    return weight;
  });
  const calls = [grow.inBackground(), grow.inBackground()];
  await useEngine("cpu");
  try {
    const [two, three] = await Promise.all(calls);
    assertEquals([...await two!.data()], [2, 2, 2]);
    assertEquals([...await tf.add(three!, weight).data()], [6, 6, 6]);
  } finally {
    await useEngine("tensorflow");
  }
  assertEquals(read(grow()), [4, 4, 4]);
});

Deno.test("Results are new tensors on every engine, where they are arguments, variables or from outside too", async () => {
  for (const engine of ["tensorflow", "cpu", "wasm"] as const) {
    await useEngine(engine);
    const [argument, outside] = [scalar(1), scalar(2)];
    const variable = tf.variable(scalar(3));
    const f = compile((x: Tensor) => [x, x, outside, variable]);
    for (const results of [f(argument), await f.inBackground(argument)]) {
      const numbers = await Promise.all(results.map((result) => result.data()));
      assertEquals(numbers.map(([number]) => number), [1, 1, 2, 3]);
      tf.dispose(results);
    }
    const sum = tf.addN([argument, outside, variable]);
    assertEquals([...await sum.data()], [6]);
    assertThrows(
      () => compile(() => Promise.resolve(sum), { name: "f" })(),
      TypeError,
      'Cannot compile "f": a compiled function must not be async',
    );
  }
  await useEngine("tensorflow");
});

Deno.test("On other engines a compiled function runs as it is, and leaves only its results", async () => {
  const weight = tf.variable(scalar(1));
  const step = compile((x: Tensor) => {
    weight.assign(tf.add(weight, x));
    return tf.mul(weight, 2);
  });
  step(scalar(1)).dispose();
  for (const engine of ["cpu", "wasm"] as const) {
    await useEngine(engine);
    const x = scalar(1);
    await assertNoLeak(() => {
      step(x).dispose();
    });
    (await step.inBackground(x)).dispose();
  }
  await useEngine("tensorflow");
  assertEquals(read(step(scalar(1))), [14]);
  assertEquals(step.recordings, 1);
});
