"""A python3 whose pip is a fake: `-m pip download` does what FAKE_PIP says, all else is real Python.

Every call is noted in FAKE_LOG, a line each. The test's wrapper script sets both and starts this
file with a real interpreter.
"""
import json
import os
import subprocess
import sys
import time
import zipfile

MODE = os.environ["FAKE_PIP"]
WHEEL = "tensorflow_cpu-2.21.0-cp312-cp312-fake.whl"

REFUSALS = {
    "offline": "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError("
    "\"Failed to establish a new connection: [Errno 111] Connection refused\")': /simple/\n"
    "ERROR: Could not find a version that satisfies the requirement (from versions: none)\n"
    "ERROR: No matching distribution found",
    "certificate": "WARNING: Retrying (Retry(total=0)) after connection broken by 'SSLError("
    "SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]'))': /simple/\n"
    "ERROR: No matching distribution found",
    "no-wheel": "ERROR: Could not find a version that satisfies the requirement (from versions: 2.9.1)\n"
    "ERROR: No matching distribution found",
    "disk-full": "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
    "hashes": "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
    "broken": "Traceback (most recent call last):\nImportError: cannot import name 'main'",
}


def pack(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o755 if name.endswith("ptxas") else 0o644) << 16
            archive.writestr(entry, text)


def download(arguments):
    folder = arguments[arguments.index("--dest") + 1]
    print("Collecting " + arguments[-1])
    print("  Downloading %s (1.5 MB)" % WHEEL, flush=True)
    if MODE in REFUSALS:
        print(REFUSALS[MODE], file=sys.stderr)
        sys.exit(1)
    if MODE == "endless":
        temporary = os.path.join(os.environ["TMPDIR"], WHEEL)
        with open(temporary, "wb") as file:
            file.write(b"x" * 1000000)
        parent = os.getppid()
        while os.getppid() == parent:  # an orphan ends
            time.sleep(0.02)
        sys.exit(1)
    if any(each.startswith("nvidia-") for each in arguments):
        pack(os.path.join(folder, "nvidia_cudnn_cu12-9.9-py3-none-fake.whl"), {
            "nvidia/cudnn/lib/libcudnn.so.9": "cudnn",
            "nvidia/cudnn/include/cudnn.h": "a header",
            "nvidia/cuda_nvcc/bin/ptxas": "a program",
            "nvidia_cudnn_cu12-9.9.dist-info/METADATA": "Version: 9.9\n",
            "nvidia_cudnn_cu12-9.9.dist-info/licenses/License.txt": "a licence",
        })
        pack(os.path.join(folder, "numpy-2.0-cp312-cp312-fake.whl"), {"numpy/core.so": "numpy"})
        return
    if MODE == "slow":
        time.sleep(0.5)
    wheel = os.path.join(folder, WHEEL)
    library = os.environ["FAKE_LIBRARY"]
    files = {
        "tensorflow/__init__.py": "import everything",
        "tensorflow/include/tensorflow/c/c_api.h": "a header",
        "tensorflow/libtensorflow_framework.so.2": "\x7fELF the framework",
        "tensorflow/THIRD_PARTY_NOTICES.txt": "notices",
        "tensorflow_cpu-2.21.0.dist-info/METADATA": "Version: 2.21.0\n"
        "Requires-Dist: numpy>=1.26.0\n"
        "Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3; extra == \"and-cuda\"\n",
    }
    if MODE != "no-library":
        files[library] = "\x7fELF the library"
    pack(wheel, files)
    if MODE == "truncated":
        with open(wheel, "r+b") as file:
            file.truncate(os.path.getsize(wheel) // 2)
    if MODE == "damaged":  # one byte of a file's data: its checksum tells
        with open(wheel, "r+b") as file:
            file.seek(file.read().index(b"tensorflow/lib") + 60)
            file.write(b"\0\0\0\0")
    print("Saved " + wheel)


arguments = sys.argv[1:]
with open(os.environ["FAKE_LOG"], "a") as log:
    log.write("%s %s\n" % (os.getpid(), " ".join(each.split("\n")[0] for each in arguments)))
if arguments[:3] == ["-m", "pip", "download"]:
    download(arguments)
elif "sys.base_prefix" in arguments[-1]:  # the question about itself: this is the program
    bare = ["-S"] if MODE == "no-pip" else []  # without site-packages there is no pip
    answer = json.loads(subprocess.check_output([sys.executable] + bare + arguments))
    print(json.dumps(dict(answer, executable=os.environ["FAKE_PYTHON"])))
else:
    os.execv(sys.executable, [sys.executable] + arguments)
