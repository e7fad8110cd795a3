# Matrices as a compressed model keeps them: dense in the stored type, or one bit a weight that says
# whether it is there, little-endian in bytes, and the bytes of those that are.

def kept_weights(self: Kernels, x: Tensor) -> Tensor:
  # (R, C) -> (1)
  return torch.view(torch.sum(torch.ne(x, 0)), [1])

def store_dense(self: Kernels, x: Tensor, stored: int) -> Tensor:
  return torch.contiguous(torch.to(x, stored))

def store_masked(self: Kernels, x: Tensor, stored: int) -> List[Tensor]:
  # (R, C) -> (R C / 8) uint8, (kept * bytes) uint8
  flat = torch.flatten(x)
  kept = torch.ne(flat, 0)
  missing = torch.remainder(-torch.numel(flat), 8)
  bits = torch.view(torch.to(torch.constant_pad_nd(kept, [0, missing]), 0), [-1, 8])
  mask = torch.select(bits, 1, 0)
  for i in range(7):
    mask = torch.bitwise_or(mask, torch.bitwise_left_shift(torch.select(bits, 1, i + 1), i + 1))
  values = torch.to(torch.masked_select(flat, kept), stored)
  return [mask, torch.view_copy(values, dtype=0)]

# Writes rows of a matrix in the type it is computed in; the results are `out` itself.
def expand_dense(self: Kernels, out: Tensor, values: Tensor) -> Tensor:
  return torch.copy_(out, values)

def expand_masked(self: Kernels, out: Tensor, mask: Tensor, values: Tensor, stored: int) -> Tensor:
  bits = annotate(List[Tensor], [])
  for i in range(8):
    _0 = torch.append(bits, torch.bitwise_and(torch.bitwise_right_shift(mask, i), 1))
  kept = torch.narrow(torch.flatten(torch.stack(bits, 1)), 0, 0, torch.numel(out))
  weights = torch.type_as(torch.view_copy(values, dtype=stored), out)
  return torch.masked_scatter_(torch.zero_(out), torch.view(torch.to(kept, 11), torch.size(out)), weights)

def rows_of(self: Kernels, x: Tensor, first: int, rows: int) -> Tensor:
  return torch.narrow(x, 0, first, rows)

def workspace(self: Kernels, like: Tensor, rows: int, columns: int) -> Tensor:
  return torch.new_empty(like, [rows, columns])

def as_type(self: Kernels, weights: List[Tensor], like: Tensor) -> List[Tensor]:
  y = annotate(List[Tensor], [])
  for i in range(torch.len(weights)):
    _0 = torch.append(y, torch.type_as(weights[i], like))
  return y

# The output head in another type than what it reads: converted some rows at a time.
def linear_in_tiles(self: Kernels, x: Tensor, weight: Tensor) -> Tensor:
  # (M, H), (V, H) -> (M, V)
  parts = annotate(List[Tensor], [])
  rows = torch.size(weight, 0)
  for i in range(torch.floordiv(rows + 4095, 4096)):
    part = torch.narrow(weight, 0, i * 4096, ops.prim.min(4096, rows - i * 4096))
    _0 = torch.append(parts, torch.linear(x, torch.type_as(part, x)))
  return torch.cat(parts, -1)

# A matrix in the type and on the device of another tensor, in memory of its own.
def placed(self: Kernels, x: Tensor, like: Tensor) -> Tensor:
  return torch.to(x, like, False, True)

# What positions of a grid leave of matrices that are stacked by rows: one compare a weight. A position of -1 leaves all.
def apply_levels(self: Kernels, dense: Tensor, levels: Tensor, rows: List[int], positions: List[int]) -> Tensor:
  # (R, C), (R, C) uint8 -> (R, C)
  out = torch.empty_like(dense)
  zero = torch.new_zeros(dense, [1])
  first = 0
  for i in range(torch.len(rows)):
    part = torch.narrow(out, 0, first, rows[i])
    own = torch.narrow(dense, 0, first, rows[i])
    if positions[i] < 0:
      _0 = torch.copy_(part, own)
    else:
      kept = torch.gt(torch.narrow(levels, 0, first, rows[i]), positions[i])
      _1 = torch.where(kept, own, zero, out=part)
    first = first + rows[i]
  return out
