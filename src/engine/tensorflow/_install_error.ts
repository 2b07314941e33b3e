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
  /** The class's name, which begins the printed error. */
  override readonly name: string = "InstallError";
  /** What kind of failure it is. */
  readonly reason: InstallFailure;

  /**
   * Says what went wrong, and the way out.
   *
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

/** The last lines that a program wrote, indented; of pip's repeated warnings the last one only. */
export function lastLines(output: string, count = 6): string {
  const lines = output.split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && !line.startsWith("WARNING: Location"));
  const isRetry = (line: string): boolean => /^\s*WARNING: Retry/.test(line);
  const lastRetry = lines.findLastIndex(isRetry);
  return lines
    .filter((line, i) => i === lastRetry || !isRetry(line))
    .slice(-count)
    .map((line) => `  ${line}`)
    .join("\n");
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
    `the disk is full: ${folder.replace(/[/\\]\.staging-.*$/, "")}`,
    lines,
    "Make room (1.2 GB for the CPU, 8 GB for NVIDIA GPUs) or let TEXTLOOM_CACHE name a folder on another disk",
  );
}
