"""Prints what the tables say of one study's trials and answers as JSON.

Packages: deltalake==1.6.6 polars

  python read_study.py WAREHOUSE STUDY
"""

import collections
import json
import sys

import polars as pl
from warehouse_tables import table

warehouse, study = sys.argv[1:]


def rows(name):
    return table(warehouse, name).filter(pl.col("study") == study).to_dicts()


trials = sorted(rows("trials"), key=lambda t: t["trial_id"])
answers = rows("shard_results")
questions = collections.Counter(
    (row["trial_id"], row["split"], outcome["sample_id"]) for row in answers for outcome in row["outcomes"]
)
print(
    json.dumps(
        {
            "states": [[t["trial_id"], t["state"], t["profile_id"], t["score"]] for t in trials],
            "reasons": [t["reason"] for t in trials],
            "answered_twice": sum(count > 1 for count in questions.values()),
            "attempts": collections.Counter(row["attempt"] for row in answers),
            "executors": len({row["executor"] for row in answers}),
        }
    )
)
