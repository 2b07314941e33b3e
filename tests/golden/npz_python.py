"""Opens npz_textloom.npz, which this library wrote, and checks every array of tests/checkpoint/_arrays.ts in it.

Run: python3 tests/golden/npz_python.py (NumPy 2.4)
"""
import pathlib

import numpy as np

EXPECTED = {
    "bool": np.array([True, False, True]),
    "int8": np.array([-128, 127], "i1"),
    "int16": np.array([-32768, 32767], "i2"),
    "int32": np.array([-(2**31), 5], "i4"),
    "int64": np.array([-(2**63), 5], "i8"),
    "uint8": np.array([0, 255], "u1"),
    "uint16": np.array([0, 65535], "u2"),
    "uint32": np.array([0, 2**32 - 1], "u4"),
    "uint64": np.array([0, 2**64 - 1], "u8"),
    "float16": np.array([[0.5], [-np.inf]], "f2"),
    "float32": np.array([[1, 2, 3], [4, 5, 0.5]], "f4"),
    "float64": np.array(0.1),
    "complex64": np.array([1 + 2j, 3 - 4j], "c8"),
    "complex128": np.array([[0.1 - 0.2j]]),
    "str": np.array([["white whale"], ["é漢🐋"]]),
    "bytes": np.array([b"ab", b"", b"\x00\xff"]),
    "empty": np.zeros((0, 4), "f4"),
    "é/x": np.full(3000, 7, "i4"),
}
with np.load(pathlib.Path(__file__).with_name("npz_textloom.npz"), allow_pickle=False) as archive:
    assert archive.zip.testzip() is None
    assert list(archive) == list(EXPECTED), list(archive)
    for name, expected in EXPECTED.items():
        found = archive[name]
        assert found.dtype == expected.dtype, (name, found.dtype)
        np.testing.assert_array_equal(found, expected, err_msg=name, strict=True)
print(f"NumPy {np.__version__} opens all {len(EXPECTED)} arrays")
