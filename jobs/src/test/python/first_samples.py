"""Writes the first questions of each split of the embedded benchmark: FILE.parquet SPLIT=COUNT…"""

import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

target, *wanted = sys.argv[1:]
limits = {split: int(count) for split, count in (word.split("=") for word in wanted)}
table = pq.read_table(Path(__file__).resolve().parents[4] / "conf" / "demo" / "samples.parquet")
seen: Counter[str] = Counter()
rows = []
for row, split in enumerate(table["split"].to_pylist()):
    if seen[split] < limits.get(split, 0):
        seen[split] += 1
        rows.append(row)
pq.write_table(table.take(rows), target)
