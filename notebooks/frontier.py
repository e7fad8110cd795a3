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
# # The frontier, without a JVM
# Reads Paretune's Delta tables with `deltalake` and `polars`. Set `PARETUNE_WAREHOUSE` (a directory or `s3://…`) and
# `PARETUNE_STUDY`, or run `./paretune demo` first.

# %%
import json
import os

import altair as alt
import polars as pl
from deltalake import DeltaTable, QueryBuilder
from deltalake.exceptions import TableNotFoundError

WAREHOUSE = os.environ.get("PARETUNE_WAREHOUSE", "../runs/warehouse")
STUDY = os.environ.get("PARETUNE_STUDY", "demo")
alt.renderers.enable("mimetype")  # drawn by JupyterLab itself, without a network


def table(name: str, version: int | None = None) -> pl.DataFrame:
    """The study's rows of a table, now or as they were at a version."""
    rows = QueryBuilder().register("rows", DeltaTable(f"{WAREHOUSE}/{name}", version=version))
    return pl.DataFrame(rows.execute("select * from rows")).filter(pl.col("study") == STUDY)


points = table("frontier")
latest = points.sort("run_date", "run_id")["run_id"][-1]
frontier = points.filter(pl.col("run_id") == latest, pl.col("status") != "dropped").sort("memory_bytes")
shares = (pl.col("memory_bytes") / pl.col("dense_memory_bytes")).alias("share_of_dense")
frontier = frontier.with_columns(shares)
# Trials of the study that can be compared with it: of this model, on these questions, with this workload.
trials = table("trials").join(frontier.head(1), on=["model_id", "benchmark_version", "workload"], how="semi")
frontier.select("trial_id", "share_of_dense", "score", "score_low", "score_high", "confirmed_score", "promoted", "status")

# %% [markdown]
# ## Memory against accuracy
# Whiskers are 95 % intervals on the questions that the search saw; diamonds are held-out questions.

# %%
base = alt.Chart(frontier).encode(x=alt.X("share_of_dense:Q", title="memory, share of dense", axis=alt.Axis(format="%"), scale=alt.Scale(zero=False)))
picture = (
    base.mark_rule().encode(y=alt.Y("score_low:Q", title="accuracy", scale=alt.Scale(zero=False)), y2="score_high:Q")
    + base.mark_line(point=True).encode(y="score:Q", tooltip=["trial_id", "score", "confirmed_score"])
    + base.mark_point(shape="diamond", size=70, color="#a34800").encode(y="confirmed_score:Q")
)
picture.properties(width=520, height=320)

# %% [markdown]
# ## A profile for a memory budget
# The most accurate point that fits, on held-out questions where all that fit have answered them.

# %%
budget = 0.7 * frontier["dense_memory_bytes"][0]
fitting = frontier.filter(pl.col("memory_bytes") <= budget)
if fitting.is_empty():
    print(f"nothing on the frontier fits {budget / 1e6:.1f} MB; the smallest takes {frontier['memory_bytes'][0] / 1e6:.1f} MB")
    fitting = frontier.head(1)
score = "score" if fitting["confirmed_score"].null_count() else "confirmed_score"
chosen = fitting.sort(score, "memory_bytes", descending=[True, False]).row(0, named=True)
print(f"trial {chosen['trial_id']}: {chosen['memory_bytes'] / 1e6:.2f} MB, {score} {chosen[score]:.3f}, promoted: {chosen['promoted']} {chosen['gate']}")
print(chosen["profile"])

# %% [markdown]
# ## Layer by layer
# What each profile of the frontier does to each layer.


# %%
def layers(trial: int, profile: str, count: int) -> list[dict]:
    """A profile as one row a layer; layers it does not name are dense."""
    named = {layer["layer"]: layer for layer in json.loads(profile)["layers"]}
    rows = []
    for index in range(count):
        layer = named.get(index, {})
        ratio = layer.get("pruning_ratio", 0)
        if isinstance(ratio, dict):
            ratio = sum(ratio.values()) / 7  # projections that are not named are dense
        bits = (layer.get("key_bits", 16) + layer.get("value_bits", 16)) / 2
        rows.append({"trial": trial, "layer": index, "pruning_ratio": float(ratio), "kv_bits": float(bits)})
    return rows


# As many layers as any trial compressed; a profile does not name those that it leaves dense.
depth = 1 + max((layer["layer"] for p in trials["profile"] for layer in json.loads(p)["layers"]), default=0)
by_layer = pl.DataFrame([row for trial, p in frontier.select("trial_id", "profile").iter_rows() for row in layers(trial, p, depth)])


def heat(column: str, title: str, scheme: str) -> alt.Chart:
    order = [str(t) for t in frontier["trial_id"]]
    return (
        alt.Chart(by_layer.with_columns(pl.col("trial").cast(pl.String)), title=title)
        .mark_rect()
        .encode(x="layer:O", y=alt.Y("trial:N", sort=order), color=alt.Color(f"{column}:Q", title=title, scale=alt.Scale(scheme=scheme)), tooltip=["trial", "layer", column])
        .properties(width=220)
    )


(heat("pruning_ratio", "pruning ratio", "blues") | heat("kv_bits", "KV bits", "oranges")).resolve_scale(color="independent")

# %% [markdown]
# ## Nights
# Every write is a version of the Delta table: the frontier as it was can be read again.

# %%
history = DeltaTable(f"{WAREHOUSE}/frontier").history()
versions = sorted(h["version"] for h in history if "mode" in h.get("operationParameters", {}) or h["operation"] in ("WRITE", "MERGE"))
rows = []
for version in versions:
    then = table("frontier", version)
    if not then.is_empty():
        run = then.sort("run_date", "run_id")["run_id"][-1]
        last = then.filter(pl.col("run_id") == run)
        standing = last.filter(pl.col("status") != "dropped")
        counts = dict(last["status"].value_counts().iter_rows())
        rows.append({"version": version, "run_id": run, "points": standing.height, "hypervolume": last["hypervolume"][0], "confirmed": standing["confirmed_score"].count(), **counts})
nights = pl.DataFrame(rows)
nights

# %% [markdown]
# ## Which layers matter
# How much of the score's variance each layer's variables explain, with its 90 % interval; there from the first search on.

# %%
try:
    importance = table("layer_importance")
except TableNotFoundError:
    importance = pl.DataFrame()
if importance.is_empty():
    print("no importances yet: tune writes them when it has enough trials")
    bars = None
else:
    now = importance.filter(pl.col("run_id") == importance["run_id"].max(), pl.col("method") == importance["method"][0])
    sides = alt.Chart(now).encode(x=alt.X("layer:O", title="decoder layer; -1: vision tower and projector"), xOffset="variable:N", color="variable:N")
    bars = (
        sides.mark_rule().encode(y=alt.Y("low:Q", title="share of the score's variance"), y2="high:Q")
        + sides.mark_point(filled=True).encode(y="importance:Q", tooltip=["layer", "variable", "importance", "low", "high"])
    ).properties(width=520, height=240)
bars

# %% [markdown]
# ## Which questions broke
# Questions on which the chosen profile scores less than the dense model: the search's, and after `confirm` the held-out ones.
# Both answered in one way; where a split was answered in several, in the one that confirmed the profile.


# %%
def is_dense(profile: str) -> bool:
    plan = json.loads(profile)
    return not (plan["layers"] or plan.get("vision_pruning_ratio") or plan.get("projector_pruning_ratio"))


complete = trials.filter(pl.col("state") == "complete").select("trial_id", "profile")
dense = max((trial for trial, profile in complete.iter_rows() if is_dense(profile)), default=None)
confirmed = trials.filter(pl.col("trial_id") == chosen["trial_id"])["confirmed_answering"].fill_null("options")[0]
question = ["split", "answering", "sample_id"]
answers = table("shard_results").filter(pl.col("trial_id").is_in([dense, chosen["trial_id"]])).explode("outcomes").unnest("outcomes")
answers = answers.select("trial_id", "split", pl.col("answering").fill_null("options"), "sample_id", "score", "prediction")
both = answers.filter(trial_id=dense).join(answers.filter(trial_id=chosen["trial_id"]), on=question, suffix="_chosen")
as_confirmed = pl.col("answering") == confirmed
both = both.filter(as_confirmed | ~as_confirmed.any().over("split"))
# A score is a share where answers are graded: to break is to lose any of it.
broke = both.with_columns((pl.col("score") - pl.col("score_chosen")).alias("drop")).filter(pl.col("drop") > 0)
broke = broke.drop("trial_id", "trial_id_chosen").sort("drop", *question, descending=[True, False, False, False])
for split, answering, questions in both.group_by("split", "answering").len().sort("split", "answering").iter_rows():
    lost = broke.filter(split=split, answering=answering)
    print(f"{split}, answered by {answering}: {lost.height} of {questions} questions broke and lost {lost['drop'].sum():.1f} points")

# %%
samples = QueryBuilder().register("samples", DeltaTable(f"{WAREHOUSE}/samples"))
asked = pl.DataFrame(samples.execute("select benchmark, version, sample_id, question, answers, category from samples"))
version = frontier["benchmark_version"][0]
if (asked["version"] == version).any():
    asked = asked.filter(pl.col("version") == version)
else:  # of several benchmarks, which the answers name
    asked = asked.with_columns(pl.concat_str("benchmark", "sample_id", separator="/").alias("sample_id"))
asked = asked.unique("sample_id").drop("benchmark", "version")
broke.head(10).join(asked, on="sample_id", how="left", maintain_order="left")
