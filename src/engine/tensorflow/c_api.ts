/**
 * TensorFlow's C API as `Deno.dlopen` sees it: the functions that the engine calls, and the small
 * helpers for C strings and statuses.
 *
 * Handles (`TF_Status*`, `TFE_TensorHandle*`, …) travel as `usize`, that is as `bigint`: a result
 * buffer can be read without a pointer object for each handle, and 0n is the null pointer.
 *
 * Source: the headers `tensorflow/c/c_api.h`, `c_api_experimental.h`, `tf_tensor.h`, `tf_tstring.h`
 * and `eager/c_api.h` of TensorFlow 2.21. Older libraries of the 2.x line have the same functions.
 *
 * @module
 */

const HANDLE = "usize";
const BYTES = "buffer";
/** `TF_Output`: an operation of a graph and the number of one of its outputs; 16 bytes. */
const OUTPUT = { struct: [HANDLE, "i32"] } as const;

/** Functions of the C API in use, with their parameters and results. */
const SYMBOLS = {
  TF_Version: { parameters: [], result: "pointer" },

  TF_NewStatus: { parameters: [], result: HANDLE },
  TF_DeleteStatus: { parameters: [HANDLE], result: "void" },
  TF_GetCode: { parameters: [HANDLE], result: "i32" },
  TF_Message: { parameters: [HANDLE], result: "pointer" },
  TF_SetStatus: { parameters: [HANDLE, "i32", BYTES], result: "void" },

  TFE_NewContextOptions: { parameters: [], result: HANDLE },
  TFE_DeleteContextOptions: { parameters: [HANDLE], result: "void" },
  TFE_ContextOptionsSetConfig: {
    parameters: [HANDLE, BYTES, "usize", HANDLE],
    result: "void",
  },
  TFE_NewContext: { parameters: [HANDLE, HANDLE], result: HANDLE },
  TFE_DeleteContext: { parameters: [HANDLE], result: "void" },
  TFE_ContextListDevices: { parameters: [HANDLE, HANDLE], result: HANDLE },

  TF_DeviceListCount: { parameters: [HANDLE], result: "i32" },
  TF_DeviceListName: { parameters: [HANDLE, "i32", HANDLE], result: "pointer" },
  TF_DeviceListType: { parameters: [HANDLE, "i32", HANDLE], result: "pointer" },
  TF_DeviceListMemoryBytes: {
    parameters: [HANDLE, "i32", HANDLE],
    result: "i64",
  },
  TF_DeleteDeviceList: { parameters: [HANDLE], result: "void" },

  TF_AllocateTensor: {
    parameters: ["i32", BYTES, "i32", "usize"],
    result: HANDLE,
  },
  TF_DeleteTensor: { parameters: [HANDLE], result: "void" },
  TF_TensorType: { parameters: [HANDLE], result: "i32" },
  TF_TensorData: { parameters: [HANDLE], result: HANDLE },
  TF_TensorByteSize: { parameters: [HANDLE], result: "usize" },

  TF_StringInit: { parameters: [HANDLE], result: "void" },
  TF_StringCopy: { parameters: [HANDLE, BYTES, "usize"], result: "void" },
  TF_StringGetSize: { parameters: [HANDLE], result: "usize" },
  TF_StringGetDataPointer: { parameters: [HANDLE], result: HANDLE },
  TF_StringDealloc: { parameters: [HANDLE], result: "void" },

  TFE_NewTensorHandle: { parameters: [HANDLE, HANDLE], result: HANDLE },
  TFE_DeleteTensorHandle: { parameters: [HANDLE], result: "void" },
  TFE_TensorHandleResolve: { parameters: [HANDLE, HANDLE], result: HANDLE },
  TFE_TensorHandleNumDims: { parameters: [HANDLE, HANDLE], result: "i32" },
  TFE_TensorHandleDim: {
    parameters: [HANDLE, "i32", HANDLE],
    result: "i64",
  },
  TFE_TensorHandleDataType: { parameters: [HANDLE], result: "i32" },
  TFE_TensorHandleCopySharingTensor: {
    parameters: [HANDLE, HANDLE],
    result: HANDLE,
  },
  TFE_TensorHandleCopyToDevice: {
    parameters: [HANDLE, HANDLE, BYTES, HANDLE],
    result: HANDLE,
  },

  // The C library's own, which TensorFlow's library depends on: a copy of a few bytes takes 30 ns,
  // where a view of foreign memory takes 5 µs. Windows does not look into dependencies.
  copyToNative: {
    name: "memcpy",
    parameters: [HANDLE, BYTES, "usize"],
    result: "void",
    optional: true,
  },
  copyFromNative: {
    name: "memcpy",
    parameters: [BYTES, HANDLE, "usize"],
    result: "void",
    optional: true,
  },

  TFE_NewOp: { parameters: [HANDLE, BYTES, HANDLE], result: HANDLE },
  TFE_DeleteOp: { parameters: [HANDLE], result: "void" },
  TFE_OpAddInput: { parameters: [HANDLE, HANDLE, HANDLE], result: "void" },
  TFE_OpSetAttrString: {
    parameters: [HANDLE, BYTES, BYTES, "usize"],
    result: "void",
  },
  TFE_OpSetAttrStringList: {
    parameters: [HANDLE, BYTES, BYTES, BYTES, "i32"],
    result: "void",
  },
  TFE_OpSetAttrInt: { parameters: [HANDLE, BYTES, "i64"], result: "void" },
  TFE_OpSetAttrIntList: {
    parameters: [HANDLE, BYTES, BYTES, "i32"],
    result: "void",
  },
  TFE_OpSetAttrFloat: { parameters: [HANDLE, BYTES, "f32"], result: "void" },
  TFE_OpSetAttrFloatList: {
    parameters: [HANDLE, BYTES, BYTES, "i32"],
    result: "void",
  },
  TFE_OpSetAttrBool: { parameters: [HANDLE, BYTES, "u8"], result: "void" },
  TFE_OpSetAttrBoolList: {
    parameters: [HANDLE, BYTES, BYTES, "i32"],
    result: "void",
  },
  TFE_OpSetAttrType: { parameters: [HANDLE, BYTES, "i32"], result: "void" },
  TFE_OpSetAttrTypeList: {
    parameters: [HANDLE, BYTES, BYTES, "i32"],
    result: "void",
  },
  TFE_OpSetAttrShape: {
    parameters: [HANDLE, BYTES, BYTES, "i32", HANDLE],
    result: "void",
  },
  TFE_OpSetAttrShapeList: {
    parameters: [HANDLE, BYTES, BYTES, BYTES, "i32", HANDLE],
    result: "void",
  },
  TFE_OpSetAttrFunctionName: {
    parameters: [HANDLE, BYTES, BYTES, "usize"],
    result: "void",
  },
  TFE_Execute: {
    parameters: [HANDLE, BYTES, BYTES, HANDLE],
    result: "void",
  },
  /** The same on another thread, so that the event loop goes on meanwhile. */
  executeInBackground: {
    name: "TFE_Execute",
    parameters: [HANDLE, BYTES, BYTES, HANDLE],
    result: "void",
    nonblocking: true,
  },

  TF_NewOperation: { parameters: [HANDLE, BYTES, BYTES], result: HANDLE },
  TF_AddInput: { parameters: [HANDLE, OUTPUT], result: "void" },
  TF_AddInputList: { parameters: [HANDLE, BYTES, "i32"], result: "void" },
  TF_FinishOperation: { parameters: [HANDLE, HANDLE], result: HANDLE },
  TF_SetAttrString: {
    parameters: [HANDLE, BYTES, BYTES, "usize"],
    result: "void",
  },
  TF_SetAttrStringList: {
    parameters: [HANDLE, BYTES, BYTES, BYTES, "i32"],
    result: "void",
  },
  TF_SetAttrInt: { parameters: [HANDLE, BYTES, "i64"], result: "void" },
  TF_SetAttrIntList: {
    parameters: [HANDLE, BYTES, BYTES, "i32"],
    result: "void",
  },
  TF_SetAttrFloat: { parameters: [HANDLE, BYTES, "f32"], result: "void" },
  TF_SetAttrFloatList: {
    parameters: [HANDLE, BYTES, BYTES, "i32"],
    result: "void",
  },
  TF_SetAttrBool: { parameters: [HANDLE, BYTES, "u8"], result: "void" },
  TF_SetAttrBoolList: {
    parameters: [HANDLE, BYTES, BYTES, "i32"],
    result: "void",
  },
  TF_SetAttrType: { parameters: [HANDLE, BYTES, "i32"], result: "void" },
  TF_SetAttrTypeList: {
    parameters: [HANDLE, BYTES, BYTES, "i32"],
    result: "void",
  },
  TF_SetAttrShape: {
    parameters: [HANDLE, BYTES, BYTES, "i32"],
    result: "void",
  },
  TF_SetAttrShapeList: {
    parameters: [HANDLE, BYTES, BYTES, BYTES, "i32"],
    result: "void",
  },
  TF_SetAttrFuncName: {
    parameters: [HANDLE, BYTES, BYTES, "usize"],
    result: "void",
  },
  TF_SetAttrTensor: {
    parameters: [HANDLE, BYTES, HANDLE, HANDLE],
    result: "void",
  },
  TF_GraphGetTensorNumDims: {
    parameters: [HANDLE, OUTPUT, HANDLE],
    result: "i32",
  },
  TF_GraphGetTensorShape: {
    parameters: [HANDLE, OUTPUT, BYTES, "i32", HANDLE],
    result: "void",
  },
  TF_GraphSetTensorShape: {
    parameters: [HANDLE, OUTPUT, BYTES, "i32", HANDLE],
    result: "void",
  },
  TF_OperationOutputType: { parameters: [OUTPUT], result: "i32" },
  TF_GraphGetOpDef: {
    parameters: [HANDLE, BYTES, HANDLE, HANDLE],
    result: "void",
  },
  TF_NewBuffer: { parameters: [], result: HANDLE },
  TF_DeleteBuffer: { parameters: [HANDLE], result: "void" },

  TF_GraphToFunction: {
    parameters: [
      HANDLE,
      BYTES,
      "u8",
      "i32",
      HANDLE,
      "i32",
      BYTES,
      "i32",
      BYTES,
      HANDLE,
      HANDLE,
      HANDLE,
      HANDLE,
    ],
    result: HANDLE,
  },
  TF_DeleteFunction: { parameters: [HANDLE], result: "void" },
  TF_GraphCopyFunction: {
    parameters: [HANDLE, HANDLE, HANDLE, HANDLE],
    result: "void",
  },
  TFE_ContextAddFunction: {
    parameters: [HANDLE, HANDLE, HANDLE],
    result: "void",
  },
  TFE_ContextRemoveFunction: {
    parameters: [HANDLE, BYTES, HANDLE],
    result: "void",
  },

  TF_NewGraph: { parameters: [], result: HANDLE },
  TF_DeleteGraph: { parameters: [HANDLE], result: "void" },
  TF_GraphOperationByName: { parameters: [HANDLE, BYTES], result: HANDLE },
  TF_OperationNumOutputs: { parameters: [HANDLE], result: "i32" },
  TF_NewSessionOptions: { parameters: [], result: HANDLE },
  TF_DeleteSessionOptions: { parameters: [HANDLE], result: "void" },
  TF_LoadSessionFromSavedModel: {
    parameters: [
      HANDLE,
      HANDLE,
      BYTES,
      BYTES,
      "i32",
      HANDLE,
      HANDLE,
      HANDLE,
    ],
    result: HANDLE,
  },
  TF_SessionRun: {
    parameters: [
      HANDLE,
      HANDLE,
      BYTES,
      BYTES,
      "i32",
      BYTES,
      BYTES,
      "i32",
      HANDLE,
      "i32",
      HANDLE,
      HANDLE,
    ],
    result: "void",
  },
  TF_CloseSession: { parameters: [HANDLE, HANDLE], result: "void" },
  TF_DeleteSession: { parameters: [HANDLE, HANDLE], result: "void" },
} as const;

/** The opened library: every function of {@linkcode SYMBOLS} by its C name. */
export type CApi = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** `TF_Code` of a status that reports success. */
const TF_OK = 0;

/** An error that TensorFlow itself reported. */
export class TensorFlowError extends Error {
  override readonly name: string = "TensorFlowError";
  /** The canonical error code: 3 invalid argument, 5 not found, 8 out of memory, 12 unimplemented. */
  readonly code: number;
  /** What TensorFlow said, whole. */
  readonly reason: string;

  /**
   * @param action What was tried, in the form "Cannot …".
   * @param code TensorFlow's error code.
   * @param reason TensorFlow's own message.
   */
  constructor(action: string, code: number, reason: string) {
    super(`${action}: ${reason}`);
    this.code = code;
    this.reason = reason;
  }
}

const encoder = new TextEncoder();
const cStrings = new Map<string, Uint8Array<ArrayBuffer>>();

/**
 * The bytes of a C string, ended by NUL. Names of ops and attributes come again and again, so the
 * bytes are kept.
 */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  let bytes = cStrings.get(text);
  if (bytes === undefined) {
    bytes = encoder.encode(text + "\0");
    cStrings.set(text, bytes);
  }
  return bytes;
}

/** Reads a C string that somebody else owns; the empty string for a null pointer. */
export function readCString(pointer: Deno.PointerValue): string {
  return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
}

/**
 * Opens TensorFlow's shared library.
 *
 * @param path The library's file.
 * @throws {TypeError} If the file is no library of this platform or lacks the C API.
 */
export function openCApi(path: string): CApi {
  return Deno.dlopen(path, SYMBOLS).symbols;
}

/** A `TF_Status` and the one place where it turns into an error. */
export class Status {
  /** The handle to hand to the C API. */
  readonly handle: bigint;
  readonly #api: CApi;

  /** @param api The opened library. */
  constructor(api: CApi) {
    this.#api = api;
    this.handle = api.TF_NewStatus();
  }

  /** Whether the last call went well. */
  get ok(): boolean {
    return this.#api.TF_GetCode(this.handle) === TF_OK;
  }

  /**
   * @param action What the last call tried, in the form "Cannot …"; called only if it failed.
   * @throws {TensorFlowError} If the last call failed.
   */
  check(action: () => string): void {
    const code = this.#api.TF_GetCode(this.handle);
    if (code !== TF_OK) {
      const reason = readCString(this.#api.TF_Message(this.handle));
      this.#api.TF_SetStatus(this.handle, TF_OK, cString("")); // calls that cannot fail leave it as it is
      throw new TensorFlowError(action(), code, reason);
    }
  }
}
