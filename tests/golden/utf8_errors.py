"""Writes utf8_errors.json: bytes, and where Python says that they stop being UTF-8.

Run: python3 tests/golden/utf8_errors.py
"""
import json
import pathlib
import random

# Every edge of table 3-7 of the Unicode Standard, then random runs that are likely to hit them.
EDGES = [
    "41", "7F", "80", "BF", "C0 80", "C1 BF", "C2 7F", "C2 80", "DF BF", "DF C0", "E0 9F BF", "E0 A0 80", "E0 A0",
    "E1 80 80", "ED 9F BF", "ED A0 80", "ED BF BF", "EE 80 80", "EF BF BF", "F0 8F BF BF", "F0 90 80 80", "F0 90 80",
    "F0 90", "F0", "F4 8F BF BF", "F4 90 80 80", "F5 80 80 80", "FF", "FE", "E2 82 AC 41 E2 28 A1", "61 C3",
]
LIKELY = [0x00, 0x0A, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF4]


def offset(data):
    """Offset of the first ill-formed character, or -1."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return -1


rng = random.Random(1851)
cases = [bytes.fromhex(edge) for edge in EDGES]
while len(cases) < 300:
    text = "".join(rng.choice(["a", "\n", "é", "漢", "🐋"]) for _ in range(rng.randrange(4))).encode()
    cases.append(text + bytes(rng.choice(LIKELY) for _ in range(rng.randrange(1, 5))))
rows = ",\n".join(json.dumps([case.hex(), offset(case)]) for case in cases)
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(f"[\n{rows}\n]\n")
