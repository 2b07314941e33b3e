"""Executes one notebook with the kernel named "deno" and checks that every cell succeeds.

The Deno kernel says "idle" before its last outputs have left, so the reader goes on after idle until nothing has
come for a while: outputs are neither lost nor moved to the next cell. Messages are those of the Jupyter messaging
protocol 5.3 (jupyter_client's documentation, "Messaging in Jupyter").

Usage: run_notebook.py [--write] [--timeout SECONDS] NOTEBOOK
Ends with 0 when every cell succeeded, 1 when one failed, 2 when the notebook could not be run.
"""

import argparse
import os
import queue
import shutil
import sys
import tempfile
import time

import nbformat
from jupyter_client import KernelManager

SILENCE = 0.1  # seconds without a message after which a cell's outputs are complete
LONGEST_SETTLE = 5.0  # seconds to wait for that silence: a run in the background may never be silent
START_TIMEOUT = 120.0  # seconds for the kernel to start
LOG_TAIL = 4000  # characters of the kernel's own log shown when it dies

# What depends on the machine or the moment has no place in a committed notebook.
METADATA = {
    "kernelspec": {"display_name": "Deno", "language": "typescript", "name": "deno"},
    "language_info": {
        "codemirror_mode": "typescript",
        "file_extension": ".ts",
        "mimetype": "text/x.typescript",
        "name": "typescript",
        "nbconvert_exporter": "script",
        "pygments_lexer": "typescript",
    },
}
KEPT_CELL_METADATA = ("tags",)


class CellError(Exception):
    """A cell failed, took too long, or lost its kernel."""


class NotebookRun:
    """One notebook in one kernel."""

    def __init__(self, notebook, client, manager, timeout):
        self.notebook = notebook
        self.client = client
        self.manager = manager
        self.timeout = timeout
        self.displays = {}  # display id -> the outputs that show it, in whatever cell
        self.clear_at_next_output = False

    def run(self):
        count = 0
        for number, cell in enumerate(self.notebook.cells, start=1):
            if cell.cell_type != "code":
                continue
            cell.outputs = []
            cell.execution_count = None
            if not cell.source.strip():
                continue
            count += 1
            cell.execution_count = count
            self.run_cell(number, cell)

    def run_cell(self, number, cell):
        message_id = self.client.execute(cell.source, store_history=True, allow_stdin=False)
        self.clear_at_next_output = False
        deadline = time.monotonic() + self.timeout
        while True:
            message = self.next_message(min(1.0, deadline - time.monotonic()))
            if message is None:
                if not self.manager.is_alive():
                    raise CellError(f"cell {number}: the kernel died")
                if time.monotonic() >= deadline:
                    raise CellError(f"cell {number}: no end after {self.timeout:g} seconds")
                continue
            self.take(message, cell)
            if is_idle(message, message_id):
                break
        self.settle(cell)
        self.check(number, cell, message_id)

    def settle(self, cell):
        """Takes what comes late, until there is silence; updates of a board elsewhere are no noise."""
        end = time.monotonic() + LONGEST_SETTLE
        while time.monotonic() < end:
            message = self.next_message(SILENCE)
            if message is None:
                return
            self.take(message, cell)

    def next_message(self, timeout):
        try:
            return self.client.get_iopub_msg(timeout=max(0.0, timeout))
        except queue.Empty:
            return None

    def take(self, message, cell):
        kind, content = message["msg_type"], message["content"]
        display_id = content.get("transient", {}).get("display_id")
        if kind == "update_display_data":
            for output in self.displays.get(display_id, []):
                output.data = nbformat.from_dict(content["data"])
                output.metadata = nbformat.from_dict(content["metadata"])
        elif kind == "clear_output":
            self.clear_at_next_output = content["wait"]
            if not content["wait"]:
                cell.outputs = []
        elif kind in ("stream", "display_data", "execute_result", "error"):
            if self.clear_at_next_output:
                cell.outputs = []
                self.clear_at_next_output = False
            output = nbformat.v4.output_from_msg(message)
            last = cell.outputs[-1] if cell.outputs else None
            if kind == "stream" and last is not None and last.get("name") == output.name:
                last.text += output.text
                return
            if kind == "execute_result":
                output.execution_count = cell.execution_count
            cell.outputs.append(output)
            if display_id is not None:
                self.displays.setdefault(display_id, []).append(output)

    def check(self, number, cell, message_id):
        """Fails on an error, unless the cell says that it is there to show one."""
        if "raises-exception" in cell.metadata.get("tags", []):
            return
        for output in cell.outputs:
            if output.output_type == "error":
                trace = "\n".join(output.traceback)
                raise CellError(f"cell {number}: {output.ename}: {output.evalue}\n{trace}")
        while True:
            try:
                reply = self.client.get_shell_msg(timeout=5)
            except queue.Empty:
                raise CellError(f"cell {number}: the kernel sent no reply") from None
            if reply["parent_header"].get("msg_id") == message_id:
                break
        if reply["content"]["status"] != "ok":
            content = reply["content"]
            raise CellError(f"cell {number}: {content.get('ename', content['status'])}: {content.get('evalue', '')}")


def is_idle(message, message_id):
    return (
        message["msg_type"] == "status"
        and message["content"]["execution_state"] == "idle"
        and message["parent_header"].get("msg_id") == message_id
    )


def normalise(notebook):
    """Takes away what would change from machine to machine, and gives every cell a lasting, unique id."""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat_minor = 5
    used = set()
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.get("id") in used or not cell.get("id"):
            cell["id"] = next(name for name in (f"cell-{n}" for n in range(number, 10**6)) if name not in used)
        used.add(cell["id"])
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k in KEPT_CELL_METADATA})


def write(notebook, path):
    """Replaces the file in one step, so that a kill leaves the old or the new one."""
    text = nbformat.writes(notebook)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=os.path.dirname(path), delete=False) as file:
        file.write(text if text.endswith("\n") else text + "\n")
    shutil.copymode(path, file.name)
    os.replace(file.name, path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("notebook")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--timeout", type=float, required=True)
    options = parser.parse_args()
    path = os.path.abspath(options.notebook)
    started = time.monotonic()
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:  # whatever makes a file no notebook
        print(f"{options.notebook}: no notebook: {error}", file=sys.stderr)
        return 2
    normalise(notebook)
    with tempfile.TemporaryFile() as log:
        manager = KernelManager(kernel_name="deno")
        manager.start_kernel(cwd=os.path.dirname(path), stdout=log, stderr=log)
        client = manager.blocking_client()
        try:
            client.start_channels()
            client.wait_for_ready(timeout=START_TIMEOUT)
            run = NotebookRun(notebook, client, manager, options.timeout)
            run.run()
        except (CellError, RuntimeError) as error:
            print(f"{options.notebook}: {error}", file=sys.stderr)
            if not isinstance(error, CellError) or not manager.is_alive():
                log.seek(0)
                print(log.read().decode("utf-8", "replace")[-LOG_TAIL:], file=sys.stderr)
            return 1 if isinstance(error, CellError) else 2
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    if options.write:
        write(notebook, path)
    cells = sum(1 for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip())
    print(f"{options.notebook}: {cells} cell{'' if cells == 1 else 's'} in {time.monotonic() - started:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
