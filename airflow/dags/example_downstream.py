"""An example of a DAG of your own: it starts whenever there is a new frontier."""

from airflow.sdk import DAG, task
from paretune_tasks import FRONTIER

with DAG(
    dag_id="example_on_new_frontier",
    description="Starts whenever Paretune has written a frontier",
    schedule=[FRONTIER],
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["paretune", "example"],
) as dag:

    @task(retries=1)
    def announce(triggering_asset_events=None) -> int:
        """Says which runs wrote the frontier, none if it was started by hand; put your deployment here."""
        events = triggering_asset_events.get(FRONTIER, [])
        for event in events:
            print(f"new frontier by {event.source_dag_id}, run {event.source_run_id}")
        return len(events)

    announce()
