"""What `paretune evaluate` computes, written a second time over plain `transformers`.

Packages: torch==2.7.1 transformers==5.23.0 pillow pyarrow torchvision==0.22.1

It is slow and literal on purpose: one padded forward over whole prompts, forward hooks for the
calibration statistics, criteria as their published codes have them (a stable sort of each output row), and a
cache that fake-quantizes what is written to it. Definitions: README, "Vocabulary".

  python reference_evaluate.py --model DIR --samples FILE.parquet --split test --out ref.jsonl
                               [--profile FILE] [--calibration-samples 128] [--batch 16] [--threads 2]
"""

import argparse
import io
import json
import sys
import time

import pyarrow.parquet as pq
import torch
from PIL import Image
from transformers import AutoProcessor, DynamicCache, LlavaForConditionalGeneration

PROJECTIONS = {
    "q_proj": "self_attn.q_proj",
    "k_proj": "self_attn.k_proj",
    "v_proj": "self_attn.v_proj",
    "o_proj": "self_attn.o_proj",
    "gate_proj": "mlp.gate_proj",
    "up_proj": "mlp.up_proj",
    "down_proj": "mlp.down_proj",
}


def quantize(x, bits):
    """Uniform asymmetric over the last axis; scale and zero rounded to fp16 before they are used."""
    if bits == 16:
        return x
    levels = 2**bits - 1
    zero = x.amin(-1, keepdim=True).half().float()
    scale = ((x.amax(-1, keepdim=True) - x.amin(-1, keepdim=True)) / levels).half().float()
    q = torch.round((x - zero) / torch.where(scale == 0, torch.ones_like(scale), scale))
    return torch.where(scale == 0, zero, q.clamp(0, levels) * scale + zero)


TOWER = {
    "q_proj": "self_attn.q_proj",
    "k_proj": "self_attn.k_proj",
    "v_proj": "self_attn.v_proj",
    "out_proj": "self_attn.out_proj",
    "fc1": "mlp.fc1",
    "fc2": "mlp.fc2",
}


class QuantizeOnWrite(DynamicCache):
    """Every attention read sees what the cache stored."""

    def __init__(self, bits):
        super().__init__()
        self.bits = bits

    def update(self, key_states, value_states, layer_idx, *args, **kwargs):
        key_bits, value_bits = self.bits[layer_idx]
        return super().update(
            quantize(key_states, key_bits), quantize(value_states, value_bits), layer_idx, *args, **kwargs
        )


class Reference:
    def __init__(self, model_dir):
        self.processor = AutoProcessor.from_pretrained(model_dir, backend="pil")
        self.tokenizer = self.processor.tokenizer
        self.tokenizer.padding_side = "right"
        self.model = LlavaForConditionalGeneration.from_pretrained(model_dir, dtype=torch.float32).eval()
        self.layers = self.model.model.language_model.layers
        self.image_token = self.model.config.image_token_index
        self.bits = [(16, 16)] * len(self.layers)

    def prompt(self, question):
        return f"USER: <image>\n{question} ASSISTANT:"

    def inputs(self, rows, texts):
        images = [Image.open(io.BytesIO(image_bytes(r))).convert("RGB") for r in rows]
        return self.processor(images=images, text=texts, return_tensors="pt", padding=True)

    def vision_matrices(self):
        """Linear layers of the vision tower that run, and of the projector: {name: (module, key of its ratio)}."""
        vision = self.model.model.vision_tower
        vision = getattr(vision, "vision_model", vision)
        used = self.model.config.vision_feature_layer
        used = used if used >= 0 else len(vision.encoder.layers) + 1 + used
        found = {}
        for index, layer in enumerate(vision.encoder.layers[:used]):
            for path in TOWER.values():
                name = f"vision_tower.vision_model.encoder.layers.{index}.{path}"
                found[name] = layer.get_submodule(path), "vision_pruning_ratio"
        for name in ("linear_1", "linear_2"):
            module = self.model.model.multi_modal_projector.get_submodule(name)
            found[f"multi_modal_projector.{name}"] = module, "projector_pruning_ratio"
        return found

    @torch.no_grad()
    def calibrate_vision(self, rows):
        """Mean squared input of every linear layer before the decoder, each image once."""
        sums, tokens, hooks = {}, {}, []
        for name, (module, _) in self.vision_matrices().items():

            def hook(_, args, name=name):
                x = args[0].reshape(-1, args[0].shape[-1]).double()
                sums[name] = sums.get(name, 0) + (x * x).sum(0)
                tokens[name] = tokens.get(name, 0) + len(x)

            hooks.append(module.register_forward_pre_hook(hook))
        for image in {image_bytes(r): r for r in rows}.values():
            self.model.model.get_image_features(self.inputs([image], [self.prompt("")])["pixel_values"])
        for h in hooks:
            h.remove()
        return {name: (s / tokens[name]).float() for name, s in sums.items()}

    def apply_vision(self, profile, calibration):
        statistics = self.calibrate_vision(calibration)
        for name, (module, key) in self.vision_matrices().items():
            weight = module.weight.data
            score = scores(profile.get("criterion", "wanda"), weight, statistics.get(name))
            order = torch.sort(score, dim=-1, stable=True)[1]
            weight.scatter_(1, order[:, : int(weight.shape[1] * profile.get(key, 0))], 0)

    @torch.no_grad()
    def calibrate(self, rows):
        """Mean squared input of every linear layer: image prefix once an image, the rest once a question."""
        sums, hooks, weights = {}, [], {}
        for index, layer in enumerate(self.layers):
            for key, path in PROJECTIONS.items():
                module = layer.get_submodule(path)

                def hook(_, args, slot=(index, key)):
                    x = args[0].reshape(-1, args[0].shape[-1]).double()
                    sums[slot] = sums.get(slot, 0) + (x * x * weights["row"][:, None]).sum(0)

                hooks.append(module.register_forward_pre_hook(hook))
        seen, tokens = set(), 0
        for r in rows:
            text = self.prompt(r["question"]) + " " + r["answer"]
            inputs = self.inputs([r], [text])
            ids = inputs["input_ids"][0]
            last_image = int((ids == self.image_token).nonzero()[-1])
            weight = torch.ones(len(ids), dtype=torch.float64)
            if image_bytes(r) in seen:
                weight[: last_image + 1] = 0
            seen.add(image_bytes(r))
            weights["row"] = weight
            tokens += float(weight.sum())
            self.model.model(**inputs)
        for h in hooks:
            h.remove()
        return {slot: (s / tokens).float() for slot, s in sums.items()}

    def apply(self, profile, calibration):
        """Prunes by a criterion's scores and sets the bits; a sequential mask calibrates anew for every layer."""
        sequential = profile.get("mask", "one-shot") == "sequential"
        statistics = None if sequential else self.calibrate(calibration)
        for plan in sorted(profile["layers"], key=lambda p: p["layer"]):
            index = plan["layer"]
            if sequential:
                statistics = self.calibrate(calibration)  # this layer is still dense, those before it are pruned
            n, m = map(int, plan["pattern"].split(":")) if "pattern" in plan else (0, 1)
            ratios = plan.get("pruning_ratio", n / m)
            for key, path in PROJECTIONS.items():
                ratio = ratios.get(key, 0) if isinstance(ratios, dict) else ratios
                weight = self.layers[index].get_submodule(path).weight.data
                score = scores(profile.get("criterion", "wanda"), weight, statistics.get((index, key)))
                if n and ratio:
                    for start in range(0, weight.shape[1], m):
                        group = score[:, start : start + m]
                        least = torch.topk(group, n, dim=1, largest=False)[1]
                        weight.scatter_(1, start + least, 0)
                else:
                    order = torch.sort(score, dim=-1, stable=True)[1]
                    weight.scatter_(1, order[:, : int(weight.shape[1] * ratio)], 0)
            self.bits[index] = (plan.get("key_bits", 16), plan.get("value_bits", 16))
        if "vision_pruning_ratio" in profile or "projector_pruning_ratio" in profile:
            self.apply_vision(profile, calibration)

    @torch.no_grad()
    def answer(self, rows, batch):
        """Option scoring; a question with multi-token options runs once an option."""
        for start in range(0, len(rows), batch):
            chunk = rows[start : start + batch]
            jobs = []  # (question, option, prompt ids, option ids)
            for i, r in enumerate(chunk):
                prompt_ids = self.tokenizer(self.prompt(r["question"]))["input_ids"]
                options = [
                    self.tokenizer(self.prompt(r["question"]) + " " + o)["input_ids"] for o in r["options"]
                ]
                assert all(o[: len(prompt_ids)] == prompt_ids for o in options), r["sample_id"]
                jobs.append([o[len(prompt_ids) :] for o in options])
            logps = [[None] * len(j) for j in jobs]
            single = [all(len(o) == 1 for o in j) for j in jobs]
            forwards = []  # (question, option or None, text)
            for i, r in enumerate(chunk):
                if single[i]:
                    forwards.append((i, None, self.prompt(r["question"])))
                else:
                    forwards += [
                        (i, o, self.prompt(r["question"]) + " " + text) for o, text in enumerate(r["options"])
                    ]
            for k in range(0, len(forwards), batch):
                part = forwards[k : k + batch]
                inputs = self.inputs([chunk[i] for i, _, _ in part], [t for _, _, t in part])
                lengths = inputs["attention_mask"].sum(1)
                cache = None
                if any(b != (16, 16) for b in self.bits):
                    cache = QuantizeOnWrite(self.bits)
                hidden = self.model.model(
                    **inputs, past_key_values=cache, use_cache=cache is not None
                ).last_hidden_state
                for row, (i, option, _) in enumerate(part):
                    n = int(lengths[row])
                    if option is None:
                        logp = self.model.lm_head(hidden[row, n - 1]).log_softmax(-1)
                        logps[i] = [float(logp[o[0]]) for o in jobs[i]]
                    else:
                        ids = jobs[i][option]
                        states = hidden[row, n - len(ids) - 1 : n - 1]
                        logp = self.model.lm_head(states).log_softmax(-1)
                        logps[i][option] = sum(float(logp[t, token]) for t, token in enumerate(ids))
            for i, r in enumerate(chunk):
                best = max(range(len(r["options"])), key=lambda o: (logps[i][o], -o))
                prediction = r["options"][best]
                yield {
                    "sample_id": r["sample_id"],
                    "prediction": prediction,
                    "correct": prediction == r["answer"],
                    "option_logprobs": logps[i],
                }


def scores(criterion, weight, mean_square):
    """Which weights go first, as the published codes have it."""
    w = weight.abs()
    if criterion == "magnitude":
        return w
    if criterion == "wanda":
        return w * torch.sqrt(mean_square.reshape(1, -1))
    if criterion == "ria":
        share = w / w.sum(dim=0) + w / w.sum(dim=1, keepdim=True)
        return share * torch.sqrt(mean_square.reshape(1, -1)) ** 0.5
    assert criterion == "optspa", criterion
    share = w / torch.sqrt((w**2).sum(dim=0, keepdim=True)) + w / torch.sqrt((w**2).sum(dim=1, keepdim=True))
    return torch.log1p(share) * torch.pow(mean_square.reshape(1, -1), 0.25)


def image_bytes(row):
    image = row["image"]
    return image["bytes"] if isinstance(image, dict) else image


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--samples", required=True)
    parser.add_argument("--split", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--profile")
    parser.add_argument("--calibration-split", default="train")
    parser.add_argument("--calibration-samples", type=int, default=128)
    parser.add_argument("--batch", default="16", help="one or several, comma separated: all are timed, best counts")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    rows = pq.read_table(args.samples).to_pylist()
    asked = [r for r in rows if r["split"] == args.split]
    asked = asked[: args.limit] if args.limit else asked
    reference = Reference(args.model)
    calibration, profile = None, None
    if args.profile:
        profile = json.load(open(args.profile))
        calibration = [r for r in rows if r["split"] == args.calibration_split]
        calibration = calibration[: args.calibration_samples] if args.calibration_samples else calibration
    list(reference.answer(asked[:64], 16))  # warm
    switched = time.perf_counter()
    if profile:
        reference.apply(profile, calibration)
    switched = time.perf_counter() - switched
    speeds = {}
    for batch in map(int, args.batch.split(",")):
        start = time.perf_counter()
        lines = list(reference.answer(asked, batch))
        speeds[batch] = len(asked) / (time.perf_counter() - start + switched)
        print(f"transformers batch {batch}: {speeds[batch]:.1f} questions/s", file=sys.stderr)
    with open(args.out, "w") as out:
        for line in lines:
            out.write(json.dumps(line) + "\n")
    accuracy = sum(line["correct"] for line in lines) / len(lines)
    print(
        json.dumps(
            {
                "accuracy": accuracy,
                "questions": len(lines),
                "questions_per_second": max(speeds.values()),
                "best_batch": max(speeds, key=speeds.get),
            }
        )
    )


if __name__ == "__main__":
    main()
