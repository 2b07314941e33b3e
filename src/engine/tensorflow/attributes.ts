/**
 * Sets the attributes of an op, be it run at once or recorded in a graph, of every kind that
 * TensorFlow.js names: string, int, float, bool, type and shape, each alone or as a list, and the
 * function of a control-flow op. (No op of TensorFlow 2.21 takes a list of bools, so that one is
 * untested.)
 *
 * Source: `TFE_OpSetAttr…` of `tensorflow/c/eager/c_api.h`, `TF_SetAttr…` of `tensorflow/c/c_api.h`.
 *
 * @module
 */
import { type CApi, cString, type Status } from "./c_api.ts";

/** Numbers of `TF_AttrType`, `tensorflow/c/c_api.h`. */
export const TF_ATTR_STRING = 0;
export const TF_ATTR_INT = 1;
export const TF_ATTR_FLOAT = 2;
export const TF_ATTR_BOOL = 3;
export const TF_ATTR_TYPE = 4;
export const TF_ATTR_SHAPE = 5;
/** TensorFlow.js names it, and no kernel uses it. */
export const TF_ATTR_RESOURCE = 6;
/** The name of a function. */
export const TF_ATTR_FUNC = 8;

/** One attribute of an op, as the kernels of TensorFlow.js hand it over. */
export interface OpAttribute {
  /** The attribute's name in TensorFlow's op registry. */
  name: string;
  /** A number of `TF_AttrType`. */
  type: number;
  /** The value; an array is a list, except for a shape, whose list is an array of arrays. */
  value: unknown;
}

type Key = Uint8Array<ArrayBuffer>;
type Bytes = BufferSource;

/** The C functions that set an attribute: of an op about to run, or of one about to join a graph. */
export interface AttributeTarget {
  /** Of the calls that can fail by themselves. */
  status: Status;
  string(op: bigint, key: Key, value: Bytes, length: bigint): void;
  stringList(
    op: bigint,
    key: Key,
    values: Bytes,
    lengths: Bytes,
    n: number,
  ): void;
  int(op: bigint, key: Key, value: bigint): void;
  intList(op: bigint, key: Key, values: Bytes, n: number): void;
  float(op: bigint, key: Key, value: number): void;
  floatList(op: bigint, key: Key, values: Bytes, n: number): void;
  bool(op: bigint, key: Key, value: number): void;
  boolList(op: bigint, key: Key, values: Bytes, n: number): void;
  type(op: bigint, key: Key, value: number): void;
  typeList(op: bigint, key: Key, values: Bytes, n: number): void;
  shape(op: bigint, key: Key, dims: Bytes, rank: number): void;
  shapeList(op: bigint, key: Key, dims: Bytes, ranks: Bytes, n: number): void;
  functionName(op: bigint, key: Key, name: Bytes, length: bigint): void;
}

/** The setters for an op that is about to run. */
export function eagerTarget(api: CApi, status: Status): AttributeTarget {
  return {
    status,
    string: api.TFE_OpSetAttrString,
    stringList: api.TFE_OpSetAttrStringList,
    int: api.TFE_OpSetAttrInt,
    intList: api.TFE_OpSetAttrIntList,
    float: api.TFE_OpSetAttrFloat,
    floatList: api.TFE_OpSetAttrFloatList,
    bool: api.TFE_OpSetAttrBool,
    boolList: api.TFE_OpSetAttrBoolList,
    type: api.TFE_OpSetAttrType,
    typeList: api.TFE_OpSetAttrTypeList,
    shape: (op, key, dims, rank) =>
      api.TFE_OpSetAttrShape(op, key, dims, rank, status.handle),
    shapeList: (op, key, dims, ranks, n) =>
      api.TFE_OpSetAttrShapeList(op, key, dims, ranks, n, status.handle),
    functionName: api.TFE_OpSetAttrFunctionName,
  };
}

/** The setters for an op that is about to join a graph. */
export function graphTarget(api: CApi, status: Status): AttributeTarget {
  return {
    status,
    string: api.TF_SetAttrString,
    stringList: api.TF_SetAttrStringList,
    int: api.TF_SetAttrInt,
    intList: api.TF_SetAttrIntList,
    float: api.TF_SetAttrFloat,
    floatList: api.TF_SetAttrFloatList,
    bool: api.TF_SetAttrBool,
    boolList: api.TF_SetAttrBoolList,
    type: api.TF_SetAttrType,
    typeList: api.TF_SetAttrTypeList,
    shape: api.TF_SetAttrShape,
    shapeList: api.TF_SetAttrShapeList,
    functionName: api.TF_SetAttrFuncName,
  };
}

/**
 * @param target The setters for ops of its kind.
 * @param op The op being prepared.
 * @param attribute What to set.
 * @throws {TypeError} If the value does not fit the kind.
 */
export function setAttribute(
  target: AttributeTarget,
  op: bigint,
  attribute: OpAttribute,
): void {
  const { name, type, value } = attribute;
  const key = cString(name);
  switch (type) {
    case TF_ATTR_TYPE:
      if (Array.isArray(value)) {
        const list = Int32Array.from(numbers(attribute, value));
        target.typeList(op, key, list, list.length);
      } else {
        target.type(op, key, number(attribute, value));
      }
      return;
    case TF_ATTR_BOOL:
      if (Array.isArray(value)) {
        const list = Uint8Array.from(value, (item) => item ? 1 : 0);
        target.boolList(op, key, list, list.length);
      } else {
        target.bool(op, key, value ? 1 : 0);
      }
      return;
    case TF_ATTR_INT:
      if (Array.isArray(value)) {
        const list = BigInt64Array.from(
          value,
          (item) => integer(attribute, item),
        );
        target.intList(op, key, list, list.length);
      } else {
        target.int(op, key, integer(attribute, value));
      }
      return;
    case TF_ATTR_FLOAT:
      if (Array.isArray(value)) {
        const list = Float32Array.from(numbers(attribute, value));
        target.floatList(op, key, list, list.length);
      } else {
        target.float(op, key, number(attribute, value));
      }
      return;
    case TF_ATTR_STRING:
      if (Array.isArray(value)) {
        setStringList(
          target,
          op,
          key,
          value.map((item) => stringBytes(attribute, item)),
        );
      } else {
        const bytes = stringBytes(attribute, value);
        target.string(op, key, bytes, BigInt(bytes.byteLength));
      }
      return;
    case TF_ATTR_SHAPE:
      if (Array.isArray(value) && Array.isArray(value[0])) {
        setShapeList(
          target,
          op,
          key,
          value.map((item) => shapeOf(attribute, item)),
        );
      } else {
        const dims = shapeOf(attribute, value);
        target.shape(op, key, dims ?? NO_DIMS, dims?.length ?? -1);
      }
      target.status.check(() => `Cannot set attribute "${name}"`);
      return;
    case TF_ATTR_FUNC: {
      const bytes = stringBytes(attribute, value);
      target.functionName(op, key, bytes, BigInt(bytes.byteLength));
      return;
    }
    default:
      throw new TypeError(
        `Cannot set attribute "${name}": its kind must be one of 0 (string) to 5 (shape), 8 (function): ${type}`,
      );
  }
}

const encoder = new TextEncoder();
const NO_DIMS = new BigInt64Array(0);

function refuse({ name }: OpAttribute, rule: string, value: unknown): never {
  throw new TypeError(
    `Cannot set attribute "${name}": the value must be ${rule}: ${
      String(value)
    }`,
  );
}

function number(attribute: OpAttribute, value: unknown): number {
  return typeof value === "number"
    ? value
    : refuse(attribute, "a number", value);
}

function numbers(attribute: OpAttribute, values: unknown[]): number[] {
  return values.map((value) => number(attribute, value));
}

function integer(attribute: OpAttribute, value: unknown): bigint {
  if (typeof value === "bigint") return value;
  return Number.isSafeInteger(value)
    ? BigInt(value as number)
    : refuse(attribute, "a whole number", value);
}

function stringBytes(
  attribute: OpAttribute,
  value: unknown,
): Uint8Array<ArrayBuffer> {
  return typeof value === "string"
    ? encoder.encode(value)
    : refuse(attribute, "a string", value);
}

/** Sizes of axes, −1 where one is unknown; undefined where even the rank is. */
function shapeOf(
  attribute: OpAttribute,
  value: unknown,
): BigInt64Array<ArrayBuffer> | undefined {
  if (value === null || value === undefined) return undefined;
  if (!Array.isArray(value)) return refuse(attribute, "a shape", value);
  return BigInt64Array.from(
    value,
    (size) => size === null ? -1n : integer(attribute, size),
  );
}

/** The addresses of buffers, as an array that the C API reads as an array of pointers. */
function addressesOf(buffers: BufferSource[]): BigUint64Array<ArrayBuffer> {
  return BigUint64Array.from(
    buffers,
    (buffer) => BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(buffer))),
  );
}

function setStringList(
  target: AttributeTarget,
  op: bigint,
  key: Uint8Array<ArrayBuffer>,
  strings: Uint8Array<ArrayBuffer>[],
): void {
  const lengths = BigUint64Array.from(
    strings,
    (bytes) => BigInt(bytes.byteLength),
  );
  target.stringList(
    op,
    key,
    addressesOf(strings),
    lengths,
    strings.length,
  );
}

function setShapeList(
  target: AttributeTarget,
  op: bigint,
  key: Uint8Array<ArrayBuffer>,
  shapes: (BigInt64Array<ArrayBuffer> | undefined)[],
): void {
  const addresses = addressesOf(shapes.map((dims) => dims ?? NO_DIMS));
  const ranks = Int32Array.from(shapes, (dims) => dims?.length ?? -1);
  target.shapeList(op, key, addresses, ranks, shapes.length);
}
