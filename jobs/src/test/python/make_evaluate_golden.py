"""Makes src/test/resources/goldens/evaluate.jsonl: what the compressed demo model answers.

    python make_evaluate_golden.py

The first 200 val questions under src/test/resources/goldens/profile.json, calibrated on the first 64 train
questions, by reference_evaluate.py (which says what pip packages that takes), images resized by Pillow.
"""

import json
from pathlib import Path

import pyarrow.parquet as pq
import torch
from transformers import AutoProcessor

import reference_evaluate

HOME = Path(__file__).resolve().parents[4]
GOLDENS = HOME / "jobs/src/test/resources/goldens"
QUESTIONS, CALIBRATION = 200, 64


def main():
    torch.set_num_threads(1)
    model = str(HOME / "conf/demo/model")
    reference = reference_evaluate.Reference(model)
    reference.processor = AutoProcessor.from_pretrained(model, backend="pil")
    reference.processor.tokenizer.padding_side = "right"
    rows = pq.read_table(HOME / "conf/demo/samples.parquet").to_pylist()
    of_split = {name: [r for r in rows if r["split"] == name] for name in ("train", "val")}
    profile = json.loads((GOLDENS / "profile.json").read_text())
    reference.apply(profile, reference.calibrate(of_split["train"][:CALIBRATION]))
    with open(GOLDENS / "evaluate.jsonl", "w") as out:
        for line in reference.answer(of_split["val"][:QUESTIONS], 16):
            line["option_logprobs"] = [round(p, 5) for p in line["option_logprobs"]]
            out.write(json.dumps(line, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
