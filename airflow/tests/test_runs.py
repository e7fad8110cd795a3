"""The DAGs from end to end on the demo's model: a night with its search killed on the way, what starts from it, and a PoC."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.jobs.job import Job
from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.sdk import DagRunState, TaskInstanceState
from airflow.sdk.definitions.dag import _run_task
from airflow.utils.session import create_session
from sqlalchemy import select

STUDY = "night"
KILL_AFTER_COMMITS = 5  # to the table of trials: some are complete, and more are ahead
LIMIT_SECONDS = 20 * 60
EXECUTORS = {"executor_memory": "1g", "executor_cores": 2}
WAREHOUSE = Path(os.environ["PARETUNE_TEST_WAREHOUSE"])


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("results")


def drivers(command: str) -> list[psutil.Process]:
    """The Spark drivers that run a command of Paretune for this test's study."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "org.apache.spark.deploy.SparkSubmit" in words and command in words and f"study.name={STUDY}" in words:
            found.append(process)
    return found


def kill_once(command: str, killed: threading.Event, over: threading.Event) -> None:
    """Kills a command's driver when trials of its search are complete, as a machine that fails would."""
    log = WAREHOUSE / "trials" / "_delta_log"
    while not over.is_set():
        running = drivers(command)
        if running and log.is_dir() and len(list(log.glob("*.json"))) > KILL_AFTER_COMMITS:
            for process in running:
                process.send_signal(signal.SIGKILL)
            killed.set()
            return
        time.sleep(0.1)


def dags_test(dag: str, day: str, **conf) -> str:
    """Runs a DAG as `airflow dags test` does; what it and its tasks said."""
    started = time.monotonic()
    finished = subprocess.run(
        [str(Path(sys.executable).parent / "airflow"), "dags", "test", dag, day, "-c", json.dumps({**EXECUTORS, **conf})],
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    said = finished.stdout + finished.stderr
    print(f"{dag} {day}: {time.monotonic() - started:.0f} s")
    return said


def run(dag: str, day: str, **conf) -> str:
    """The same of a DAG that must succeed."""
    said = dags_test(dag, day, **conf)
    assert "state=success" in said, said[-6000:]
    return said


def night(day: str, trials: int, results: Path) -> str:
    return run(
        "paretune_nightly",
        day,
        config=os.environ["PARETUNE_TEST_STUDY"],
        warehouse=str(WAREHOUSE),
        study=STUDY,
        trials=trials,
        exports=(results / "exports").as_uri(),
        reports=(results / "reports").as_uri(),
    )


def test_a_killed_search_is_retried_and_the_night_ends(results):
    killed, over = threading.Event(), threading.Event()
    watcher = threading.Thread(target=kill_once, args=("retune", killed, over))
    watcher.start()
    try:
        said = night("2026-01-22", 4, results)
    finally:
        over.set()
        watcher.join()
    assert killed.is_set(), "the search was over before it could be killed"
    assert "Night of 2026-01-22: 0 points of the earlier frontier scored again, 4 candidates tried" in said
    assert "What to take" in (results / "reports" / f"{STUDY}.html").read_text()
    listed = json.loads((results / "exports" / STUDY / "promoted.json").read_text())
    assert listed["run_date"] == "2026-01-22"
    assert listed["promoted"], "the limits are wide enough for a point"
    for point in listed["promoted"]:
        assert (results / "exports" / STUDY / point["directory"] / "config.json").is_file()


def test_what_paretune_refuses_fails_at_once(tmp_path):
    study = tmp_path / "wrong.conf"
    study.write_text(Path(os.environ["PARETUNE_TEST_STUDY"]).read_text() + "\nstudy.trails = 4\n")
    said = dags_test("paretune_nightly", "2026-01-24", config=str(study), warehouse=str(WAREHOUSE), study=STUDY)
    assert "state=failed" in said, said[-6000:]
    assert "Paretune refused its input (exit status 2)" in said
    assert said.count("Spark-Submit cmd:") == 1, "one try"


def test_a_dag_of_others_starts_from_the_frontier_of_the_night(capfd):
    """The night wrote the asset; what the scheduler does then is done here, since none runs."""
    dag = DagBag().dags["example_on_new_frontier"]
    with create_session() as session:
        waiting = DagModel.get_current(dag.dag_id, session=session)
        SchedulerJobRunner(Job())._create_dag_runs_asset_triggered(dag_models=[waiting], session=session)
        [started] = session.scalars(select(DagRun).where(DagRun.dag_id == dag.dag_id))
        [event] = started.consumed_asset_events
        assert event.source_dag_id == "paretune_nightly"
        assert event.extra == {"study": STUDY, "warehouse": str(WAREHOUSE), "run_date": "2026-01-22"}
        started.state = DagRunState.RUNNING
        session.commit()
        [announce] = started.get_task_instances(session=session)
        announce.try_number = 1
        _run_task(ti=announce, task=dag.get_task(announce.task_id))
        assert announce.state == TaskInstanceState.SUCCESS
    assert f"new frontier of {STUDY} of 2026-01-22 in {WAREHOUSE}, by paretune_nightly" in capfd.readouterr().out


def test_a_poc_tells_memory_latency_and_accuracy(results, monkeypatch):
    # The night was the cluster's; without executors to start this takes half as long.
    monkeypatch.setenv("AIRFLOW_CONN_PARETUNE_SPARK", json.dumps({"conn_type": "spark", "host": "local[2]", "extra": {"deploy-mode": "client"}}))
    said = run(
        "paretune_poc",
        "2026-01-23",
        samples=os.environ["PARETUNE_TEST_SAMPLES"],
        warehouse=str(WAREHOUSE),
        budget="15 MB",
        trials=1,
        reports=(results / "reports").as_uri(),
    )
    line = next(line for line in said.splitlines() if "Within 15.00 MB: trial" in line)
    assert "of memory" in line
    assert "s to the first token of 1 request of 32 text tokens on" in line
    assert "on held-out questions (dense:" in line
    assert len(list((results / "reports").glob("poc-15MB-*.html"))) == 1, "the report of the study of this budget"
