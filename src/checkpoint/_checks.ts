/**
 * Whether tensors and texts can be written as safetensors.
 *
 * @module
 */
import { byteLengthOf, DTYPES, type TensorData } from "./_dtypes.ts";
import { brief } from "./_header.ts";

/**
 * Checks that a tensor's name, type, shape and data fit together.
 *
 * @param name Its name.
 * @param tensor The tensor.
 * @throws {TypeError} If type, shape and data do not fit.
 * @throws {RangeError} If the name cannot be written.
 */
export function checkTensor(name: string, tensor: TensorData): void {
  const what = `Cannot encode tensor ${brief(name)}`;
  if (name === "__metadata__" || !name.isWellFormed()) {
    throw new RangeError(
      `${what}: the name must be well-formed Unicode other than "__metadata__"`,
    );
  }
  const { dtype, shape, data } = tensor;
  if (!Object.hasOwn(DTYPES, dtype)) {
    throw new TypeError(
      `${what}: unknown dtype: ${brief(dtype)}; known dtypes: ${
        Object.keys(DTYPES).join(", ")
      }`,
    );
  }
  const { array } = DTYPES[dtype];
  if (!(data instanceof array)) {
    throw new TypeError(
      `${what}: the data of dtype ${dtype} must be a ${array.name}: ${data?.constructor?.name}`,
    );
  }
  const size = Array.isArray(shape) ? byteLengthOf(dtype, shape) : undefined;
  if (size === undefined) {
    throw new TypeError(
      `${what}: shape must be whole numbers that make whole bytes, below 2^53: ${
        brief(shape)
      } of dtype ${dtype}`,
    );
  }
  if (size !== data.byteLength) {
    throw new TypeError(
      `${what}: shape [${shape}] of dtype ${dtype} takes ${size} bytes: data has ${data.byteLength}`,
    );
  }
}

/**
 * Checks that metadata are texts.
 *
 * @param metadata The metadata.
 * @throws {TypeError} If a value is not a string.
 * @throws {RangeError} If a key or value is not well-formed Unicode.
 */
export function checkTexts(metadata: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== "string") {
      throw new TypeError(
        `Cannot encode metadata ${
          brief(key)
        }: the value must be a string: ${typeof value}`,
      );
    }
    if (!key.isWellFormed() || !value.isWellFormed()) {
      throw new RangeError(
        `Cannot encode metadata ${
          brief(key)
        }: key and value must be well-formed Unicode`,
      );
    }
  }
}
