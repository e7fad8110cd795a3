"""What a study with nights holds, read without a JVM: WAREHOUSE STUDY; one JSON object on stdout. Packages: deltalake==1.6.6 polars"""

import json
import sys
from collections import Counter

import polars as pl
from deltalake import DeltaTable
from warehouse_tables import table


def rows(name: str, version: int | None = None) -> list[dict]:
    """The study's rows, now or as they were at a version."""
    return table(sys.argv[1], name, version).filter(pl.col("study") == sys.argv[2]).to_dicts()


def starts_of_complete_trials() -> dict[int, set]:
    """When each trial started that was ever complete, by all versions of the table."""
    starts: dict[int, set] = {}
    for version in range(DeltaTable(f"{sys.argv[1]}/trials").version() + 1):
        for trial in rows("trials", version):
            if trial["state"] == "complete":
                starts.setdefault(trial["trial_id"], set()).add(trial["started_at"])
    return starts


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
            "ran_again": sum(len(starts) > 1 for starts in starts_of_complete_trials().values()),
            "answered_twice": sum(count > 1 for count in answers.values()),
            "nights": len(rows("nights")),
            "frontier": len(points),
            "confirmed": sum(p["confirmed_score"] is not None for p in points),
        }
    )
)
