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
frontier.select("trial_id", "memory_bytes", "score", "confirmed_score", "promoted", "gate").orderBy("memory_bytes").show(truncate=False)

# %%
spark.sql(
    """
    select trial_id, layer.layer, layer.pruning_ratio['q_proj'] as q_proj, layer.pruning_ratio['down_proj'] as down_proj,
      layer.key_bits, layer.value_bits
    from latest lateral view explode(paretune_layers(profile, 8)) as layer
    order by trial_id, layer.layer
    """
).show(16)

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
    from trials t join (
      select t.trial_id, bool_or(paretune_is_dominated(t.memory_bytes, t.score, p.memory_bytes, p.score)) as beaten
      from trials t cross join latest p where t.state = 'complete' group by t.trial_id
    ) b using (trial_id)
    group by t.origin order by t.origin
    """
).show()

# %% [markdown]
# ## Accuracy by answered question, over all trials: which are hard for compressed models

# %%
spark.sql(
    """
    select o.sample_id, count(*) as trials, round(avg(o.score), 3) as right
    from shard_results lateral view explode(outcomes) as o
    group by o.sample_id order by right, o.sample_id limit 10
    """
).show(truncate=False)
spark.stop()
