"""Generated tokens per second: continuous batching beside `transformers` generate at its best batch, on one machine.

Packages: torch==2.7.1 torchvision==0.22.1 transformers==5.23.0 pillow pyarrow

Runs GenerationBenchmark (package io.paretune.udfs.evaluate, in udfs/src/test) and `generate` in turn on the same
questions, image decoding and encoding counted on both sides, loading on neither, and prints a Markdown table. Answers
end in three ways: `own` (the model's end token), `32` (so many tokens, end tokens ignored) and `mixed` (2 to 64 tokens
by the question, as free answers differ). The tokens of both sides are compared.

  python generation_benchmark.py --classpath CLASSPATH [--questions 500] [--threads 2] [--batch 16,32,64,128]

CLASSPATH: udfs/target/classes:udfs/target/test-classes and what `./mvnw -pl udfs dependency:build-classpath` prints.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

import pyarrow.parquet as pq
import torch
from transformers import StoppingCriteria, StoppingCriteriaList

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from reference_evaluate import Reference, image_bytes  # noqa: E402

HOME = pathlib.Path(__file__).resolve().parents[4]
DEMO = HOME / "conf" / "demo"


class Lengths(StoppingCriteria):
    """Ends each sequence of a batch at a length of its own; the batch goes on until the last."""

    def __init__(self, prompt, lengths):
        self.prompt, self.lengths = prompt, torch.tensor(lengths)

    def __call__(self, input_ids, scores, **kwargs):
        return input_ids.shape[1] - self.prompt >= self.lengths


def mixed_length(sample_id):
    total = 0
    for byte in sample_id.encode():
        total = (total * 31 + byte) % 65521
    return 2 + total % 63


@torch.no_grad()
def generated(reference, rows, batch, end):
    """Tokens of each answer, and seconds."""
    answers, started = {}, time.perf_counter()
    own = end == "own"
    for start in range(0, len(rows), batch):
        chunk = rows[start : start + batch]
        inputs = reference.inputs(chunk, [reference.prompt(r["question"]) for r in chunk])
        prompt = inputs["input_ids"].shape[1]
        lengths = [32 if own else mixed_length(r["sample_id"]) if end == "mixed" else int(end) for r in chunk]
        out = reference.model.generate(
            **inputs,
            do_sample=False,
            max_new_tokens=max(lengths),
            eos_token_id=reference.ends if own else None,
            stopping_criteria=StoppingCriteriaList([Lengths(prompt, lengths)]),
        )
        for r, tokens, length in zip(chunk, out[:, prompt:].tolist(), lengths):
            tokens = tokens[:length]
            if own:
                stop = [i for i, t in enumerate(tokens) if t in reference.ends]
                tokens = tokens[: stop[0]] if stop else tokens
            answers[r["sample_id"]] = tokens
    return answers, time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classpath", required=True)
    parser.add_argument("--model", default=str(DEMO / "model"))
    parser.add_argument("--samples", default=str(DEMO / "samples.parquet"))
    parser.add_argument("--split", default="test")
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", default="16,32,64,128", help="batch sizes of transformers; the best counts")
    parser.add_argument("--slots", type=int, default=64, help="answers that grow at once, a thread")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    reference = Reference(args.model)
    reference.tokenizer.padding_side = "left"
    ends = reference.model.generation_config.eos_token_id
    reference.ends = ends if isinstance(ends, list) else [ends]
    reference.model.generation_config.eos_token_id = None
    reference.model.generation_config.pad_token_id = reference.tokenizer.pad_token_id
    asked = {r["sample_id"]: r for r in pq.read_table(args.samples).to_pylist() if r["split"] == args.split}
    print("| answers end | transformers, best batch | paretune | ratio | same tokens |")
    print("|---|---|---|---|---|")
    for end in ("own", "32", "mixed"):
        load = os.getloadavg()[0]
        java = ["java", "-Xmx3g", "-Dai.djl.pytorch.num_threads=1", "-cp", args.classpath]
        java += ["io.paretune.udfs.evaluate.GenerationBenchmark", args.model, args.samples, args.split]
        done = subprocess.run(
            [*java, str(args.questions), str(args.threads), str(args.slots), end], capture_output=True, text=True
        )
        if done.returncode != 0:
            sys.exit(done.stderr[-3000:])
        ours = json.loads(done.stdout.strip().splitlines()[-1])
        rows = [asked[i] for i in ours["answers"]]
        rows.sort(key=image_bytes)  # an image's questions together, as on the other side
        generated(reference, rows[:8], 8, end)
        best, answers = 0, {}
        for batch in map(int, args.batch.split(",")):
            answers, seconds = generated(reference, rows, batch, end)
            speed = sum(map(len, answers.values())) / seconds
            print(f"{end}: transformers, batch {batch}: {speed:.0f} tokens/s", file=sys.stderr, flush=True)
            best, chosen = max((best, 0 if best == 0 else chosen), (speed, batch))
        same = sum(ours["answers"][i] == t for i, t in answers.items()) / len(answers)
        own = ours["tokens_per_second"]
        print(f"| {end} | {best:.0f} ({chosen}) | {own:.0f} | {own / best:.2f}× | {same:.1%} |", flush=True)
        print(f"load {load:.1f} → {os.getloadavg()[0]:.1f}", file=sys.stderr)


if __name__ == "__main__":
    main()
