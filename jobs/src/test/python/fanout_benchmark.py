"""The work of FanoutBenchmark under other tools: how long each takes, and what share of its slots' time is work.

Packages: hyperopt==0.3.0 pyspark==4.1.0 optuna==5.0.0 setuptools

  python fanout_benchmark.py DURATIONS.json SLOTS…

DURATIONS.json holds milliseconds by trial and shard, as FanoutBenchmark wrote them. A trial of these tools is one task:
it takes the sum of its shards. Samplers are random, so that nothing but scheduling differs.
"""

import concurrent.futures
import json
import os
import sys
import time

durations = json.load(open(sys.argv[1]))
work = sum(map(sum, durations)) / 1e3


def simulate(trial):
    time.sleep(sum(durations[trial]) / 1e3)
    return 0.5


def report(tool, slots, seconds):
    idle = slots * seconds - work
    print(
        json.dumps(
            {
                "tool": tool,
                "slots": slots,
                "seconds": round(seconds, 3),
                "work_seconds": round(work, 3),
                "utilisation": round(work / (slots * seconds), 3),
                "idle_ms_per_trial": round(1e3 * idle / len(durations), 3),
            }
        ),
        flush=True,
    )


def optuna_with_processes(slots):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    with concurrent.futures.ProcessPoolExecutor(slots) as pool:
        list(pool.map(abs, range(slots)))  # processes are there before the clock starts
        started = time.time()
        running = {}
        asked = 0
        while asked < len(durations) or running:
            while asked < len(durations) and len(running) < slots:
                trial = study.ask()
                trial.suggest_float("p", 0, 1)
                running[pool.submit(simulate, asked)] = trial
                asked += 1
            done, _ = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                study.tell(running.pop(future), future.result())
        return time.time() - started


def hyperopt_on_spark(slots):
    import hyperopt
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable  # Spark's own choice is python3, wherever that leads
    spark = (
        SparkSession.builder.master(f"local[{slots}]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    spark.sparkContext.parallelize(range(slots), slots).map(abs).collect()  # Python workers are there
    trials = hyperopt.SparkTrials(parallelism=slots, spark_session=spark)
    started = time.time()
    hyperopt.fmin(
        lambda trial: simulate(int(trial)),
        # Each trial's duration once, in order of proposal.
        hyperopt.hp.randint("trial", len(durations)),
        algo=in_order,
        max_evals=len(durations),
        trials=trials,
        show_progressbar=False,
    )
    seconds = time.time() - started
    spark.stop()
    return seconds


def in_order(new_ids, domain, trials, seed):
    """An algorithm of hyperopt that gives trial i the value i."""
    docs = []
    for i in new_ids:
        docs += trials.new_trial_docs(
            [i],
            [None],
            [domain.new_result()],
            [{"tid": i, "cmd": domain.cmd, "idxs": {"trial": [i]}, "vals": {"trial": [i % len(durations)]}}],
        )
    return docs


for slots in map(int, sys.argv[2:]):
    report("optuna, process pool", slots, optuna_with_processes(slots))
    report("hyperopt SparkTrials", slots, hyperopt_on_spark(slots))
