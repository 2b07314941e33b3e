"""Writes safetensors_python.safetensors with the reference implementation, and reads safetensors_textloom.safetensors
and checkpoint_textloom.safetensors with it.

Run: pip install safetensors==0.8.0 numpy && python3 tests/golden/safetensors_python.py
(after deno run -A tests/golden/safetensors_textloom.ts and tests/golden/checkpoint_textloom.ts, which write the files to
be read)
"""
import json
import pathlib

import numpy as np
from safetensors import TensorSpec, deserialize, safe_open, serialize

HERE = pathlib.Path(__file__).parent
PYTHON = HERE / "safetensors_python.safetensors"
TEXTLOOM = HERE / "safetensors_textloom.safetensors"
CHECKPOINT = HERE / "checkpoint_textloom.safetensors"

# The same tensors as in tests/checkpoint/_fixture.ts.
ARRAYS = {
    "f64": np.array([1.5, -0.0, np.inf], "<f8"),
    "f32": np.array([[1, 2, 3], [-4, 0.1, 1e-45]], "<f4"),
    "f16": np.array([1, -2, 0.5], "<f2"),
    "i64": np.array([-(2**63), 2**63 - 1], "<i8"),
    "i32": np.array([[[-(2**31)], [2**31 - 1]]], "<i4"),
    "i16": np.array([-32768, 32767], "<i2"),
    "i8": np.array([-128, 127, 0], "i1"),
    "u64": np.array([2**64 - 1], "<u8"),
    "u32": np.array([2**32 - 1], "<u4"),
    "u16": np.array([65535], "<u2"),
    "u8": np.array([0, 255, 7, 8, 9], "u1"),
    "bool": np.array([True, False, True]),
    "scalar": np.array(2.5, "<f4"),
    "empty": np.zeros((3, 0, 2), "<f4"),
    "layer.0/gain é漢🐋": np.array([1], "<f4"),
    "0": np.array([0], "<i4"),
}
# bfloat16: the upper halves of float32; NumPy has no such type.
RAW = {"bf16": ("bfloat16", [2], bytes.fromhex("803f00c0"))}
METADATA = {"note": 'quotes " and \\ and \n and é\u2028🐋'}


def spec(dtype, shape, data):
    return TensorSpec(dtype=dtype, shape=shape, data_ptr=data.ctypes.data, data_len=data.nbytes)


def write():
    raw = {name: np.frombuffer(data, "u1") for name, (_, _, data) in RAW.items()}  # must outlive serialize()
    entries = {name: spec(array.dtype.name, array.shape, array) for name, array in ARRAYS.items()}
    entries |= {name: spec(dtype, shape, raw[name]) for name, (dtype, shape, _) in RAW.items()}
    PYTHON.write_bytes(serialize(entries, METADATA))


def read():
    tensors = dict(deserialize(TEXTLOOM.read_bytes()))
    assert set(tensors) == {*ARRAYS, *RAW, "f8", "c64", "f4"}, sorted(tensors)
    for name, array in ARRAYS.items():
        assert tuple(tensors[name]["shape"]) == array.shape, name
        assert bytes(tensors[name]["data"]) == array.tobytes(), name
    for name, (_, shape, data) in RAW.items():
        assert list(tensors[name]["shape"]) == shape and bytes(tensors[name]["data"]) == data, name
    assert tensors["f8"]["dtype"] == "F8_E4M3" and bytes(tensors["f8"]["data"]) == b"\x38\x40", tensors["f8"]
    assert tensors["c64"]["dtype"] == "C64" and len(tensors["c64"]["data"]) == 8
    assert tensors["f4"]["dtype"] == "F4" and bytes(tensors["f4"]["data"]) == b"\x12\x34"
    with safe_open(TEXTLOOM, "np") as file:
        assert file.metadata() == {**METADATA, "a": "", "__proto__": "x"}, file.metadata()
        for name, array in ARRAYS.items():
            got = file.get_tensor(name)
            assert got.dtype == array.dtype and np.array_equal(got, array), name


def read_checkpoint():
    with safe_open(CHECKPOINT, "np") as file:
        metadata = file.metadata()
        model, checkpoint = json.loads(metadata["textloom"]), json.loads(metadata["textloom_checkpoint"])
        assert model["formatVersion"] == 2 and model["architecture"] == "lstm", model
        assert model["generationDefaults"] == {"temperature": 0.5}, model
        assert model["history"][0]["steps"] == checkpoint["progress"]["steps"] == 3, checkpoint
        assert checkpoint["options"]["options"]["steps"] == 3, checkpoint
        names = set(file.keys())
        weights = {name for name in names if not name.startswith("checkpoint/")}
        optimizer = {f"checkpoint/optimizer/{name}/{what}" for name in weights for what in ("mean", "square")}
        state = {"checkpoint/state/0", "checkpoint/state/1"}
        assert names == weights | optimizer | state | {"checkpoint/optimizer/steps"}, sorted(names)
        for name in weights:
            weight = file.get_tensor(name)
            assert weight.dtype == np.float32 and np.isfinite(weight).all(), name
            for what in ("mean", "square"):
                assert file.get_tensor(f"checkpoint/optimizer/{name}/{what}").shape == weight.shape, name
        assert file.get_tensor("checkpoint/optimizer/steps") == 3
        assert file.get_tensor("checkpoint/state/0").shape == (2, 4)


if __name__ == "__main__":
    write()
    print("wrote", PYTHON.name, PYTHON.stat().st_size, "bytes")
    read()
    print("read", TEXTLOOM.name)
    read_checkpoint()
    print("read", CHECKPOINT.name)
