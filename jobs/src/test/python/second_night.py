"""Adds a night to a study's frontier, of which a point is dropped and the others stay; prints the run before and the night's.

Packages: deltalake==1.6.6 polars pyarrow

  python second_night.py WAREHOUSE STUDY
"""

import datetime
import sys

import polars as pl
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from warehouse_tables import table

warehouse, study = sys.argv[1:]
place = f"{warehouse}/frontier"
points = table(warehouse, "frontier").filter(pl.col("study") == study).sort("run_date", "run_id", "memory_bytes").to_dicts()
before = points[-1]["run_id"]
date = points[-1]["run_date"] + datetime.timedelta(days=1)
night = f"{date:%Y%m%d}night"
standing = [p for p in points if p["run_id"] == before and p["status"] != "dropped"]
rows = [{**p, "run_id": night, "run_date": date, "status": "kept"} for p in standing]
rows[0]["status"] = "dropped"
write_deltalake(place, pa.Table.from_pylist(rows, pa.schema(DeltaTable(place).schema())), mode="append")
print(before, night)
