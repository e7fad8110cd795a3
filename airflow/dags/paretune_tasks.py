"""One task, one command of Paretune: what the DAGs share. No decision is made here or in them."""

import os
import re
from datetime import timedelta
from pathlib import Path

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import Asset, Param, RetryDecision, RetryPolicy

# The directory that ./paretune lies in; the build must have run there.
HOME = Path(os.environ.get("PARETUNE_HOME", Path(__file__).resolve().parents[2]))
BUILD = HOME / "jobs" / "target"
# Where the build lies at the same place on every machine of the cluster, no task copies its 200 MB there.
PLACE = "local:" if os.environ.get("PARETUNE_ON_EVERY_NODE") else ""

# Updated by the nightly DAG when it has written its frontier, and when what that promotes is exported; others are scheduled on them.
FRONTIER = Asset(name="paretune_frontier", uri="x-paretune://frontier")
PROMOTED = Asset(name="paretune_promoted", uri="x-paretune://promoted")


class RetryUnlessRefused(RetryPolicy):
    """Tries again, except what Paretune refused: exit status 2 says that the input is wrong, which no retry mends.

    What may pass, such as another driver on the study or a store that does not answer, ends with status 1.
    """

    # spark-submit's exit status as the provider tells it; that of a driver in the cluster is not told.
    REFUSED = re.compile(r"Error code is: 2\b")

    def evaluate(self, exception, try_number, max_tries, context=None) -> RetryDecision:
        if self.REFUSED.search(str(exception)):
            return RetryDecision.fail("Paretune refused its input (exit status 2); its lines above name the key and the remedy")
        return RetryDecision.default()


DEFAULT_ARGS = {
    "retries": 3,
    "retry_policy": RetryUnlessRefused(),
    "retry_delay": timedelta(seconds=int(os.environ.get("PARETUNE_RETRY_SECONDS", "300"))),
    "execution_timeout": timedelta(hours=12),
}

# The day that a run is for: a scheduled run's own, a manual run's start.
RUN_DATE = "{{ (dag_run.logical_date or dag_run.run_after) | ds }}"


def path(default: str, description: str) -> Param:
    """A place that every machine of the cluster sees."""
    return Param(default, type="string", minLength=1, pattern=r"^(/|[A-Za-z][A-Za-z0-9+.-]+:)", description=description)


def memory(default: str, description: str) -> Param:
    """A size as Spark and Paretune write it."""
    return Param(default, type="string", pattern=r"^[0-9]+(\.[0-9]+)? ?([kKMGT]i?B|[kmgt])$", description=description)


EXECUTORS = {
    "executor_memory": Param("8g", type="string", pattern=r"^[0-9]+[mg]$", description="Heap of an executor; holds the levels, a byte a weight"),
    "executor_cores": Param(4, type="integer", minimum=1, maximum=256, description="Cores of an executor"),
}


def tell_whose(context, result=None) -> None:
    """Says in the events of a task's assets whose they are: the study, its warehouse and the night."""
    run = context["dag_run"]
    extra = {
        "study": context["params"]["study"],
        "warehouse": context["params"]["warehouse"],
        "run_date": f"{run.logical_date or run.run_after:%Y-%m-%d}",
    }
    for asset in context["task"].outlets:
        context["outlet_events"][asset].extra = extra


def command(name: str, *words: str, outlets=()) -> SparkSubmitOperator:
    """A task that runs one command of Paretune with spark-submit.

    :param name: the command, and the task's id
    :param words: its command line; Airflow renders templates in it
    :param outlets: assets that it updates
    """
    return SparkSubmitOperator(
        task_id=name,
        conn_id="paretune_spark",
        name=f"paretune {name}",
        application=f"{PLACE}{BUILD / 'paretune.jar'}",
        java_class="io.paretune.jobs.Paretune",
        jars=",".join(f"{PLACE}{jar}" for jar in sorted((BUILD / "lib").glob("*.jar"))),
        # As ./paretune starts the driver: what logs how much is then Paretune's to say, not Spark's default.
        driver_class_path=f"{BUILD / 'paretune.jar'}:{BUILD / 'lib'}/*",
        properties_file=str(HOME / "conf" / "spark-defaults.conf"),
        conf={"spark.executor.memory": "{{ params.executor_memory }}", "spark.executor.cores": "{{ params.executor_cores }}"},
        application_args=[name, *words],
        env_vars={"PARETUNE_HOME": str(HOME), "DJL_OFFLINE": "true", "OPT_OUT_TRACKING": "true"},
        outlets=list(outlets),
        post_execute=tell_whose,
    )
