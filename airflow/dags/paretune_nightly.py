"""Every night: take in what is new, search on from the last frontier, confirm, judge, export what may be served, report."""

from datetime import UTC, datetime

from airflow.sdk import DAG, Param
from airflow.sdk.bases.operator import chain
from paretune_tasks import DEFAULT_ARGS, EXECUTORS, FRONTIER, HOME, PROMOTED, RUN_DATE, command, path

# What the study's file says, and what a run may say otherwise.
STUDY = (
    "--config",
    "{{ params.config }}",
    "warehouse={{ params.warehouse }}",
    "study.name={{ params.study }}",
)

with DAG(
    dag_id="paretune_nightly",
    description="Re-tunes a model's compression every night and publishes the frontier",
    schedule="0 1 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    doc_md=__doc__,
    tags=["paretune"],
    params={
        "config": path(str(HOME / "conf/studies/demo.conf"), "The study's file: model, benchmark, space, gate"),
        "warehouse": path(str(HOME / "runs/warehouse"), "Where the tables live"),
        "study": Param("nightly", type="string", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", description="The study's name in the tables"),
        "trials": Param(20, type="integer", minimum=0, maximum=1_000_000, description="New candidates a night"),
        "exports": path((HOME / "runs/exports").as_uri(), "Directory or URI for the models that may be served"),
        "reports": path((HOME / "runs/reports").as_uri(), "Directory or URI for the reports"),
        **EXECUTORS,
    },
) as dag:
    chain(
        command("ingest", *STUDY),
        command("encode", *STUDY),
        command("calibrate", *STUDY),
        command("retune", *STUDY, "--date", RUN_DATE, "retune.trials={{ params.trials }}"),
        command("confirm", *STUDY),
        command("measure", *STUDY, "--for-gate"),
        command("frontier", *STUDY, outlets=[FRONTIER]),
        command("export", *STUDY, "--promoted", "--to", "{{ params.exports }}/{{ params.study }}", outlets=[PROMOTED]),
        command("report", *STUDY, "--to", "{{ params.reports }}/{{ params.study }}.html"),
    )
