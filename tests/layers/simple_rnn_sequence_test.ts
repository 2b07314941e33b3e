import { ensureEngine } from "../../src/engine/engine.ts";
import { simpleRNNSequence } from "../../src/layers/simple_rnn_sequence.ts";
import { simpleRNNSequenceReference } from "../../src/layers/simple_rnn_sequence_reference.ts";
import golden from "../golden/recurrent.json" with { type: "json" };
import { testSequence } from "./_sequence_contract.ts";

await ensureEngine();

const { T, B, E, H } = golden.sizes;

testSequence({
  name: "simpleRNNSequence",
  fast: simpleRNNSequence,
  reference: simpleRNNSequenceReference,
  golden: golden.layers.rnn,
  shapes: {
    x: [T, B, E],
    h0: [B, H],
    kernel: [E, H],
    recurrentKernel: [H, H],
    bias: [H],
  },
});
