import { assertEquals, assertThrows } from "@std/assert";
import { buildNetwork } from "../../src/networks/architectures.ts";
import { RecurrentNetwork } from "../../src/networks/recurrent_network.ts";

Deno.test("buildNetwork() builds each kind again from its config", () => {
  const config = {
    vocabSize: 5,
    embedding: 3,
    units: 4,
    layers: 2,
    dropout: 0.25,
    recurrentDropout: 0.5,
    residual: true,
    layerNorm: true,
    dense: 6,
    attentionWindow: 3,
  };
  for (const kind of ["rnn", "lstm", "gru"] as const) {
    const network = new RecurrentNetwork(kind, {
      ...config,
      ...(kind !== "rnn" && { recurrentDropoutMasks: "gates" }),
    });
    const again = buildNetwork(
      network.kind,
      JSON.parse(JSON.stringify(network.config)),
    );
    assertEquals([again.kind, again.config], [kind, network.config]);
    assertEquals([...again.parameters.keys()], [...network.parameters.keys()]);
  }
});

Deno.test("buildNetwork() refuses an unknown kind, and lists the known ones", () => {
  for (const kind of ["mlp", "toString", "__proto__"]) {
    assertThrows(
      () => buildNetwork(kind, {}),
      RangeError,
      `Cannot build the network: the architecture must be one of rnn, lstm, gru, cnn, ngram, transformer, layers_model: "${kind}"`,
    );
  }
});
