"""The DAGs as Airflow reads them: no import error, one command a task, checked parameters."""

from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.providers.apache.spark.hooks.spark_submit import SparkSubmitHook
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import RetryAction
from airflow.sdk.exceptions import ParamValidationError
from airflow.secrets.local_filesystem import load_connections_dict
from paretune_tasks import BUILD, DEFAULT_ARGS, FRONTIER, PROMOTED

COMMANDS = {
    "paretune_nightly": ["ingest", "encode", "calibrate", "retune", "confirm", "measure", "frontier", "export", "report"],
    "paretune_poc": ["tune", "confirm", "measure", "report"],
}


@pytest.fixture(scope="session")
def bag() -> DagBag:
    return DagBag()


def test_every_dag_is_imported(bag):
    assert bag.import_errors == {}
    assert set(bag.dags) == {*COMMANDS, "example_on_new_frontier"}


@pytest.mark.parametrize("dag_id", COMMANDS)
def test_each_task_is_one_command_in_its_order(bag, dag_id):
    dag = bag.dags[dag_id]
    assert [task.task_id for task in dag.topological_sort()] == COMMANDS[dag_id]
    for task in dag.tasks:
        assert isinstance(task, SparkSubmitOperator)
        assert task.application_args[0] == task.task_id
        assert task.application.removeprefix("local:") == str(BUILD / "paretune.jar")
        assert task.jars, "the build's libraries go along"
        assert task.retries == DEFAULT_ARGS["retries"]
        assert task.retry_policy is DEFAULT_ARGS["retry_policy"]
        assert task.execution_timeout is not None
    assert dag.max_active_runs == 1
    assert not dag.catchup


def test_the_file_of_connections_is_what_airflow_imports_and_names_the_master(monkeypatch):
    connections = load_connections_dict(str(Path(__file__).parents[1] / "connections.json"))
    assert set(connections) == {"paretune_spark"}
    monkeypatch.setenv("AIRFLOW_CONN_PARETUNE_SPARK", connections["paretune_spark"].as_json())
    resolved = SparkSubmitHook(conn_id="paretune_spark")._resolve_connection()
    assert resolved["master"] == "spark://127.0.0.1:7077"
    assert resolved["deploy_mode"] == "client"
    assert resolved["spark_binary"] == "spark-submit"


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ("Cannot execute: spark-submit --name x. Error code is: 2.", RetryAction.FAIL),
        ("Cannot execute: spark-submit --name x. Error code is: 1.", RetryAction.DEFAULT),
        ("Cannot execute: spark-submit --name x. Error code is: 21.", RetryAction.DEFAULT),
        ("Cannot execute: spark-submit --name x. Error code is: -9.", RetryAction.DEFAULT),
    ],
)
def test_only_what_paretune_refuses_is_not_tried_again(said, action):
    decision = DEFAULT_ARGS["retry_policy"].evaluate(RuntimeError(said), try_number=1, max_tries=3)
    assert decision.action is action


def test_the_nightly_frontier_is_an_asset_that_others_start_from(bag):
    assert bag.dags["paretune_nightly"].get_task("frontier").outlets == [FRONTIER]
    assert bag.dags["paretune_nightly"].get_task("export").outlets == [PROMOTED]
    condition = bag.dags["example_on_new_frontier"].timetable.asset_condition
    assert [asset.uri for asset in condition.objects] == [FRONTIER.uri]


@pytest.mark.parametrize("dag_id", COMMANDS)
def test_every_parameter_is_explained_and_its_default_is_valid(bag, dag_id):
    params = bag.dags[dag_id].params
    for name in params:
        assert params.get_param(name).description, name
        assert params.get_param(name).resolve() == params.get_param(name).value


@pytest.mark.parametrize(
    ("dag_id", "name", "value"),
    [
        ("paretune_nightly", "trials", -1),
        ("paretune_nightly", "trials", "many"),
        ("paretune_nightly", "study", "a/b"),
        ("paretune_nightly", "config", "studies/demo.conf"),
        ("paretune_nightly", "executor_memory", "8 gigabytes"),
        ("paretune_poc", "budget", "12"),
        ("paretune_poc", "budget", "big"),
        ("paretune_poc", "workload", "16"),
        ("paretune_poc", "trials", 0),
    ],
)
def test_wrong_parameters_are_refused(bag, dag_id, name, value):
    with pytest.raises(ParamValidationError):
        bag.dags[dag_id].params.get_param(name).resolve(value)


@pytest.mark.parametrize("value", ["12 MB", "9.5 GB", "80 GiB", "700m"])
def test_sizes_are_taken_as_paretune_writes_them(bag, value):
    assert bag.dags["paretune_poc"].params.get_param("budget").resolve(value) == value


def poc(bag, **params) -> dict[str, list[str]]:
    """The command line of each task of a PoC with these parameters."""
    dag = bag.dags["paretune_poc"]
    asked = {"params": {**dag.params.dump(), **params}}
    return {task.task_id: task.render_template(task.application_args, asked, dag.get_template_env()) for task in dag.tasks}


def study_of(words: list[str]) -> str:
    return next(word for word in words if word.startswith("study.name=")).removeprefix("study.name=")


def test_all_tasks_and_tries_of_a_poc_go_on_with_one_study(bag):
    first, again = poc(bag, budget="12 MB"), poc(bag, budget="12MB", trials=500, executor_cores=2)
    name = study_of(first["tune"])
    assert name.startswith("poc-12MB-")
    assert {study_of(words) for words in [*first.values(), *again.values()]} == {name}
    assert first["report"][-1].endswith(f"/{name}.html")


@pytest.mark.parametrize(
    ("name", "value"),
    [("budget", "20 MB"), ("model", "/models/other"), ("workload", "1x128"), ("samples", "/data/other.parquet"), ("benchmark", "other"), ("study", "mine")],
)
def test_a_poc_that_asks_otherwise_is_another_study(bag, name, value):
    asked = poc(bag, **{name: value})
    assert study_of(asked["tune"]) != study_of(poc(bag)["tune"])
    assert len({study_of(words) for words in asked.values()}) == 1
