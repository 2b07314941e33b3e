/**
 * Variables and tensors of the engine as tensors of a file, and back.
 *
 * @module
 */
import type { TensorData } from "../checkpoint/safetensors.ts";
import { type Tensor, tf, type Variable } from "../engine/tf.ts";

/**
 * Reads tensors; what happens to variables afterwards does not change the result.
 *
 * @param tensors The tensors by name, float32 or int32.
 * @returns Their values.
 */
export async function readTensors(
  tensors: ReadonlyMap<string, Tensor>,
): Promise<Map<string, TensorData>> {
  const clones = Array.from(
    tensors,
    ([name, tensor]) => [name, tf.clone(tensor)] as const,
  );
  try {
    const values = await Promise.all(clones.map(([, clone]) => clone.data()));
    return new Map(clones.map(([name, { shape, dtype }], i) => {
      const data = dtype === "int32"
        ? { dtype: "I32" as const, data: Int32Array.from(values[i]!) }
        : { dtype: "F32" as const, data: Float32Array.from(values[i]!) };
      return [name, { ...data, shape: [...shape] }];
    }));
  } finally {
    tf.dispose(clones.map(([, clone]) => clone));
  }
}

/**
 * Gives variables the values of a file.
 *
 * @param variables The variables by name.
 * @param saved The values by name.
 * @param what What they are, for errors.
 * @throws {SyntaxError} If the names, types or shapes are not the same; then no variable was changed.
 */
export function assignTensors(
  variables: ReadonlyMap<string, Variable>,
  saved: ReadonlyMap<string, TensorData>,
  what: string,
): void {
  const missing = [...variables.keys()].filter((name) => !saved.has(name));
  const extra = [...saved.keys()].filter((name) => !variables.has(name));
  if (missing.length > 0 || extra.length > 0) {
    const faults = [
      ...(missing.length > 0 ? [`missing ${missing.join(", ")}`] : []),
      ...(extra.length > 0 ? [`unknown ${extra.join(", ")}`] : []),
    ];
    throw new SyntaxError(
      `${what} must have the tensors of the run: ${faults.join("; ")}`,
    );
  }
  for (const [name, variable] of variables) {
    const { dtype, shape } = saved.get(name)!;
    const wanted = variable.dtype === "int32" ? "I32" : "F32";
    if (dtype === wanted && String(shape) === String(variable.shape)) continue;
    throw new SyntaxError(
      `${what}: the tensor "${name}" must be ${wanted} of shape [${variable.shape}]: it is ${dtype} of shape [${shape}]`,
    );
  }
  for (const [name, variable] of variables) {
    tf.tidy(() => variable.assign(tensorOf(saved.get(name)!)));
  }
}

/**
 * @param saved A float32 or int32 tensor of a file.
 * @returns It on the engine.
 */
export function tensorOf({ dtype, shape, data }: TensorData): Tensor {
  return dtype === "I32"
    ? tf.tensor(data as Int32Array, [...shape], "int32")
    : tf.tensor(data as Float32Array, [...shape], "float32");
}
