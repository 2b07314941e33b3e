/**
 * Sets the attributes of an eager op, of every kind that TensorFlow.js names: string, int, float,
 * bool, type and shape, each alone or as a list. (No op of TensorFlow 2.21 takes a list of bools, so
 * that one is untested.)
 *
 * Source: `TFE_OpSetAttr…` of `tensorflow/c/eager/c_api.h`.
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

/** One attribute of an op, as the kernels of TensorFlow.js hand it over. */
export interface OpAttribute {
  /** The attribute's name in TensorFlow's op registry. */
  name: string;
  /** A number of `TF_AttrType`. */
  type: number;
  /** The value; an array is a list, except for a shape, whose list is an array of arrays. */
  value: unknown;
}

/**
 * @param api The opened library.
 * @param status The status to use for shapes.
 * @param op The op being prepared.
 * @param attribute What to set.
 * @throws {TypeError} If the value does not fit the kind.
 */
export function setAttribute(
  api: CApi,
  status: Status,
  op: bigint,
  attribute: OpAttribute,
): void {
  const { name, type, value } = attribute;
  const key = cString(name);
  switch (type) {
    case TF_ATTR_TYPE:
      if (Array.isArray(value)) {
        const list = Int32Array.from(numbers(attribute, value));
        api.TFE_OpSetAttrTypeList(op, key, list, list.length);
      } else {
        api.TFE_OpSetAttrType(op, key, number(attribute, value));
      }
      return;
    case TF_ATTR_BOOL:
      if (Array.isArray(value)) {
        const list = Uint8Array.from(value, (item) => item ? 1 : 0);
        api.TFE_OpSetAttrBoolList(op, key, list, list.length);
      } else {
        api.TFE_OpSetAttrBool(op, key, value ? 1 : 0);
      }
      return;
    case TF_ATTR_INT:
      if (Array.isArray(value)) {
        const list = BigInt64Array.from(
          value,
          (item) => integer(attribute, item),
        );
        api.TFE_OpSetAttrIntList(op, key, list, list.length);
      } else {
        api.TFE_OpSetAttrInt(op, key, integer(attribute, value));
      }
      return;
    case TF_ATTR_FLOAT:
      if (Array.isArray(value)) {
        const list = Float32Array.from(numbers(attribute, value));
        api.TFE_OpSetAttrFloatList(op, key, list, list.length);
      } else {
        api.TFE_OpSetAttrFloat(op, key, number(attribute, value));
      }
      return;
    case TF_ATTR_STRING:
      if (Array.isArray(value)) {
        setStringList(
          api,
          op,
          key,
          value.map((item) => stringBytes(attribute, item)),
        );
      } else {
        const bytes = stringBytes(attribute, value);
        api.TFE_OpSetAttrString(op, key, bytes, BigInt(bytes.byteLength));
      }
      return;
    case TF_ATTR_SHAPE:
      if (Array.isArray(value) && Array.isArray(value[0])) {
        setShapeList(
          api,
          status,
          op,
          key,
          value.map((item) => shapeOf(attribute, item)),
        );
      } else {
        const dims = shapeOf(attribute, value);
        api.TFE_OpSetAttrShape(
          op,
          key,
          dims ?? NO_DIMS,
          dims?.length ?? -1,
          status.handle,
        );
      }
      status.check(() => `Cannot set attribute "${name}"`);
      return;
    default:
      throw new TypeError(
        `Cannot set attribute "${name}": its kind must be one of 0 (string) to 5 (shape): ${type}`,
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
  api: CApi,
  op: bigint,
  key: Uint8Array<ArrayBuffer>,
  strings: Uint8Array<ArrayBuffer>[],
): void {
  const lengths = BigUint64Array.from(
    strings,
    (bytes) => BigInt(bytes.byteLength),
  );
  api.TFE_OpSetAttrStringList(
    op,
    key,
    addressesOf(strings),
    lengths,
    strings.length,
  );
}

function setShapeList(
  api: CApi,
  status: Status,
  op: bigint,
  key: Uint8Array<ArrayBuffer>,
  shapes: (BigInt64Array<ArrayBuffer> | undefined)[],
): void {
  const addresses = addressesOf(shapes.map((dims) => dims ?? NO_DIMS));
  const ranks = Int32Array.from(shapes, (dims) => dims?.length ?? -1);
  api.TFE_OpSetAttrShapeList(
    op,
    key,
    addresses,
    ranks,
    shapes.length,
    status.handle,
  );
}
