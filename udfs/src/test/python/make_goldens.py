"""Makes the golden files of the checkpoint, image and model tests with transformers and Pillow.

    python make_goldens.py REPOSITORY_ROOT

Needs: pip install torch==2.7.1 transformers==5.23.0 pillow==13.0.0 safetensors numpy

Writes below udfs/src/test/resources/goldens:
  random-llava/            a checkpoint of random weights (bf16) with the demo's tokenizer: 3 decoder layers, 4 heads on 2 KV
                           heads of a width that is not hidden/heads, image 56, patch 14, all vision tokens kept (strategy full)
  images/                  the image files that the cases and the pixel goldens use
  goldens.json             what each model answers: see `answers`
  goldens.safetensors      its tensors, float32; names are "<model>/<case>/logits", "<model>/<image file>/features"
  pixels.json, pixels.safetensors
                           "<side>/<image file>": uint8 (3, side, side) after convert, resize, crop with transformers' Pillow backend;
                           "normalised/<side>/<image file>": float32 after rescale and normalize
"""

import json
import pathlib
import shutil
import sys

import numpy as np
import torch
from PIL import Image, ImageDraw
from safetensors.torch import save_file
from transformers import (
    AutoTokenizer,
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
)

ROOT = pathlib.Path(sys.argv[1])
OUT = ROOT / "udfs/src/test/resources/goldens"
DEMO = ROOT / "conf/demo/model"
RANDOM = OUT / "random-llava"
IMAGES = OUT / "images"
IMAGE_TOKEN = 2045
STEPS = 20
OPTIONS = ["yes", "no", "red", "a green circle", "left of the blue square"]
QUESTIONS = ["Is there a circle in the picture?", "What color is the large shape?"]


def drawing(width, height, seed):
    """A smooth background with shapes and some noise: every filter has something to do."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    base = np.stack([255 * x / width, 255 * y / height, 127 + 120 * np.sin(x / 5 + y / 7)], -1)
    image = Image.fromarray((base + rng.normal(0, 6, base.shape)).clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.ellipse([width // 8, height // 8, width // 2, height // 2], fill=(220, 30, 40), outline=(0, 0, 0))
    draw.rectangle([width // 2, height // 2, width - 4, height - 6], fill=(30, 60, 230))
    draw.line([0, height - 1, width - 1, 0], fill=(255, 255, 255), width=2)
    return image


def make_images():
    IMAGES.mkdir(parents=True, exist_ok=True)
    drawing(56, 56, 1).save(IMAGES / "exact-56.png")
    drawing(96, 96, 2).save(IMAGES / "exact-96.png")
    drawing(150, 113, 3).save(IMAGES / "large.png")
    drawing(131, 90, 4).save(IMAGES / "photo.jpg", quality=85)
    # The rest is for the decoders and the conversion to RGB.
    small = drawing(70, 61, 5)
    alpha = Image.fromarray((np.mgrid[0:61, 0:70][1] * 255 // 69).astype(np.uint8))
    rgba = small.copy()
    rgba.putalpha(alpha)
    rgba.save(IMAGES / "rgba.png")
    small.convert("L").save(IMAGES / "gray.png")
    small.convert("LA").save(IMAGES / "gray-opaque-alpha.png")
    gray_alpha = small.convert("LA")
    gray_alpha.putalpha(alpha)
    gray_alpha.save(IMAGES / "gray-alpha.png")
    small.quantize(40).save(IMAGES / "palette.png")
    small.quantize(13).save(IMAGES / "palette-4-bit.png", bits=4)
    small.quantize(40).save(IMAGES / "palette-transparent.png", transparency=bytes([0, 80, 160]))
    small.convert("1").save(IMAGES / "one-bit.png")
    small.save(IMAGES / "color-key.png", transparency=small.getpixel((20, 20)))
    small.convert("L").save(IMAGES / "gray-key.png", transparency=small.convert("L").getpixel((9, 9)))
    Image.fromarray((np.asarray(small.convert("L")).astype(np.uint16) * 9)).save(IMAGES / "gray-16-bit.png")
    small.save(IMAGES / "color-444.jpg", quality=92, subsampling=0)
    small.save(IMAGES / "color-422.jpg", quality=75, subsampling=1)
    small.save(IMAGES / "progressive.jpg", quality=80, progressive=True)
    small.convert("L").save(IMAGES / "gray.jpg", quality=85)
    small.convert("CMYK").save(IMAGES / "cmyk.jpg", quality=90)
    drawing(20, 150, 6).save(IMAGES / "narrow.png")
    drawing(30, 24, 7).save(IMAGES / "tiny.png")
    drawing(57, 56, 8).save(IMAGES / "one-more.png")
    interlaced(small, IMAGES / "interlaced.png")


def interlaced(image, path):
    """Pillow reads Adam7 but does not write it."""
    import struct
    import zlib

    pixels = np.asarray(image)
    raw = b""
    for x0, y0, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
        for row in pixels[y0::dy, x0::dx]:
            if len(row):
                raw += b"\0" + row.tobytes()

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", image.width, image.height, 8, 2, 0, 0, 1)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")
    )


def make_random_checkpoint():
    torch.manual_seed(3)
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=3,
            num_attention_heads=4,
            image_size=56,
            patch_size=14,
            projection_dim=16,
            hidden_act="gelu",
        ),
        text_config=LlamaConfig(
            vocab_size=2048,
            hidden_size=32,
            intermediate_size=56,
            num_hidden_layers=3,
            num_attention_heads=4,
            num_key_value_heads=2,
            head_dim=12,
            max_position_embeddings=512,
            rms_norm_eps=1e-6,
            rope_parameters={"rope_theta": 5000.0, "rope_type": "default"},
            bos_token_id=1,
            eos_token_id=2,
            pad_token_id=2046,
        ),
        image_token_index=IMAGE_TOKEN,
        image_seq_length=17,
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
    )
    model = LlavaForConditionalGeneration(config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" in name:
                weight.copy_(torch.randn_like(weight) * 0.2 + (0.0 if name.endswith("bias") else 1.0))
            elif weight.dim() == 1:
                weight.normal_(std=0.2)
            elif "embed_tokens" in name:
                weight.normal_(std=1.0)
            else:
                weight.normal_(std=1.3 / weight[0].numel() ** 0.5)
    shutil.rmtree(RANDOM, ignore_errors=True)
    model.to(torch.bfloat16).save_pretrained(RANDOM)
    for name in ["tokenizer_config.json", "chat_template.jinja"]:
        shutil.copy(DEMO / name, RANDOM / name)
    # tokenizer.json is the demo's: tests copy it there, 120 KB are not stored twice.
    settings = json.loads((DEMO / "preprocessor_config.json").read_text())
    settings["size"] = {"shortest_edge": 56}
    settings["crop_size"] = {"height": 56, "width": 56}
    (RANDOM / "preprocessor_config.json").write_text(json.dumps(settings, indent=2) + "\n")


def processor(directory):
    return CLIPImageProcessorPil(**json.loads((directory / "preprocessor_config.json").read_text()))


def pixels(directory, name, **settings):
    with Image.open(IMAGES / name) as image:
        return processor(directory)(image, return_tensors="pt", **settings)["pixel_values"]


def make_pixels():
    tensors = {}
    for side, directory in [(56, RANDOM), (96, DEMO)]:
        for file in sorted(IMAGES.iterdir()):
            if side == 96 and file.name not in ("exact-96.png", "large.png", "photo.jpg", "tiny.png"):
                continue
            done = pixels(directory, file.name, do_rescale=False, do_normalize=False)[0]
            tensors[f"{side}/{file.name}"] = done.to(torch.uint8).contiguous()
    tensors["normalised/56/large.png"] = pixels(RANDOM, "large.png")[0].contiguous()
    # Cropped where the image is smaller than the crop, and the other filters.
    for resample, filter in enumerate(["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"]):
        done = pixels(RANDOM, "large.png", resample=resample, do_rescale=False, do_normalize=False, size={"shortest_edge": 40})
        tensors[f"{filter}-40-padded-to-56/large.png"] = done[0].to(torch.uint8).contiguous()
    save_file(tensors, OUT / "pixels.safetensors")


class Reference:
    """One model, run by transformers in float32 without a cache."""

    def __init__(self, directory):
        self.directory = directory
        self.model = LlavaForConditionalGeneration.from_pretrained(
            directory, dtype=torch.float32, attn_implementation="eager"
        ).eval()
        self.tokenizer = AutoTokenizer.from_pretrained(DEMO)
        config = self.model.config
        patches = (config.vision_config.image_size // config.vision_config.patch_size) ** 2
        self.image_tokens = patches + (config.vision_feature_select_strategy == "full")

    def ids(self, text):
        return self.tokenizer(text)["input_ids"]

    def logits(self, ids, pixel_values):
        expanded = []
        for token in ids:
            expanded += [token] * (self.image_tokens if token == IMAGE_TOKEN else 1)
        with torch.no_grad():
            return self.model(input_ids=torch.tensor([expanded]), pixel_values=pixel_values).logits[0]

    def features(self, pixel_values):
        with torch.no_grad():
            features = self.model.model.get_image_features(pixel_values=pixel_values)
        features = getattr(features, "pooler_output", features)
        return torch.stack(list(features)) if isinstance(features, (list, tuple)) else features


def answers(reference, image, question, tensors, prefix):
    """One case: the prompt's tokens (one image token), logits after it, each option's score, and greedy tokens."""
    values = pixels(reference.directory, image)
    prompt = f"USER: <image>\n{question} ASSISTANT:"
    ids = reference.ids(prompt)
    # The processor's own expansion of the image token must give the same tokens.
    spread = reference.ids(prompt.replace("<image>", "<image>" * reference.image_tokens))
    assert [t for t in spread if t != IMAGE_TOKEN] == [t for t in ids if t != IMAGE_TOKEN]
    last = reference.logits(ids, values)[-1]
    tensors[f"{prefix}/logits"] = last.contiguous()
    scores, option_ids = [], []
    for option in OPTIONS:
        whole = reference.ids(f"{prompt} {option}")
        assert whole[: len(ids)] == ids, option
        tail = whole[len(ids) :]
        rows = torch.log_softmax(reference.logits(whole, values)[-len(tail) - 1 : -1].double(), -1)
        scores.append(float(rows[torch.arange(len(tail)), torch.tensor(tail)].sum()))
        option_ids.append(tail)
    generated, closest = [], float("inf")
    while len(generated) < STEPS and (not generated or generated[-1] != 2):
        top = reference.logits(ids + generated, values)[-1].topk(2)
        closest = min(closest, float(top.values[0] - top.values[1]))
        generated.append(int(top.indices[0]))
    assert closest > 2e-4, f"{prefix}: greedy decoding has a near tie ({closest})"
    return {
        "image": image,
        "question": question,
        "prompt": prompt,
        "input_ids": ids,
        "options": OPTIONS,
        "option_ids": option_ids,
        "option_logprobs": scores,
        "generated_ids": generated,
        "generated_text": reference.tokenizer.decode(generated, skip_special_tokens=True),
        "closest_greedy_margin": closest,
    }


def make_answers():
    tensors, models = {}, {}
    for name, directory, images, with_features in [
        ("random-llava", RANDOM, ["exact-56.png", "large.png", "photo.jpg"], 3),
        ("demo", DEMO, ["exact-96.png", "large.png", "photo.jpg"], 1),
    ]:
        reference = Reference(directory)
        cases = []
        for image in images:
            for question in QUESTIONS:
                cases.append(answers(reference, image, question, tensors, f"{name}/{len(cases)}"))
        for image in images[:with_features]:
            features = reference.features(pixels(directory, image)).reshape(reference.image_tokens, -1)
            tensors[f"{name}/{image}/features"] = features.contiguous()
        spread = torch.stack([tensors[f"{name}/{i}/logits"] for i in range(len(cases))])
        print(name, "logits: standard deviation", float(spread.std()), "top", spread.max(-1).values.tolist())
        models[name] = cases
    save_file(tensors, OUT / "goldens.safetensors")
    texts = ["", "a", "Is it  red?\n\nNo…", "ünïcode 漢字 🙂", "<s> and </s> and <image>", " leading", "x" * 300]
    tokenizer = AutoTokenizer.from_pretrained(DEMO)
    models["tokenizer"] = [
        {"text": t, "ids": tokenizer(t)["input_ids"], "decoded": tokenizer.decode(tokenizer(t)["input_ids"], skip_special_tokens=True)}
        for t in texts
    ]
    (OUT / "goldens.json").write_text(json.dumps(models, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    torch.set_num_threads(1)
    make_images()
    make_random_checkpoint()
    make_pixels()
    make_answers()
