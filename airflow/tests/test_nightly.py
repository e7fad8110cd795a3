"""The nightly DAG from end to end on the demo, with its search killed once on the way."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

STUDY = "night"
KILL_AFTER_COMMITS = 4  # to the table of trials: the search is well under way, and not over
LIMIT_SECONDS = 25 * 60


def drivers(command: str) -> list[psutil.Process]:
    """The Spark drivers that run a command of Paretune for this test's study."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "org.apache.spark.deploy.SparkSubmit" in words and command in words and f"study.name={STUDY}" in words:
            found.append(process)
    return found


def kill_once(command: str, warehouse: Path, killed: threading.Event, over: threading.Event) -> None:
    """Kills a command's driver when its search is under way, as a machine that fails would."""
    log = warehouse / "trials" / "_delta_log"
    while not over.is_set():
        running = drivers(command)
        if running and log.is_dir() and len(list(log.glob("*.json"))) > KILL_AFTER_COMMITS:
            for process in running:
                process.send_signal(signal.SIGKILL)
            killed.set()
            return
        time.sleep(0.1)


def test_a_killed_search_is_retried_and_the_night_ends(tmp_path):
    warehouse = Path(os.environ.get("PARETUNE_TEST_WAREHOUSE", tmp_path / "warehouse"))
    config = Path(os.environ["PARETUNE_TEST_STUDY"])
    conf = {
        "config": str(config),
        "warehouse": str(warehouse),
        "study": STUDY,
        "trials": 4,
        "reports": (tmp_path / "reports").as_uri(),
        "executor_memory": "1g",
        "executor_cores": 2,
    }
    killed, over = threading.Event(), threading.Event()
    watcher = threading.Thread(target=kill_once, args=("retune", warehouse, killed, over))
    watcher.start()
    try:
        run = subprocess.run(
            [str(Path(sys.executable).parent / "airflow"), "dags", "test", "paretune_nightly", "2026-11-22", "-c", json.dumps(conf)],
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
    finally:
        over.set()
        watcher.join()
    said = run.stdout + run.stderr
    assert run.returncode == 0, said[-4000:]
    assert killed.is_set(), "the search was over before it could be killed"
    assert "Night of 2026-11-22: 0 points of the earlier frontier scored again, 4 candidates tried" in said
    assert said.count("DagRun Finished") >= 1 and "state=success" in said, said[-3000:]
    report = (tmp_path / "reports" / f"{STUDY}.html").read_text()
    assert "What to take" in report
