/**
 * TensorFlow's SavedModels: open a folder, run its graph, close it.
 *
 * Source: `TF_LoadSessionFromSavedModel` and `TF_SessionRun` of `tensorflow/c/c_api.h`.
 *
 * @module
 */
import { Status } from "./c_api.ts";
import type { EagerContext } from "./context.ts";

/** A value for one input of the graph. */
export interface Feed {
  /** The input's name, such as `serving_default_x:0`. */
  name: string;
  /** The tensor handle with its value. */
  handle: bigint;
}

/** One opened model. */
interface Session {
  session: bigint;
  graph: bigint;
  folder: string;
}

/** `sizeof(TF_Output)`: a pointer, an index of 32 bits, and padding. */
const TF_OUTPUT_BYTES = 16;

const encoder = new TextEncoder();

/** The SavedModels that are open. */
export class SavedModels {
  readonly #context: EagerContext;
  readonly #sessions = new Map<number, Session>();
  #nextId = 0;

  /** @param context The runtime that input and output handles belong to. */
  constructor(context: EagerContext) {
    this.#context = context;
  }

  /** How many models are open. */
  get count(): number {
    return this.#sessions.size;
  }

  /**
   * @param folder The folder with `saved_model.pb`.
   * @param tags Tags of the graph; `["serve"]` for a model that was exported for use.
   * @returns The model's number.
   * @throws {TensorFlowError} If there is no such model, or no graph with these tags.
   */
  load(folder: string, tags: string[]): number {
    const { api, status } = this.#context;
    const tagBytes = tags.map((tag) => encoder.encode(tag + "\0"));
    const tagAddresses = BigUint64Array.from(
      tagBytes,
      (bytes) => BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes))),
    );
    const options = api.TF_NewSessionOptions();
    const graph = api.TF_NewGraph();
    const session = api.TF_LoadSessionFromSavedModel(
      options,
      0n,
      encoder.encode(folder + "\0"),
      tagAddresses,
      tags.length,
      graph,
      0n,
      status.handle,
    );
    api.TF_DeleteSessionOptions(options);
    if (!status.ok) api.TF_DeleteGraph(graph);
    status.check(() => `Cannot load the SavedModel of folder "${folder}"`);
    const id = this.#nextId++;
    this.#sessions.set(id, { session, graph, folder });
    return id;
  }

  /**
   * @param id The model's number.
   * @param feeds Values of the inputs.
   * @param outputs Names of the outputs, such as `StatefulPartitionedCall:0`.
   * @returns A handle for each output, which the caller frees.
   * @throws {RangeError} If no such model is open, or its graph has no such input or output.
   * @throws {TensorFlowError} If the graph cannot be run on these values.
   */
  run(id: number, feeds: Feed[], outputs: string[]): bigint[] {
    const { api, status } = this.#context;
    const model = this.#session(id);
    const inputPorts = this.#ports(model, feeds.map(({ name }) => name));
    const outputPorts = this.#ports(model, outputs);
    const values = new BigUint64Array(feeds.length);
    const results = new BigUint64Array(outputs.length);
    try {
      for (const [i, { handle }] of feeds.entries()) {
        values[i] = api.TFE_TensorHandleResolve(handle, status.handle);
        status.check(() => "Cannot read an input of the SavedModel");
      }
      api.TF_SessionRun(
        model.session,
        0n,
        inputPorts,
        values,
        feeds.length,
        outputPorts,
        results,
        outputs.length,
        0n,
        0,
        0n,
        status.handle,
      );
      status.check(() =>
        `Cannot run the SavedModel of folder "${model.folder}"`
      );
      return Array.from(results, (tensor) => {
        const handle = api.TFE_NewTensorHandle(tensor, status.handle);
        status.check(() => "Cannot take an output of the SavedModel");
        return handle;
      });
    } finally {
      for (const tensor of [...values, ...results]) {
        if (tensor !== 0n) api.TF_DeleteTensor(tensor);
      }
    }
  }

  /**
   * Closes a model.
   *
   * @throws {RangeError} If no such model is open.
   */
  delete(id: number): void {
    const { api } = this.#context;
    const { session, graph } = this.#session(id);
    const status = new Status(api);
    api.TF_CloseSession(session, status.handle);
    api.TF_DeleteSession(session, status.handle);
    api.TF_DeleteStatus(status.handle);
    api.TF_DeleteGraph(graph);
    this.#sessions.delete(id);
  }

  #session(id: number): Session {
    const model = this.#sessions.get(id);
    if (model === undefined) {
      throw new RangeError(
        `Cannot use SavedModel ${id}: no such model is open`,
      );
    }
    return model;
  }

  /** An array of `TF_Output` for names of the form `op:index`. */
  #ports(model: Session, names: string[]): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(names.length * TF_OUTPUT_BYTES);
    const view = new DataView(bytes.buffer);
    for (const [i, name] of names.entries()) {
      const [op = "", index = "0"] = name.split(":");
      const operation = this.#context.api.TF_GraphOperationByName(
        model.graph,
        encoder.encode(op + "\0"),
      );
      if (operation === 0n) {
        throw new RangeError(
          `Cannot run the SavedModel of folder "${model.folder}": its graph has no operation of this name: "${op}"`,
        );
      }
      view.setBigUint64(i * TF_OUTPUT_BYTES, operation, true);
      view.setInt32(i * TF_OUTPUT_BYTES + 8, Number(index), true);
    }
    return bytes;
  }
}
