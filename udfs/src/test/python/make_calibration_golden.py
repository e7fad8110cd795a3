"""Makes src/test/resources/goldens/calibration.safetensors: what the demo model's linear layers see.

    python make_calibration_golden.py          (pip: torch==2.7.1 transformers==5.23.0 pillow pyarrow safetensors)

The mean squared input of every linear layer over the first 24 questions of the demo benchmark's train
split with their answers, one padded-free forward a question, sums in fp64: the image prefix counts once an
image, the rest once a question. `calibrate` of jobs/src/test/python/reference_evaluate.py does it; tensors
are named layer/site, where a site is the first projection that reads there.
"""

import sys
from pathlib import Path

import pyarrow.parquet as pq
import torch
from safetensors.torch import save_file
from transformers import AutoProcessor

HOME = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(HOME / "jobs/src/test/python"))
import reference_evaluate  # noqa: E402

QUESTIONS = 24
SITES = ["q_proj", "o_proj", "gate_proj", "down_proj"]


def main():
    torch.set_num_threads(1)
    model = str(HOME / "conf/demo/model")
    reference = reference_evaluate.Reference(model)
    reference.processor = AutoProcessor.from_pretrained(model, backend="pil")
    rows = pq.read_table(HOME / "conf/demo/samples.parquet").to_pylist()
    train = [r for r in rows if r["split"] == "train"][:QUESTIONS]
    assert 1 < len({r["image"]["bytes"] for r in train}) < QUESTIONS, "images must repeat"
    statistics = reference.calibrate(train)
    tensors = {f"{layer}/{key}": statistics[layer, key] for layer, key in statistics if key in SITES}
    save_file(tensors, HOME / "udfs/src/test/resources/goldens/calibration.safetensors")


if __name__ == "__main__":
    main()
