import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import { RecurrentNetwork } from "../../src/networks/recurrent_network.ts";
import {
  compileReader,
  measure,
  validate,
} from "../../src/training/validate.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const CONFIG = { vocabSize: 5, embedding: 3, units: 4, layers: 2, dropout: 0 };
const goOn = (): Promise<boolean> => Promise.resolve(false);

function randomIds(length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => (i * i + (i >> 3)) % 5);
}

/** The same loss token by token: one stream, `step()`, and the softmax in double precision on the host. */
async function slowLoss(
  network: RecurrentNetwork,
  ids: Int32Array,
): Promise<number> {
  let state = network.zeroState(1);
  let sum = 0;
  for (let i = 0; i + 1 < ids.length; i++) {
    const next = network.step(tf.tensor1d([ids[i]!], "int32"), state);
    const logits = [...await next.logits.data()];
    const largest = Math.max(...logits);
    const total = logits.reduce(
      (sum, logit) => sum + Math.exp(logit - largest),
      0,
    );
    sum -= logits[ids[i + 1]!]! - largest - Math.log(total);
    state = next.state;
  }
  return sum / (ids.length - 1);
}

Deno.test("validate() counts every token once, with the state carried on", async () => {
  const network = new RecurrentNetwork("lstm", CONFIG, 3);
  for (const parameter of network.parameters.values()) {
    parameter.set((await parameter.values()).map((value) => 3 * value)); // far from even odds
  }
  const ids = randomIds(201); // one stream: three windows and a piece
  assertAlmostEquals(
    (await validate(network, ids, goOn))!,
    await slowLoss(network, ids),
    1e-6,
  );
});

Deno.test("validate() cuts a long text into streams that begin without memory", async () => {
  const network = new RecurrentNetwork("lstm", CONFIG, 3);
  const ids = randomIds(601); // three streams of 200 targets
  const parts = await Promise.all(
    [0, 200, 400].map((from) =>
      slowLoss(network, ids.subarray(from, from + 201))
    ),
  );
  const mean = parts.reduce((sum, part) => sum + part) / 3;
  assertAlmostEquals((await validate(network, ids, goOn))!, mean, 1e-6);
});

Deno.test("validate() weighs a text that does not divide by its tokens", async () => {
  const network = new RecurrentNetwork("lstm", CONFIG, 3);
  const ids = randomIds(300); // two streams, of 150 and 149 targets
  const [first, second] = [
    await slowLoss(network, ids.subarray(0, 151)),
    await slowLoss(network, ids.subarray(150)),
  ];
  assertAlmostEquals(
    (await validate(network, ids, goOn))!,
    (150 * first + 149 * second) / 299,
    1e-6,
  );
});

Deno.test("validate() reads each document from its beginning to its end without memory of another, and weighs by tokens", async () => {
  const network = new RecurrentNetwork("lstm", CONFIG, 3);
  const documents = [150, 2, 1, 70, 64, 65, 0, 9].map(randomIds);
  const measured = documents.filter(({ length }) => length >= 2);
  let [sum, count] = [0, 0];
  for (const ids of measured) {
    sum += (ids.length - 1) * await slowLoss(network, ids);
    count += ids.length - 1;
  }
  assertAlmostEquals(
    (await validate(network, documents, goOn))!,
    sum / count,
    1e-6,
  );
  const reader = compileReader(network);
  assertAlmostEquals(
    (await validate(network, documents, goOn, reader))!,
    sum / count,
    1e-6,
  );
  reader.dispose();
  await assertNoLeak(async () => void await validate(network, documents, goOn));
});

Deno.test("validate() reads a source as it reads an array", async () => {
  const network = new RecurrentNetwork("lstm", CONFIG, 3);
  const ids = randomIds(601);
  const source = {
    length: ids.length,
    read: (start: number, end: number) => ids.slice(start, end),
  };
  assertEquals(
    await validate(network, source, goOn),
    await validate(network, ids, goOn),
  );
});

Deno.test("validate() gives up when it is asked to, and leaves no tensor behind", async () => {
  const network = new RecurrentNetwork("lstm", CONFIG, 3);
  await validate(network, randomIds(10), goOn); // the weights move to the engine
  let asked = 0;
  await assertNoLeak(async () => {
    assertEquals(
      await validate(
        network,
        randomIds(600),
        () => Promise.resolve(++asked === 2),
      ),
      undefined,
    );
    await validate(network, randomIds(600), goOn);
  });
});

Deno.test("validate() leaves no tensor behind when the network fails", async () => {
  const state = (batch: number): Tensor[] => [tf.zeros([batch, 1])];
  const broken = {
    zeroState: state,
    forward: () => {
      throw new Error("broken");
    },
  };
  await assertNoLeak(async () => {
    const error = await validate(
      broken as unknown as RecurrentNetwork,
      randomIds(10),
      goOn,
    ).catch((error) => error);
    assertEquals(error.message, "broken");
  });
});

Deno.test("validate() gives the same loss with a compiled reader, and leaves no tensor behind", async () => {
  const network = new RecurrentNetwork("lstm", {
    vocabSize: 5,
    embedding: 4,
    units: 6,
    layers: 2,
    dropout: 0,
  });
  const ids = Int32Array.from({ length: 600 }, (_, i) => (i * i + 3 * i) % 5);
  const plain = (await validate(network, ids, goOn))!;
  await assertNoLeak(async () => {
    const reader = compileReader(network);
    const compiled = (await validate(network, ids, goOn, reader))!;
    assertAlmostEquals(compiled, plain, 1e-5);
    reader.dispose();
  });
  for (const parameter of network.parameters.values()) parameter.dispose();
});

for (const compiled of [false, true]) {
  Deno.test(`measure() counts the tokens that were the most likely ones, ${compiled ? "compiled" : "as it is"}`, async () => {
    const network = new RecurrentNetwork("lstm", CONFIG, 3);
    for (const parameter of network.parameters.values()) {
      parameter.set((await parameter.values()).map((value) => 3 * value)); // far from even odds
    }
    const ids = randomIds(201);
    let [state, hits] = [network.zeroState(1), 0];
    for (let i = 0; i + 1 < ids.length; i++) {
      const next = network.step(tf.tensor1d([ids[i]!], "int32"), state);
      const logits = [...await next.logits.data()];
      hits += Number(logits.indexOf(Math.max(...logits)) === ids[i + 1]!);
      state = next.state;
    }
    assert(hits > 20 && hits < 180, `neither none nor all: ${hits}`);
    await assertNoLeak(async () => {
      const reader = compiled ? compileReader(network, true) : undefined;
      const found = await measure(network, ids, {
        pause: goOn,
        counted: true,
        ...(reader && { reader }),
      });
      assertEquals(found!.accuracy, hits / 200);
      assertAlmostEquals(
        found!.loss,
        (await validate(network, ids, goOn))!,
        1e-6,
      );
      reader?.dispose();
    });
  });
}
