"""On demand: one model and one memory budget. The last task's log says what fits best: memory, time to the first token, accuracy."""

import hashlib
import json

from airflow.sdk import DAG, Param
from airflow.sdk.bases.operator import chain
from paretune_tasks import DEFAULT_ARGS, EXECUTORS, HOME, command, memory, path

# What is asked, beside the budget: trials that answer one question do not count for another.
QUESTION = ("model", "benchmark", "samples", "workload")


def study_name(params) -> str:
    """The study's name, such as poc-12MB-1a2b3c4d: one for all tries and runs of a question, another for another question."""
    budget = params["budget"].replace(" ", "")
    asked = json.dumps([*(params[name] for name in QUESTION), budget])
    return f"{params['study']}-{budget}-{hashlib.sha256(asked.encode()).hexdigest()[:8]}"


STUDY = (
    "warehouse={{ params.warehouse }}",
    "model={{ params.model }}",
    "benchmark.name={{ params.benchmark }}",
    "benchmark.samples={{ params.samples }}",
    "workload={{ params.workload }}",
    "study.name={{ study_name(params) }}",
    "study.trials={{ params.trials }}",
    "study.uniform-baseline=[]",
    "study.constraints.max-memory={{ params.budget }}",
    "gate.min-memory-gain=0",
)

with DAG(
    dag_id="paretune_poc",
    description="What a memory budget costs a model: memory, latency, accuracy",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    doc_md=__doc__,
    user_defined_macros={"study_name": study_name},
    tags=["paretune"],
    params={
        "model": path(str(HOME / "conf/demo/model"), "The model: a Hugging Face directory"),
        "samples": path(str(HOME / "conf/demo/samples.parquet"), "The benchmark: a Parquet file of questions"),
        "benchmark": Param("demo", type="string", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", description="The benchmark's name in the tables"),
        "budget": memory("12 MB", "Memory that weights and KV cache may take together, such as 9.5 GB"),
        "workload": Param("16x128", type="string", pattern=r"^[0-9]+x[0-9]+$", description="Requests held at once x tokens of each"),
        "trials": Param(50, type="integer", minimum=1, maximum=1_000_000, description="Candidates to try"),
        "study": Param("poc", type="string", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$", description="Begins the study's name; a question asked again goes on with its study"),
        "warehouse": path(str(HOME / "runs/warehouse"), "Where the tables live"),
        "reports": path((HOME / "runs/reports").as_uri(), "Directory or URI for the report"),
        **EXECUTORS,
    },
) as dag:
    chain(
        command("tune", *STUDY),
        command("confirm", *STUDY),
        command("measure", *STUDY),
        command("report", *STUDY, "--to", "{{ params.reports }}/{{ study_name(params) }}.html"),
    )
