"""How long `paretune ask-tell` takes to answer an ask for eight trials of 96 variables, as its user sees it.

    python3 ask_latency.py --command "./paretune ask-tell"

Nothing to install. A study of 48 layers (search_objectives.compression) asks in eights up to 500 trials and forty times
more; each trial is told before the next ask. Milliseconds from writing a line to having its answer, after 500 trials
and before, of asks and of tells; and, on Linux, of processor time that the process spent meanwhile, in all its threads.
A machine that does other work adds to the former and, by cold caches, a little to the latter.
"""

import argparse
import json
import math
import random
import subprocess
import tempfile
import time
from pathlib import Path

import search_objectives

BATCH, TRIALS, MORE = 8, 500, 40


def processor_ms(process):
    """What the process's living threads have used so far; 0 where the system does not tell."""
    threads = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    return sum(int(t.read_text().split()[0]) for t in threads) / 1e6


def timed(process, request):
    """The answer, and milliseconds by the clock and of the processor."""
    line = json.dumps(request) + "\n"
    used = processor_ms(process)
    started = time.perf_counter()
    process.stdin.write(line)
    process.stdin.flush()
    answer = process.stdout.readline()
    seconds = time.perf_counter() - started
    answer = json.loads(answer)
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer, (1000 * seconds, processor_ms(process) - used)


def shown(what, times):
    for kind, values in zip(("", ", processor time"), map(sorted, zip(*times))):
        p95 = values[min(len(values) - 1, math.ceil(0.95 * len(values)) - 1)]
        print(f"{what}{kind}: median {values[len(values) // 2]:.1f} ms, p95 {p95:.1f}, most {values[-1]:.1f} of {len(values)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", default="./paretune ask-tell")
    parser.add_argument("--sampler", default="tpe-guided")
    parser.add_argument("--pause", type=float, default=0, help="seconds that a batch takes to evaluate")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    search_objectives.best_volume = lambda *_: 1.0  # no quality is asked for, and this one takes a while
    objective = search_objectives.compression("early", args.seed, layers=48)
    rng = random.Random(args.seed)
    asks, tells = {False: [], True: []}, {False: [], True: []}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as space:
        json.dump(objective.space, space)
        space.flush()
        command = [*args.command.split(), "--space", space.name, "--seed", str(args.seed), "--sampler", args.sampler]
        started = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        told = 0
        while told < TRIALS + BATCH * MORE:
            answer, ms = timed(process, {"op": "ask", "n": BATCH})
            if told == 0:
                print(f"first answer {time.perf_counter() - started:.2f} s after the start")
            asks[told >= TRIALS].append(ms)
            time.sleep(args.pause)
            for trial in answer["trials"]:
                score = objective.measure(trial["params"], rng)[1]
                request = {"op": "tell", "id": trial["id"], "values": {"score": score}, "samples": objective.samples}
                tells[told >= TRIALS].append(timed(process, request)[1])
                told += 1
        process.stdin.close()
        process.wait(timeout=30)
    for late, name in ((False, f"up to {TRIALS} trials"), (True, f"beyond {TRIALS} trials")):
        shown(f"ask of {BATCH}, {name}", asks[late])
        shown(f"tell, {name}", tells[late])


if __name__ == "__main__":
    main()
