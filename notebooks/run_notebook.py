"""Executes a notebook from its clean state and fails where a cell does: NOTEBOOK.ipynb OUT.ipynb"""

import sys
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

source, target = map(Path, sys.argv[1:])
notebook = nbformat.read(source, as_version=4)
script = jupytext.read(source.with_suffix(".py"))
if [c.source for c in notebook.cells] != [c.source for c in script.cells]:
    sys.exit(f"{source.name} is not {source.stem}.py: jupytext --to ipynb {source.stem}.py")
if any(c.get("outputs") or c.get("execution_count") for c in notebook.cells):
    sys.exit(f"{source.name} holds outputs: jupytext --to ipynb {source.stem}.py")
NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(source.parent)}}).execute()
nbformat.write(notebook, target)
