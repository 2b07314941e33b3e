"""Reads the logs of a run with pandas, as JSON Lines and as a table, and writes down what it got.

    python run_log.py > run_log.json; deno fmt run_log.json    (pandas 3.1.1; run_log.jsonl and run_log.csv beside it)
"""
import json
import pathlib

import pandas

HERE = pathlib.Path(__file__).parent


def described(frame: pandas.DataFrame) -> dict:
    steps = frame[frame.event == "step"]
    return {
        "columns": list(frame.columns),
        "rows": len(frame),
        "kinds": {name: dtype.kind for name, dtype in frame.dtypes.items()},
        "step": frame.step.tolist(),
        "event": frame.event.tolist(),
        "loss": frame.loss.tolist(),
        "meanStepLoss": float(steps.loss.mean()),
        "validation": frame[["step", "validationLoss"]].dropna().values.tolist(),
        "gradientNorm": [None if value != value else value for value in frame.gradientNorm],
        "samples": frame["sample"].dropna().tolist(),
        "notes": frame.note.dropna().tolist(),
        "last": [str(pandas.to_datetime(frame.time, utc=True).iloc[-1]), int(frame.memoryBytes.iloc[-1])],
    }


print(json.dumps({
    "pandas": pandas.__version__,
    "jsonl": described(pandas.read_json(HERE / "run_log.jsonl", lines=True)),
    "csv": described(pandas.read_csv(HERE / "run_log.csv")),
}, indent=1, sort_keys=True))
