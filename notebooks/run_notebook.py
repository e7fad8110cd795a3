"""Executes a notebook from its clean state and fails where a cell does, or where a chart draws no mark:

NOTEBOOK.ipynb OUT.ipynb; the charts go beside OUT.ipynb as OUT.0.png, OUT.1.png, …
"""

import sys
from pathlib import Path

import jupytext
import nbformat
import vl_convert
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
charts = [
    spec
    for cell in notebook.cells
    for output in cell.get("outputs", [])
    for kind, spec in output.get("data", {}).items()
    if kind.startswith("application/vnd.vegalite")
]
for number, spec in enumerate(charts):
    # A mark is announced as one to screen readers; a chart without data has none.
    if 'aria-roledescription="' not in vl_convert.vegalite_to_svg(spec).replace('aria-roledescription="axis"', ""):
        sys.exit(f"{source.name}: chart {number} draws no mark")
    target.with_suffix(f".{number}.png").write_bytes(vl_convert.vegalite_to_png(spec))
print(f"{len(charts)} charts")
