"""What a warehouse with one night holds, read without a JVM; one JSON object on stdout. Needs deltalake."""

import json
import sys
from collections import Counter

from deltalake import DeltaTable


def rows(table: str) -> list[dict]:
    return DeltaTable(f"{sys.argv[1]}/{table}").to_pyarrow_table().to_pylist()


trials = sorted(rows("trials"), key=lambda t: t["trial_id"])
answers = Counter(
    (r["trial_id"], r["split"], o["sample_id"]) for r in rows("shard_results") for o in r["outcomes"]
)
points = [p for p in rows("frontier") if p["status"] != "dropped"]
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
