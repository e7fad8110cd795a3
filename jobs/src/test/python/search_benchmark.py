"""Compares `paretune ask-tell` with what a user could take instead, on the same analytic objectives.

Makes its own virtual environment (numpy, optuna, hyperopt from the package index) beside the results:

    python3 search_benchmark.py --command "./paretune ask-tell" --out DIR

Writes results.json and
results.md: for each objective, batch and sampler the median over the seeds, with the quartiles, after 20, 50, 100
and 200 trials. Quality is the hypervolume of the noise-free values of what was tried, as a share of the best known,
or for one objective the least value.
"""

import argparse
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

PACKAGES = ["numpy", "optuna", "hyperopt", "setuptools<81"]
BUDGETS = [20, 50, 100, 200]


def in_own_environment(directory):
    """Restarts this script inside a virtual environment that has the peers."""
    python = directory / "venv" / "bin" / "python"
    if not python.exists():
        venv.create(directory / "venv", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    if Path(sys.prefix) != (directory / "venv").resolve():
        os.execv(python, [str(python), *sys.argv])


class Objective:
    """A search space (ask-tell JSON), its noise-free values and how trials are measured."""

    def __init__(self, name, space, truth, reference=None, samples=0):
        self.name, self.space, self.truth, self.reference, self.samples = name, space, truth, reference, samples
        self.directions = [o["direction"] for o in space["objectives"]]
        self.best = None

    def losses(self, values):
        return [v if d == "minimize" else -v for v, d in zip(values, self.directions)]

    def measure(self, params, rng):
        """What a trial reports: the truth, or the mean of `samples` right-or-wrong answers."""
        values = list(self.truth(params))
        if self.samples:
            for i, o in enumerate(self.space["objectives"]):
                if "known" not in o:
                    p = min(1, max(0, values[i]))
                    values[i] = sum(rng.random() < p for _ in range(self.samples)) / self.samples
        return values

    def quality(self, losses):
        if self.reference is None:
            return min(l[0] for l in losses)
        volume = hypervolume(losses, self.reference)
        return volume / self.best if self.best else volume


def hypervolume(points, reference):
    """Exact, any number of objectives, by slicing along the last one."""
    points = [p for p in points if all(a < b for a, b in zip(p, reference))]
    if not points:
        return 0.0
    if len(reference) == 1:
        return reference[0] - min(p[0] for p in points)
    if len(reference) == 2:
        volume, low = 0.0, reference[1]
        for x, y in sorted(points):
            if y < low:
                volume += (reference[0] - x) * (low - y)
                low = y
        return volume
    points.sort(key=lambda p: p[-1])
    volume = 0.0
    for i, p in enumerate(points):
        top = points[i + 1][-1] if i + 1 < len(points) else reference[-1]
        if top > p[-1]:
            volume += (top - p[-1]) * hypervolume([q[:-1] for q in points[: i + 1]], reference[:-1])
    return volume


RATIOS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
BITS = [16, 8, 6, 4, 3, 2]


def compression(shape, seed, layers=24, samples=1000, kinds=True):
    """Layers of (ratio, bits) with neighbours that interact; three shapes of sensitivity and of fall."""
    rng = random.Random(f"{shape}{seed}")
    trend = {
        "early": lambda d: 0.3 + 3 * math.exp(-6 * d),
        "ends": lambda d: 0.3 + 2 * math.exp(-8 * d) + 1.5 * math.exp(-8 * (1 - d)),
        "rough": lambda d: 0.5,
    }[shape]
    rough = 1.0 if shape == "rough" else 0.5
    depth = [l / (layers - 1) for l in range(layers)]
    prune = [trend(d) * math.exp(rough * rng.gauss(0, 1)) for d in depth]
    quant = [trend(d) * math.exp(rough * rng.gauss(0, 1)) for d in depth]
    prune, quant = [[v / sum(vs) for v in vs] for vs in (prune, quant)]
    couple = [0.6 * rng.gauss(0, 1) for _ in depth]
    power = 3.5 if shape == "ends" else 2.5

    def damage(l, r, b):
        return 3.2 * prune[l] * r**power + 2.4 * quant[l] * 2 ** (-(b - 2) / 1.3)

    def score(own):
        total = sum(own) + sum(couple[l] * math.sqrt(own[l] * own[l - 1]) for l in range(1, layers))
        lost = max(0.0, total)
        kept = {
            "early": lambda: math.exp(-1.5 * lost),
            "ends": lambda: 1.02 / (1 + math.exp(5 * (lost - 0.8))),
            "rough": lambda: 1 / (1 + 2 * lost * lost),
        }[shape]()
        return 0.25 + 0.67 * min(1, kept)

    def memory(params):
        return 1e9 + sum(4e8 * (1 - params[f"l{l}.ratio"]) + 2.5e7 * params[f"l{l}.bits"] for l in range(layers))

    def truth(params):
        return memory(params), score([damage(l, params[f"l{l}.ratio"], params[f"l{l}.bits"]) for l in range(layers)])

    terms, params = {}, []
    for l in range(layers):
        for kind, choices in (("ratio", RATIOS), ("bits", BITS)):
            p = {"name": f"l{l}.{kind}", "type": "ordinal", "choices": choices}
            params.append(p | ({"kind": kind, "position": depth[l]} if kinds else {}))
        terms[f"l{l}.ratio"] = [4e8 * (1 - r) for r in RATIOS]
        terms[f"l{l}.bits"] = [2.5e7 * b for b in BITS]
    known = {"type": "additive", "constant": 1e9, "terms": terms}
    space = {
        "params": params,
        "objectives": [
            {"name": "memory", "direction": "minimize", "known": known},
            {"name": "score", "direction": "maximize"},
        ],
    }
    dense = 1e9 + layers * 8e8
    objective = Objective(f"compression-{shape}", space, truth, [dense, -0.25], samples)
    objective.best = best_volume(objective, layers, damage, score)
    return objective


def best_volume(objective, layers, damage, score):
    """Coordinate descent on weighted sums of the noise-free objectives, many weights."""
    found = []
    levels = [(r, b, 4e8 * (1 - r) + 2.5e7 * b) for r in RATIOS for b in BITS]
    own = [damage(l, *levels[0][:2]) for l in range(layers)]
    mem = [levels[0][2]] * layers
    for w in range(120):
        weight = math.exp(-6 + 10 * w / 119) / (layers * 8e8)
        moved = True
        while moved:
            moved = False
            for l in range(layers):
                kept, rest = (own[l], mem[l]), sum(mem) - mem[l]
                now = weight * (rest + mem[l]) - score(own)
                for r, b, m in levels:
                    own[l], mem[l] = damage(l, r, b), m
                    s = score(own)
                    found.append([1e9 + rest + m, -s])
                    if weight * (rest + m) - s < now - 1e-12:
                        now, kept, moved = weight * (rest + m) - s, (own[l], m), True
                own[l], mem[l] = kept
    return hypervolume(found, objective.reference)


def constrained(seed):
    """The paper's setting: 8 blocks of 7 matrices, 5 ratios each, a floor on their mean."""
    rng = random.Random(f"constrained{seed}")
    ratios, n = [0.45, 0.475, 0.5, 0.525, 0.55], 56
    slope = [math.exp(0.8 * rng.gauss(0, 1) - 0.25 * (i // 7)) for i in range(n)]
    bend = [0.5 * abs(rng.gauss(0, 1)) for _ in range(n)]
    couple = [0.3 * rng.gauss(0, 1) for _ in range(n)]

    def truth(params):
        t = [(params[f"b{i // 7}.p{i % 7}"] - 0.5) / 0.05 for i in range(n)]
        total = sum(slope[i] * (t[i] + bend[i] * t[i] ** 2) for i in range(n))
        total += sum(couple[i] * t[i] * t[i - 1] for i in range(1, n))
        return (7 * math.exp(0.01 * total),)

    names = [f"b{i // 7}.p{i % 7}" for i in range(n)]
    known = {"type": "additive", "constant": 0, "terms": {k: [r / n for r in ratios] for k in names}}
    space = {
        "params": [
            {"name": k, "type": "ordinal", "choices": ratios, "kind": k[-2:], "position": i // 7 / 7}
            for i, k in enumerate(names)
        ],
        "objectives": [{"name": "perplexity", "direction": "minimize"}],
        "constraints": [{"name": "sparsity", "min": 0.4951, "known": known}],
    }
    return Objective("constrained-56x5", space, truth)


def generic(name):
    """Standard test functions of ten variables; optima of the single-objective ones are moved off centre."""
    single = {
        "sphere": (-5, 5, lambda x: sum(v * v for v in x)),
        "rosenbrock": (-5, 10, lambda x: sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))),
        "ackley": (
            -32.768,
            32.768,
            lambda x: 20 + math.e - 20 * math.exp(-0.2 * math.sqrt(sum(v * v for v in x) / 10))
            - math.exp(sum(math.cos(2 * math.pi * v) for v in x) / 10),
        ),
        "styblinski-tang": (-5, 5, lambda x: sum(0.5 * (v**4 - 16 * v * v + 5 * v) for v in x)),
    }

    def zdt(which):
        def f(x):
            if which == 4:
                g = 91 + sum((10 * v - 5) ** 2 - 10 * math.cos(4 * math.pi * (10 * v - 5)) for v in x[1:])
            else:
                g = 1 + sum(x[1:])
            return x[0], g * (1 - ((x[0] / g) ** 2 if which == 2 else math.sqrt(x[0] / g)))

        return f

    def dtlz2(x):
        g = 1 + sum((v - 0.5) ** 2 for v in x[1:])
        return g * math.cos(x[0] * math.pi / 2), g * math.sin(x[0] * math.pi / 2)

    def wfg4(x):
        def t(v):
            c = abs(v - 0.35) / (2 * (math.floor(0.35 - v) + 0.35))
            return (1 + math.cos(122 * math.pi * (0.5 - c)) + 40 * c * c) / 42

        a = math.pi / 2 * (t(x[0]) + t(x[1])) / 2
        d = sum(map(t, x[2:])) / 8
        return d + 2 * math.sin(a), d + 4 * math.cos(a)

    multi = {
        "zdt1": (zdt(1), [1.1, 6.0], 6.6 - 1 / 3),
        "zdt2": (zdt(2), [1.1, 6.0], 6.6 - 2 / 3),
        "zdt4": (zdt(4), [1.1, 200.0], 220 - 1 / 3),
        "dtlz2": (dtlz2, [2.0, 2.0], 4 - math.pi / 4),
        "wfg4": (wfg4, [3.0, 5.0], 15 - 2 * math.pi),
    }
    low, high, f = single.get(name, (0.0, 1.0, None))
    names = [f"x{i}" for i in range(10)]
    shift = [0.1 * (high - low) * math.sin(1 + i) if f else 0.0 for i in range(10)]

    def truth(params):
        x = [params[k] - s for k, s in zip(names, shift)]
        return (f(x),) if f else multi[name][0](x)

    count = 1 if f else 2
    space = {
        "params": [{"name": k, "type": "float", "low": low, "high": high} for k in names],
        "objectives": [{"name": f"f{j}", "direction": "minimize"} for j in range(count)],
    }
    objective = Objective(name, space, truth, None if f else multi[name][1])
    objective.best = None if f else multi[name][2]
    return objective


class AskTell:
    """Ours, as a user would run it."""

    def __init__(self, command, objective, seed, sampler):
        self.objective = objective
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as f:
            json.dump(objective.space, f)
        self.file = f.name
        self.process = subprocess.Popen(
            [*command, "--space", f.name, "--seed", str(seed), "--sampler", sampler],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )

    def send(self, request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def ask(self, n):
        return [(t["id"], t["params"]) for t in self.send({"op": "ask", "n": n})["trials"]]

    def tell(self, handle, params, values):
        names = [o["name"] for o in self.objective.space["objectives"]]
        request = {"op": "tell", "id": handle, "values": dict(zip(names, values))}
        if self.objective.samples:
            request["samples"] = self.objective.samples
        self.send(request)

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)
        os.unlink(self.file)


def uniform_grid(space):
    """Every combination of one value for each kind, in the order of the grid."""
    kinds = {}
    for p in space["params"]:
        kinds.setdefault(p["kind"], p["choices"])
    grid = [{}]
    for kind, choices in kinds.items():
        grid = [g | {kind: c} for g in grid for c in choices]
    return [{p["name"]: g[p["kind"]] for p in space["params"]} for g in grid]


def random_params(space, rng):
    return {
        p["name"]: rng.choice(p["choices"]) if "choices" in p else rng.uniform(p["low"], p["high"])
        for p in space["params"]
    }


class Simple:
    """Random search, or uniform profiles in random order and then random ones."""

    def __init__(self, objective, seed, uniform):
        self.space, self.rng = objective.space, random.Random(seed)
        self.queue = uniform_grid(objective.space) if uniform else []
        self.rng.shuffle(self.queue)

    def ask(self, n):
        return [(None, self.queue.pop() if self.queue else random_params(self.space, self.rng)) for _ in range(n)]

    def tell(self, handle, params, values):
        pass

    def close(self):
        pass


class Optuna:
    def __init__(self, objective, seed, kind):
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.objective = objective

        def constraints(trial):
            return trial.user_attrs.get("violations", [])

        limits = constraints if objective.space.get("constraints") else None
        if kind == "nsga2":
            sampler = optuna.samplers.NSGAIISampler(seed=seed, constraints_func=limits)
        else:
            import warnings

            warnings.simplefilter("ignore")
            sampler = optuna.samplers.TPESampler(
                seed=seed, multivariate=kind == "multivariate", constant_liar=True, constraints_func=limits
            )
        self.study = optuna.create_study(directions=objective.directions, sampler=sampler)
        if kind == "warm":
            grid = uniform_grid(objective.space)
            random.Random(seed).shuffle(grid)
            for params in grid:
                self.study.enqueue_trial(
                    {p["name"]: p["choices"].index(params[p["name"]]) for p in objective.space["params"]}
                )

    def ask(self, n):
        trials = []
        for _ in range(n):
            trial, params = self.study.ask(), {}
            for p in self.objective.space["params"]:
                if "choices" in p:  # ordinals, as the index so that Optuna knows their order
                    params[p["name"]] = p["choices"][trial.suggest_int(p["name"], 0, len(p["choices"]) - 1)]
                else:
                    params[p["name"]] = trial.suggest_float(p["name"], p["low"], p["high"])
            trials.append((trial, params))
        return trials

    def tell(self, trial, params, values):
        violations = []
        for c in self.objective.space.get("constraints", []):
            terms = c["known"]["terms"]
            choices = {p["name"]: p["choices"] for p in self.objective.space["params"]}
            total = c["known"].get("constant", 0) + sum(t[choices[k].index(params[k])] for k, t in terms.items())
            violations.append(c["min"] - total)
        trial.set_user_attr("violations", violations)
        self.study.tell(trial, values)

    def close(self):
        pass


def feasible(objective, params):
    for c in objective.space.get("constraints", []):
        choices = {p["name"]: p["choices"] for p in objective.space["params"]}
        total = sum(t[choices[k].index(params[k])] for k, t in c["known"]["terms"].items())
        if total < c["min"]:
            return False
    return True


def run(searcher, objective, seed, batch):
    """Quality after each budget, and the seconds that asking took."""
    rng = random.Random(seed * 7919)
    losses, qualities, seconds = [], {}, 0.0
    done = 0
    try:
        while done < BUDGETS[-1]:
            started = time.perf_counter()
            asked = searcher.ask(min(batch, BUDGETS[-1] - done))
            seconds += time.perf_counter() - started
            for handle, params in asked:
                searcher.tell(handle, params, objective.measure(params, rng))
                if feasible(objective, params):
                    losses.append(objective.losses(objective.truth(params)))
                done += 1
                if done in BUDGETS:
                    qualities[done] = objective.quality(losses) if losses else math.inf
    finally:
        searcher.close()
    return qualities, seconds


class Hyperopt:
    """One objective only; trials in flight are left out, as its own fmin does."""

    def __init__(self, objective, seed):
        import numpy
        from hyperopt import hp
        from hyperopt.base import Domain, Trials

        self.objective, self.rng = objective, numpy.random.default_rng(seed)
        self.space = {
            p["name"]: hp.choice(p["name"], p["choices"]) if "choices" in p else hp.uniform(p["name"], p["low"], p["high"])
            for p in objective.space["params"]
        }
        self.domain, self.trials = Domain(lambda p: 0, self.space), Trials()

    def ask(self, n):
        from hyperopt import space_eval, tpe

        asked = []
        for i in self.trials.new_trial_ids(n):
            docs = tpe.suggest([i], self.domain, self.trials, int(self.rng.integers(2**31)))
            point = {k: v[0] for k, v in docs[0]["misc"]["vals"].items()}
            asked.append((docs[0], space_eval(self.space, point)))
        return asked

    def tell(self, doc, params, values):
        from hyperopt import JOB_STATE_DONE

        loss = values[0] if feasible(self.objective, params) else 1e6
        doc["state"], doc["result"] = JOB_STATE_DONE, {"loss": loss, "status": "ok"}
        self.trials.insert_trial_docs([doc])
        self.trials.refresh()

    def close(self):
        pass


def searchers(objective, command):
    kinds = all("kind" in p for p in objective.space["params"])
    single = len(objective.space["objectives"]) == 1
    makers = {"random": lambda s: Simple(objective, s, False)}
    if kinds and not single:
        makers["uniform sweep"] = lambda s: Simple(objective, s, True)
        makers["optuna tpe warm"] = lambda s: Optuna(objective, s, "warm")
    makers["optuna tpe"] = lambda s: Optuna(objective, s, "tpe")
    makers["optuna tpe multivariate"] = lambda s: Optuna(objective, s, "multivariate")
    makers["optuna nsga-ii"] = lambda s: Optuna(objective, s, "nsga2")
    if single:
        makers["hyperopt tpe"] = lambda s: Hyperopt(objective, s)
    for sampler in ("tpe", "tpe-guided"):
        makers["paretune " + sampler] = lambda s, k=sampler: AskTell(command, objective, s, k)
    return makers


def objectives(names):
    makers = {f"compression-{s}": (lambda s=s: compression(s, 1)) for s in ("early", "ends", "rough")}
    makers["compression-unlabelled"] = lambda: compression("early", 2, kinds=False)
    makers["constrained"] = lambda: constrained(1)
    for name in ("sphere", "rosenbrock", "ackley", "styblinski-tang", "zdt1", "zdt2", "zdt4", "dtlz2", "wfg4"):
        makers[name] = lambda name=name: generic(name)
    return [makers[n]() for n in (names or makers)]


def table(rows):
    lines = ["| objective | batch | sampler | " + " | ".join(map(str, BUDGETS)) + " | seeds | ask ms a trial |",
             "|---|---|---|" + "---|" * (len(BUDGETS) + 2)]
    for r in rows:
        cells = []
        for b in BUDGETS:
            values = sorted(r["qualities"][str(b)])
            low, high = values[len(values) // 4], values[-1 - len(values) // 4]
            cells.append(f"{statistics.median(values):.4g} ({low:.4g}–{high:.4g})")
        seeds = len(r["qualities"][str(BUDGETS[0])])
        lines.append(f"| {r['objective']} | {r['batch']} | {r['sampler']} | " + " | ".join(cells)
                     + f" | {seeds} | {r['ask_ms']:.1f} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", default="./paretune ask-tell", help="what speaks the ask-tell protocol")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--batches", default="1,8")
    parser.add_argument("--objectives", default="", help="names, by comma; all if left out")
    parser.add_argument("--samplers", default="", help="names, by comma; all if left out")
    parser.add_argument("--no-venv", action="store_true", help="the peers are installed already")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if not args.no_venv:
        in_own_environment(args.out)
    rows = []
    for objective in objectives([n for n in args.objectives.split(",") if n]):
        for batch in map(int, args.batches.split(",")):
            for name, make in searchers(objective, args.command.split()).items():
                if args.samplers and name not in args.samplers.split(","):
                    continue
                qualities, seconds = {str(b): [] for b in BUDGETS}, 0.0
                for seed in range(1, args.seeds + 1):
                    one, spent = run(make(seed), objective, seed, batch)
                    seconds += spent
                    for b, q in one.items():
                        qualities[str(b)].append(q)
                rows.append({"objective": objective.name, "batch": batch, "sampler": name, "qualities": qualities,
                             "ask_ms": 1000 * seconds / args.seeds / BUDGETS[-1]})
                print(table(rows[-1:]).splitlines()[-1], file=sys.stderr, flush=True)
                (args.out / "results.json").write_text(json.dumps(rows, indent=1))
                (args.out / "results.md").write_text(table(rows))


if __name__ == "__main__":
    main()
