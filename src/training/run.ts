/**
 * A training run as an object: it works in the background, can be awaited, watched, paused and stopped.
 *
 * @module
 */
import type { RunReport } from "../display/training_display.ts";
import type { TrainingHistory } from "./history.ts";

/** What the work of a run sees of its {@linkcode Run}. */
export interface RunControl {
  /** The run. */
  readonly run: Run;
  /** Why the run is to end: `stop()` was called, or its signal aborted; undefined while it is to go on. */
  readonly stopReason: "stopped" | "aborted" | undefined;
  /** Seconds since the run began, pauses left out. */
  readonly elapsedSeconds: number;
  /** Resolves when the run is not paused. */
  whenResumed(): Promise<void>;
  /** Tells everybody who watches. */
  report(report: RunReport): void;
}

/** Options of {@linkcode Run}. */
export interface RunOptions {
  /** Ends the run after the step under way. */
  signal?: AbortSignal | undefined;
}

/** Reports about validations and epochs that are kept for a slow reader. */
const MOST_PENDING = 1000;

/** Somebody who watches: what they have not seen yet, and how to wake them. */
interface Reader {
  pending: RunReport[];
  wake: () => void;
}

/**
 * A training run. It has begun when you get it.
 *
 * `await run` waits for its end and gives the history. `for await (const report of run)` gives its reports: a reader
 * that is slower than the training sees the newest step alone, and every validation and epoch (the last thousand of
 * them). Leaving that loop does not stop the run.
 *
 * Because it can be awaited, a run that an async function returns is awaited with it: return it inside an object where
 * the caller is to watch it.
 */
export class Run implements PromiseLike<TrainingHistory> {
  readonly #result: Promise<TrainingHistory>;
  readonly #readers = new Set<Reader>();
  #stopReason: RunControl["stopReason"];
  #ended = false;
  #resumed: PromiseWithResolvers<void> | undefined;

  /**
   * Begins the work; `fit()` does it for you.
   *
   * @param work Does the training; it looks at the control between two steps.
   * @param options What else may end it.
   */
  constructor(
    work: (control: RunControl) => Promise<TrainingHistory>,
    options: RunOptions = {},
  ) {
    const { signal } = options;
    const abort = (): void => this.#end("aborted");
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort);
    this.#result = work(this.#control()).finally(() => {
      this.#ended = true;
      signal?.removeEventListener("abort", abort);
      for (const reader of this.#readers) reader.wake();
    });
  }

  /** Whether the run waits for {@linkcode Run.resume}. */
  get paused(): boolean {
    return this.#resumed !== undefined;
  }

  /** Whether the run is over. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Ends the run after the step under way; `await run` then gives the history so far. */
  stop(): void {
    this.#end("stopped");
  }

  /** Holds the run after the step under way. */
  pause(): void {
    if (this.#ended || this.#stopReason !== undefined) return;
    this.#resumed ??= Promise.withResolvers();
  }

  /** Goes on after {@linkcode Run.pause}. */
  resume(): void {
    this.#resumed?.resolve();
    this.#resumed = undefined;
  }

  /**
   * Waits for the end, as `await` does.
   *
   * @param onFulfilled Gets the history.
   * @param onRejected Gets the error, where the run failed.
   */
  then<Fulfilled = TrainingHistory, Rejected = never>(
    onFulfilled?:
      | ((history: TrainingHistory) => Fulfilled | PromiseLike<Fulfilled>)
      | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.#result.then(onFulfilled, onRejected);
  }

  /** The reports from now on; fails as the run does. */
  async *[Symbol.asyncIterator](): AsyncGenerator<RunReport, void, undefined> {
    let wakeUp = Promise.withResolvers<void>();
    const reader: Reader = { pending: [], wake: () => wakeUp.resolve() };
    this.#readers.add(reader);
    this.#result.catch(() => {}); // It fails here, below.
    try {
      while (true) {
        yield* reader.pending.splice(0);
        if (reader.pending.length > 0) continue;
        if (this.#ended) break;
        await wakeUp.promise;
        wakeUp = Promise.withResolvers();
      }
      await this.#result;
    } finally {
      this.#readers.delete(reader);
    }
  }

  #end(reason: "stopped" | "aborted"): void {
    this.#stopReason ??= reason;
    this.resume();
  }

  #control(): RunControl {
    const stopReason = (): RunControl["stopReason"] => this.#stopReason;
    const start = performance.now();
    let paused = 0; // milliseconds
    return {
      run: this,
      get stopReason() {
        return stopReason();
      },
      get elapsedSeconds() {
        return (performance.now() - start - paused) / 1000;
      },
      whenResumed: async () => {
        const from = performance.now();
        while (this.#resumed !== undefined) await this.#resumed.promise;
        paused += performance.now() - from;
      },
      report: (report) => this.#report(report),
    };
  }

  #report(report: RunReport): void {
    for (const { pending, wake } of this.#readers) {
      if (pending.at(-1)?.kind === "step") pending.pop();
      pending.push(report);
      if (pending.length > MOST_PENDING) pending.shift();
      wake();
    }
  }
}
