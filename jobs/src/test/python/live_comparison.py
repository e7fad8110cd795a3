"""Compares searches on a real model at equal numbers of questions asked, by held-out questions.

    python3 live_comparison.py --evaluator "COMMAND" --command "./paretune ask-tell" --out DIR

COMMAND starts LiveEvaluator.java (its comment says how) on a study whose tables are filled, such as that of
`./paretune demo`. Every search proposes one profile at a time, each is asked all questions of the search split, and
the profiles of its frontier are then asked the held-out ones. Printed, as medians over the seeds: the hypervolume of
that frontier by the search's questions and by the held-out ones, as a share of the rectangle from (dense memory,
chance) to (0, 1), and how many profiles it has. Needs the packages of search_benchmark.requirements.txt. Every answer
is a line of DIR/answers.jsonl, so that the same command goes on where it was ended; a profile that several searches
propose is asked once.
"""

import argparse
import json
import shlex
import statistics
import subprocess
from pathlib import Path

from search_objectives import Objective, hypervolume
from search_peers import searchers

SEARCHES = "uniform sweep,random,optuna tpe,optuna tpe warm,optuna tpe multivariate,optuna nsga-ii,paretune tpe-guided"


class Evaluator:
    """One process that scores profiles, and what it has answered before."""

    def __init__(self, command, file):
        self.file, self.answers = file, {}
        if file.exists():
            for line in file.read_text().splitlines():
                known = json.loads(line)
                self.answers[self.key(known["split"], known["params"])] = known["answer"]
        self.process = subprocess.Popen(
            shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        first = self.process.stdout.readline()
        if not first:
            raise SystemExit("the evaluator ended before it said what is searched; its messages are above")
        self.study = json.loads(first)

    @staticmethod
    def key(split, params):
        return split, tuple(sorted(params.items()))

    def score(self, split, params):
        key = self.key(split, params)
        if key not in self.answers:
            self.process.stdin.write(json.dumps({"split": split, "params": params}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit("the evaluator ended; its messages are above, and the same command goes on")
            self.answers[key] = json.loads(line)
            with self.file.open("a") as f:
                f.write(json.dumps({"split": split, "params": params, "answer": self.answers[key]}) + "\n")
        return self.answers[key]

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)


def searched(searcher, evaluator, trials):
    """The profiles that a search tried, with their memory and score on its questions."""
    tried = []
    try:
        for _ in range(trials):
            for handle, params in searcher.ask(1):
                answer = evaluator.score("search", params)
                searcher.tell(handle, params, [answer["memory"], answer["score"]])
                tried.append((params, answer))
    finally:
        searcher.close()
    return tried


def frontier(tried):
    def beats(a, b):
        better = a["memory"] <= b["memory"] and a["score"] >= b["score"]
        return better and (a["memory"], a["score"]) != (b["memory"], b["score"])

    return [(p, a) for p, a in tried if not any(beats(b, a) for _, b in tried)]


def volume(answers, dense, chance):
    points = [[a["memory"], -a["score"]] for a in answers]
    return hypervolume(points, [dense, -chance]) / (dense * (1 - chance))


def shown(values):
    return f"{statistics.median(values):.4f} ({min(values):.4f}–{max(values):.4f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evaluator", required=True, help="starts LiveEvaluator")
    parser.add_argument("--command", default="./paretune ask-tell", help="what speaks the ask-tell protocol")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--searches", default=SEARCHES, help="names, by comma")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    evaluator = Evaluator(args.evaluator, args.out / "answers.jsonl")
    dense, chance = evaluator.study["dense"], evaluator.study["chance"]
    some_profile = {p["name"]: p["choices"][0] for p in evaluator.study["space"]["params"]}
    questions = evaluator.score("search", some_profile)["samples"]
    objective = Objective("live", evaluator.study["space"], None, samples=questions)
    results = {name: [] for name in args.searches.split(",")}
    for seed in range(1, args.seeds + 1):
        for name in results:
            make = searchers(objective, shlex.split(args.command))[name]
            found = frontier(searched(make(seed), evaluator, args.trials))
            held_out = [evaluator.score("held-out", p) for p, _ in found]
            results[name].append(
                (volume([a for _, a in found], dense, chance["search"]), volume(held_out, dense, chance["held-out"]), len(found))
            )
            print(name, seed, results[name][-1], flush=True)
    evaluator.close()
    print(f"\n{args.trials} trials of {questions} questions, {args.seeds} seeds: median (least–most)\n")
    print("| search | hypervolume, search's questions | hypervolume, held-out questions | profiles |")
    print("|---|---|---|---|")
    for name, runs in results.items():
        on_search, on_held_out, sizes = zip(*runs)
        print(f"| {name} | {shown(on_search)} | {shown(on_held_out)} | {statistics.median(sizes):g} |")


if __name__ == "__main__":
    main()
