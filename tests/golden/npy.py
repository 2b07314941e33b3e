"""Writes npy.json: arrays as NumPy saves them (base64) and what they hold, and archives of them.

Run: python3 tests/golden/npy.py (NumPy 2.4)
"""
import base64
import io
import json
import pathlib
import warnings
import zipfile

import numpy as np
from numpy.lib import format as npy


def saved(array, version=None):
    """The bytes of the array's .npy file, in base64."""
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # version 2.0 and 3.0 where 1.0 would do
        npy.write_array(file, array, version=version, allow_pickle=True)
    return base64.b64encode(file.getvalue()).decode()


def plain(value):
    """An element as JSON has it."""
    if isinstance(value, complex):
        return [plain(value.real), plain(value.imag)]
    if isinstance(value, bytes):
        return value.decode("latin1")
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return {float("inf"): "Infinity", float("-inf"): "-Infinity"}.get(value, "NaN")
    if isinstance(value, int) and abs(value) >= 2**53:
        return str(value)
    return value


def case(name, array, version=None):
    """One array: its file, and its elements in C order."""
    kinds = {"U": "str", "S": "bytes"}
    elements = [plain(value) for value in array.ravel(order="C").tolist()]
    # Our writer makes strings as long as the longest one, 1 at least.
    length = array.dtype.itemsize // 4 if array.dtype.kind == "U" else array.dtype.itemsize
    longest = max([1, *map(len, elements)]) if array.dtype.kind in kinds else length
    return {
        "name": name,
        "base64": saved(array, version),
        "dtype": kinds.get(array.dtype.kind, array.dtype.name),
        "shape": list(array.shape),
        "elements": elements,
        # Whether these are the bytes that our writer must give.
        "canonical": version is None and array.dtype.byteorder != ">" and not np.isfortran(array) and longest == length,
    }


def archive(write):
    """The bytes of an archive, in base64."""
    file = io.BytesIO()
    write(file)
    return base64.b64encode(file.getvalue()).decode()


cases = []
for code in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16", "b1"]:
    kind = np.dtype(code).kind
    if kind in "iu":
        info = np.iinfo(code)
        values = np.array([info.min, 0, 1, 2, 100, info.max], code)
    elif kind == "b":
        values = np.array([True, False, False, True, True, False])
    elif kind == "c":
        values = np.array([1 + 2j, -0.5, 1j, 3.25 - 4j, 0, 7], code)
    else:
        values = np.array([-1.5, 0, 0.25, np.nan, np.inf, -np.inf], code)
    for order in "<>" if np.dtype(code).itemsize > 1 else "<":
        array = values.astype(values.dtype.newbyteorder(order))
        cases.append(case(f"{order}{code}, one dimension", array))
        cases.append(case(f"{order}{code}, C order", array.reshape(2, 3)))
        cases.append(case(f"{order}{code}, Fortran order", np.asfortranarray(array.reshape(2, 3))))
cube = np.arange(24, dtype="<i2").reshape(2, 3, 4)
cases += [
    case("three dimensions in Fortran order", np.asfortranarray(cube)),
    case("three dimensions", cube),
    case("version 2.0", cube, (2, 0)),
    case("version 3.0", cube, (3, 0)),
    case("one number", np.array(2.5)),
    case("one string", np.array("whale")),
    case("one truth value", np.array(True)),
    case("empty", np.zeros(0, "f4")),
    case("empty with a length", np.zeros((3, 0, 2), "f8")),
    case("empty strings' array", np.zeros(0, "U3")),
    case("strings", np.array([["Ishmael", "", "é漢🐋"], ["a b", "x", "\n'\""]])),
    case("big-endian strings", np.array(["Ishmael", "é漢🐋"]).astype(">U7")),
    case("strings in Fortran order", np.asfortranarray(np.array([["a", "bc"], ["def", "g"]]))),
    case("byte strings", np.array([b"white", b"\x00\xff\x80", b""])),
    case("strings that are empty", np.array(["", ""])),
    case("a long first dimension", np.ones((100, 1), "i1")),
    case("32 dimensions", np.ones((1,) * 32, "u1")),
]
refused = [
    {"name": name, "base64": saved(array)}
    for name, array in [
        ("objects", np.array([1, "a", None], object)),
        ("records", np.array([(1, 2.0)], [("a", "i4"), ("b", "f8")])),
        ("dates", np.array(["2026-01-01"], "M8[D]")),
        ("durations", np.array([5], "m8[s]")),
        ("void", np.array([b"abc"], "V3")),
        ("long doubles", np.array([1], "g")),
    ]
]
arrays = {"ids": np.arange(6, dtype="i4").reshape(2, 3), "é/x": np.zeros(1000, "f4"), "names": np.array(["a", "bc"])}


def with_bzip2(file):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as out:
        out.writestr("a.npy", base64.b64decode(saved(np.zeros(3))))


def with_text(file):
    with zipfile.ZipFile(file, "w") as out:
        out.writestr("readme.txt", "a text")


archives = {
    "stored": archive(lambda file: np.savez(file, **arrays)),
    "deflated": archive(lambda file: np.savez_compressed(file, **arrays)),
    "empty": archive(lambda file: np.savez(file)),
    "positional": archive(lambda file: np.savez(file, np.ones(2), np.zeros(1))),
    "bzip2": archive(with_bzip2),
    "text": archive(with_text),
}
path = pathlib.Path(__file__).with_suffix(".json")
lines = [
    '"cases": [\n' + ",\n".join(json.dumps(each) for each in cases) + "\n]",
    '"refused": [\n' + ",\n".join(json.dumps(each) for each in refused) + "\n]",
    '"archives": ' + json.dumps(archives, indent=1),
]
path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
