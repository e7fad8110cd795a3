"""The analytic objectives of search_benchmark.py: spaces as ask-tell reads them, and their noise-free values."""

import math
import random


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
    """Layers of (ratio, bits) with neighbours that interact; four shapes of sensitivity and of fall."""
    rng = random.Random(f"{shape}{seed}")
    trend = {
        "early": lambda d: 0.3 + 3 * math.exp(-6 * d),
        "ends": lambda d: 0.3 + 2 * math.exp(-8 * d) + 1.5 * math.exp(-8 * (1 - d)),
        "rough": lambda d: 0.5,
        "mild": lambda d: 1 + 0.6 * math.exp(-5 * d),
    }[shape]
    rough = {"rough": 1.0, "mild": 0.35}.get(shape, 0.5)
    depth = [l / (layers - 1) for l in range(layers)]
    prune = [trend(d) * math.exp(rough * rng.gauss(0, 1)) for d in depth]
    quant = [trend(d) * math.exp(rough * rng.gauss(0, 1)) for d in depth]
    prune, quant = [[v / sum(vs) for v in vs] for vs in (prune, quant)]
    couple = [(0.2 if shape == "mild" else 0.6) * rng.gauss(0, 1) for _ in depth]
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
            "mild": lambda: (1 + math.exp(-4.2)) / (1 + math.exp(6 * lost - 4.2)),
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
    objective = Objective(f"compression-{shape if kinds else 'unlabelled'}", space, truth, [dense, -0.25], samples)
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


def objectives(names):
    """The named objectives, all of them if none is named; cheap and telling ones first."""
    makers = {f"compression-{s}": (lambda s=s: compression(s, 1)) for s in ("mild", "early", "ends", "rough")}
    makers["compression-unlabelled"] = lambda: compression("early", 2, kinds=False)
    makers["constrained-56x5"] = lambda: constrained(1)
    for name in ("sphere", "rosenbrock", "ackley", "styblinski-tang", "zdt1", "zdt2", "zdt4", "dtlz2", "wfg4"):
        makers[name] = lambda name=name: generic(name)
    return [makers[n]() for n in (names or makers)]


def feasible(objective, params):
    for c in objective.space.get("constraints", []):
        choices = {p["name"]: p["choices"] for p in objective.space["params"]}
        total = sum(t[choices[k].index(params[k])] for k, t in c["known"]["terms"].items())
        if total < c["min"]:
            return False
    return True
