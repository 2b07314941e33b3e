/** What every network over token ids that carries its state must hold to, whatever its architecture. @module */
import { assert, assertEquals } from "@std/assert";
import { TokenStreams } from "../../src/data/streams.ts";
import { compile } from "../../src/engine/compile.ts";
import { useEngine } from "../../src/engine/engine.ts";
import { RandomStream } from "../../src/engine/random.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import { BlockWriter } from "../../src/generation/block_writer.ts";
import { writeTokens } from "../generation/_write_rows.ts";
import type { PredictorState } from "../../src/generation/predictor.ts";
import { Sampler } from "../../src/generation/sampler.ts";
import { buildNetwork } from "../../src/networks/architectures.ts";
import type { Network } from "../../src/networks/network.ts";
import { meanCrossEntropy } from "../../src/training/loss.ts";
import { Trainer } from "../../src/training/train_step.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";

/** What a second framework says of a network. */
export interface GoldenNetwork {
  /** Rows and tokens of a batch. */
  B: number;
  T: number;
  learningRate: number;
  clipNorm: number;
  /** By their names. */
  parameters: Record<string, number[]>;
  /** Tokens that are read in one go, and the logits after each. */
  long: number[];
  longLogits: number[];
  /** The text that is trained on. */
  ids: number[];
  /** Of the first step. */
  gradients: Record<string, number[]>;
  /** Of the first steps with Adam. */
  losses: number[];
}

/** A network and what it must hold to. */
export interface NetworkContract {
  /** For the names of the tests. */
  title: string;
  /** Makes one with a vocabulary of 7. */
  make: () => Network;
  /** Makes the same one with dropout; the same again where it has none. */
  makeDropping: () => Network;
  golden: GoldenNetwork;
}

/** Frees a network's parameters. */
export function dispose(network: Network): void {
  for (const parameter of network.parameters.values()) parameter.dispose();
}

/** Gives a network weights, those of a second framework or large random ones. */
export function withWeights<N extends Network>(
  network: N,
  weights?: Record<string, number[]>,
): N {
  for (const [name, parameter] of network.parameters) {
    const random = new RandomStream(1, name);
    parameter.set(Float32Array.from(
      weights?.[name] ??
        Array.from({ length: parameter.size }, () => random.normal() / 2),
    ));
  }
  return network;
}

/** Token ids from 0 to 6, B rows of T. */
export function randomIds(batch: number, steps: number): number[][] {
  const random = new RandomStream(5, "ids");
  return Array.from(
    { length: batch },
    () => Array.from({ length: steps }, () => random.integer(7)),
  );
}

/** As a tensor, int32, shape (B, T). */
export function idTensor(rows: number[][]): Tensor {
  return tf.tensor2d(rows.flat(), [rows.length, rows[0]!.length], "int32");
}

/** Reads token by token: logits, shape (B, T, V), and the state. */
function stepwise(
  network: Network,
  rows: number[][],
  first: PredictorState = network.zeroState(rows.length),
): { logits: Tensor; state: PredictorState } {
  let state = first;
  const logits: Tensor[] = [];
  const step = network.stepper?.() ?? network.step.bind(network);
  for (let t = 0; t < rows[0]!.length; t++) {
    const ids = tf.tensor1d(rows.map((row) => row[t]!), "int32");
    const next = step(ids, state);
    logits.push(next.logits);
    state = next.state;
  }
  return { logits: tf.stack(logits, 1), state };
}

/** Loss and gradients of a batch, in the order of the parameters. */
function differentiate(network: Network, ids: Tensor, targets: Tensor) {
  const variables = [...network.parameters.values()].map((p) => p.variable);
  const { value, grads } = tf.variableGrads(() => {
    const state = network.zeroState(ids.shape[0]!);
    const { logits } = network.forward(ids, state);
    const rows = tf.reshape(logits, [targets.size, -1]);
    return meanCrossEntropy(rows, targets) as tf.Scalar;
  }, variables);
  return [value, ...variables.map(({ name }) => grads[name]!)];
}

/** Registers the tests. */
export function testNetwork(
  { title, make, makeDropping, golden }: NetworkContract,
): void {
  const { B, T, learningRate, clipNorm } = golden;
  const streams = new TokenStreams(Int32Array.from(golden.ids), {
    batchSize: B,
    sequenceLength: T,
  });

  Deno.test(`${title}: the names and the logits are PyTorch's, over a sequence and token by token`, async () => {
    await assertNoLeak(() => {
      const network = withWeights(make(), golden.parameters);
      assertEquals(
        [...network.parameters.keys()],
        Object.keys(golden.parameters),
      );
      tf.tidy(() => {
        const ids = [golden.long];
        const whole = network.forward(idTensor(ids), network.zeroState(1));
        assertAllClose(whole.logits.dataSync(), golden.longLogits, 5e-6);
        const { logits } = stepwise(network, ids);
        assertAllClose(logits.dataSync(), golden.longLogits, 5e-6);
      });
      dispose(network);
    });
  });

  Deno.test(`${title}: the gradients are PyTorch's, as they are and compiled`, async () => {
    const { inputs, targets } = streams.batch(0, 0);
    await assertNoLeak(() => {
      const network = withWeights(make(), golden.parameters);
      for (const parameter of network.parameters.values()) parameter.variable; // the compiled function cannot make them
      const given = [
        tf.tensor2d(inputs, [B, T], "int32"),
        tf.tensor1d(targets, "int32"),
      ] as const;
      const work = (ids: Tensor, targets: Tensor): Tensor[] =>
        differentiate(network, ids, targets);
      const compiled = compile(work);
      for (
        const form of [
          (...args: typeof given) => tf.tidy(() => work(...args)),
          compiled,
        ]
      ) {
        const [loss, ...gradients] = form(...given);
        assertAllClose(loss!.dataSync(), [golden.losses[0]!], 5e-6);
        for (const [i, name] of [...network.parameters.keys()].entries()) {
          const expected = golden.gradients[name]!;
          assertAllClose(gradients[i]!.dataSync(), expected, 5e-6);
        }
        tf.dispose([loss!, ...gradients]);
      }
      compiled.dispose();
      tf.dispose([...given]);
      dispose(network);
    });
  });

  for (const compiled of [true, false]) {
    Deno.test(`${title}: Trainer.step(), ${compiled ? "compiled" : "as it is"}, gives PyTorch's first ${golden.losses.length} losses, with the state carried`, async () => {
      await assertNoLeak(async () => {
        const network = withWeights(make(), golden.parameters);
        const options = { learningRate, clipNorm, seed: 0, compiled };
        const trainer = new Trainer(network, options);
        const losses: number[] = [];
        for (let step = 0; step < golden.losses.length; step++) {
          losses.push(await trainer.step(streams.batch(0, step), B));
        }
        assertAllClose(losses, golden.losses, 1e-5);
        trainer.dispose();
        dispose(network);
      });
    });
  }

  Deno.test(`${title}: forward() in one go, in pieces, and changing over to step() and back say the same`, async () => {
    const rows = randomIds(3, 40);
    const part = (from: number, to: number): number[][] =>
      rows.map((row) => row.slice(from, to));
    const network = withWeights(make());
    await assertNoLeak(() => {
      tf.tidy(() => {
        const zero = network.zeroState(3);
        const whole = network.forward(idTensor(rows), zero).logits; // (3, 40, 7)
        assertEquals(whole.shape, [3, 40, 7]);
        for (const cuts of [[1, 2, 9, 12], [17], [5, 30, 31]]) {
          for (const first of [true, false]) {
            let state = zero;
            const logits: Tensor[] = [];
            for (const [i, to] of [...cuts, 40].entries()) {
              const ids = part(cuts[i - 1] ?? 0, to);
              const next = (i % 2 === 0) === first
                ? network.forward(idTensor(ids), state)
                : stepwise(network, ids, state);
              logits.push(next.logits);
              state = next.state;
            }
            assertEquals(
              state.map(({ shape, dtype }) => [shape, dtype]),
              zero.map(({ shape, dtype }) => [shape, dtype]),
            );
            assertAllClose(
              tf.concat(logits, 1).dataSync(),
              whole.dataSync(),
              5e-6,
            );
          }
        }
      });
    }, network.parameters.size); // they move to the engine here
    dispose(network);
  });

  Deno.test(`${title}: a token changes nothing before it, and no other row`, () => {
    const network = withWeights(make());
    tf.tidy(() => {
      const rows = randomIds(2, 12);
      const read = (rows: number[][]): Float32Array =>
        network.forward(idTensor(rows), network.zeroState(2)).logits
          .dataSync() as Float32Array; // (2, 12, 7)
      const before = read(rows);
      const after = read([rows[0]!.with(6, (rows[0]![6]! + 1) % 7), rows[1]!]);
      const [begin, own] = [6 * 7, 12 * 7];
      assertAllClose(after.slice(0, begin), before.slice(0, begin));
      assertAllClose(after.slice(own), before.slice(own));
      for (let t = 6; t < 8; t++) {
        const at = after.slice(t * 7, t * 7 + 7);
        assert(at.some((x, i) => Math.abs(x - before[t * 7 + i]!) > 1e-4));
      }
    });
    dispose(network);
  });

  Deno.test(`${title}: it is built again from its config, and has the same first weights for the same seed`, async () => {
    const network = make();
    const again = buildNetwork(
      network.kind,
      JSON.parse(JSON.stringify(network.config)),
    );
    assertEquals([again.kind, again.config], [network.kind, network.config]);
    assertEquals([...again.parameters.keys()], [...network.parameters.keys()]);
    const same = make();
    for (const [name, parameter] of network.parameters) {
      const values = await parameter.values();
      assertEquals(await same.parameters.get(name)!.values(), values);
    }
  });

  Deno.test(`${title}: a large batch, compiled and with dropout, gives the losses and weights that it gives as it is`, async () => {
    await useEngine("tensorflow");
    const rows = 64; // two parts of 32 for a network that reads token by token
    const ids = Int32Array.from({ length: rows * 12 + 1 }, (_, i) => i * i % 7);
    const options = { batchSize: rows, sequenceLength: 4 };
    const streams = new TokenStreams(ids, options);
    const results: { losses: number[]; weights: number[] }[] = [];
    for (const compiled of [true, false]) {
      const network = makeDropping();
      const options = { learningRate: 0.02, clipNorm: 1, seed: 5, compiled };
      const trainer = new Trainer(network, options);
      const losses: number[] = [];
      for (let step = 0; step < streams.stepsPerEpoch; step++) {
        losses.push(await trainer.step(streams.batch(0, step), rows));
      }
      const weights: number[] = [];
      for (const parameter of network.parameters.values()) {
        weights.push(...await parameter.values());
      }
      results.push({ losses, weights });
      trainer.dispose();
      dispose(network);
    }
    assertAllClose(results[0]!.losses, results[1]!.losses, 2e-6);
    assertAllClose(results[0]!.weights, results[1]!.weights, 2e-5);
  });

  Deno.test(`${title}: BlockWriter writes the tokens that are written one by one, longer than it looks back`, async () => {
    await useEngine("tensorflow");
    const network = withWeights(make());
    const tokens = (blocks?: BlockWriter): Promise<number[]> =>
      Array.fromAsync(writeTokens(network, {
        prompt: Int32Array.of(1, 2, 3),
        maxTokens: 150,
        sampler: new Sampler({ seed: 1 }),
        blocks,
      }));
    const oneByOne = await tokens();
    await assertNoLeak(async () => {
      const blocks = new BlockWriter(network);
      assertEquals(await tokens(blocks), oneByOne);
      blocks.dispose();
    });
    dispose(network);
  });
}
