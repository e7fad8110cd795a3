# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Your own model and benchmark, step by step
# Here the embedded model and a few of its questions stand for yours: replace `MODEL` and the rows.

# %%
import os
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, QueryBuilder

HOME = Path(os.environ.get("PARETUNE_HOME", Path.cwd().parent))
WORK = Path(os.environ.get("PARETUNE_NOTEBOOK_DIRECTORY", tempfile.mkdtemp(prefix="paretune-")))
MODEL = HOME / "conf/demo/model"  # a Hugging Face directory: config.json, *.safetensors, tokenizer.json, …


def paretune(*words: str) -> str:
    """Runs one command; says what went wrong where it did."""
    run = subprocess.run([str(HOME / "paretune"), *words], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise RuntimeError(run.stderr)
    return run.stdout


# %% [markdown]
# ## 1. Questions
# A Parquet file with one row a question. `split` says what it is for: `train` calibrates, `val` is searched on, `test` is
# held out. The image is the file's bytes, or a struct of bytes and path.

# %%
embedded = pq.read_table(HOME / "conf/demo/samples.parquet").to_pylist()
seen, rows = Counter(), []
for row in embedded:
    if seen[row["split"]] < {"train": 16, "val": 60, "test": 60}.get(row["split"], 0):
        seen[row["split"]] += 1
        image = row["image"]["bytes"] if isinstance(row["image"], dict) else row["image"]
        rows.append({**row, "image": {"bytes": image, "path": None}})
SAMPLES = WORK / "mine.parquet"
pq.write_table(pa.Table.from_pylist(rows), SAMPLES)
pl.DataFrame([{k: v for k, v in row.items() if k != "image"} for row in rows]).head(3)

# %% [markdown]
# ## 2. A study
# Every key with its default is in `conf/paretune.conf`.

# %%
CONFIG = WORK / "study.conf"
CONFIG.write_text(f"""
model = "{MODEL}"
warehouse = "{WORK}/warehouse"
workload = "16x128"
benchmark {{ name = "mine", samples = ["{SAMPLES}"] }}
calibration.samples = 16
study {{
  name = "mine", trials = 3, shards = 2, uniform-baseline = [0.5]
  space {{ pruning-ratios = [0.0, 0.3, 0.5, 0.7], key-value-bits = [16, 4] }}
}}
gate {{ max-accuracy-loss = 0.2, min-memory-gain = 0.1 }}
""")
print(paretune("ingest", "--config", str(CONFIG)))

# %% [markdown]
# ## 3. Search and confirm
# `tune` goes on where it was if it is interrupted. `confirm` asks the frontier's profiles the held-out questions, and the
# gate says which may be served.

# %%
print(paretune("tune", "--config", str(CONFIG)))

# %%
print(paretune("confirm", "--config", str(CONFIG)))

# %% [markdown]
# ## 4. Take a profile
# `./paretune report --to FILE.html` draws all of it; the tables hold everything.

# %%
frontier = QueryBuilder().register("frontier", DeltaTable(f"{WORK}/warehouse/frontier"))
points = pl.DataFrame(frontier.execute("select * from frontier"))
best = points.filter(pl.col("status") != "dropped").sort("confirmed_score", descending=True)
best.select("trial_id", "memory_bytes", "score", "confirmed_score", "promoted", "gate")

# %%
print(paretune("report", "--to", str(WORK / "mine.html"), "--config", str(CONFIG)))
