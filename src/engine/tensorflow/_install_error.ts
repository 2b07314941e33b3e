/**
 * The error of an installation, in a file of its own because every step of it throws it.
 *
 * @module
 */

/**
 * Why an installation failed:
 *
 * - `"no-python"`, `"no-pip"`: there is no interpreter, or none with pip;
 * - `"no-wheel"`: TensorFlow has no build for this machine, or the index does not know it;
 * - `"offline"`: pip cannot reach its index;
 * - `"disk-full"`, `"unwritable"`: the cache folder has no room, or may not be written;
 * - `"corrupt"`: what arrived is damaged;
 * - `"unusable"`: it arrived whole, but does not open or compute here;
 * - `"pip"`: anything else that pip reports.
 */
export type InstallFailure =
  | "no-python"
  | "no-pip"
  | "no-wheel"
  | "offline"
  | "disk-full"
  | "unwritable"
  | "corrupt"
  | "unusable"
  | "pip";

/** TensorFlow cannot be installed. The cache is as it was before. */
export class InstallError extends Error {
  override readonly name: string = "InstallError";
  /** What kind of failure it is. */
  readonly reason: InstallFailure;

  /**
   * @param reason What kind of failure it is.
   * @param rule What went wrong, in words.
   * @param detail The way out, and the last lines of the program that failed.
   */
  constructor(reason: InstallFailure, rule: string, ...detail: string[]) {
    super(
      [`Cannot install TensorFlow: ${rule}`, ...detail.filter(Boolean)].join(
        "\n",
      ),
    );
    this.reason = reason;
  }
}

/** The last lines that a program wrote, indented, without its repeated warnings. */
export function lastLines(output: string, count = 6): string {
  const lines = output.split(/\r?\n/).map((line) => line.trimEnd()).filter(
    Boolean,
  );
  const telling = lines.filter((line) =>
    !/^WARNING: (Retrying|Location)/.test(line)
  );
  return (telling.length > 0 ? telling : lines).slice(-count).map((line) =>
    `  ${line}`
  ).join("\n");
}

const FULL =
  /No space left on device|Errno 28\b|Disk quota exceeded|Errno 122\b|not enough space on/i;

/** Whether an error, ours or a program's output, says that the disk is full. */
export function saysDiskFull(text: string): boolean {
  return FULL.test(text);
}

/** The error of a full disk. */
export function diskFull(folder: string, lines = ""): InstallError {
  return new InstallError(
    "disk-full",
    `the disk is full: ${folder}`,
    lines,
    "Make room (1.4 GB for the CPU, 8 GB for NVIDIA GPUs) or let TEXTLOOM_CACHE name a folder on another disk",
  );
}
