"""Makes exported.json in src/test/resources/goldens: an exported demo model's weights, and what transformers answers with them.

    python make_export_golden.py

The profile of magnitude.json there, which needs no calibration, is applied by reference_evaluate.py (which says what pip
packages that takes); the checkpoint with its zeros is written, hashed, and loaded again by `from_pretrained`, which then
answers the first 40 val questions.
"""

import hashlib
import json
import shutil
import struct
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import torch

import reference_evaluate

HOME = Path(__file__).resolve().parents[4]
MODEL = HOME / "conf/demo/model"
GOLDENS = HOME / "jobs/src/test/resources/goldens"
QUESTIONS = 40


def matrices(reference):
    """Every matrix that can be pruned, by its name in the file."""
    for index, layer in enumerate(reference.layers):
        for path in reference_evaluate.PROJECTIONS.values():
            yield f"language_model.model.layers.{index}.{path}.weight", layer.get_submodule(path).weight.data
    for name, (module, _) in reference.vision_matrices().items():
        yield f"{name}.weight", module.weight.data


def with_zeros(dense, reference):
    """The bytes of a safetensors file in bf16, +0 where a matrix in memory has +0."""
    size = struct.unpack("<Q", dense[:8])[0]
    header = json.loads(dense[8 : 8 + size])
    out = bytearray(dense)
    for name, weight in matrices(reference):
        entry = header[name]
        assert entry["dtype"] == "BF16", entry
        start = 8 + size + entry["data_offsets"][0]
        bits = weight.contiguous().view(torch.int32).flatten()
        for i in (bits == 0).nonzero().flatten().tolist():
            out[start + 2 * i : start + 2 * i + 2] = b"\0\0"
    return bytes(out)


def main():
    torch.set_num_threads(1)
    profile = json.loads((GOLDENS / "magnitude.json").read_text())
    reference = reference_evaluate.Reference(str(MODEL))
    reference.apply(profile, [])
    with tempfile.TemporaryDirectory() as directory:
        for file in MODEL.iterdir():
            shutil.copy(file, directory)
        weights = with_zeros((MODEL / "model.safetensors").read_bytes(), reference)
        (Path(directory) / "model.safetensors").write_bytes(weights)
        exported = reference_evaluate.Reference(directory)
        rows = pq.read_table(HOME / "conf/demo/samples.parquet").to_pylist()
        val = [r for r in rows if r["split"] == "val"][:QUESTIONS]
        answers = [
            {"sample_id": a["sample_id"], "option_logprobs": [round(p, 5) for p in a["option_logprobs"]]}
            for a in exported.answer(val, 8)
        ]
    golden = {"sha256": hashlib.sha256(weights).hexdigest(), "answers": answers}
    (GOLDENS / "exported.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
