"""Makes src/test/resources/prune/masks.json: masks of the published Wanda code, run by torch.

    python make_prune_goldens.py > ../resources/prune/masks.json        (pip: torch==2.7.1)

The rule is that of wanda (arXiv 2306.11695): metric = |W| * sqrt(scaler_row), a stable sort of each row,
the first int(W.shape[1] * ratio) columns go. Weights are multiples of 1/64, so that magnitudes tie; two rows
are constant, one is zero, one channel never saw an input. torch built with MKL takes square roots that are an ulp
off for a fifth of all numbers, torch on CUDA those of IEEE 754; the scores here are of the latter, and it is checked
that the masks are of both. fp32 values are written as their bits, masks as hex, a bit per weight.
"""

import json

import torch


def wanda_mask(metric: torch.Tensor, ratio: float) -> torch.Tensor:
    mask = torch.zeros_like(metric, dtype=torch.bool)
    order = torch.sort(metric, dim=-1, stable=True)
    pruned = order[1][:, : int(metric.shape[1] * ratio)]
    mask.scatter_(1, pruned, True)
    return mask


def bits(tensor: torch.Tensor) -> list[int]:
    return tensor.flatten().contiguous().view(torch.int32).tolist()


def packed(mask: torch.Tensor) -> str:
    text = "".join("1" if m else "0" for m in mask.flatten().tolist())
    return "".join(f"{int(text[i : i + 4].ljust(4, '0'), 2):x}" for i in range(0, len(text), 4))


def case(name: str, rows: int, columns: int, coarse: bool, seed: int) -> dict:
    generator = torch.Generator().manual_seed(seed)
    weights = torch.randn(rows, columns, generator=generator) * 0.05
    if coarse:
        weights = torch.round(weights * 64) / 64
    weights[1], weights[2] = 0.25, -0.5
    weights[3] = 0.0
    scaler_row = torch.rand(columns, generator=generator) ** 4 * 3
    scaler_row[columns // 2] = 0.0
    if coarse:
        scaler_row = torch.round(scaler_row * 4) / 4
    metrics = {
        "magnitude": torch.abs(weights),
        "wanda": torch.abs(weights) * torch.sqrt(scaler_row.reshape((1, -1))),
    }
    by_mkl = metrics["wanda"]
    metrics["wanda"] = torch.abs(weights) * torch.sqrt(scaler_row.double()).float().reshape((1, -1))
    ratios = [0.05, 0.1, 0.3, 0.37, 0.5, 0.55, 0.7, 0.95]
    for ratio in ratios:
        assert torch.equal(wanda_mask(by_mkl, ratio), wanda_mask(metrics["wanda"], ratio)), ratio
    return {
        "name": name,
        "rows": rows,
        "columns": columns,
        "weights": bits(weights),
        "scaler_row": bits(scaler_row),
        "wanda_scores": bits(metrics["wanda"]),
        "masks": [
            {"criterion": criterion, "ratio": ratio, "mask": packed(wanda_mask(metric, ratio))}
            for criterion, metric in metrics.items()
            for ratio in ratios
        ],
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    cases = [case("fine", 6, 40, False, 1), case("ties", 6, 50, True, 2), case("long rows", 4, 1100, True, 3)]
    print(json.dumps(cases, separators=(",", ":")))
