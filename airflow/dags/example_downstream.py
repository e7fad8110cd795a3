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
        """Says whose frontiers are new, none if it was started by hand; put your deployment here."""
        events = triggering_asset_events.get(FRONTIER, [])
        for event in events:
            whose = event.extra
            print(f"new frontier of {whose['study']} of {whose['run_date']} in {whose['warehouse']}, by {event.source_dag_id}")
        return len(events)

    announce()
