/**
 * Keeps TensorFlow's log off the terminal.
 *
 * The library writes its first lines while it is being opened, before anybody could ask it not to,
 * straight to file descriptor 2: for that moment the descriptor points to nowhere. Afterwards the
 * log's own threshold does.
 *
 * @module
 */

/** `absl::SetMinLogLevel`, as the library of TensorFlow 2.21 exports it. */
const SET_MIN_LOG_LEVEL =
  "_ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE";
const FATAL = 3; // errors come as exceptions
const STANDARD_ERROR = 2;
const WRITE_ONLY = 1;

/**
 * Runs `open`, which opens TensorFlow's library, without a line of log.
 *
 * @param open Opens the library and returns what it made of it.
 * @param library The library's file, to raise its log's threshold.
 */
export function quietly<Result>(open: () => Result, library: string): Result {
  // Read by TensorFlow when it is opened, and by what it loads later.
  if (Deno.env.get("TF_CPP_MIN_LOG_LEVEL") === undefined) {
    Deno.env.set("TF_CPP_MIN_LOG_LEVEL", "3");
  }
  return withoutStandardError(() => {
    raiseThreshold(library);
    return open();
  });
}

function raiseThreshold(library: string): void {
  const { symbols } = Deno.dlopen(library, {
    setMinLogLevel: {
      name: SET_MIN_LOG_LEVEL,
      parameters: ["i32"],
      result: "void",
      optional: true,
    },
  });
  symbols.setMinLogLevel?.(FATAL);
}

function withoutStandardError<Result>(action: () => Result): Result {
  const libc = openLibc();
  if (libc === undefined) return action();
  const { dup, dup2, open, close } = libc.symbols;
  const saved = dup(STANDARD_ERROR);
  const nowhere = open(new TextEncoder().encode("/dev/null\0"), WRITE_ONLY);
  dup2(nowhere, STANDARD_ERROR);
  try {
    return action();
  } finally {
    dup2(saved, STANDARD_ERROR);
    close(nowhere);
    close(saved);
    libc.close();
  }
}

const LIBC_SYMBOLS = {
  dup: { parameters: ["i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

function openLibc(): Deno.DynamicLibrary<typeof LIBC_SYMBOLS> | undefined {
  const names: Partial<Record<typeof Deno.build.os, string>> = {
    linux: "libc.so.6",
    darwin: "libSystem.B.dylib",
  };
  const name = names[Deno.build.os];
  try {
    return name === undefined ? undefined : Deno.dlopen(name, LIBC_SYMBOLS);
  } catch {
    return undefined; // Another C library: the log shows, and nothing else is lost.
  }
}
