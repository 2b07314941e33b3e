/**
 * Verifies a TensorFlow library: it opens, tells its version, and multiplies two matrices right.
 *
 * Source: the headers `tensorflow/c/c_api.h` and `tensorflow/c/eager/c_api.h`.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { InstallError, lastLines } from "./_install_error.ts";
import { isGranted, statOf } from "./_places.ts";
import { followProgram } from "./_program.ts";
import { quietly } from "./_quiet.ts";

/** What a library said of itself. */
export interface Verified {
  /** TensorFlow's version. */
  version: string;
  /** Types of the devices it computes on, such as "CPU" and "GPU". */
  devices: string[];
}

/** Verifies one library; the installation takes it as a parameter. */
export type Verify = (
  library: string,
  signal?: AbortSignal,
) => Promise<Verified>;

/**
 * Libraries that must be opened before this one, as Windows does not look for them beside it: the
 * `python3*.dll` that the installation puts there.
 */
export function companions(library: string): string[] {
  if (Deno.build.os !== "windows") return [];
  const folder = dirname(library);
  return [...Deno.readDirSync(folder)]
    .filter(({ name }) => /^python3\d+\.dll$/i.test(name))
    .map(({ name }) => join(folder, name));
}

/**
 * Verifies a library in a process of its own, since a library for another processor ends the
 * process, and one that is open cannot be moved on Windows.
 *
 * @throws {InstallError} If the library does not open or computes wrongly.
 */
export async function verifyLibrary(
  library: string,
  signal?: AbortSignal,
): Promise<Verified> {
  const first = companions(library);
  const deno = Deno.execPath();
  // A compiled program has no Deno to run; and running programs may be forbidden.
  if (Deno.build.standalone || !isGranted({ name: "run", command: deno })) {
    try {
      return quietly(() => multiply(library, first), library);
    } catch (error) {
      throw unusable(
        library,
        error instanceof Error ? error.message : String(error),
      );
    }
  }
  // The function travels as text: a module of ours may have no file when it comes from a registry.
  const code = `console.log(JSON.stringify((${multiply})(${
    JSON.stringify(library)
  }, ${JSON.stringify(first)})))`;
  const result = await followProgram(deno, {
    args: ["eval", "--no-config", "--no-lock", code],
    env: {
      DENO_NO_PACKAGE_JSON: "1",
      NO_COLOR: "1",
      TF_CPP_MIN_LOG_LEVEL: "3",
    },
    cwd: dirname(library),
    signal,
  });
  const answer = result.output.split("\n").find((line) =>
    line.startsWith('{"version"')
  );
  if (result.code === 0 && answer !== undefined) return JSON.parse(answer);
  throw unusable(
    library,
    result.endedBy === "SIGILL"
      ? "this processor lacks instructions (AVX) that it was built with"
      : result.endedBy !== null
      ? `it ended with the signal ${result.endedBy}`
      : "it does not open or computes wrongly",
    lastLines(result.output.replace(/^\s+at .*$/gm, "")),
  );
}

function unusable(library: string, reason: string, lines = ""): InstallError {
  const missing = statOf(library) === undefined ? " (the file is missing)" : "";
  return new InstallError(
    "unusable",
    `the library that arrived is not usable here${missing}: ${reason}`,
    lines,
    "A library that you built yourself is used if TEXTLOOM_TENSORFLOW names it",
  );
}

/** Opens the library and multiplies two matrices by an eager op. Refers to nothing outside itself. */
function multiply(library: string, first: string[]): Verified {
  for (const path of first) Deno.dlopen(path, {});
  const api = Deno.dlopen(library, {
    TF_Version: { parameters: [], result: "pointer" },
    TF_NewStatus: { parameters: [], result: "usize" },
    TF_GetCode: { parameters: ["usize"], result: "i32" },
    TF_Message: { parameters: ["usize"], result: "pointer" },
    TFE_NewContextOptions: { parameters: [], result: "usize" },
    TFE_NewContext: { parameters: ["usize", "usize"], result: "usize" },
    TFE_ContextListDevices: { parameters: ["usize", "usize"], result: "usize" },
    TF_DeviceListCount: { parameters: ["usize"], result: "i32" },
    TF_DeviceListType: {
      parameters: ["usize", "i32", "usize"],
      result: "pointer",
    },
    TF_AllocateTensor: {
      parameters: ["i32", "buffer", "i32", "usize"],
      result: "usize",
    },
    TF_TensorData: { parameters: ["usize"], result: "pointer" },
    TFE_NewTensorHandle: { parameters: ["usize", "usize"], result: "usize" },
    TFE_NewOp: { parameters: ["usize", "buffer", "usize"], result: "usize" },
    TFE_OpAddInput: { parameters: ["usize", "usize", "usize"], result: "void" },
    TFE_Execute: {
      parameters: ["usize", "buffer", "buffer", "usize"],
      result: "void",
    },
    TFE_TensorHandleResolve: {
      parameters: ["usize", "usize"],
      result: "usize",
    },
  }).symbols;
  const text = (pointer: Deno.PointerValue): string =>
    pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
  const status = api.TF_NewStatus();
  const check = (action: string): void => {
    if (api.TF_GetCode(status) !== 0) {
      throw new Error(`${action}: ${text(api.TF_Message(status))}`);
    }
  };
  const values = (tensor: bigint): Float32Array => {
    const data = api.TF_TensorData(tensor);
    if (data === null) throw new Error("a tensor has no data");
    return new Float32Array(Deno.UnsafePointerView.getArrayBuffer(data, 16)); // (2, 2)
  };
  const matrix = (...entries: number[]): bigint => {
    const tensor = api.TF_AllocateTensor(
      1,
      new BigInt64Array([2n, 2n]),
      2,
      16n,
    ); // 1 is TF_FLOAT
    values(tensor).set(entries);
    const handle = api.TFE_NewTensorHandle(tensor, status);
    check("TFE_NewTensorHandle");
    return handle;
  };

  const version = text(api.TF_Version());
  const context = api.TFE_NewContext(api.TFE_NewContextOptions(), status);
  check("TFE_NewContext");
  const list = api.TFE_ContextListDevices(context, status);
  check("TFE_ContextListDevices");
  const devices: string[] = [];
  for (let i = 0; i < api.TF_DeviceListCount(list); i++) {
    devices.push(text(api.TF_DeviceListType(list, i, status)));
  }

  const op = api.TFE_NewOp(
    context,
    new TextEncoder().encode("MatMul\0"),
    status,
  );
  check("TFE_NewOp");
  for (const input of [matrix(1, 2, 3, 4), matrix(5, 6, 7, 8)]) {
    api.TFE_OpAddInput(op, input, status);
    check("TFE_OpAddInput");
  }
  const results = new BigUint64Array(1);
  api.TFE_Execute(op, results, new Int32Array([1]), status);
  check("TFE_Execute");
  const product = [...values(api.TFE_TensorHandleResolve(results[0]!, status))];
  check("TFE_TensorHandleResolve");
  if (product.join() !== "19,22,43,50") {
    throw new Error(
      `[[1,2],[3,4]] times [[5,6],[7,8]] came out as ${product}, not 19,22,43,50`,
    );
  }
  return { version, devices }; // the library stays open and its objects live: the process ends
}
