"""What search_benchmark.py compares: ours through its command, and what a user could take instead."""

import json
import os
import random
import subprocess
import tempfile

from search_objectives import feasible


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
