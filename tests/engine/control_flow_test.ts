import { assert, assertEquals, assertThrows } from "@std/assert";
import { compile } from "../../src/engine/compile.ts";
import {
  scan,
  type ScanOptions,
  whileLoop,
} from "../../src/engine/control_flow.ts";
import { useEngine } from "../../src/engine/engine.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";

await useEngine("tensorflow");

type Function = (...args: Tensor[]) => Tensor | Tensor[];

/** The forms that must agree: as it is, recorded, and compiled by XLA. */
const FORMS: Record<string, (f: Function) => Function> = {
  "as it is": (f) => f,
  "recorded": (f) => compile(f, { jit: false }) as Function,
  "compiled by XLA": (f) => compile(f, { jit: true }) as Function,
};

function floats(shape: number[], seed = 0): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.3 + seed)),
    shape,
  );
}

const read = (tensor: Tensor): number[] => [...tensor.dataSync()];
const int = (value: number): Tensor => tf.scalar(value, "int32");

/** tanh(h·w + x), the last state and all squared states: something with a state, inputs and a matrix from outside. */
function recurrence(
  x: Tensor,
  h: Tensor,
  w: Tensor,
  options: ScanOptions = {},
): Tensor {
  const [last, squares] = scan(
    (h: Tensor, row: Tensor) => {
      const next = tf.tanh(tf.add(tf.matMul(h, w), row));
      return [next, tf.square(next)];
    },
    h,
    x,
    options,
  );
  const weights = tf.reshape(tf.range(1, x.shape[0]! + 1), [-1, 1, 1]);
  return tf.add(tf.sum(last), tf.sum(tf.mul(squares, weights)));
}

for (const [form, make] of Object.entries(FORMS)) {
  Deno.test(`whileLoop() ${form} repeats until the condition fails, for a nested state of several types`, () => {
    const f = make((limit, start) => {
      const { count, value, isOdd } = whileLoop(
        ({ value }: { count: Tensor; value: Tensor; isOdd: Tensor }) =>
          tf.less(tf.sum(value), limit),
        ({ count, value, isOdd }) => ({
          count: tf.add(count, int(1)),
          value: tf.mul(value, 2),
          isOdd: tf.logicalNot(isOdd),
        }),
        { count: int(0), value: start, isOdd: tf.scalar(false, "bool") },
      );
      return [count, value, tf.cast(isOdd, "int32")];
    });
    const outcome = (limit: number) =>
      (f(tf.scalar(limit), tf.tensor1d([1, 2])) as Tensor[]).map(read);
    assertEquals(outcome(100), [[6], [64, 128], [0]]); // 3 · 2⁶ = 192
    assertEquals(outcome(90), [[5], [32, 64], [1]]);
    assertEquals(outcome(0), [[0], [1, 2], [0]]);
  });

  Deno.test(`whileLoop() ${form} has the gradient of what it did, and stops at maxIterations`, () => {
    const power = (x: Tensor, limit: Tensor): Tensor =>
      whileLoop(
        (y: Tensor) => tf.less(y, limit),
        (y) => tf.mul(y, x),
        tf.mul(x, 1),
        { maxIterations: 5 },
      );
    const f = make((x, limit) => [
      power(x, limit),
      tf.grad((x) => power(x, limit))(x),
    ]);
    const outcome = (x: number, limit: number) =>
      (f(tf.scalar(x), tf.scalar(limit)) as Tensor[]).map(read);
    assertEquals(outcome(3, 20), [[27], [27]]); // x³ and 3x²
    assertEquals(outcome(3, 2), [[3], [1]]); // no iteration
    assertEquals(outcome(2, 1e6), [[64], [192]]); // x⁶ and 6x⁵, at the limit
  });

  for (const reverse of [false, true]) {
    Deno.test(`scan() ${form}, reverse: ${reverse}, has the gradients of the same steps written out`, () => {
      const [x, h, w] = [
        floats([4, 2, 3]),
        floats([2, 3], 1),
        floats([3, 3], 2),
      ];
      const f = make((x, h, w) =>
        tf.grads((x, h, w) => recurrence(x!, h!, w!, { reverse }))([x!, h!, w!])
      );
      const writtenOut = tf.grads((x, h, w) => {
        const rows = tf.unstack(x!);
        let sum: Tensor = tf.scalar(0);
        let state = h!;
        for (let i = 0; i < 4; i++) {
          const t = reverse ? 3 - i : i;
          state = tf.tanh(tf.add(tf.matMul(state, w!), rows[t]!));
          sum = tf.add(sum, tf.mul(tf.sum(tf.square(state)), t + 1));
        }
        return tf.add(sum, tf.sum(state));
      })([x, h, w]);
      for (const [i, gradient] of (f(x, h, w) as Tensor[]).entries()) {
        assertAllClose(gradient.dataSync(), writtenOut[i]!.dataSync(), 1e-4);
      }
    });
  }

  Deno.test(`scan() ${form} has the gradients that finite differences give`, () => {
    const [x, h, w] = [floats([3, 1, 2]), floats([1, 2], 1), floats([2, 2], 2)];
    const value = make((x, h, w) => recurrence(x!, h!, w!));
    const gradients = make((x, h, w) =>
      tf.grads((x, h, w) => recurrence(x!, h!, w!))([x!, h!, w!])
    )(x, h, w) as Tensor[];
    const step = 1e-2;
    for (const [k, argument] of [x, h, w].entries()) {
      const gradient = read(gradients[k]!);
      for (let i = 0; i < argument.size; i++) {
        const moved = (by: number): number => {
          const values = read(argument);
          values[i]! += by;
          const args = [x, h, w];
          args[k] = tf.tensor(values, argument.shape);
          return read(value(...args) as Tensor)[0]!;
        };
        const slope = (moved(step) - moved(-step)) / (2 * step);
        assert(
          Math.abs(slope - gradient[i]!) < 5e-3,
          `${slope} ${gradient[i]}`,
        );
      }
    }
  });

  Deno.test(`Loops ${form} in loops use what is around them, and have gradients`, () => {
    // Twice: y ← ((y·w + 1)·w + 2)·w + 3
    const nested = (w: Tensor, y: Tensor): Tensor =>
      scan(
        (y: Tensor) => {
          const [inner] = scan(
            (z: Tensor, c: Tensor) => [tf.add(tf.mul(z, w), c), null],
            y,
            tf.tensor1d([1, 2, 3]),
          );
          return [inner, null];
        },
        y,
        null as unknown as Tensor,
        { length: 2 },
      )[0];
    const f = make((w, y) => [
      nested(w!, y!),
      ...tf.grads((w, y) => nested(w!, y!))([w!, y!]),
    ]);
    const once = (w: number, y: number) => ((y * w + 1) * w + 2) * w + 3;
    const w = 1.5, y = 0.5, first = once(w, y);
    const slopeW = (y: number) => 3 * w * w * y + 2 * w + 2;
    assertAllClose(
      (f(tf.scalar(w), tf.scalar(y)) as Tensor[]).map((t) => read(t)[0]!),
      [
        once(w, first),
        slopeW(first) + w ** 3 * slopeW(y),
        w ** 6,
      ],
    );
  });

  Deno.test(`scan() ${form} carries whole numbers beside others, and nests what it puts out`, () => {
    const f = make((x) => {
      const [last, out] = scan(
        (s: { n: Tensor; sum: Tensor }, row: Tensor) => [
          { n: tf.add(s.n, int(1)), sum: tf.add(s.sum, row) },
          { before: s.n, pair: [row, tf.greater(row, 0)] },
        ],
        { n: int(10), sum: tf.scalar(0) },
        x as Tensor,
      ) as unknown as [
        { n: Tensor; sum: Tensor },
        { before: Tensor; pair: [Tensor, Tensor] },
      ];
      return [
        last.n,
        last.sum,
        out.before,
        out.pair[0],
        tf.cast(out.pair[1], "int32"),
      ];
    });
    assertEquals((f(tf.tensor1d([1, -2, 3])) as Tensor[]).map(read), [
      [13],
      [2],
      [10, 11, 12],
      [1, -2, 3],
      [1, 0, 1],
    ]);
  });

  Deno.test(`Loops ${form} have the gradient of what a step gives back as it is, from outside`, () => {
    const f = make((x, w) =>
      tf.grads((x, w) => {
        const [last, out] = scan(
          (s: Tensor, row: Tensor) => [w!, { product: tf.mul(s, row), w: w! }],
          tf.zeros([2]),
          x!,
        ) as unknown as [Tensor, { product: Tensor; w: Tensor }];
        return tf.addN([
          tf.sum(last),
          tf.sum(out.product),
          tf.mul(tf.sum(out.w), 10),
        ]);
      })([x!, w!])
    );
    // The sum is Σw + Σ 0·x₀ + w·x₁ + 10 · 2 Σw
    const [dx, dw] = f(
      tf.tensor2d([1, 2, 3, 4], [2, 2]),
      tf.tensor1d([5, 6]),
    ) as Tensor[];
    assertEquals([read(dx!), read(dw!)], [[0, 0, 5, 6], [24, 25]]);
  });

  Deno.test(`A step of a loop ${form} may take gradients of its own, also of loops, and be differentiated`, () => {
    const cube = (x: Tensor) => tf.mul(tf.square(x), x);
    const power = (x: Tensor) =>
      scan((y: Tensor) => [tf.mul(y, x), null], tf.scalar(1), null, {
        length: 3,
      })[0];
    const slopes = (x: Tensor, of: (x: Tensor) => Tensor) =>
      scan(
        (sum: Tensor, row: Tensor) => [tf.add(sum, tf.grad(of)(row)), null],
        tf.scalar(0),
        x,
      )[0];
    const f = make((x) => [
      slopes(x!, cube),
      slopes(x!, power),
      tf.grad((x) => slopes(x, cube))(x!),
    ]);
    assertEquals(
      (f(tf.tensor1d([2, 3])) as Tensor[]).map(read),
      [[39], [39], [12, 18]], // 3x² and 6x
    );
  });

  Deno.test(`Loops ${form} have gradients beside outputs of whole numbers`, () => {
    const f = make((x) =>
      tf.grad((x) => {
        const [{ product }] = scan(
          ({ n, product }: { n: Tensor; product: Tensor }, row: Tensor) => [
            {
              n: tf.add(n, int(1)),
              product: tf.mul(product, tf.add(row, tf.cast(n, "float32"))),
            },
            n,
          ],
          { n: int(1), product: tf.scalar(1) },
          x,
        );
        return product;
      })(x!)
    );
    assertEquals(read(f(tf.tensor1d([2, 3])) as Tensor), [5, 3]); // (x₀ + 1)(x₁ + 2)
  });

  Deno.test(`The gradient of a loop ${form} is that at the variables' values on the way forward`, () => {
    const w = tf.variable(tf.scalar(2));
    const f = make((x) => {
      const { value, grads } = tf.variableGrads(() => {
        const [last] = scan(
          (s: Tensor, row: Tensor) => [tf.add(tf.mul(s, w), row), null],
          tf.scalar(1),
          x!,
        );
        w.assign(tf.mul(w, 10));
        return last as tf.Scalar;
      }, [w]);
      return [value, grads[w.name]!];
    });
    assertEquals(
      (f(tf.tensor1d([2, 4])) as Tensor[]).map(read),
      [[12], [6]], // w² + 2w + 4 and 2w + 2 at 2
    );
    assertEquals(read(w), [20]);
  });

  Deno.test(`scan() ${form} of a single row, and of rows without numbers, has gradients`, () => {
    const f = make((x, empty) => {
      const total = (x: Tensor): Tensor => {
        const [, sums] = scan(
          (s: Tensor, row: [Tensor, Tensor]) => [
            tf.mul(s, row[0]),
            [tf.add(s, row[0]), row[1]],
          ],
          tf.scalar(3),
          [x, empty!] as [Tensor, Tensor],
        ) as unknown as [Tensor, [Tensor, Tensor]];
        return tf.add(tf.sum(sums[0]), tf.sum(sums[1]));
      };
      return [total(x!), tf.grad(total)(x!)];
    });
    const outcome = f(tf.tensor1d([2]), tf.zeros([1, 0])) as Tensor[];
    assertEquals(outcome.map(read), [[5], [1]]);
  });

  Deno.test(`Loops ${form} take the parts of a state by name, and refuse one that is put together otherwise`, () => {
    const one = tf.scalar(1), two = tf.scalar(2);
    const repeat = (
      state: unknown,
      next: (state: never) => unknown,
    ): Tensor | Tensor[] =>
      make(() =>
        Object.values(
          whileLoop(
            () => tf.scalar(true, "bool"),
            next as (state: unknown) => unknown,
            state,
            { maxIterations: 3 },
          ) as Record<string, Tensor>,
        )
      )();
    const named = repeat(
      { a: one, b: two },
      ({ a, b }: { a: Tensor; b: Tensor }) => ({
        b: tf.add(b, 10),
        a: tf.add(a, 1),
      }),
    ) as Tensor[];
    assertEquals(named.map(read), [[4], [32]]);
    assertThrows(
      () => repeat([one, two], ([a, b]: [Tensor, Tensor]) => [[a], b]),
      TypeError,
      "Cannot loop: the next state must be nested as the state and have the same static parts " +
        "(float32[],float32[]): ((float32[]),float32[])",
    );
    assertThrows(
      () =>
        repeat(
          { a: one, n: 0 },
          ({ a, n }: { a: Tensor; n: number }) => ({ a, n: n + 1 }),
        ),
      TypeError,
      'the same static parts {"a":float32[],"n":0}: {"a":float32[],"n":1}',
    );
    assertThrows(
      () => make(() => scan((s: Tensor) => s as never, two, tf.ones([2]))[0])(),
      TypeError,
      "Cannot scan: a step must give two things, the next state and an output, which may be null",
    );
    assertThrows(
      () => make(() => whileLoop(() => true as never, (s) => s, one))(),
      TypeError,
      "Cannot loop: the condition must give a bool of shape []: true",
    );
  });

  Deno.test(`The gradient of a loop ${form} uses masks and whole numbers that were made before the loop`, () => {
    const f = make((x, y) =>
      tf.grad((x) => {
        const mask = tf.greater(y!, 1);
        const ids = tf.cast(tf.sub(y!, 1), "int32");
        return scan(
          (s: Tensor, row: Tensor) => {
            const kept = tf.where(mask, row, tf.zerosLike(row));
            return [tf.add(tf.mul(s, tf.cast(ids, "float32")), kept), null];
          },
          tf.zeros([2]),
          tf.stack([x, x]),
        )[0];
      })(x!)
    );
    // Where y is 3: 2x + x, otherwise nothing.
    const [x, y] = [tf.tensor1d([5, 6]), tf.tensor1d([1, 3])];
    assertEquals(read(f(x, y) as Tensor), [0, 3]);
  });

  Deno.test(`Loops ${form} leave no tensor behind but their results`, async () => {
    const f = make((x, h, w) =>
      tf.grads((x, h, w) => recurrence(x!, h!, w!))([x!, h!, w!])
    );
    const args = [floats([3, 1, 2]), floats([1, 2], 1), floats([2, 2], 2)];
    tf.dispose(f(...args));
    await assertNoLeak(() => tf.dispose(f(...args)));
  });

  Deno.test(`Loops ${form} refuse a state that changes its kind, and a condition that is no bool`, () => {
    assertThrows(
      () =>
        make((x) =>
          scan((s: Tensor, _: Tensor) => [tf.expandDims(s, 0), null], x!, x!)[0]
        )(
          tf.tensor1d([1, 2]),
        ),
      TypeError,
      "Cannot loop: the next state must have the shapes and data types of the state (float32 [2]): (float32 [1,2])",
    );
    assertThrows(
      () =>
        make((x) => whileLoop((s: Tensor) => s, (s) => s, x!))(tf.scalar(1)),
      TypeError,
      "Cannot loop: the condition must give a bool of shape []: float32 []",
    );
  });
}

Deno.test("A loop of a compiled function is one op, however many iterations it has", () => {
  const sum = compile((x: Tensor) =>
    scan((s: Tensor, row: Tensor) => [tf.add(s, row), null], tf.scalar(0), x)[0]
  );
  assertEquals(read(sum(tf.ones([5000]))), [5000]);
});

Deno.test("A recorded loop must not assign variables, which keep their values", () => {
  const variable = tf.variable(tf.scalar(1));
  const f = compile((x: Tensor) =>
    scan(
      (s: Tensor, row: Tensor) => {
        variable.assign(tf.add(variable, 1));
        return [tf.add(s, row), null];
      },
      tf.scalar(0),
      x,
    )[0]
  );
  assertThrows(
    () => f(tf.ones([3])),
    TypeError,
    "must not assign variables: carry the value in the state instead",
  );
  assertEquals(read(variable), [1]);
});

Deno.test("A recorded condition must not assign variables either", () => {
  const variable = tf.variable(tf.scalar(1));
  const f = compile(() =>
    whileLoop(
      (s: Tensor) => {
        variable.assign(tf.add(variable, 1));
        return tf.less(s, 3);
      },
      (s) => tf.add(s, 1),
      tf.scalar(0),
    )
  );
  assertThrows(() => f(), TypeError, "must not assign variables: carry");
  assertEquals(read(variable), [1]);
});

Deno.test("The gradient of a gradient of a recorded loop is refused, and leaves nothing behind", async () => {
  const product = (x: Tensor): Tensor =>
    scan(
      (s: Tensor, row: Tensor) => [tf.mul(s, row), null],
      tf.scalar(1),
      x,
    )[0];
  const second = tf.grad((x) => tf.sum(tf.grad(product)(x)));
  const x = tf.tensor1d([2, 3, 5]);
  assertEquals(read(second(x)), [8, 7, 5]); // of x₁x₂ + x₀x₂ + x₀x₁
  await assertNoLeak(() => {
    assertThrows(
      () => compile(second)(x),
      TypeError,
      "Cannot take the gradient of a gradient of a loop in a compiled function: take it outside, where loops are plain",
    );
  });
});

Deno.test("Loops refuse lengths that make no sense", () => {
  const step = (s: Tensor, _: Tensor): [Tensor, null] => [s, null];
  for (
    const [run, kind, message] of [
      [
        () => scan(step, tf.scalar(0), null as unknown as Tensor),
        RangeError,
        "Cannot scan: the length must be a whole number from 1: undefined",
      ],
      [
        () => scan(step, tf.scalar(0), tf.ones([2]), { length: 3 }),
        RangeError,
        "Cannot scan: the length must be that of the inputs, 2: 3",
      ],
      [
        () => scan(step, tf.scalar(0), tf.ones([0])),
        RangeError,
        "Cannot scan: the length must be a whole number from 1: 0",
      ],
      [
        () => scan(step, tf.scalar(0), tf.scalar(1)),
        TypeError,
        "Cannot scan: all inputs must have a first axis of one length: []",
      ],
      [
        () =>
          whileLoop((s: Tensor) => tf.less(s, 3), (s) => s, tf.scalar(0), {
            maxIterations: 0,
          }),
        RangeError,
        "Cannot loop: maxIterations must be a whole number from 1: 0",
      ],
      [
        () =>
          compile((x: Tensor) =>
            tf.grad((x) =>
              whileLoop((s: Tensor) => tf.less(s, 3), (s) => tf.mul(s, x), x)
            )(x)
          )(tf.scalar(2)),
        RangeError,
        "Cannot take the gradient of a loop in a compiled function: its length must be limited: give maxIterations",
      ],
    ] as const
  ) {
    assertThrows(run, kind, message);
  }
});

for (const engine of ["cpu", "wasm"] as const) {
  Deno.test(`Loops on the ${engine} engine give the same values and gradients`, async () => {
    const results = async (): Promise<number[][]> => {
      const args = [floats([4, 2, 3]), floats([2, 3], 1), floats([3, 3], 2)];
      const f = compile((x: Tensor, h: Tensor, w: Tensor) => [
        recurrence(x, h, w),
        ...tf.grads((x, h, w) => recurrence(x!, h!, w!))([x, h, w]),
      ]);
      const tensors = f(...args as [Tensor, Tensor, Tensor]);
      return await Promise.all(
        tensors.map(async (tensor) => [...await tensor.data()]),
      );
    };
    const wanted = await results();
    await useEngine(engine);
    const got = await results();
    await useEngine("tensorflow");
    for (const [i, values] of wanted.entries()) {
      assertAllClose(got[i]!, values, 1e-4);
    }
  });
}
