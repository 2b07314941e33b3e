/**
 * From lines of results to a table.
 *
 * @module
 */

/** What one program measured of one workload. */
export interface Line {
  /** Whose program. */
  peer: string;
  /** Name of the workload. */
  workload: string;
  /** Milliseconds a step, or a token. */
  samplesMs: number[];
  /** The first call, with everything that is compiled in it. */
  firstCallSeconds: number;
  /** Losses of the checked steps; none for generation. */
  losses: number[];
  /** High-water mark of the resident memory. */
  peakMemoryMB: number;
  /** Threads it was given. */
  threads: number;
  /** What is different about it. */
  note: string;
}

/** Losses may differ by this much. */
export const LOSS_TOLERANCE = 1e-3;

/** The name that ratios are taken for. */
const OURS = "Textloom";

/**
 * @param lines All results; several of one peer and workload are taken together.
 * @param peakGflops The machine's best rate of matrix products.
 * @param gflops Of every workload, 10⁹ floating-point operations of the matrix products in a step.
 * @returns A Markdown table for each workload. A ratio above 1 says how many times as fast as the peer we are, by the best
 * and by the median; it is refused where the losses differ.
 */
export function tables(
  lines: readonly Line[],
  peakGflops: number,
  gflops: Readonly<Record<string, number>>,
): string {
  const workloads = [...new Set(lines.map(({ workload }) => workload))];
  return workloads.map((workload) => {
    const peers = [
      ...Map.groupBy(
        lines.filter((line) => line.workload === workload),
        ({ peer }) => peer,
      ).values(),
    ].map(together);
    const ours = peers.find(({ peer }) => peer === OURS);
    const rows = peers.sort((a, b) => least(a) - least(b)).map((line) =>
      [
        line.peer,
        least(line).toPrecision(3),
        median(line.samplesMs).toPrecision(3),
        ours === undefined || line === ours ? "" : ratio(ours, line),
        share(line, peakGflops, gflops[workload]),
        line.firstCallSeconds.toFixed(1),
        line.peakMemoryMB.toFixed(0),
        line.note,
      ].join(" | ")
    );
    return [
      `### ${workload}`,
      "",
      `peer | best ms | median ms | ${OURS} is faster by | of matmul peak | first call s | peak MB | note`,
      "--- | ---: | ---: | ---: | ---: | ---: | ---: | ---",
      ...rows,
    ].join("\n");
  }).join("\n\n");
}

function together(lines: Line[]): Line {
  return {
    ...lines[0]!,
    samplesMs: lines.flatMap(({ samplesMs }) => samplesMs),
    firstCallSeconds: Math.min(
      ...lines.map(({ firstCallSeconds }) => firstCallSeconds),
    ),
    peakMemoryMB: Math.max(...lines.map(({ peakMemoryMB }) => peakMemoryMB)),
  };
}

function least({ samplesMs }: Line): number {
  return Math.min(...samplesMs);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** How many times as fast we are, or why there is no such number. */
function ratio(ours: Line, peer: Line): string {
  const apart = difference(ours.losses, peer.losses);
  if (!(apart <= LOSS_TOLERANCE)) {
    return `no ratio: losses differ by ${apart.toExponential(1)}`;
  }
  if (ours.threads !== peer.threads) {
    return `no ratio: ${ours.threads} and ${peer.threads} threads`;
  }
  const best = least(peer) / least(ours);
  const middle = median(peer.samplesMs) / median(ours.samplesMs);
  return `${best.toFixed(2)} (${middle.toFixed(2)})`;
}

/** The largest difference of two lists; Infinity where one has more. */
function difference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Infinity;
  return a.reduce(
    (largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)),
    0,
  );
}

function share(line: Line, peak: number, gflops: number | undefined): string {
  if (gflops === undefined) return "";
  const rate = gflops / (least(line) / 1000);
  return `${(100 * rate / peak).toFixed(0)} %`;
}
