import { assert, assertEquals, assertThrows } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import {
  checkCNNConfig,
  type CNNConfig,
  receptiveField,
} from "../../src/networks/cnn_config.ts";
import { CNNNetwork } from "../../src/networks/cnn_network.ts";
import {
  dispose,
  idTensor,
  randomIds,
  testNetwork,
  withWeights,
} from "./_network_contract.ts";
import golden from "../golden/cnn.json" with { type: "json" };

await ensureEngine();

const CONFIG: CNNConfig = {
  vocabSize: 7,
  embedding: 3,
  filters: 4,
  kernelSize: 2,
  layers: 3,
  stacks: 2,
  dense: 5,
  layerNorm: false,
  dropout: 0,
};

for (const [name, { config, ...rest }] of Object.entries(golden.models)) {
  testNetwork({
    title: `CNNNetwork with ${name}`,
    make: () => new CNNNetwork(config, 2),
    makeDropping: () => new CNNNetwork({ ...config, dropout: 0.25 }, 2),
    golden: rest,
  });
}

Deno.test("CNNNetwork names its parameters in the order of the data's way", () => {
  const shapes = (change: Partial<CNNConfig>): unknown =>
    [...new CNNNetwork({ ...CONFIG, ...change }).parameters].map((
      [name, { shape }],
    ) => [name, shape]);
  assertEquals(
    shapes({ layers: 2, stacks: 1, kernelSize: 3, layerNorm: true }),
    [
      ["embedding/table", [7, 3]],
      ["input/kernel", [3, 3, 4]],
      ["input/bias", [4]],
      ["block_1/norm/gain", [4]],
      ["block_1/norm/bias", [4]],
      ["block_1/convolution/kernel", [3, 4, 8]],
      ["block_1/convolution/bias", [8]],
      ["block_1/projection/kernel", [4, 8]],
      ["block_1/projection/bias", [8]],
      ["block_2/norm/gain", [4]],
      ["block_2/norm/bias", [4]],
      ["block_2/convolution/kernel", [3, 4, 8]],
      ["block_2/convolution/bias", [8]],
      ["block_2/projection/kernel", [4, 4]], // nothing reads what it would add to its input
      ["block_2/projection/bias", [4]],
      ["dense/kernel", [4, 5]],
      ["dense/bias", [5]],
      ["output/kernel", [5, 7]],
      ["output/bias", [7]],
    ],
  );
  assertEquals(shapes({ layers: 1, stacks: 1, dense: 0 }), [
    ["embedding/table", [7, 3]],
    ["input/kernel", [2, 3, 4]],
    ["input/bias", [4]],
    ["block_1/convolution/kernel", [2, 4, 8]],
    ["block_1/convolution/bias", [8]],
    ["block_1/projection/kernel", [4, 4]],
    ["block_1/projection/bias", [4]],
    ["output/kernel", [4, 7]],
    ["output/bias", [7]],
  ]);
});

Deno.test("CNNNetwork has the receptive field that it says, and sees no farther", () => {
  for (
    const [change, field] of [
      [{}, 16], // 1 + 1 + 2 · (1 + 2 + 4)
      [{ stacks: 1 }, 9],
      [{ kernelSize: 3, layers: 2, stacks: 1 }, 9], // 1 + 2 + 2 · (1 + 2)
    ] as const
  ) {
    const config = { ...CONFIG, ...change };
    assertEquals(receptiveField(config), field);
    const network = withWeights(new CNNNetwork(config));
    tf.tidy(() => {
      const [row] = randomIds(1, 30);
      const last = (row: number[]): number[] => [
        ...tf.slice(
          network.forward(idTensor([row]), network.zeroState(1)).logits,
          [0, 29, 0],
          [1, 1, 7],
        ).dataSync(),
      ];
      const expected = last(row!);
      const changed = (age: number): number[] =>
        last(row!.with(30 - age, (row![30 - age]! + 1) % 7));
      assertEquals(changed(field + 1), expected);
      assert(changed(field).some((x, i) => x !== expected[i]));
    });
    dispose(network);
  }
});

Deno.test("CNNNetwork describes itself", () => {
  assertEquals(
    new CNNNetwork(CONFIG).description,
    // 21; 24 + 4; 5 · (64 + 8 + 32 + 8); 64 + 8 + 16 + 4; 20 + 5; 35 + 7
    "CNN, 2 stacks of 3 layers with 4 filters, receptive field of 16 tokens, 768 parameters",
  );
  assertEquals(
    new CNNNetwork({ ...CONFIG, layers: 1, stacks: 1, dense: 0 }).description,
    // 21; 24 + 4; 64 + 8 + 16 + 4; 28 + 7
    "CNN, 1 stack of 1 layer with 4 filters, receptive field of 3 tokens, 176 parameters",
  );
});

Deno.test("CNNNetwork drops out where it is told how, and never otherwise", () => {
  const network = new CNNNetwork({ ...CONFIG, dropout: 0.5 }, 1);
  tf.tidy(() => {
    const forward = (step?: number): Float32Array =>
      network.forward(
        idTensor(randomIds(2, 4)),
        network.zeroState(2),
        step === undefined ? {} : { dropout: { seed: 1, step } },
      ).logits.dataSync() as Float32Array;
    assertEquals(forward(), forward());
    assertEquals(forward(3), forward(3));
    assert(forward(3).some((x, i) => x !== forward(4)[i]));
    assert(forward(3).some((x, i) => x !== forward()[i]));
  });
  dispose(network);
});

Deno.test("checkCNNConfig() refuses what is out of range, of another type, or unknown", () => {
  const cannot = "Cannot build a convolutional network:";
  for (
    const [change, type, message] of [
      [{ filters: 0 }, RangeError, "filters must be a positive integer: 0"],
      [
        { filters: "64" },
        TypeError,
        'filters must be a positive integer: "64"',
      ],
      [
        { embedding: NaN },
        RangeError,
        "embedding must be a positive integer: NaN",
      ],
      [
        { vocabSize: undefined },
        TypeError,
        "vocabSize must be a positive integer: undefined",
      ],
      [{ kernelSize: 1 }, RangeError, "kernelSize must be from 2 to 64: 1"],
      [{ kernelSize: 65 }, RangeError, "kernelSize must be from 2 to 64: 65"],
      [
        { layers: 17 },
        RangeError,
        "layers must be at most 16, take more stacks: 17",
      ],
      [{ stacks: 101 }, RangeError, "stacks must be at most 100: 101"],
      [
        { dense: -1 },
        RangeError,
        "dense must be a positive integer, or 0 for no such layer: -1",
      ],
      [
        { dropout: 1 },
        RangeError,
        "dropout must be a share from 0 up to but not 1: 1",
      ],
      [
        { dropout: null },
        TypeError,
        "dropout must be a share from 0 up to but not 1: null",
      ],
      [
        { layerNorm: 1 },
        TypeError,
        "layerNorm must be true or false: 1",
      ],
      [{ units: 4 }, TypeError, 'its config has no "units"'],
    ] as const
  ) {
    assertThrows(
      () => checkCNNConfig({ ...CONFIG, ...change } as CNNConfig),
      type,
      `${cannot} ${message}`,
    );
  }
});
