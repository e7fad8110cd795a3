"""Answers judged by the published evaluations themselves: udfs/src/test/resources/goldens/benchmarks.json.

Runs the code of LLaVA (haotian-liu/LLaVA at c121f04), lmms-eval (EvolvingLMMs-Lab/lmms-eval at 75571cf) and the VQA
challenge (GT-Vision-Lab/VQA at a013f00) on hand-made rows. MME's own tool comes as an archive; its rule is restated.
Where lmms-eval's POPE counts the ground truth as yes_ratio, the share of answers is taken instead.

    pip install numpy pandas tqdm
    python make_benchmark_goldens.py --llava DIR --lmms-eval DIR --vqa DIR --out benchmarks.json
"""

import argparse
import contextlib
import importlib.util
import io
import json
import re
import subprocess
import sys
import tempfile
import types
from pathlib import Path


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stub(name, **attributes):
    module = types.ModuleType(name)
    for key, value in attributes.items():
        setattr(module, key, value)
    sys.modules[name] = module
    return module


class Quiet:
    def __getattr__(self, _):
        return lambda *a, **k: None


def sample(n, question="?", hint="", options=(), answers=(), category="", group="", image=None):
    return {"sample_id": str(n), "image_id": image or f"image{n}", "question": question, "hint": hint,
            "options": list(options), "answers": list(answers), "category": category, "group": group}


def compact(s):
    return {k: v for k, v in s.items() if k not in ("question", "hint") and v}


YES_NO_TEXTS = ["yes", "Yes", "Yes.", "yes,", "Yes, there is", "No", "no", "No.", "NO", "not", "Not really", "nope",
                "There is no dog. Yes", "There is not. yes", "I think yes. no", "", " ", "\nNo", "no\n", "maybe", "y", "N",
                "n.", "Y", "none", "Now", "unknown", "yeah", "ja", "oh yes", "oh no", "No, it is not.", "Yes\nno",
                "I do not know", "the answer is yes", " Yes ", "yes!", "No,", "no,no", "it's not,"]


def pope(llava, lmms):
    rows = []
    for i, text in enumerate(YES_NO_TEXTS * 2):
        category = ["adversarial", "popular", "random"][i % 3]
        answer = "yes" if (i // 2 + i // len(YES_NO_TEXTS)) % 2 == 0 else "no"
        rows.append((sample(i, answers=[answer], category=category, image=f"image{i // 3}"), text))
    utils = load(lmms / "lmms_eval/tasks/pope/utils.py", "pope_utils")
    judge = load(llava / "llava/eval/eval_pope.py", "eval_pope")

    def five_llava(some):
        answers = [{"text": t.strip()} for _, t in some]
        with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
            f.write("\n".join(json.dumps({"label": s["answers"][0]}) for s, _ in some))
            f.flush()
            out = io.StringIO()
            try:
                with contextlib.redirect_stdout(out):
                    judge.eval_pope(answers, f.name)
            except ZeroDivisionError:
                pass
        named = dict(re.findall(r"^(\w+(?: \w+)?): (\S+)$", out.getvalue(), re.M))
        read = [a["text"] for a in answers]
        return read, {k: float(named[n]) for k, n in (("accuracy", "Accuracy"), ("precision", "Precision"),
                      ("recall", "Recall"), ("f1", "F1 score"), ("yes_ratio", "Yes ratio")) if n in named}

    def five_lmms(some):
        results = [utils.pope_process_results({"answer": s["answers"][0], "question_id": s["sample_id"]}, [t])
                   for s, t in some]
        value = lambda key, f: f([r[key] for r in results])
        predictions = [r["pope_accuracy"]["prediction"] for r in results]
        return ([r["pope_accuracy"]["score"] for r in results],
                {"accuracy": value("pope_accuracy", utils.pope_aggregate_accuracy),
                 "precision": value("pope_precision", utils.pope_aggregate_precision),
                 "recall": value("pope_recall", utils.pope_aggregate_recall),
                 "f1": value("pope_f1_score", utils.pope_aggregate_f1_score),
                 "yes_ratio": sum(p == "yes" for p in predictions) / len(predictions)})

    sets = []
    for protocol, five in (("llava", five_llava), ("lmms-eval", five_lmms)):
        credits, report = five(rows)
        if protocol == "llava":
            credits = [float(r == s["answers"][0]) for r, (s, _) in zip(credits, rows)]
        report["by_category"] = {c: five([r for r in rows if r[0]["category"] == c])[1]
                                 for c in ("adversarial", "popular", "random")}
        if protocol == "llava":
            report["f1"] = sum(c["f1"] for c in report["by_category"].values()) / 3
        sets.append(case("pope", protocol, rows, credits, report))
    return sets


def case(benchmark, protocol, rows, credits, report):
    return {"benchmark": benchmark, "protocol": protocol, "report": report,
            "rows": [{"sample": s, "text": t, "credit": c} for (s, t), c in zip(rows, credits)]}


LETTER_TEXTS = ["A", "B", "b", "a", "A.", "B.", "B. two", "B.two", "A) one", "(B)", "(B).", "B)", "B:", "B,", ":B", ":B.",
                "The answer is B.", "The answer is B", "The answer is A. The answer is B.", "The answer is A, of course",
                "I think it is B", "A dog and two cats", "A dog", "A cat", "B or C", "B B", "it is two", "Two", "one two",
                "E", "E.", "F", "", " B ", "\nB", "B\n", "Answer: B", "Option B is right", "(A) or B", "A, B", "none", "ABC",
                "The correct option is (B) two", "answer is:B)", "D. four", "C. three", "C", "D", "The answer is BE", "b."]


def science_qa(llava, lmms):
    options = ["one", "two", "three"]
    rows = [(sample(i, options=options, answers=["B"]), t) for i, t in enumerate(LETTER_TEXTS)]
    rows += [(sample(1000 + i, options=["dog", "cat"], answers=["A"]), t) for i, t in enumerate(LETTER_TEXTS)]
    utils = load(lmms / "lmms_eval/tasks/scienceqa/utils.py", "sqa_utils")
    lmms_credits = [utils.sqa_process_results({"choices": s["options"], "answer": "ABCDE".index(s["answers"][0])}, [t])
                    ["exact_match"] for s, t in rows]
    with tempfile.TemporaryDirectory() as d:
        d = Path(d)
        (d / "pid_splits.json").write_text(json.dumps({"test": [s["sample_id"] for s, _ in rows]}))
        (d / "problems.json").write_text(json.dumps(
            {s["sample_id"]: {"choices": s["options"], "answer": "ABCDE".index(s["answers"][0])} for s, _ in rows}))
        (d / "r.jsonl").write_text("\n".join(json.dumps(
            {"question_id": s["sample_id"], "text": t.strip(), "prompt": "<image>"}) for s, t in rows))
        subprocess.run([sys.executable, str(llava / "llava/eval/eval_science_qa.py"), "--base-dir", str(d), "--result-file",
                        str(d / "r.jsonl"), "--output-file", str(d / "o"), "--output-result", str(d / "result")],
                       check=True, stdout=subprocess.DEVNULL)
        read = json.loads((d / "result").read_text())["results"]
    llava_credits = [float(read[s["sample_id"]] == "ABCDE".index(s["answers"][0])) for s, _ in rows]
    return [case("scienceqa", p, rows, c, {"accuracy": sum(c) / len(c)})
            for p, c in (("llava", llava_credits), ("lmms-eval", lmms_credits))]


def vqa_rows():
    spread = lambda **times: [a for a, n in times.items() for _ in range(n)]
    sets = [spread(yes=10), spread(two=6, **{"2": 2}, three=2), ["red"] * 3 + ["dark red"] * 7, ["the dog"] * 2 + ["a dog"] * 2 +
            ["dog"] * 1 + ["puppy"] * 5, ["don't stop"] * 4 + ["dont stop"] * 4 + ["stop"] * 2,
            ["1,000"] * 5 + ["1000"] * 5, ["u.s."] * 3 + ["us"] * 3 + ["usa"] * 4, ["bob's burgers"] * 5 + ["bobs burgers"] * 5,
            ["3.5"] * 4 + ["3,5"] * 6, ["coca-cola"] * 5 + ["coca cola"] * 5, ["none"] * 4 + ["0"] * 6, ["7:30"] * 10,
            ["YES"] * 6 + ["Yes"] * 4, ["The Dog"] * 10, ["yes/no"] * 5 + ["yes / no"] * 5, ["left  side"] * 5 + ["left side"] * 5,
            ["what?"] * 5 + ["what"] * 5, ["o'clock"] * 5 + ["oclock"] * 5, ["somebody'd"] * 5 + ["nobody"] * 5, ["a"] * 5 + ["b"] * 5]
    texts = ["yes", "Yes.", "YES", "two", "2", "Two.", "three", "red", "dark red", "the dog", "A dog", "dog", "Dog,", "puppies",
             "dont stop", "don't stop", "1,000", "1000", "1 000", "1,,000", "u.s.", "us", "US", "bob's burgers", "bobs burgers", "Bob 's burgers", "3.5",
             "3,5", "35", "coca-cola", "coca cola", "cocacola", "none", "zero", "0", "7:30", "7 30", "the", "The Dog", "yes/no", "yes / no",
             "yes no", "left\nside", "left\tside", " left side ", "what?", "oclock", "o'clock", "somebody'd", "somebodyd", "a", "b.", "an apple, a day",
             "", "$5.00", "5.00", "5.", ".5", "(red)", "red; blue", "red;blue", "it's red", "its red", "I'm", "Ive", "Id've", "shed've", "couldntve",
             "couldn'tve", "e-mail", "semi -colon", "<b>", "[2]", "ten", "eleven", "twas", "yall'd've", "\u00a0red", "red\u00a0dog"]
    return [(sample(i * 1000 + j, answers=a, image=f"image{i}"), t) for i, a in enumerate(sets) for j, t in enumerate(texts)]


def text_vqa(llava, lmms):
    rows = vqa_rows()
    m4c = load(llava / "llava/eval/m4c_evaluator.py", "m4c")
    evaluator = m4c.TextVQAAccuracyEvaluator()
    with contextlib.redirect_stderr(io.StringIO()):
        first = [evaluator.eval_pred_list([{"pred_answer": t.strip(), "gt_answers": s["answers"]}]) for s, t in rows]
    utils = load(lmms / "lmms_eval/tasks/textvqa/utils.py", "textvqa_utils")
    second = [utils.textvqa_process_results({"answers": list(s["answers"]), "question_id": 0}, [t])["exact_match"]
              for s, t in rows]
    return vqa_cases("textvqa", rows, first, second)


def vqa_cases(benchmark, rows, first, second):
    """Keeps what is worth anything under either protocol, and a tenth of the rest."""
    kept = [i for i in range(len(rows)) if first[i] or second[i] or i % 10 == 0]
    return [case(benchmark, p, [rows[i] for i in kept], [c[i] for i in kept], {"accuracy": sum(c[i] for i in kept) / len(kept)})
            for p, c in (("llava", first), ("lmms-eval", second))]


def vqa_v2(llava, lmms, vqa):
    rows = vqa_rows()
    m4c = load(llava / "llava/eval/m4c_evaluator.py", "m4c")
    source = (vqa / "PythonEvaluationTools/vqaEvaluation/vqaEval.py").read_text().replace('print "computing accuracy"', "pass")
    module = types.ModuleType("vqaEval")
    exec(re.sub(r'print "Done computing accuracy"', "pass", source), module.__dict__)

    class Answers:
        def __init__(self, qa):
            self.qa = qa

        def getQuesIds(self):
            return list(self.qa)

    official = []
    for s, t in rows:
        truth = {0: {"answers": [{"answer": a, "answer_id": i} for i, a in enumerate(s["answers"])],
                     "question_type": "", "answer_type": ""}}
        given = Answers({0: {"answer": m4c.EvalAIAnswerProcessor()(t.strip())}})
        evaluation = module.VQAEval(Answers(truth), given, n=9)
        evaluation.updateProgress = lambda progress: None
        evaluation.evaluate()
        official.append(round(evaluation.evalQA[0] / 100, 9))
    utils = load(lmms / "lmms_eval/tasks/vqav2/utils.py", "vqav2_utils")
    second = [utils.vqav2_process_results({"answers": [{"answer": a, "answer_id": i} for i, a in enumerate(s["answers"])],
                                           "question_id": 0}, [t.strip()])["exact_match"] for s, t in rows]
    return vqa_cases("vqav2", rows, official, second)


def gqa(llava, lmms):
    texts = ["red", "Red", "Red.", "red..", "red .", "red!", "\"red\"", "t-shirt", "tshirt", "T-Shirt.", "yes, it is", "", "the red", " red "]
    rows = [(sample(i * 100 + j, answers=[a]), t) for i, a in enumerate(["red", "t-shirt", "yes"]) for j, t in enumerate(texts)]
    with tempfile.TemporaryDirectory() as d:
        src, dst = Path(d, "src"), Path(d, "dst")
        src.write_text("\n".join(json.dumps({"question_id": s["sample_id"], "text": t.strip()}) for s, t in rows))
        subprocess.run([sys.executable, str(llava / "scripts/convert_gqa_for_eval.py"), "--src", str(src), "--dst", str(dst)], check=True)
        read = {a["questionId"]: a["prediction"] for a in json.loads(dst.read_text())}
    first = [float(read[s["sample_id"]] == s["answers"][0]) for s, _ in rows]
    source = (lmms / "lmms_eval/api/metrics.py").read_text()
    body = source[source.index("def exact_match_hf_evaluate"):]
    scope = {}
    exec("import re, string\nimport numpy as np\n" + body[:body.index("\n###")], scope)
    second = [float(scope["exact_match_hf_evaluate"]([t.strip()], [s["answers"][0]], ignore_case=True, ignore_punctuation=True)
                    ["exact_match"]) for s, t in rows]
    return [case("gqa", p, rows, c, {"accuracy": sum(c) / len(c)}) for p, c in (("llava", first), ("lmms-eval", second))]


def mme(llava, lmms):
    categories = ["existence", "OCR", "code_reasoning", "text_translation"]
    rows = []
    for i, text in enumerate(YES_NO_TEXTS * 4):
        category = categories[(i // 2) % 4]
        rows.append((sample(i, answers=["Yes" if i % 2 == 0 else "No"], category=category, group=f"{category}/{i // 8}.png",
                            image=f"image{i // 2}"), text if i < 2 * len(YES_NO_TEXTS) else ["Yes", "No"][(i + i // 16) % 2]))
    utils = load(lmms / "lmms_eval/tasks/mme/utils.py", "mme_utils")

    def tool(text):  # calculation.py of MME's eval_tool, parse_pred_ans, after lower()
        text = text.strip().lower()
        return text if text in ("yes", "no") else "yes" if "yes" in text[:4] else "no" if "no" in text[:4] else "other"

    results = [utils.mme_process_results({"answer": s["answers"][0], "category": s["category"], "question_id": s["group"]}, [t])
               for s, t in rows]
    second = [next(iter(r.values()))["score"] for r in results]
    first = [float(tool(t) == s["answers"][0].lower()) for s, t in rows]

    def report(credits):
        scored = [{"question_id": s["group"], "category": s["category"], "score": c} for (s, _), c in zip(rows, credits)]
        points = lambda names: utils.mme_aggregate_results([r for r in scored if r["category"] in names])
        return {"accuracy": sum(credits) / len(credits), "perception": points({"existence", "OCR"}),
                "cognition": points({"code_reasoning", "text_translation"}), "by_category": {c: points({c}) for c in categories}}

    return [case("mme", p, rows, c, report(c)) for p, c in (("llava", first), ("lmms-eval", second))]


def mm_bench(llava, lmms):
    evals = load(lmms / "lmms_eval/tasks/mmbench/mmbench_evals.py", "mmbench_evals")
    evaluator = evals.MMBench_Evaluator()
    options = ["a teddy bear", "two rabbits", "cat", "dog"]
    rows, credits = [], []
    for i, text in enumerate(LETTER_TEXTS + ["It shows two rabbits.", "a teddy bear", "A teddy bear sits here", "cat and dog", "DOG", "the CAT"]):
        for size in (2, 4):
            own = options[:size]
            index = 10 * i + size
            for rotation in range(size):
                turned = own[rotation:] + own[:rotation]
                right = "ABCD"[turned.index("two rabbits")]
                # every third question is answered right but for the unrotated form; of the others all rotations say the same
                said = text if rotation == 0 else (right if i % 3 == 0 else text)
                rows.append((sample(index + rotation * 1000000, options=turned, answers=[right], category="c", group=str(index),
                                    image=f"image{i}"), said))
    for s, t in rows:
        read = evaluator.can_infer(t, dict(zip("ABCD", s["options"])))
        credits.append(float(read == s["answers"][0]))
    hits = {}
    for (s, _), c in zip(rows, credits):
        hits.setdefault(s["group"], []).append(c)
    plain = [c for (s, _), c in zip(rows, credits) if s["sample_id"] == s["group"]]
    report = {"accuracy": sum(all(h) for h in hits.values()) / len(hits), "vanilla_accuracy": sum(plain) / len(plain)}
    return [case("mmbench", p, rows, credits, report) for p in ("llava", "lmms-eval")]


def main():
    parser = argparse.ArgumentParser()
    for name in ("--llava", "--lmms-eval", "--vqa", "--out"):
        parser.add_argument(name, type=Path, required=True)
    args = parser.parse_args()
    stub("loguru", logger=Quiet())
    stub("requests")
    for package in ("lmms_eval", "lmms_eval.tasks", "lmms_eval.tasks._task_utils"):
        stub(package, __path__=[])
    stub("lmms_eval.tasks._task_utils.file_utils", generate_submission_file=None)
    sys.modules["lmms_eval.tasks._task_utils.vqa_eval_metric"] = load(
        args.lmms_eval / "lmms_eval/tasks/_task_utils/vqa_eval_metric.py", "vqa_eval_metric")
    sys.modules["lmms_eval.tasks._task_utils"].file_utils = sys.modules["lmms_eval.tasks._task_utils.file_utils"]
    a, b = args.llava, args.lmms_eval
    sets = pope(a, b) + science_qa(a, b) + text_vqa(a, b) + vqa_v2(a, b, args.vqa) + gqa(a, b) + mme(a, b) + mm_bench(a, b)
    processor = sys.modules["lmms_eval.tasks._task_utils.vqa_eval_metric"].EvalAIAnswerProcessor
    words = {k: v for k, v in processor.CONTRACTIONS.items() if k == k.lower()}
    # What two sets share is written once: the rows of both protocols are the same.
    out = {"contractions": words, "sets": []}
    for first, second in zip(sets[::2], sets[1::2]):
        assert [(r["sample"], r["text"]) for r in first["rows"]] == [(r["sample"], r["text"]) for r in second["rows"]]
        out["sets"].append({"benchmark": first["benchmark"],
                            "rows": [{**compact(r["sample"]), "text": r["text"], "credits": [r["credit"], s["credit"]]}
                                     for r, s in zip(first["rows"], second["rows"])],
                            "reports": [first["report"], second["report"]]})
    args.out.write_text(json.dumps(out, separators=(",", ":"), ensure_ascii=True) + "\n")
    print({s["benchmark"]: (len(s["rows"]), s["reports"]) for s in out["sets"]})


if __name__ == "__main__":
    main()
