import { assertEquals, assertThrows } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { TensorFlowBinding } from "../../../src/engine/tensorflow/binding.ts";
import { TensorFlowError } from "../../../src/engine/tensorflow/c_api.ts";
import { TF_FLOAT } from "../../../src/engine/tensorflow/dtypes.ts";
import { context } from "./_context.ts";

const binding = new TensorFlowBinding(context);
/** y = x · [[1, 2], [3, 4]] + b, exported by tests/golden/saved_model.py. */
const FOLDER = fromFileUrl(
  new URL("../../golden/saved_model", import.meta.url),
);

Deno.test("TensorFlowBinding opens, runs and closes a SavedModel", () => {
  const before = binding.getNumOfTensors();
  const model = binding.loadSavedModel(FOLDER, "serve");
  assertEquals(binding.getNumOfSavedModels(), 1);
  const x = binding.createTensor([1, 2], TF_FLOAT, new Float32Array([10, 20]));
  const b = binding.createTensor([2], TF_FLOAT, new Float32Array([1, 2]));
  const outputs = binding.runSavedModel(model, [x, b], "x:0,b:0", "y:0,n");
  const [y, n] = outputs.map(({ id }) => binding.tensorDataSync(id));
  assertEquals(y, new Float32Array([10 + 60 + 1, 20 + 80 + 2]));
  assertEquals(n, new BigInt64Array([1n, 2n]));
  for (const id of [x, b, ...outputs.map(({ id }) => id)]) {
    binding.deleteTensor(id);
  }
  binding.deleteSavedModel(model);
  assertEquals(binding.getNumOfSavedModels(), 0);
  assertEquals(binding.getNumOfTensors(), before);
});

Deno.test("TensorFlowBinding says what is wrong with a SavedModel", () => {
  assertThrows(
    () => binding.loadSavedModel("no/such/folder", "serve"),
    TensorFlowError,
    'Cannot load the SavedModel of folder "no/such/folder"',
  );
  assertThrows(
    () => binding.loadSavedModel(FOLDER, "train"),
    TensorFlowError,
    "tags",
  );
  const model = binding.loadSavedModel(FOLDER, "serve");
  const x = binding.createTensor([1, 2], TF_FLOAT, new Float32Array([1, 2]));
  assertThrows(
    () => binding.runSavedModel(model, [x], "z:0", "y:0"),
    RangeError,
    'its graph has no operation of this name: "z"',
  );
  assertThrows(
    () => binding.runSavedModel(model, [x], "x:0", "y:0"),
    TensorFlowError,
    "placeholder tensor 'b'",
  );
  binding.deleteTensor(x);
  binding.deleteSavedModel(model);
  assertThrows(
    () => binding.deleteSavedModel(model),
    RangeError,
    `Cannot use SavedModel ${model}: no such model is open`,
  );
});
