"""Questions per second of `./paretune evaluate` beside a plain `transformers` loop, on one machine.

Runs reference_evaluate.py (at several batch sizes; the best counts) and `./paretune evaluate` in turn, for the dense
model and for one profile, and prints a Markdown table. Both count image decoding, encoding and the profile switch,
neither counts loading, calibration or start. Paretune must be built. How far that is from what the machine's matrix
products allow, EvaluateBenchmark (package io.paretune.udfs.evaluate) measures.

  python evaluate_benchmark.py [--python PYTHON] [--rounds 3] [--threads 2] [--batch 8,16,32,64] [--limit N]

Without --python it makes its own virtual environment (under target/) with the packages below.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import venv

PACKAGES = ["torch==2.7.1", "torchvision==0.22.1", "transformers==5.23.0", "pillow", "pyarrow"]
HERE = pathlib.Path(__file__).resolve().parent
HOME = HERE.parents[3]
DEMO = HOME / "conf" / "demo"
PROFILE = {
    "criterion": "wanda",
    "layers": [
        {"layer": i, "pruning_ratio": r, "key_bits": 4, "value_bits": 4}
        for i, r in enumerate([0.3, 0.5, 0.6, 0.5, 0.4, 0.6, 0.6, 0.6])
    ],
}


def environment():
    """A virtual environment of this script's own, made once."""
    path = HOME / "target" / "evaluate-benchmark"
    python = path / "bin" / "python"
    if not python.exists():
        venv.create(path, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return str(python)


def last_json(command, **options):
    """The last line of what the command prints, as JSON; a failure shows what it said."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nfailed with {done.returncode}:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def agreement(ours, theirs):
    """Share of questions with the same prediction; both files answer the same ones."""
    answers = [{}, {}]
    for of, file in zip(answers, (ours, theirs)):
        for line in open(file):
            answer = json.loads(line)
            of[answer["sample_id"]] = answer["prediction"]
    if answers[0].keys() < answers[1].keys() or not answers[1]:
        sys.exit(f"{ours} lacks questions of {theirs}")
    return sum(answers[0][i] == p for i, p in answers[1].items()) / len(answers[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", help="an interpreter that has the packages: " + " ".join(PACKAGES))
    parser.add_argument("--paretune", default=str(HOME / "paretune"), help="the launcher")
    parser.add_argument("--model", default=str(DEMO / "model"))
    parser.add_argument("--samples", default=str(DEMO / "samples.parquet"))
    parser.add_argument("--split", default="test")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--batch", default="8,16,32,64", help="batch sizes of transformers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=int, default=0, help="transformers answers only so many questions; 0: all")
    args = parser.parse_args()
    python = args.python or environment()
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        profile = pathlib.Path(scratch, "profile.json")
        profile.write_text(json.dumps(PROFILE))
        where = ["--model", args.model, "--samples", args.samples, "--split", args.split]
        for name, theirs, ours in [
            ("dense", [], ["--dense"]),
            ("pruned, 4 bits", ["--profile", profile], ["--profile", profile]),
        ]:
            speeds, ratios, same = [], [], []
            for _ in range(args.rounds):
                reference, own = pathlib.Path(scratch, "ref.jsonl"), pathlib.Path(scratch, "own.jsonl")
                load = os.getloadavg()[0]
                r = last_json(
                    [python, HERE / "reference_evaluate.py", *where, *theirs, "--out", reference]
                    + ["--batch", args.batch, "--threads", str(args.threads), "--limit", str(args.limit)]
                )
                o = last_json(
                    [args.paretune, "--master", f"local[{args.threads}]", "evaluate", *where, *ours, "--out", own]
                )
                speeds.append((r["questions_per_second"], o["questions_per_second"]))
                ratios.append(o["questions_per_second"] / r["questions_per_second"])
                same.append(agreement(own, reference))
                print(
                    f"{name}: transformers {speeds[-1][0]:.1f} (batch {r['best_batch']}), paretune {speeds[-1][1]:.1f}"
                    f" questions/s, {ratios[-1]:.2f}×, load {load:.1f} → {os.getloadavg()[0]:.1f}",
                    file=sys.stderr,
                    flush=True,
                )
            middle = [statistics.median(s[k] for s in speeds) for k in (0, 1)]
            rows.append((name, *middle, statistics.median(ratios), min(same)))
    print(f"Medians of {args.rounds} rounds on {args.threads} threads, split {args.split}; questions a second.\n")
    print("| model | transformers, best batch | paretune | ratio | same predictions |")
    print("|---|---|---|---|---|")
    for name, reference, own, ratio, same in rows:
        print(f"| {name} | {reference:.1f} | {own:.1f} | {ratio:.2f}× | {same:.2%} |")


if __name__ == "__main__":
    main()
