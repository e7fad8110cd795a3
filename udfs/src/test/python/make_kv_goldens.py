"""Makes goldens/kv.json: how likely the demo model finds answers when its cache is quantized.

    python make_kv_goldens.py REPOSITORY_ROOT

Needs: pip install torch==2.7.1 transformers==5.23.0 pillow==13.0.0 torchvision==0.22.1

Literal on purpose: whole prompts without a cache, and an attention that looks up, query by query, what
the cache would hold at that moment. Definitions: README, "Vocabulary".
"""

import json
import pathlib
import sys

import torch
from PIL import Image
from transformers import AttentionInterface, AutoProcessor, LlavaForConditionalGeneration

ROOT = pathlib.Path(sys.argv[1])
GOLDENS = ROOT / "udfs/src/test/resources/goldens"
GROUP = 32
# The last two are long enough that groups of 32 tokens end in the question and in the answer.
QUESTIONS = [
    "What color is the large shape?",
    "Look at the large shape, at the small shape beside it and at the background behind both of them: is there a "
    "circle in the picture, or is there none? Answer with yes or no.",
    "Is it the circle that is left of the blue square, or is it the blue square that is left of the circle, or are "
    "there neither circles nor squares of that kind in this picture?",
]
OPTIONS = ["yes", "red", "left of the blue square and above the large green circle that is beside it", "no"]
# With fewer bits, values on the border of two codes, which rounding sends to either side, matter more.
PROFILES = [
    ("token", [(6, 8)] * 8),
    ("token", [(4, 16)] * 8),
    ("channel-keys", [(4, 16)] * 8),
    ("channel-keys", [(6, 8), (16, 6), (8, 16), (6, 8), (4, 8), (16, 16), (6, 8), (4, 6)]),
]


def quantize(x, bits):
    """Uniform asymmetric over the last axis; scale and zero rounded to fp16 before they are used."""
    if bits == 16:
        return x
    levels = 2**bits - 1
    zero = x.amin(-1, keepdim=True).half().float()
    scale = ((x.amax(-1, keepdim=True) - x.amin(-1, keepdim=True)) / levels).half().float()
    q = torch.round((x - zero) / torch.where(scale == 0, torch.ones_like(scale), scale))
    return torch.where(scale == 0, zero, q.clamp(0, levels) * scale + zero)


STATE = {}


def attend(module, query, key, value, attention_mask, scaling, **_):
    """(1, A, T, D), (1, G, T, D), (1, G, T, D) -> (1, T, A, D)"""
    key_bits, value_bits = STATE["bits"][module.layer_idx]
    stored_values = quantize(value, value_bits)
    repeats = query.shape[1] // key.shape[1]
    outputs = []
    for t in range(query.shape[2]):
        if STATE["grouping"] == "token":
            seen = quantize(key[:, :, : t + 1], key_bits)
        else:
            whole = (t + 1) // GROUP * GROUP
            parts = [
                quantize(key[:, :, i : i + GROUP].transpose(-1, -2), key_bits).transpose(-1, -2)
                for i in range(0, whole, GROUP)
            ]
            seen = torch.cat(parts + [key[:, :, whole : t + 1]], 2)
        k = seen.repeat_interleave(repeats, 1)
        v = stored_values[:, :, : t + 1].repeat_interleave(repeats, 1)
        weights = torch.softmax(query[:, :, t : t + 1] @ k.transpose(-1, -2) * scaling, -1)
        outputs.append(weights @ v)
    return torch.cat(outputs, 2).transpose(1, 2), None


@torch.no_grad()
def main():
    torch.set_num_threads(1)
    AttentionInterface.register("quantized", attend)
    directory = ROOT / "conf/demo/model"
    processor = AutoProcessor.from_pretrained(directory, backend="pil")
    model = LlavaForConditionalGeneration.from_pretrained(
        directory,
        dtype=torch.float32,
        attn_implementation={"text_config": "quantized", "vision_config": "sdpa"},
    ).eval()
    image = Image.open(GOLDENS / "images/exact-96.png").convert("RGB")
    cases = []
    for grouping, bits in PROFILES:
        STATE.update(grouping=grouping, bits=bits)
        for question in QUESTIONS:
            prompt = f"USER: <image>\n{question} ASSISTANT:"
            start = processor(images=image, text=prompt, return_tensors="pt")["input_ids"].shape[1]
            scores = []
            for option in OPTIONS:
                inputs = processor(images=image, text=f"{prompt} {option}", return_tensors="pt")
                logp = model(**inputs).logits[0].log_softmax(-1)
                ids = inputs["input_ids"][0]
                scores.append(sum(float(logp[t - 1, ids[t]]) for t in range(start, len(ids))))
            cases.append(
                {
                    "kv_grouping": grouping,
                    "bits": bits,
                    "question": question,
                    "tokens": len(ids),
                    "options": OPTIONS,
                    "option_logprobs": [round(s, 5) for s in scores],
                }
            )
    (GOLDENS / "kv.json").write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main()
