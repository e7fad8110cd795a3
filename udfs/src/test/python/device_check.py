"""Checks the kernels that executors compile against transformers' layers, on a CPU or a GPU, and times them.

    ./paretune kernels --out kernels.pt
    python device_check.py --kernels kernels.pt [--device cuda] [--dtype bf16] [--layers 2] [--check-only]
                           [--runs 5] [--prompt 640] [--batch 1] [--threads N]

Needs: pip install torch==2.7.1 transformers==5.23.0
Layers have the shapes of LLaVA-1.5-7B and random weights; they are checked in fp32 and in bf16, and timed in one of them.
Exit status 1 if a check fails. Every figure is measured in this run; what it says of a CPU says nothing of a GPU.
"""

import argparse
import statistics
import sys
import time

import torch
from transformers import CLIPVisionConfig, DynamicCache, LlamaConfig
from transformers.models.clip.modeling_clip import CLIPEncoderLayer
from transformers.models.llama.modeling_llama import LlamaDecoderLayer, LlamaRotaryEmbedding

GROUP = 32
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
LLAMA = dict(
    hidden_size=4096,
    intermediate_size=11008,
    num_attention_heads=32,
    num_key_value_heads=32,
    num_hidden_layers=1,
    rms_norm_eps=1e-5,
    max_position_embeddings=4096,
)
CLIP = dict(hidden_size=1024, intermediate_size=4096, num_attention_heads=16, image_size=336, patch_size=14)


class Check:
    """Collects what was compared."""

    failed = 0

    def close(self, name, ours, theirs, tolerance):
        """The largest difference, in standard deviations of what it should be."""
        worst = float((ours.float() - theirs.float()).abs().max() / theirs.float().std())
        self.say(name, worst <= tolerance, f"largest difference {worst:.2e} standard deviations, at most {tolerance:.0e}")

    def equal(self, name, ours, theirs):
        self.say(name, torch.equal(ours, theirs), "bit for bit")

    def say(self, name, right, how):
        self.failed += not right
        print(f"{'ok  ' if right else 'FAIL'}  {name}: {how}", flush=True)


class Device:
    def __init__(self, name):
        self.name = name

    def wait(self):
        if self.name != "cpu":
            torch.cuda.synchronize()

    def seconds(self, work, runs, warm=1):
        """Median."""
        for _ in range(warm):
            work()
        times = []
        for _ in range(runs):
            self.wait()
            start = time.perf_counter()
            work()
            self.wait()
            times.append(time.perf_counter() - start)
        return statistics.median(times)


def random_weights(make, device, dtype):
    """A module of transformers, without the time that its own initialisation takes."""
    with torch.device("meta"):
        module = make()
    module = module.eval().to(dtype).to_empty(device=device)
    for p in module.parameters():
        p.requires_grad_(False)
        p.normal_(0, 0.02) if p.dim() > 1 else p.uniform_(0.5, 1.5)
    return module


class Layer:
    """One decoder layer as transformers has it, and its weights as the kernels take them."""

    def __init__(self, device, dtype):
        self.config = LlamaConfig(**LLAMA)
        self.config._attn_implementation = "sdpa"
        self.theirs = random_weights(lambda: LlamaDecoderLayer(self.config, 0), device, dtype)
        with torch.device(device):
            self.rotary = LlamaRotaryEmbedding(self.config)
        a, m = self.theirs.self_attn, self.theirs.mlp
        self.weights = [
            self.theirs.input_layernorm.weight,
            torch.cat([a.q_proj.weight, a.k_proj.weight, a.v_proj.weight]),
            a.o_proj.weight,
            self.theirs.post_attention_layernorm.weight,
            torch.cat([m.gate_proj.weight, m.up_proj.weight]),
            m.down_proj.weight,
        ]
        self.heads, self.kv_heads = self.config.num_attention_heads, self.config.num_key_value_heads
        self.dim = self.config.hidden_size // self.heads
        self.eps = self.config.rms_norm_eps

    def angles(self, positions):
        """(N, 1, D / 2), as RotaryTable makes them."""
        frequencies = 1 / (10000.0 ** (torch.arange(0, self.dim, 2, device=positions.device).float() / self.dim))
        angle = positions.float()[:, None] * frequencies
        return angle.cos()[:, None], angle.sin()[:, None]

    def forward(self, x, start, cache=None):
        """transformers' layer on (B, n, H), positions from `start`."""
        positions = torch.arange(start, start + x.shape[1], device=x.device)[None]
        rotary = self.rotary(x, positions)
        out = self.theirs(x, position_embeddings=rotary, past_key_values=cache, attention_mask=None)
        return out[0] if isinstance(out, tuple) else out


class Pages:
    """Paged keys and values of B sequences of up to T tokens, as KvPages lays them out."""

    def __init__(self, kernels, layer, batch, tokens, bits, packed, like, group=0):
        self.k, self.layer, self.batch, self.bits, self.packed, self.group = kernels, layer, batch, bits, packed, group
        blocks = (tokens + GROUP - 1) // GROUP
        # Blocks lie interleaved, as sequences that grow side by side take them.
        ids = torch.arange(blocks * batch, device=like.device).view(blocks, batch).T.contiguous()
        self.blocks = ids
        self.places = (ids[:, :, None] * GROUP + torch.arange(GROUP, device=like.device)).view(batch, -1)
        self.values = self.pages([layer.dim], blocks * batch * GROUP, like)
        rows = blocks * batch * (1 if group else GROUP)
        self.keys = self.pages([layer.dim, group] if group else [layer.dim], rows, like)
        self.open_at = torch.arange(batch * GROUP, device=like.device).view(batch, GROUP)
        self.open = torch.zeros(batch * GROUP, layer.kv_heads, layer.dim, dtype=like.dtype, device=like.device)

    def pages(self, shape, rows, like):
        empty = self.k.kv_new_pages(like, self.layer.kv_heads, shape, self.bits, self.packed)
        return [self.k.kv_grow(part, rows) for part in empty]

    def bytes(self):
        return sum(t.numel() * t.element_size() for t in self.keys + self.values)

    def extend(self, x, past):
        """(B, n, H) -> (B, n, H)"""
        layer, n = self.layer, x.shape[1]
        cos, sin = layer.angles(torch.arange(past, past + n, device=x.device).repeat(self.batch))
        whole = self.blocks[:, : (past + n) // GROUP]
        out = self.k.paged_extend_layer(
            x.flatten(0, 1), layer.weights, cos, sin, self.keys, self.values, self.open,
            self.places[:, past : past + n].flatten(), self.places[:, : past + n], whole, self.open_at, past,
            layer.heads, layer.kv_heads, layer.eps, self.bits, self.bits, self.packed, self.group,
        )  # fmt: skip
        return out.unflatten(0, (self.batch, n))

    def decode(self, x, past):
        """(B, 1, H) -> (B, 1, H); grouped by token."""
        layer, t = self.layer, past + 1
        cos, sin = layer.angles(torch.full([self.batch], past, device=x.device))
        none = torch.zeros(0, dtype=torch.int64, device=x.device)
        out = self.k.paged_decode_layer(
            x.flatten(0, 1), layer.weights, cos, sin, self.keys, self.values, self.open,
            self.places[:, past].contiguous(), self.places[:, :t], torch.zeros(self.batch, t, device=x.device),
            none, none, none, none, none, max(1, 8192 // t),
            layer.heads, layer.kv_heads, layer.eps, self.bits, self.bits, self.packed, 0,
        )  # fmt: skip
        return out.unflatten(0, (self.batch, 1))


def check_decoder(kernels, layer, like, check, all_bits):
    tolerance = 1e-3 if like.dtype == torch.float32 else 6e-2
    x = torch.randn(2, 70, 4096, device=like.device, dtype=like.dtype)
    cos, sin = layer.angles(torch.arange(70, device=x.device).repeat(2))
    no_sums = torch.zeros(0, dtype=torch.float64, device=x.device)
    ours = kernels.prefix_layer(
        x.flatten(0, 1), layer.weights, cos, sin, 2, layer.heads, layer.kv_heads, layer.eps, 16, 16, 0, no_sums
    )[0]
    theirs = layer.forward(x, 0)
    check.close("prefill of a decoder layer", ours.unflatten(0, (2, 70)), theirs, tolerance)
    pages = Pages(kernels, layer, 2, 80, 16, True, like)
    cache = DynamicCache()
    layer.forward(x, 0, cache)
    pages.extend(x, 0)
    chunk = torch.randn(2, 5, 4096, device=x.device, dtype=x.dtype)
    # A mask is needed where several tokens follow cached ones; token by token none is.
    theirs = torch.cat([layer.forward(chunk[:, i : i + 1], 70 + i, cache) for i in range(5)], 1)
    ours = torch.cat([pages.extend(chunk[:, :3], 70)] + [pages.decode(chunk[:, i : i + 1], 70 + i) for i in (3, 4)], 1)
    check.close("chunk and decoding over pages", ours, theirs, tolerance)
    for group in (0, GROUP):
        for bits in all_bits:
            both = []
            for packed in (True, False):
                pages = Pages(kernels, layer, 1, 40, bits, packed, like, group)
                out = [pages.extend(x[:1, :34], 0), pages.extend(chunk[:1, :2], 34)]
                if not group:
                    out.append(pages.decode(chunk[:1, 2:3], 36))
                both.append(torch.cat(out, 1))
            name = f"{bits}-bit keys and values, keys by {'channel' if group else 'token'}: packed as plain"
            check.equal(name, both[0], both[1])


def check_search(kernels, layer, like, check):
    """What candidates are scored with: trees of tokens after a prefix, and generation after it."""
    tolerance = 1e-3 if like.dtype == torch.float32 else 6e-2
    device, p = like.device, 40
    x = torch.randn(1, p, 4096, device=device, dtype=like.dtype)
    none = torch.zeros(0, dtype=torch.int64, device=device)
    no_sums = torch.zeros(0, dtype=torch.float64, device=device)
    cos, sin = layer.angles(torch.arange(p, device=device))
    _, keys, values = kernels.prefix_layer(
        x[0], layer.weights, cos, sin, 1, layer.heads, layer.kv_heads, layer.eps, 16, 16, 0, no_sums
    )[:3]
    # Token 0 follows the prefix, 1 and 2 each follow it: two answers that begin alike.
    tree = torch.randn(3, 4096, device=device, dtype=like.dtype)
    cos, sin = layer.angles(torch.tensor([p, p + 1, p + 1], device=device))
    seen = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1]], device=device).bool()
    mask = torch.cat([torch.ones(3, p, device=device).bool(), seen], 1)
    mask = torch.zeros(3, p + 3, device=device).masked_fill(~mask, float("-inf"))
    ours = kernels.tree_layer(
        tree, layer.weights, cos, sin, keys, values, [3], [3], mask.flatten(), none, 0, none, [0],
        layer.heads, layer.kv_heads, layer.eps, 16, 16, no_sums,
    )[0]  # fmt: skip
    theirs = []
    for branch in ((0, 1), (0, 2)):
        cache = DynamicCache()
        layer.forward(x, 0, cache)
        theirs.append([layer.forward(tree[None, t : t + 1], p + i, cache)[0, 0] for i, t in enumerate(branch)])
    check.close("a tree of tokens after a prefix", ours, torch.stack([theirs[0][0], theirs[0][1], theirs[1][1]]), tolerance)
    tails = [torch.zeros(2, layer.kv_heads, 4, layer.dim, dtype=like.dtype, device=device) for _ in range(2)]
    first = torch.arange(2 * layer.kv_heads, device=device) * 4  # each sequence's and head's first place
    rows = torch.arange(2, device=device)
    cos, sin = layer.angles(torch.full([2], p, device=device))
    ours = kernels.decode_layer(
        tree[:2], layer.weights, cos, sin, keys, values, tails[0], tails[1], first, rows, rows,
        torch.zeros(2, 1, 1, 1, dtype=torch.bool, device=device), 1,
        layer.heads, layer.kv_heads, layer.eps, 16, 16, no_sums,
    )  # fmt: skip
    theirs = []
    for t in range(2):
        cache = DynamicCache()
        layer.forward(x, 0, cache)
        theirs.append(layer.forward(tree[None, t : t + 1], p, cache)[0, 0])
    check.close("generation after a shared prefix", ours, torch.stack(theirs), tolerance)


def check_vision(kernels, like, check):
    config = CLIPVisionConfig(**CLIP)
    config._attn_implementation = "sdpa"
    theirs = random_weights(lambda: CLIPEncoderLayer(config), like.device, like.dtype)
    a = theirs.self_attn
    qkv = [a.q_proj, a.k_proj, a.v_proj]
    weights = [
        theirs.layer_norm1.weight, theirs.layer_norm1.bias,
        torch.cat([p.weight for p in qkv]), torch.cat([p.bias for p in qkv]), a.out_proj.weight, a.out_proj.bias,
        theirs.layer_norm2.weight, theirs.layer_norm2.bias,
        theirs.mlp.fc1.weight, theirs.mlp.fc1.bias, theirs.mlp.fc2.weight, theirs.mlp.fc2.bias,
    ]  # fmt: skip
    x = torch.randn(1, 577, 1024, device=like.device, dtype=like.dtype)
    out = theirs(x, None)
    out = out[0] if isinstance(out, tuple) else out
    ours = kernels.clip_layer(x, weights, 16, config.layer_norm_eps, True)
    check.close("a CLIP layer", ours, out, 1e-3 if like.dtype == torch.float32 else 6e-2)


def stacked(layer):
    """The rows of each projection in the layer's matrices."""
    q, kv, f = layer.heads * layer.dim, layer.kv_heads * layer.dim, LLAMA["intermediate_size"]
    return [(layer.weights[1], [q, kv, kv]), (layer.weights[2], [q]), (layer.weights[4], [f, f]), (layer.weights[5], [4096])]


def random_levels(matrix):
    return torch.randint(0, 20, matrix.shape, device=matrix.device, dtype=torch.uint8)


def check_weights(kernels, layer, like, check):
    matrix, rows = stacked(layer)[0]
    levels = random_levels(matrix)
    pruned = kernels.apply_levels(matrix, levels, rows, [9, -1, 14])
    expected = matrix.clone()
    expected[: rows[0]].masked_fill_(levels[: rows[0]] <= 9, 0)
    expected[-rows[2] :].masked_fill_(levels[-rows[2] :] <= 14, 0)
    check.equal("q, k and v at the 10th of 20 levels, dense and at the 15th", pruned, expected)
    host = torch.randn(64, 64)
    check.equal("fp32 weights of the host, placed", kernels.placed(host, like).cpu(), host.to(like.dtype))
    number = {torch.float32: 6, torch.bfloat16: 15}[like.dtype]
    mask, values = kernels.store_masked(pruned, number)
    out = torch.empty_like(pruned)
    check.equal("bitmask and values expanded", kernels.expand_masked(out, mask, values, number), pruned)


def line(what, figure):
    print(f"{what:58s} {figure}", flush=True)


def time_weights(kernels, layer, device, like, runs):
    dense = layer.weights[5]
    count, size = dense.numel(), dense.element_size()
    out = torch.empty_like(dense)
    copy = 2 * count * size / device.seconds(lambda: out.copy_(dense), runs) / 1e9
    line("limit: copying a 4096 x 11008 matrix", f"{copy:.1f} GB/s")
    parts = [(m, random_levels(m), rows) for m, rows in stacked(layer)]
    weights = sum(m.numel() for m, _, _ in parts)
    seconds = device.seconds(lambda: [kernels.apply_levels(m, l, r, [9] * len(r)) for m, l, r in parts], runs)
    rate = weights * (2 * size + 1) / seconds / 1e9
    line("profile switch: a layer from its levels", f"{rate:.1f} GB/s, {100 * rate / copy:.0f} % of the limit, {1e3 * seconds:.2f} ms")
    host = dense.float().cpu()
    seconds = device.seconds(lambda: kernels.placed(host, like), runs)
    line("profile switch: a matrix pruned on the host, placed", f"{4 * count / seconds / 1e9:.1f} GB/s of fp32, {1e3 * seconds:.2f} ms")
    levels = parts[3][1]
    number = {4: 6, 2: 15}[size]
    mask, values = kernels.store_masked(dense.masked_fill(levels <= 9, 0), number)
    moved = mask.numel() + values.numel() + count * size
    rate = moved / device.seconds(lambda: kernels.expand_masked(out, mask, values, number), runs) / 1e9
    line("bitmask and values expanded, half of them zero", f"{rate:.1f} GB/s, {100 * rate / copy:.0f} % of the limit")
    return copy


def time_decoder(kernels, layer, layers, device, like, runs, prompt, batch, copy):
    weights = sum(w.numel() for w in layer.weights)
    a = torch.randn(prompt, 4096, device=like.device, dtype=like.dtype)
    product = 2 * prompt * 4096 * layer.weights[4].shape[0]
    rate = product / device.seconds(lambda: a @ layer.weights[4].T, runs)
    line(f"limit: matrix product {prompt} x 4096 x {layer.weights[4].shape[0]}", f"{rate / 1e12:.3f} TFLOP/s")
    x = torch.randn(1, prompt, 4096, device=like.device, dtype=like.dtype)

    def deep(work):
        return lambda: [work() for _ in range(layers)]

    def prefill(name, seconds):
        share = 2 * prompt * weights * layers / seconds / rate
        line(f"prefill, {prompt} tokens, {layers} layers: {name}", f"{prompt / seconds:.0f} tokens/s, {100 * share:.0f} % of the limit")

    prefill("transformers", device.seconds(deep(lambda: layer.forward(x, 0)), runs))
    for bits in (16, 8, 4, 2):
        pages = Pages(kernels, layer, 1, prompt, bits, True, like)
        prefill(f"pages of {bits} bits, {pages.bytes() / 1e6:.2f} MB", device.seconds(deep(lambda: pages.extend(x, 0)), runs))
    one = torch.randn(batch, 1, 4096, device=like.device, dtype=like.dtype)
    full = torch.randn(batch, prompt, 4096, device=like.device, dtype=like.dtype)
    bound = weights * like.element_size() * layers / (copy * 1e9 / 2)  # a copy reads half of what it moves

    def decode(name, seconds):
        share = 100 * bound / seconds
        line(f"decode, {batch} x {prompt} tokens cached: {name}", f"{batch / seconds:.1f} tokens/s, weights read at {share:.0f} % of a copy's reads")

    cache = DynamicCache()
    layer.forward(full, 0, cache)

    def theirs():
        layer.forward(one, prompt, cache)
        cache.crop(-1)

    decode("transformers", device.seconds(deep(theirs), runs))
    for bits in (16, 8, 4, 2):
        pages = Pages(kernels, layer, batch, prompt + 1, bits, True, like)
        pages.extend(full, 0)
        decode(f"pages of {bits} bits", device.seconds(deep(lambda: pages.decode(one, prompt)), runs))


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kernels", required=True)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", choices=DTYPES, help="without it, fp32 on a CPU and bf16 on a GPU")
    parser.add_argument("--layers", type=int, default=2, help="layers that are timed one after another")
    parser.add_argument("--prompt", type=int, default=640)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--check-only", action="store_true")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(7)
    dtype = DTYPES[args.dtype or ("fp32" if args.device == "cpu" else "bf16")]
    torch.backends.cuda.matmul.allow_tf32 = False
    name = torch.cuda.get_device_name(args.device) if args.device != "cpu" else f"{torch.get_num_threads()} CPU threads"
    print(f"torch {torch.__version__} on {name}, {dtype}")
    device = Device(args.device)
    kernels = torch.jit.load(args.kernels, map_location=args.device)
    check = Check()
    for other in sorted(DTYPES.values(), key=lambda t: t == dtype):  # the one that is timed comes last
        print(f"checks in {other}")
        layer = Layer(args.device, other)
        like = torch.zeros(1, dtype=other, device=args.device)
        check_decoder(kernels, layer, like, check, (8, 6, 4, 3, 2) if other == dtype else (6, 3))
        check_search(kernels, layer, like, check)
        check_vision(kernels, like, check)
        check_weights(kernels, layer, like, check)
    if check.failed:
        sys.exit(f"{check.failed} checks failed")
    if not args.check_only:
        copy = time_weights(kernels, layer, device, like, args.runs)
        time_decoder(kernels, layer, args.layers, device, like, args.runs, args.prompt, args.batch, copy)


if __name__ == "__main__":
    main()
