/**
 * `doctor()`: which engines work here, why the others do not, how fast each is, and what would bring
 * the missing ones.
 *
 * @module
 */
import { ENGINE_NAMES, type EngineName } from "./candidate.ts";
import { EngineError, engineInfo, hasEngine, useEngine } from "./engine.ts";
import { setNoticeListener } from "./notices.ts";
import { tf } from "./tf.ts";

/** What `doctor()` found out about one engine. */
export interface EngineDiagnosis {
  /** Its name. */
  name: EngineName;
  /** Whether it works. */
  usable: boolean;
  /** Version of what computes, where it works. */
  version?: string;
  /** Where it computes, where it works. */
  device?: string;
  /** Billions of floating-point operations a second in a product of matrices, where it works. */
  gigaflops?: number;
  /** Why it does not work, where it does not. */
  reason?: string;
  /** What brings it, where it does not work. */
  remedy?: string;
}

/** Sizes of the square matrices that each engine multiplies: a tenth of a second's work or less. */
const MATRIX_SIZES: Record<EngineName, number> = {
  tensorflow: 1024,
  webgpu: 256,
  wasm: 512,
  cpu: 160,
};

/** What the table would make of the wasm engine: its small products and its gradients are far slower than a large product. */
const CAVEAT =
  "GF/s are those of a product of large matrices; training on the wasm engine comes to a small part of them.";

/** Runs of which the fastest counts. */
const REPEATS = 4;

/** All engines, as `doctor()` found them. */
export class Diagnosis {
  /** One for each engine, best first. */
  readonly engines: readonly EngineDiagnosis[];

  /**
   * Keeps the findings.
   *
   * @param engines One for each engine, best first.
   */
  constructor(engines: readonly EngineDiagnosis[]) {
    this.engines = engines;
  }

  /** The table as plain text. */
  toString(): string {
    const rows = [
      ["engine", "usable", "version", "device", "GF/s"],
      ...this.engines.map(cells),
    ];
    const widths = rows[0]!.map((_, column) =>
      Math.max(...rows.map((row) => row[column]!.length))
    );
    const lines = rows.map((row) =>
      row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ")
        .trimEnd()
    );
    const reasons = this.engines.filter(({ usable }) => !usable).map((engine) =>
      `${engine.name}: ${engine.reason}\n  what brings it: ${engine.remedy}`
    );
    const isMisleading = this.engines.some(({ name, usable }) =>
      name === "wasm" && usable
    );
    if (isMisleading) lines.push("", CAVEAT);
    return [...lines, ...(reasons.length > 0 ? ["", ...reasons] : [])].join(
      "\n",
    );
  }

  /** The table as a notebook shows it. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    const rows = this.engines.map((engine) => {
      const [name, ...rest] = cells(engine);
      const note = engine.usable
        ? ""
        : `<br><small>${escape(engine.reason!)}<br>What brings it: ${
          escape(engine.remedy!)
        }</small>`;
      const others = rest.map((cell) => `<td>${escape(cell)}</td>`).join("");
      return `<tr><td><b>${name}</b>${note}</td>${others}</tr>`;
    });
    return {
      "text/plain": this.toString(),
      "text/html":
        `<table><tr><th>engine</th><th>usable</th><th>version</th><th>device</th><th>GF/s</th></tr>${
          rows.join("")
        }</table>`,
    };
  }
}

/**
 * Tries every engine, measures those that work, and leaves the one in use as it was.
 *
 * @returns The findings: print them, or let a notebook cell end with them.
 *
 * @example See what works here
 * ```ts
 * import { doctor } from "@textloom/textloom";
 * import { assert } from "@std/assert";
 *
 * const diagnosis = await doctor();
 * assert(diagnosis.engines.some((engine) => engine.usable));
 * ```
 */
export async function doctor(): Promise<Diagnosis> {
  const before = hasEngine() ? engineInfo().name : undefined;
  const listener = setNoticeListener(undefined);
  const engines: EngineDiagnosis[] = [];
  try {
    for (const name of ENGINE_NAMES) engines.push(await diagnose(name));
    await useEngine(before ?? "auto");
  } finally {
    setNoticeListener(listener);
  }
  return new Diagnosis(engines);
}

async function diagnose(name: EngineName): Promise<EngineDiagnosis> {
  try {
    const { version, device } = await useEngine(name);
    const gigaflops = await measure(MATRIX_SIZES[name]);
    return { name, usable: true, version, device, gigaflops };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const { reason, remedy } = error.unused[0]!;
    return { name, usable: false, reason, remedy };
  }
}

/** Best of a few products of two (size, size) matrices, in billions of operations a second. */
async function measure(size: number): Promise<number> {
  const a = tf.ones([size, size]);
  let seconds = Infinity;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const start = performance.now();
    const product = tf.matMul(a, a); // (size, size)
    await product.data();
    product.dispose();
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  a.dispose();
  return 2 * size ** 3 / seconds / 1e9;
}

function cells(engine: EngineDiagnosis): string[] {
  const { name, usable, version = "", device = "", gigaflops } = engine;
  const speed = gigaflops === undefined
    ? ""
    : gigaflops.toFixed(gigaflops < 10 ? 1 : 0);
  return [name, usable ? "yes" : "no", version, device, speed];
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll("\n", "<br>");
}
