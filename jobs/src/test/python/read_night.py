"""What a study with nights holds, read without a JVM: WAREHOUSE STUDY; one JSON object on stdout. Needs deltalake."""

import json
import sys
from collections import Counter

from deltalake import DeltaTable


def rows(table: str) -> list[dict]:
    """The study's rows."""
    found = DeltaTable(f"{sys.argv[1]}/{table}").to_pyarrow_table().to_pylist()
    return [row for row in found if row["study"] == sys.argv[2]]


trials = sorted(rows("trials"), key=lambda t: t["trial_id"])
answers = Counter(
    (r["trial_id"], r["split"], o["sample_id"]) for r in rows("shard_results") for o in r["outcomes"]
)
points = [p for p in rows("frontier") if p["status"] != "dropped"]
last = max(p["run_date"] for p in points)
points = [p for p in points if p["run_date"] == last]
print(
    json.dumps(
        {
            "trials": [f"{t['trial_id']} {t['origin']} {t['state']}" for t in trials],
            "answered_twice": sum(count > 1 for count in answers.values()),
            "nights": len(rows("nights")),
            "frontier": len(points),
            "confirmed": sum(p["confirmed_score"] is not None for p in points),
        }
    )
)
