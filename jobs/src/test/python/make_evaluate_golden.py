"""Makes evaluate.jsonl, sequential.jsonl and vision.jsonl in src/test/resources/goldens: what compressed demo models answer.

    python make_evaluate_golden.py

The first 200 val questions under profile.json there, calibrated on the first 64 train questions, and the first 60
under sequential.json and vision.json, calibrated on 16, by reference_evaluate.py (which says what pip packages that takes), images
resized by Pillow.
"""

import json
from pathlib import Path

import pyarrow.parquet as pq
import torch
from transformers import AutoProcessor

import reference_evaluate

HOME = Path(__file__).resolve().parents[4]
GOLDENS = HOME / "jobs/src/test/resources/goldens"


def write(name, profile, questions, calibration, of_split):
    model = str(HOME / "conf/demo/model")
    reference = reference_evaluate.Reference(model)
    reference.processor = AutoProcessor.from_pretrained(model, backend="pil")
    reference.processor.tokenizer.padding_side = "right"
    reference.apply(json.loads((GOLDENS / profile).read_text()), of_split["train"][:calibration])
    with open(GOLDENS / name, "w") as out:
        for line in reference.answer(of_split["val"][:questions], 16):
            line["option_logprobs"] = [round(p, 5) for p in line["option_logprobs"]]
            out.write(json.dumps(line, separators=(",", ":")) + "\n")


def main():
    torch.set_num_threads(1)
    rows = pq.read_table(HOME / "conf/demo/samples.parquet").to_pylist()
    of_split = {name: [r for r in rows if r["split"] == name] for name in ("train", "val")}
    write("evaluate.jsonl", "profile.json", 200, 64, of_split)
    write("sequential.jsonl", "sequential.json", 60, 16, of_split)
    write("vision.jsonl", "vision.json", 60, 16, of_split)


if __name__ == "__main__":
    main()
