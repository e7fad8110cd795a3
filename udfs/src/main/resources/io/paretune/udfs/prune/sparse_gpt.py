# SparseGPT (arXiv 2301.00774, algorithm 1). R rows, C columns, float64 (7) throughout.

# The upper Cholesky factor of the inverse of the damped Hessian. A channel that never saw an input
# gets a curvature of 1.
def inverse_factor(self: Kernels, hessian: Tensor, damping: float) -> Tensor:
  # (C, C) -> (C, C)
  d = torch.diagonal(hessian)
  h = torch.add(hessian, torch.diag(torch.to(torch.eq(d, 0.), 7)))
  c = torch.mean(torch.diagonal(h)) * damping
  h = torch.add(h, torch.diag(torch.ones_like(d) * c))
  inverse = torch.cholesky_inverse(torch.linalg_cholesky(h))
  return torch.contiguous(torch.transpose(torch.linalg_cholesky(inverse), 0, 1))

# Block after block of columns: which weights go is decided for the whole block, or for each group of
# columns under an n:m pattern; then column after column, what a removed weight did is passed on to
# the columns that follow.
#   gone: how many weights of each block go, plus one by the published code's threshold; zeros: n, or
#   0 without a pattern; group: m
def sparse_gpt(self: Kernels, weight: Tensor, hessian: Tensor, factor: Tensor, gone: List[int], block: int, zeros: int, group: int) -> Tensor:
  # (R, C) fp32, (C, C), (C, C) -> (R, C) fp32
  alive = torch.to(torch.ne(torch.diagonal(hessian), 0.), 7)
  w = torch.to(weight, 7) * alive
  columns = torch.size(w, 1)
  for b in range(torch.len(gone)):
    start = b * block
    count = ops.prim.min(block, columns - start)
    w1 = torch.clone(torch.narrow(w, 1, start, count))
    f1 = torch.narrow(torch.narrow(factor, 0, start, count), 1, start, count)
    d1 = torch.diagonal(f1)
    kept = torch.zeros_like(w1)
    error = torch.zeros_like(w1)
    saliency = torch.pow(w1, 2) / torch.pow(d1, 2)
    threshold = torch.select(torch.sort(torch.flatten(saliency))[0], 0, gone[b])
    if zeros == 0:
      mask = torch.le(saliency, threshold)
    else:
      mask = torch.lt(saliency, -1.)
    for i in range(count):
      if torch.__and__(zeros > 0, torch.remainder(i, group) == 0):
        part = torch.pow(torch.narrow(w1, 1, i, group), 2) / torch.pow(torch.narrow(d1, 0, i, group), 2)
        _0, least = torch.topk(part, zeros, 1, False)
        _1 = torch.scatter_(mask, 1, least + i, True)
      column = torch.select(w1, 1, i)
      q = torch.masked_fill(column, torch.select(mask, 1, i), 0.)
      _2 = torch.copy_(torch.select(kept, 1, i), q)
      e = (column - q) / torch.select(d1, 0, i)
      _3 = torch.copy_(torch.select(error, 1, i), e)
      rest = torch.narrow(w1, 1, i, count - i)
      _4 = torch.sub_(rest, torch.outer(e, torch.narrow(torch.select(f1, 0, i), 0, i, count - i)))
    _5 = torch.copy_(torch.narrow(w, 1, start, count), kept)
    after = columns - start - count
    if after > 0:
      rest2 = torch.narrow(w, 1, start + count, after)
      f2 = torch.narrow(torch.narrow(factor, 0, start, count), 1, start + count, after)
      _6 = torch.sub_(rest2, torch.matmul(error, f2))
  return torch.to(w, 6)
