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
# # The same tables with PySpark
# For warehouses that do not fit one machine, and for Paretune's own SQL functions. Needs Java 17 and a built Paretune
# (`./paretune --help` builds it). `spark.sql.extensions` brings Paretune's functions; into a session that is there already
# `spark._jvm.io.paretune.udfs.spark.ParetuneFunctions.register(spark._jsparkSession)` brings them.

# %%
import glob
import os
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

HOME = Path(os.environ.get("PARETUNE_HOME", Path.cwd().parent))
WAREHOUSE = os.environ.get("PARETUNE_WAREHOUSE", str(HOME / "runs/warehouse"))
STUDY = os.environ.get("PARETUNE_STUDY", "demo")
jars = [str(HOME / "jobs/target/paretune.jar"), *glob.glob(str(HOME / "jobs/target/lib/*.jar"))]

spark = (
    SparkSession.builder.master("local[2]")
    .appName("frontier")
    .config("spark.driver.extraClassPath", ":".join(jars))
    .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension,io.paretune.udfs.spark.ParetuneExtensions")
    .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.shuffle.partitions", "2")
    .config("spark.databricks.delta.snapshotPartitions", "2")
    .config("spark.ui.enabled", "false")
    .getOrCreate()
)
for name in ["trials", "frontier", "shard_results"]:
    spark.read.format("delta").load(f"{WAREHOUSE}/{name}").where(F.col("study") == STUDY).createOrReplaceTempView(name)

# %% [markdown]
# ## The latest frontier, each profile as one row a layer

# %%
latest = spark.sql("select max(struct(run_date, run_id)).run_id from frontier").head()[0]
frontier = spark.table("frontier").where((F.col("run_id") == latest) & (F.col("status") != "dropped"))
frontier.createOrReplaceTempView("latest")
# Trials that can be compared with it: of its model, on its questions, with its workload.
comparable = spark.table("trials").join(frontier.limit(1), ["model_id", "benchmark_version", "workload"], "left_semi")
comparable.createOrReplaceTempView("comparable")
frontier.select("trial_id", "memory_bytes", "score", "confirmed_score", "promoted", "gate").orderBy("memory_bytes").show(truncate=False)

# %%
# As many layers as any trial compressed; a profile does not name those that it leaves dense.
depth = spark.sql(
    """
    select 1 + coalesce(max(array_max(from_json(profile, 'layers array<struct<layer: int>>').layers.layer)), 0)
    from comparable
    """
).head()[0]
spark.sql(
    f"""
    select trial_id, layer.layer, layer.pruning_ratio['q_proj'] as q_proj, layer.pruning_ratio['down_proj'] as down_proj,
      layer.key_bits, layer.value_bits
    from latest lateral view explode(paretune_layers(profile, {depth})) as layer
    order by trial_id, layer.layer
    """
).show(2 * depth)

# %% [markdown]
# ## Its hypervolume, and the trials it beats

# %%
volume = spark.sql(
    """
    select paretune_hypervolume(memory_bytes, score, dense_memory_bytes, chance_score) as hypervolume
    from latest
    """
).head()[0]
written = frontier.select("hypervolume").head()[0]
print(f"{volume:.6f}, as the table says: {written:.6f}")
assert abs(volume - written) < 1e-9

# %%
spark.sql(
    """
    select t.origin, count(*) as trials, count_if(b.beaten) as beaten
    from comparable t join (
      select t.trial_id, bool_or(paretune_is_dominated(t.memory_bytes, t.score, p.memory_bytes, p.score)) as beaten
      from comparable t cross join latest p where t.state = 'complete' group by t.trial_id
    ) b using (trial_id)
    group by t.origin order by t.origin
    """
).show()

# %% [markdown]
# ## Accuracy by question, over those trials: which are hard for compressed models
# The search's questions and, after `confirm`, the held-out ones, each way of answering by itself.

# %%
spark.sql(
    """
    select split, coalesce(answering, 'options') as answering, o.sample_id, count(*) as trials, round(avg(o.score), 3) as accuracy
    from shard_results left semi join comparable using (trial_id) lateral view explode(outcomes) as o
    group by all order by accuracy, split, answering, o.sample_id limit 10
    """
).show(truncate=False)
spark.stop()
