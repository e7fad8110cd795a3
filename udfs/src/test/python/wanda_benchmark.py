"""Wanda beside its published algorithm in torch, one thread each, in milliseconds of processor time.

    python wanda_benchmark.py --classpath CLASSPATH         (pip: torch==2.7.1)

CLASSPATH holds the classes and test classes of udfs (after `./mvnw -DskipTests package`:
`./mvnw -pl udfs dependency:build-classpath`). The published code's steps for a matrix (arXiv 2306.11695):
abs(W) * sqrt(scaler_row), a stable sort of each row, a mask of the first int(columns * ratio), and writing zeros. Here the
weights are restored first, since they are pruned again and again; restoring is not timed. Ours is one ratio from the
weights, and each further ratio from the level index, whose building is its own column. Processor time, not the clock: the
machine may be shared.
"""

import argparse
import json
import statistics
import subprocess
import time

import torch

LAYER = "192x192,96x192,96x192,192x192,512x192,512x192,192x512"
SETS = {"demo model": ",".join([LAYER] * 8), "4096x11008": "4096x11008"}
RATIOS = [0.3, 0.5, 0.6, 0.7]


def published(weight, scaler_row, ratio):
    metric = torch.abs(weight) * torch.sqrt(scaler_row.reshape((1, -1)))
    mask = torch.zeros_like(metric) == 1
    order = torch.sort(metric, dim=-1, stable=True)
    mask.scatter_(1, order[1][:, : int(metric.shape[1] * ratio)], True)
    weight[mask] = 0


def torch_milliseconds(shapes):
    generator = torch.Generator().manual_seed(1)
    matrices = []
    for shape in shapes.split(","):
        rows, columns = map(int, shape.split("x"))
        dense = torch.randn(rows, columns, generator=generator) * 0.05
        matrices.append((dense, dense.clone(), torch.rand(columns, generator=generator)))
    times = []
    for ratio in RATIOS * 2:
        spent = 0
        for dense, weight, scaler_row in matrices:
            weight.copy_(dense)
            started = time.process_time()
            published(weight, scaler_row, ratio)
            spent += time.process_time() - started
        times.append(1000 * spent)
    return statistics.median(times[1:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classpath", required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    theirs = {name: torch_milliseconds(shapes) for name, shapes in SETS.items()}
    lines = subprocess.run(
        ["java", "-Xmx3g", "-cp", arguments.classpath, "io.paretune.udfs.prune.WandaBenchmark"]
        + [f"{name}={shapes}" for name, shapes in SETS.items()],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    print("| set | torch, a ratio | ours, one ratio | index | each further ratio |")
    print("|---|---|---|---|---|")
    for line in lines:
        ours = json.loads(line)
        torch_ms = theirs[ours["set"]]
        print(
            f"| {ours['set']} | {torch_ms:.1f} ms | {ours['one_ratio_ms']:.1f} ms ({torch_ms / ours['one_ratio_ms']:.1f}×) "
            f"| {ours['index_ms']:.1f} ms | {ours['further_ms']:.2f} ms ({torch_ms / ours['further_ms']:.0f}×) |"
        )


if __name__ == "__main__":
    main()
