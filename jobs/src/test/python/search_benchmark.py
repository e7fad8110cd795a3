"""Compares `paretune ask-tell` with what a user could take instead, on the same analytic objectives.

Makes its own virtual environment from search_benchmark.requirements.txt beside the results:

    python3 search_benchmark.py --command "./paretune ask-tell" --out DIR

Every run is a line of DIR/runs.jsonl as soon as it is done; the same command goes on with those that are missing,
and --again NAMES runs those samplers anew. DIR/results.md: for each objective, batch and sampler the median over the
seeds, with the quartiles, after 20, 50, 100 and 200 trials, and how many trials it took to pass the uniform sweep's
last median (the second number: the seeds that did). Quality is the hypervolume of the noise-free values of what was
tried, as a share of the best known, or for one objective the least value. `chosen` is the same of those trials alone
that look best by what was told: what a user without the truth would keep.
"""

import argparse
import json
import math
import os
import random
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path

from search_objectives import feasible, objectives

BUDGETS = [20, 50, 100, 200]
EVERY = 5  # trials between two points of a run's curve
REQUIREMENTS = Path(__file__).with_suffix(".requirements.txt")


def in_own_environment(directory):
    """Restarts this script inside a virtual environment that has the peers."""
    python = directory / "venv" / "bin" / "python"
    if not python.exists():
        venv.create(directory / "venv", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", REQUIREMENTS], check=True)
    if Path(sys.prefix) != (directory / "venv").resolve():
        os.execv(python, [str(python), *sys.argv])


def chosen(told):
    """Of (losses as told, true losses), the truth of those that no other beats by what was told."""
    return [
        truth
        for losses, truth in told
        if not any(all(a <= b for a, b in zip(o, losses)) and o != losses for o, _ in told)
    ]


def run(searcher, objective, seed, batch):
    """The quality after every few trials, of all that was tried and of what looks best, and milliseconds an ask."""
    rng = random.Random(seed * 7919)
    told, curve, seconds, asks = [], {}, 0.0, 0
    done = 0
    try:
        while done < BUDGETS[-1]:
            started = time.perf_counter()
            asked = searcher.ask(min(batch, BUDGETS[-1] - done))
            seconds += time.perf_counter() - started
            asks += 1
            for handle, params in asked:
                values = objective.measure(params, rng)
                searcher.tell(handle, params, values)
                if feasible(objective, params):
                    told.append((objective.losses(values), objective.losses(objective.truth(params))))
                done += 1
                if done % EVERY == 0:
                    tried = objective.quality([t for _, t in told]) if told else math.inf
                    kept = objective.quality(chosen(told)) if told else math.inf
                    curve[done] = [round(tried, 7), round(kept, 7)]
    finally:
        searcher.close()
    return {"curve": curve, "ask_ms": round(1000 * seconds / asks, 2)}


class Runs:
    """The runs done so far, in a file with a line for each."""

    def __init__(self, file):
        self.file, self.done = file, {}
        if file.exists():
            for line in file.read_text().splitlines():
                run = json.loads(line)
                self.done[self.key(run)] = run

    @staticmethod
    def key(run):
        return run["objective"], run["batch"], run["sampler"], run["seed"]

    def forget(self, samplers):
        self.done = {k: r for k, r in self.done.items() if k[2] not in samplers}
        self.file.write_text("".join(json.dumps(r) + "\n" for r in self.done.values()))

    def add(self, run):
        self.done[self.key(run)] = run
        with self.file.open("a") as f:
            f.write(json.dumps(run) + "\n")

    def grouped(self):
        groups = {}
        for run in self.done.values():
            groups.setdefault(self.key(run)[:3], []).append(run)
        return groups


def at(run, budget, which=0):
    return run["curve"][budget if budget in run["curve"] else str(budget)][which]


def passing(runs, level):
    """The median number of trials after which a run is above a level, and how many runs ever are."""
    firsts = []
    for run in runs:
        counts = [int(n) for n, q in run["curve"].items() if q[0] > level]
        firsts.append(min(counts, default=math.inf))
    passed = sum(f < math.inf for f in firsts)
    median = statistics.median(firsts)
    return f"{median:.0f} ({passed})" if median < math.inf else f"never ({passed})"


def table(groups):
    heads = ["objective", "batch", "sampler", *BUDGETS, f"chosen {BUDGETS[-1]}", "passes sweep", "seeds", "ms an ask"]
    lines = ["| " + " | ".join(map(str, heads)) + " |", "|" + "---|" * len(heads)]
    for (objective, batch, sampler), runs in groups.items():
        cells = []
        for budget, which in [(b, 0) for b in BUDGETS] + [(BUDGETS[-1], 1)]:
            values = sorted(at(r, budget, which) for r in runs)
            low, high = values[len(values) // 4], values[-1 - len(values) // 4]
            cells.append(f"{statistics.median(values):.4g} ({low:.4g}–{high:.4g})")
        sweep = groups.get((objective, batch, "uniform sweep"))
        level = statistics.median(at(r, BUDGETS[-1]) for r in sweep) if sweep else None
        cells.append(passing(runs, level) if sweep else "")
        cells.append(str(len(runs)))
        cells.append(f"{statistics.median(r['ask_ms'] for r in runs):.1f}")
        lines.append(f"| {objective} | {batch} | {sampler} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", default="./paretune ask-tell", help="what speaks the ask-tell protocol")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--batches", default="1,8")
    parser.add_argument("--objectives", default="", help="names, by comma; all if left out")
    parser.add_argument("--samplers", default="", help="names, by comma; all if left out")
    parser.add_argument("--again", default="", help="names of samplers whose runs so far are dropped")
    parser.add_argument("--no-venv", action="store_true", help="the peers are installed already")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if not args.no_venv:
        in_own_environment(args.out)
    from search_peers import searchers

    runs = Runs(args.out / "runs.jsonl")
    runs.forget([n for n in args.again.split(",") if n])
    for batch in map(int, args.batches.split(",")):
        for objective in objectives([n for n in args.objectives.split(",") if n]):
            for name, make in searchers(objective, args.command.split()).items():
                if args.samplers and name not in args.samplers.split(","):
                    continue
                for seed in range(1, args.seeds + 1):
                    if (objective.name, batch, name, seed) in runs.done:
                        continue
                    one = run(make(seed), objective, seed, batch)
                    runs.add({"objective": objective.name, "batch": batch, "sampler": name, "seed": seed} | one)
                groups = runs.grouped()
                print(table({k: v for k, v in groups.items() if k == (objective.name, batch, name)}).splitlines()[-1],
                      file=sys.stderr, flush=True)
                (args.out / "results.md").write_text(table(groups))


if __name__ == "__main__":
    main()
