# The CLIP vision encoder and the projector. I images, T patches, C = T + 1 with the class token,
# E width, A heads, D = E / A, J intermediate, S image side, p patch side.

# The bytes of a tensor as stored, in the type it was stored in (15 = bf16), then as `dtype`.
def from_bytes(self: Kernels, bytes: Tensor, stored: int, dtype: int, shape: List[int]) -> Tensor:
  # (bytes) uint8 -> shape
  return torch.view(torch.to(torch.view_copy(bytes, dtype=stored), dtype), shape)

def concatenate_rows(self: Kernels, parts: List[Tensor]) -> Tensor:
  # (R_i, …) each -> (Σ R_i, …)
  return torch.cat(parts, 0)

# w: [patch (E, 3 p p), class (E), position (C, E), pre-norm weight (E), bias (E)]
def clip_embed(self: Kernels, pixels: Tensor, stored: List[Tensor], patch: int, eps: float, like: Tensor) -> Tensor:
  # (I, 3, S, S) -> (I, C, E) of like's type
  w = (self).as_type(stored, like)
  images = torch.size(pixels, 0)
  side = torch.floordiv(torch.size(pixels, 2), patch)
  kept = torch.narrow(torch.narrow(pixels, 2, 0, side * patch), 3, 0, side * patch)
  grid = torch.permute(torch.reshape(kept, [images, 3, side, patch, side, patch]), [0, 2, 4, 1, 3, 5])
  patches = torch.type_as(torch.reshape(grid, [images, side * side, 3 * patch * patch]), w[0])
  x = torch.linear(patches, w[0])  # (I, T, E)
  x = torch.cat([torch.expand(torch.view(w[1], [1, 1, -1]), [images, -1, -1]), x], 1)
  return torch.layer_norm(x + w[2], [torch.size(w[1], 0)], w[3], w[4], eps)

# w: [norm 1 weight (E), bias, q|k|v weight (3E, E), bias, out weight (E, E), bias,
#     norm 2 weight (E), bias, fc1 weight (J, E), bias, fc2 weight (E, J), bias]
def clip_layer(self: Kernels, x: Tensor, stored: List[Tensor], heads: int, eps: float, quick: bool) -> Tensor:
  # (I, C, E) -> (I, C, E)
  out = (self).clip_layer_squares(x, stored, heads, eps, quick, torch.to(torch.new_empty(x, [0]), 7))
  return out[0]

# The same, then the sums of squares of every linear layer's input; token_weight (I C) as the decoder's.
def clip_layer_squares(self: Kernels, x: Tensor, stored: List[Tensor], heads: int, eps: float, quick: bool, token_weight: Tensor) -> List[Tensor]:
  # (I, C, E) -> (I, C, E), (E), (E), (E), (J)
  sums = annotate(List[Tensor], [])
  w = (self).as_type(stored, x)
  images = torch.size(x, 0)
  c = torch.size(x, 1)
  e = torch.size(x, 2)
  h = torch.layer_norm(x, [e], w[0], w[1], eps)
  _0 = (self).add_squares(sums, torch.flatten(h, 0, 1), token_weight)
  y = torch.permute(torch.view(torch.linear(h, w[2], w[3]), [images, c, 3, heads, -1]), [2, 0, 3, 1, 4])
  q, k, v = torch.unbind(y, 0)  # (I, A, C, D)
  a = torch.scaled_dot_product_attention(q, k, v)
  a = torch.reshape(torch.transpose(a, 1, 2), [images, c, e])
  _1 = (self).add_squares(sums, torch.flatten(a, 0, 1), token_weight)
  x1 = torch.add_(torch.linear(a, w[4], w[5]), x)
  h1 = torch.layer_norm(x1, [e], w[6], w[7], eps)
  _2 = (self).add_squares(sums, torch.flatten(h1, 0, 1), token_weight)
  f = (self).clip_activation(torch.linear(h1, w[8], w[9]), quick)
  _3 = (self).add_squares(sums, torch.flatten(f, 0, 1), token_weight)
  return torch.add([torch.add_(torch.linear(f, w[10], w[11]), x1)], sums)

# GELU, or OpenAI's x * sigmoid(1.702 x).
def clip_activation(self: Kernels, x: Tensor, quick: bool) -> Tensor:
  if quick:
    y = torch.mul_(torch.sigmoid_(x * 1.702), x)
  else:
    y = torch.gelu(x)
  return y

# w: [linear 1 weight, bias, linear 2 weight, bias]; skip: 1 leaves the class token out.
def project(self: Kernels, x: Tensor, stored: List[Tensor], skip: int, quick: bool) -> Tensor:
  # (I, C, E) -> (I, C - skip, H) fp32
  out = (self).project_squares(x, stored, skip, quick, torch.to(torch.new_empty(x, [0]), 7))
  return out[0]

# The same, then the sums of squares of both linear layers' input.
def project_squares(self: Kernels, x: Tensor, stored: List[Tensor], skip: int, quick: bool, token_weight: Tensor) -> List[Tensor]:
  # (I, C, E) -> (I, C - skip, H) fp32, (E), (H)
  sums = annotate(List[Tensor], [])
  w = (self).as_type(stored, x)
  kept = torch.narrow(x, 1, skip, torch.size(x, 1) - skip)
  _0 = (self).add_squares(sums, torch.flatten(kept, 0, 1), token_weight)
  h = (self).clip_activation(torch.linear(kept, w[0], w[1]), quick)
  _1 = (self).add_squares(sums, torch.flatten(h, 0, 1), token_weight)
  return torch.add([torch.to(torch.linear(h, w[2], w[3]), 6)], sums)
