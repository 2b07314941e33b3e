/**
 * What TensorFlow's registry says of an op: which of its inputs are lists, and whether it keeps or changes anything
 * outside itself. Recording an op in a graph needs the first, and must refuse the second.
 *
 * Source: the messages `OpDef` and `ArgDef` of `tensorflow/core/framework/op_def.proto`, in protobuf's wire format.
 *
 * @module
 */
import { cString } from "./c_api.ts";
import type { EagerContext } from "./context.ts";
import { copyOut } from "./tensors.ts";

/** An op of the registry. */
export interface OpDefinition {
  /** For each input in turn, whether it is a list of tensors. */
  inputIsList: readonly boolean[];
  /** Attributes that follow from the lengths of the lists. */
  inferred: ReadonlySet<string>;
  /** Whether two runs with the same inputs may give different results, or change something. */
  stateful: boolean;
}

const known = new Map<string, OpDefinition>();

/**
 * @param context The runtime.
 * @param graph Any graph.
 * @param name The op's name.
 * @returns Its definition.
 * @throws {TensorFlowError} If there is no such op.
 */
export function opDefinition(
  context: EagerContext,
  graph: bigint,
  name: string,
): OpDefinition {
  let definition = known.get(name);
  if (definition === undefined) {
    definition = parse(fetchDefinition(context, graph, name));
    known.set(name, definition);
  }
  return definition;
}

/** The serialized `OpDef`. */
function fetchDefinition(
  { api, status }: EagerContext,
  graph: bigint,
  name: string,
): Uint8Array {
  const buffer = api.TF_NewBuffer();
  try {
    api.TF_GraphGetOpDef(graph, cString(name), buffer, status.handle);
    status.check(() => `Cannot look up the op "${name}"`);
    const head = new BigUint64Array(2); // TF_Buffer begins with its data's address and length
    copyOut(api, new Uint8Array(head.buffer), buffer);
    const bytes = new Uint8Array(Number(head[1]));
    copyOut(api, bytes, head[0]!);
    return bytes;
  } finally {
    api.TF_DeleteBuffer(buffer);
  }
}

function parse(bytes: Uint8Array): OpDefinition {
  const inputIsList: boolean[] = [];
  const inferred = new Set<string>();
  let stateful = false;
  for (const { field, value } of fields(bytes)) {
    if (field === 2 && value instanceof Uint8Array) { // input_arg
      let isList = false;
      for (const part of fields(value)) {
        // number_attr = 5, type_list_attr = 6
        if (
          (part.field === 5 || part.field === 6) &&
          part.value instanceof Uint8Array
        ) {
          isList = true;
          inferred.add(new TextDecoder().decode(part.value));
        }
      }
      inputIsList.push(isList);
    } else if (field === 17) { // is_stateful
      stateful = value !== 0n;
    }
  }
  return { inputIsList, inferred, stateful };
}

/** The fields of a protobuf message: whole numbers, and the bytes of everything that has a length. */
function* fields(
  bytes: Uint8Array,
): Generator<{ field: number; value: bigint | Uint8Array }> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [field, wireType] = [tag >> 3, tag & 7];
    if (wireType === 0) {
      yield { field, value: varint() };
    } else if (wireType === 2) {
      const length = Number(varint());
      yield { field, value: bytes.subarray(at, at + length) };
      at += length;
    } else {
      at += wireType === 1 ? 8 : 4; // fixed 64 or 32 bits, of no interest here
    }
  }
}
