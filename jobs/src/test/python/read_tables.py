"""Opens the tables of a warehouse without a JVM and prints what is in them as JSON.

Packages: deltalake==1.6.6 pyarrow

  python read_tables.py WAREHOUSE
"""

import json
import sys

import pyarrow.compute as pc
from deltalake import DeltaTable

warehouse = sys.argv[1]
tables = {
    name: DeltaTable(f"{warehouse}/{name}").to_pyarrow_table()
    for name in ("samples", "rejected_samples", "image_features", "trials", "shard_results", "frontier")
}
complete = tables["trials"].filter(pc.equal(tables["trials"]["state"], "complete"))
print(
    json.dumps(
        {
            "rows": {name: table.num_rows for name, table in tables.items()},
            "complete": complete.num_rows,
            "scores": [round(s, 6) for s in complete["score"].to_pylist()],
            "questions": pc.sum(tables["shard_results"]["total"]).as_py(),
        }
    )
)
