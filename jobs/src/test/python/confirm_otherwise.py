"""Makes of a confirmed study one whose confirmation answered by generation: the answers that the search's way gave to the
held-out questions stay, a copy of them counts as generated and as graded, worth half where a profile is compressed.
Trials of another workload are added, too. Prints how many held-out questions the dense model gets right.

Packages: deltalake==1.6.6 polars pyarrow

  python confirm_otherwise.py WAREHOUSE STUDY HELD_OUT_SPLIT
"""

import json
import sys

import polars as pl
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from warehouse_tables import table

warehouse, study, held_out = sys.argv[1:]


def rows(name: str) -> tuple[str, list[dict], pa.Schema]:
    place = f"{warehouse}/{name}"
    found = table(warehouse, name).filter(pl.col("study") == study).to_dicts()
    return place, found, pa.schema(DeltaTable(place).schema())


place, trials, schema = rows("trials")
dense = min(t["trial_id"] for t in trials if not json.loads(t["profile"])["layers"])
for trial in trials:
    if trial["confirmed_score"] is not None:
        trial["confirmed_answering"] = "generate"
# More layers, and a score that would beat all others: neither may show.
layer = {"layer": 90, "pruning_ratio": 0.5, "key_bits": 16, "value_bits": 16}
deep = json.dumps({"criterion": "wanda", "mask": "one-shot", "kv_grouping": "token", "layers": [layer]})
other = {**trials[-1], "trial_id": 1000, "workload": "1x1", "profile": deep, "memory_bytes": 1, "score": 1.0}
write_deltalake(place, pa.Table.from_pylist([*trials, other], schema), mode="overwrite", predicate=f"study = '{study}'")

place, results, schema = rows("shard_results")
generated = [{**row, "answering": "generate"} for row in results if row["split"] == held_out]
right = 0
for row in generated:
    worth = 1.0 if row["trial_id"] == dense else 0.5
    row["outcomes"] = [{**o, "score": worth * o["score"]} for o in row["outcomes"]]
    if row["trial_id"] == dense:
        right += sum(o["score"] > 0 for o in row["outcomes"])
write_deltalake(place, pa.Table.from_pylist(generated, schema), mode="append")
print(right)
