"""Makes src/test/resources/prune/masks.json and criteria.json: masks of the published codes' rules, run by torch.

    python make_prune_goldens.py        (pip: torch==2.7.1)

The rule is that of wanda (arXiv 2306.11695): metric = |W| * sqrt(scaler_row), a stable sort of each row,
the first int(W.shape[1] * ratio) columns go. Weights are multiples of 1/64, so that magnitudes tie; two rows
are constant, one is zero, one channel never saw an input. torch built with MKL takes square roots that are an ulp
off for a fifth of all numbers, torch on CUDA those of IEEE 754; the scores here are of the latter, and it is checked
that the masks are of both. fp32 values are written as their bits, masks as hex, a bit per weight.

criteria.json holds, on other weights without zeros or ties, what later codes add: RIA (arXiv 2402.17775), the
criterion of arXiv 2507.20613 (optspa) and Wanda under n:m patterns as masks, where the gap between the last weight
that goes and the first that stays is checked to be far wider than rounding; SparseGPT (arXiv 2301.00774) as updated
weights, computed here in float64 from the algorithm of the paper: the inverse Hessian is not factored but has each
removed column eliminated, which is the same in exact arithmetic.
"""

import json
from pathlib import Path

import torch

RESOURCES = Path(__file__).resolve().parents[1] / "resources/prune"


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


def relative(weights: torch.Tensor, norm) -> torch.Tensor:
    w = torch.abs(weights.double())
    return w / norm(w, 0).reshape(1, -1) + w / norm(w, 1).reshape(-1, 1)


def two_norm(w: torch.Tensor, dim: int) -> torch.Tensor:
    return torch.sqrt((w * w).sum(dim=dim))


def scores(criterion: str, weights: torch.Tensor, scaler_row: torch.Tensor) -> torch.Tensor:
    mean_square = scaler_row.double().reshape(1, -1)
    if criterion == "wanda":
        return torch.abs(weights.double()) * torch.sqrt(mean_square)
    if criterion == "ria":
        return relative(weights, lambda w, dim: w.sum(dim=dim)) * torch.sqrt(mean_square) ** 0.5
    return torch.log1p(relative(weights, two_norm)) * mean_square**0.25


def pattern_mask(metric: torch.Tensor, n: int, m: int) -> torch.Tensor:
    mask = torch.zeros_like(metric, dtype=torch.bool)
    for start in range(0, metric.shape[1], m):
        chosen = torch.topk(metric[:, start : start + m], n, dim=1, largest=False)[1]
        mask.scatter_(1, start + chosen, True)
    return mask


def require_gap(metric: torch.Tensor, mask: torch.Tensor, width: int) -> None:
    """Within each group of so many columns, what goes and what stays lie apart by more than fp32 rounding."""
    for start in range(0, metric.shape[1], width):
        part, gone = metric[:, start : start + width], mask[:, start : start + width]
        highest = torch.where(gone, part, -torch.inf).amax(dim=1)
        lowest = torch.where(gone, torch.inf, part).amin(dim=1)
        assert ((lowest - highest) / lowest > 1e-5).all()


def sparse_gpt(weights: torch.Tensor, inputs: torch.Tensor, ratio: float, n: int, m: int) -> torch.Tensor:
    """Algorithm 1 with blocks of 128 columns; a weight is removed by the optimal brain surgeon's update (eq. 3)."""
    w = weights.double().clone()
    x = inputs.double()
    hessian = 2 * x.T @ x / x.shape[0]
    dead = torch.diag(hessian) == 0
    hessian[dead, dead] = 1
    w[:, dead] = 0
    hessian += 0.01 * torch.mean(torch.diag(hessian)) * torch.eye(w.shape[1], dtype=torch.float64)
    columns = w.shape[1]
    inverse = torch.linalg.inv(hessian)
    curvature = torch.empty(columns, dtype=torch.float64)  # [H^-1]_jj once the columns before j are eliminated
    rows_of_inverse = []
    for j in range(columns):
        curvature[j] = inverse[j, j]
        rows_of_inverse.append(inverse[j].clone())
        inverse = inverse - torch.outer(inverse[:, j], inverse[j]) / inverse[j, j]
    for start in range(0, columns, 128):
        end = min(start + 128, columns)
        saliency = w[:, start:end] ** 2 / curvature[start:end]
        threshold = torch.sort(saliency.flatten())[0][int(saliency.numel() * ratio)]
        mask = saliency <= threshold
        for j in range(start, end):
            if n and (j - start) % m == 0:
                group = w[:, j : j + m] ** 2 / curvature[j : j + m]
                mask[:, j - start : j - start + m] = pattern_mask(group, n, m)
            gone = mask[:, j - start]
            step = torch.where(gone, w[:, j] / curvature[j], 0.0)
            row = rows_of_inverse[j].clone()
            row[: j + 1] = 0
            w = w - torch.outer(step, row)
            w[gone, j] = 0
    return w.float()


def criteria_case(rows: int, columns: int, seed: int) -> dict:
    generator = torch.Generator().manual_seed(seed)
    weights = torch.randn(rows, columns, generator=generator) * 0.05
    tokens = 2 * columns
    mixing = torch.randn(columns, columns, generator=generator) / columns**0.5 + torch.eye(columns)
    scale = torch.rand(columns, generator=generator) ** 2 * 3
    inputs = (torch.randn(tokens, columns, generator=generator) @ mixing) * scale
    inputs = torch.round(inputs * 64) / 64  # short numbers; products of them are exact in float64
    inputs[:, columns // 3] = 0
    scaler_row = ((inputs.double() ** 2).sum(dim=0) / tokens).float()
    masks = []
    for criterion in ["ria", "optspa"]:
        for ratio in [0.1, 0.37, 0.5, 0.7, 0.9]:
            metric = scores(criterion, weights, scaler_row)
            mask = wanda_mask(metric, ratio)
            require_gap(metric, mask, columns)
            masks.append({"criterion": criterion, "ratio": ratio, "pattern": "", "mask": packed(mask)})
    for criterion in ["wanda", "ria", "optspa"]:
        for n, m in [(2, 4), (4, 8)]:
            metric = scores(criterion, weights, scaler_row)
            mask = pattern_mask(metric, n, m)
            require_gap(metric, mask, m)
            masks.append({"criterion": criterion, "ratio": n / m, "pattern": f"{n}:{m}", "mask": packed(mask)})
    return {
        "rows": rows,
        "columns": columns,
        "weights": bits(weights),
        "scaler_row": bits(scaler_row),
        "products": ((inputs.double().T @ inputs.double()) * 4096).to(torch.int64).flatten().tolist(),
        "tokens": tokens,
        "masks": masks,
        "sparsegpt": [
            {"ratio": ratio, "pattern": f"{n}:{m}" if n else "", "weights": bits(sparse_gpt(weights, inputs, ratio, n, m))}
            for ratio, n, m in [(0.3, 0, 1), (0.6, 0, 1), (0.5, 2, 4), (0.5, 4, 8)]
        ],
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    cases = [case("fine", 6, 40, False, 1), case("ties", 6, 50, True, 2), case("long rows", 4, 1100, True, 3)]
    (RESOURCES / "masks.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
    later = [criteria_case(5, 48, 4), criteria_case(3, 144, 5)]
    (RESOURCES / "criteria.json").write_text(json.dumps(later, separators=(",", ":")) + "\n")
