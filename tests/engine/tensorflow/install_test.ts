import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import process from "node:process";
import {
  installationName,
  listInstallations,
  MARKER,
} from "../../../src/engine/tensorflow/_cache.ts";
import { install } from "../../../src/engine/tensorflow/_installer.ts";
import { platformTags } from "../../../src/engine/tensorflow/_pip.ts";
import { LIBRARY_NAMES } from "../../../src/engine/tensorflow/_places.ts";
import { verifyLibrary } from "../../../src/engine/tensorflow/_verify.ts";
import {
  InstallError,
  type InstallFailure,
  type InstallOptions,
  type InstallProgress,
  installTensorFlow,
} from "../../../src/engine/tensorflow/install.ts";
import { findTensorFlow } from "../../../src/engine/tensorflow/library.ts";
import {
  acceptLibrary,
  CANNOT_FAKE,
  type FakePip,
  type FakePython,
  listNames,
  withFakePython,
} from "./_fake_python.ts";

const FOLDER = installationName("2.21.0", false);
const WORKER = fromFileUrl(import.meta.resolve("./_install_worker.ts"));

/** A test with a fake Python, left out where there is none to build it on. */
function test(
  name: string,
  pip: FakePip,
  run: (fake: FakePython) => Promise<void>,
): void {
  const fn = (): Promise<void> => withFakePython(pip, run);
  Deno.test({ name, ignore: CANNOT_FAKE, fn });
}

/** Options that install for the CPU from a fake Python. */
function from(fake: FakePython, more: InstallOptions = {}): InstallOptions {
  const { python, cache } = fake;
  return { python, cacheDirectory: cache, gpu: false, ...more };
}

function startWorker({ python, cache }: FakePython): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", WORKER, python, cache],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Waits until something holds, for as long as the test may run. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

function downloads(fake: FakePython): string[] {
  return fake.calls().filter((call) => call.startsWith("-m pip download"));
}

test(
  "installTensorFlow() keeps the library, its licences and a marker",
  "ok",
  async (fake) => {
    const installed = await install(from(fake), acceptLibrary);
    const { path, version, gpu, devices, alreadyInstalled } = installed;
    assertEquals(
      path,
      join(fake.cache, FOLDER, "tensorflow", LIBRARY_NAMES[0]!),
    );
    assertEquals(
      { version, gpu, devices, alreadyInstalled },
      {
        version: "2.21.0",
        gpu: false,
        devices: ["CPU"],
        alreadyInstalled: false,
      },
    );
    assertEquals(listNames(fake.cache), ["install.lock", FOLDER]);
    assertEquals(listNames(join(fake.cache, FOLDER)), [
      MARKER,
      "tensorflow",
      "tensorflow_cpu-2.21.0.dist-info",
    ]);
    assertEquals(listNames(dirname(path)), [
      "THIRD_PARTY_NOTICES.txt",
      LIBRARY_NAMES[0]!,
      "libtensorflow_framework.so.2",
    ]);
  },
);

test(
  "installTensorFlow() asks pip for one wheel of the platform",
  "ok",
  async (fake) => {
    await install(from(fake), acceptLibrary);
    const [call = "", ...more] = downloads(fake);
    assertEquals(more, []);
    assertMatch(
      call,
      / --only-binary=:all: .* --no-deps --python-version 3\.12 /,
    );
    assertMatch(call, / tensorflow(-cpu)?==2\.21\.\*$/);
  },
);

test(
  "installTensorFlow() runs nothing when it is installed",
  "ok",
  async (fake) => {
    const first = await install(from(fake), acceptLibrary);
    const calls = fake.calls().length;
    const second = await install(from(fake), () => {
      throw new Error("verified again");
    });
    assertEquals(second.path, first.path);
    assertEquals(second.alreadyInstalled, true);
    assertEquals(fake.calls().length, calls);
  },
);

test(
  "installTensorFlow() replaces an installation that lost a byte",
  "ok",
  async (fake) => {
    const { path } = await install(from(fake), acceptLibrary);
    const whole = await Deno.readTextFile(path);
    await Deno.truncate(path, whole.length - 1);
    const again = await install(from(fake), acceptLibrary);
    assertEquals(again.alreadyInstalled, false);
    assertEquals(await Deno.readTextFile(path), whole);
    assertEquals(listNames(fake.cache), ["install.lock", FOLDER]);
  },
);

test("installTensorFlow() reports its stages in order", "ok", async (fake) => {
  const seen: InstallProgress[] = [];
  const onProgress = (progress: InstallProgress): void =>
    void seen.push(progress);
  await install(from(fake, { onProgress }), acceptLibrary);
  const stages = seen.map(({ stage }) => stage);
  assertEquals(
    stages.filter((stage, i) => stage !== stages[i - 1]),
    ["downloading", "unpacking", "verifying"],
  );
  assertEquals(
    seen.find(({ totalBytes }) => totalBytes !== undefined),
    {
      stage: "downloading",
      item: "tensorflow_cpu 2.21.0",
      bytes: 0,
      totalBytes: 1.5e6,
    },
  );
});

test(
  "installTensorFlow() lays CUDA's libraries beside TensorFlow's",
  "ok",
  async (fake) => {
    if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") return;
    const installed = await install(from(fake, { gpu: true }), acceptLibrary);
    const folder = join(fake.cache, installationName("2.21.0", true));
    assertEquals(installed.gpu, true);
    assertEquals(dirname(installed.path), join(folder, "tensorflow"));
    assertEquals(listNames(join(folder, "nvidia/cudnn")), ["lib"]); // no headers
    const ptxas = await Deno.stat(join(folder, "nvidia/cuda_nvcc/bin/ptxas"));
    assertEquals(ptxas.mode! & 0o111, 0o111); // a program stays one
    assertEquals(listNames(folder), [
      MARKER,
      "nvidia",
      "nvidia_cudnn_cu12-9.9.dist-info",
      "tensorflow",
      "tensorflow_cpu-2.21.0.dist-info",
    ]);
    const [tensorflow = "", cuda = ""] = downloads(fake);
    assertMatch(tensorflow, / --no-deps .* tensorflow==2\.21\.\*$/);
    assertMatch(cuda, / nvidia-cudnn-cu12<10\.0,>=9\.3$/);
    assert(!cuda.includes("--no-deps"));
  },
);

const FAILURES: [FakePip, InstallFailure, RegExp][] = [
  [
    "no-pip",
    "no-pip",
    /^Cannot install TensorFlow: Python has no pip: .*\nAdd it with `.* -m ensurepip --user` or/,
  ],
  [
    "offline",
    "offline",
    /^Cannot install TensorFlow: pip cannot reach its package index, or lost the connection\npip said:\n[^]*Connection refused[^]*\nCheck the network, and pip's index, proxy and certificates/,
  ],
  [
    "certificate",
    "offline",
    /CERTIFICATE_VERIFY_FAILED[^]*certificates with `python3 -m pip config list`$/,
  ],
  [
    "no-wheel",
    "no-wheel",
    /^Cannot install TensorFlow: pip's index has no tensorflow(-cpu)?==2\.21\.\* for this machine\npip said:\n[^]*from versions: 2\.9\.1/,
  ],
  [
    "disk-full",
    "disk-full",
    /^Cannot install TensorFlow: the disk is full: .*cache\npip said:\n[^]*\nMake room/,
  ],
  [
    "hashes",
    "corrupt",
    /^Cannot install TensorFlow: pip received a damaged file for tensorflow[^]*\nTry again/,
  ],
  [
    "broken",
    "pip",
    /^Cannot install TensorFlow: pip failed with exit code 1\npip said:\n[^]*cannot import name 'main'$/,
  ],
  [
    "truncated",
    "corrupt",
    /^Cannot install TensorFlow: the downloaded wheel is damaged: tensorflow_cpu-2\.21\.0-[^]*BadZipFile[^]*\nTry again/,
  ],
  [
    "damaged",
    "corrupt",
    /^Cannot install TensorFlow: the downloaded wheel is damaged/,
  ],
  [
    "no-library",
    "corrupt",
    /^Cannot install TensorFlow: the wheel has no libtensorflow_cc/,
  ],
];

for (const [pip, reason, message] of FAILURES) {
  test(
    `installTensorFlow() explains "${pip}" and leaves nothing behind`,
    pip,
    async (fake) => {
      const error = await assertRejects(
        () => install(from(fake), acceptLibrary),
        InstallError,
      );
      assertEquals(error.reason, reason);
      assertMatch(error.message, message);
      assertEquals(listNames(fake.cache), ["install.lock"]);
    },
  );
}

test(
  "installTensorFlow() keeps what does not verify out of the cache",
  "ok",
  async (fake) => {
    const error = await assertRejects(
      () => installTensorFlow(from(fake)),
      InstallError,
    );
    assertEquals(error.reason, "unusable");
    assertMatch(
      error.message,
      /^Cannot install TensorFlow: the library that arrived is not usable here: it does not open or computes wrongly\n[^]*Could not open library/,
    );
    assertEquals(listNames(fake.cache), ["install.lock"]);
  },
);

test(
  "installTensorFlow() stops at its signal, pip with it",
  "endless",
  async (fake) => {
    const stop = new AbortController();
    const onProgress = ({ bytes }: InstallProgress): void => {
      if (bytes === 1e6) stop.abort();
    };
    const options = from(fake, { onProgress, signal: stop.signal });
    const error = await assertRejects(() => install(options, acceptLibrary));
    assertInstanceOf(error, DOMException);
    assertEquals(error.name, "AbortError");
    assertEquals(listNames(fake.cache), ["install.lock"]);
    assertThrows(() => process.kill(fake.lastProcess(), 0), Error, "ESRCH");
  },
);

test(
  "installTensorFlow() begins nothing under a signal that has fired",
  "ok",
  async (fake) => {
    const signal = AbortSignal.abort();
    await assertRejects(
      () => install(from(fake, { signal }), acceptLibrary),
      DOMException,
    );
    assertEquals(fake.calls(), []);
  },
);

test(
  "installTensorFlow() passes on what its listener throws",
  "endless",
  async (fake) => {
    const onProgress = (): never => {
      throw new RangeError("from the listener");
    };
    const options = from(fake, { onProgress });
    await assertRejects(
      () => install(options, acceptLibrary),
      RangeError,
      "from the listener",
    );
    assertEquals(listNames(fake.cache), ["install.lock"]);
  },
);

test(
  "installTensorFlow() at the same time in two processes downloads once",
  "slow",
  async (fake) => {
    const workers = [startWorker(fake), startWorker(fake)];
    const outputs = await Promise.all(workers.map((worker) => worker.output()));
    const decoder = new TextDecoder();
    const results = outputs.map(({ stdout, stderr, success }) => {
      assert(success, decoder.decode(stderr));
      return JSON.parse(decoder.decode(stdout));
    });
    assertEquals(results[0].path, results[1].path);
    assertEquals(results.map((each) => each.alreadyInstalled).sort(), [
      false,
      true,
    ]);
    assertEquals(downloads(fake).length, 1);
    assertEquals(listNames(fake.cache), ["install.lock", FOLDER]);
  },
);

test(
  "installTensorFlow() twice in one process downloads once",
  "slow",
  async (fake) => {
    const waiting: InstallProgress[] = [];
    const onProgress = (progress: InstallProgress): void => {
      if (progress.stage === "waiting") waiting.push(progress);
    };
    const results = await Promise.all([
      install(from(fake, { onProgress }), acceptLibrary),
      install(from(fake, { onProgress }), acceptLibrary),
    ]);
    assertEquals(results.map((each) => each.alreadyInstalled).sort(), [
      false,
      true,
    ]);
    assertEquals(downloads(fake).length, 1);
    assertEquals(waiting[0]?.item, fake.cache);
  },
);

test(
  "installTensorFlow() sweeps what a killed installation left",
  "endless",
  async (fake) => {
    const worker = startWorker(fake);
    await until(() => downloads(fake).length === 1);
    worker.kill("SIGKILL");
    await worker.output();
    const left = listNames(fake.cache);
    assertEquals(left.length, 2);
    assertMatch(left[0]!, /^\.staging-\d+-/);
    assertEquals(listInstallations(fake.cache), []);

    await withFakePython("ok", async ({ python }) => {
      const options = { python, cacheDirectory: fake.cache, gpu: false };
      await install(options, acceptLibrary);
    });
    assertEquals(listNames(fake.cache), ["install.lock", FOLDER]);
  },
);

test(
  "installTensorFlow() leaves the folder of a living process alone",
  "ok",
  async (fake) => {
    const alive = join(fake.cache, `.staging-${Deno.ppid}-x`);
    await Deno.mkdir(alive, { recursive: true });
    await install(from(fake), acceptLibrary);
    assertEquals(listNames(fake.cache)[0], `.staging-${Deno.ppid}-x`);
  },
);

test(
  "installTensorFlow() names a cache folder that cannot be written",
  "ok",
  async (fake) => {
    await Deno.writeTextFile(fake.cache, "a file in its place");
    const error = await assertRejects(
      () => install(from(fake), acceptLibrary),
      InstallError,
    );
    assertEquals(error.reason, "unwritable");
    assertStringIncludes(
      error.message,
      `the cache folder cannot be written: ${fake.cache}`,
    );
    assertStringIncludes(
      error.message,
      "Let TEXTLOOM_CACHE name another folder",
    );
  },
);

Deno.test("installTensorFlow() says that a Python does not work", async () => {
  const cacheDirectory = await Deno.makeTempDir();
  const options = { python: "no-such-python", cacheDirectory, gpu: false };
  const error = await assertRejects(
    () => installTensorFlow(options),
    InstallError,
  );
  assertEquals(error.reason, "no-python");
  assertMatch(
    error.message,
    /this is no working Python 3: no-such-python\nInstall Python 3 with pip/,
  );
  await Deno.remove(cacheDirectory, { recursive: true });
});

const WRONG: [Record<string, unknown>, string][] = [
  [
    { gpu: "yes" },
    'Cannot install TensorFlow: gpu must be true, false or "auto": "yes"',
  ],
  [
    { python: "" },
    'Cannot install TensorFlow: python must be the name or path of a Python: ""',
  ],
  [
    { onProgress: 1 },
    "Cannot install TensorFlow: onProgress must be a function: 1",
  ],
  [
    { signal: {} },
    "Cannot install TensorFlow: signal must be an AbortSignal: {}",
  ],
  [
    { cacheDirectory: 1 },
    "Cannot install TensorFlow: cacheDirectory must be a path: 1",
  ],
  [
    { cuda: true },
    'Cannot install TensorFlow: there is no option "cuda" (known: gpu, python, onProgress, signal, cacheDirectory)',
  ],
];

for (const [options, message] of WRONG) {
  Deno.test(`installTensorFlow() refuses ${Deno.inspect(options)}`, async () => {
    const error = await assertRejects(
      () => installTensorFlow(options as InstallOptions),
      TypeError,
    );
    assertEquals(error.message, message);
  });
}

Deno.test("platformTags() covers the wheels that run on the machine", () => {
  assertEquals(platformTags(null, "darwin", "aarch64"), ["macosx_12_0_arm64"]);
  assertEquals(platformTags(null, "windows", "x86_64"), ["win_amd64"]);
  const linux = platformTags("2.28", "linux", "x86_64");
  assert(linux.includes("manylinux2014_x86_64"));
  assert(linux.includes("manylinux_2_28_x86_64"));
  assert(!linux.includes("manylinux_2_29_x86_64"));
  assertEquals(linux.at(-1), "manylinux_2_27_x86_64"); // old pips heed the last
});

Deno.test("platformTags() refuses machines that TensorFlow has no build for", () => {
  const cases: [string | null, string, string, RegExp][] = [
    [
      "2.26",
      "linux",
      "x86_64",
      /need the GNU C library 2\.27 or newer: this machine has 2\.26\n/,
    ],
    [null, "linux", "x86_64", /this machine has another C library\n/],
    [
      null,
      "darwin",
      "x86_64",
      /TensorFlow has no build for darwin on x86_64\n/,
    ],
  ];
  for (const [glibc, os, arch, message] of cases) {
    try {
      platformTags(glibc, os, arch);
    } catch (error) {
      assertInstanceOf(error, InstallError);
      assertEquals(error.reason, "no-wheel");
      assertMatch(error.message, message);
      continue;
    }
    throw new Error(`${os} ${arch} ${glibc} was accepted`);
  }
});

Deno.test({
  name: "verifyLibrary() refuses a library without TensorFlow's functions",
  ignore: Deno.build.os !== "linux",
  async fn() {
    // ld.so's own name for the C library's file, by which this process has opened it
    const maps = await Deno.readTextFile("/proc/self/maps");
    const libc = /\S*\/libc\.so\.6$/m.exec(maps)?.[0] ?? "";
    const error = await assertRejects(() => verifyLibrary(libc), InstallError);
    assertMatch(
      error.message,
      /does not open or computes wrongly\n[^]*undefined symbol: TFE?_/,
    );
  },
});

const here = ((): string | undefined => {
  try {
    return findTensorFlow().path;
  } catch {
    return undefined;
  }
})();

Deno.test({
  name: "verifyLibrary() opens a real TensorFlow and multiplies two matrices",
  ignore: here === undefined,
  async fn() {
    const { version, devices } = await verifyLibrary(here!);
    assertMatch(version, /^2\.\d+\.\d+/);
    assert(devices.includes("CPU"));
  },
});
