"""Opens the tables of a warehouse without a JVM and prints what is in them as JSON.

Packages: deltalake==1.6.6 polars

  python read_tables.py WAREHOUSE
"""

import json
import sys

import polars as pl
from warehouse_tables import table

warehouse = sys.argv[1]
tables = {
    name: table(warehouse, name)
    for name in ("samples", "rejected_samples", "image_features", "trials", "shard_results", "frontier")
}
complete = tables["trials"].filter(pl.col("state") == "complete")
print(
    json.dumps(
        {
            "rows": {name: table.height for name, table in tables.items()},
            "complete": complete.height,
            "scores": [round(score, 6) for score in complete["score"]],
            "questions": tables["shard_results"]["total"].sum(),
        }
    )
)
