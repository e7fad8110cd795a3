# The LLaMA decoder, one call per layer. Rows are tokens, packed without padding.
#   N rows of the call, M rows that are read of them, H hidden, A attention heads, G KV heads,
#   g = A / G, D head_dim, F intermediate, I images, P tokens of the prefix, T tokens of an image
# w: a layer's weights [input norm (H), q|k|v ((A + 2G) D, H), o (H, A D), post norm (H),
#   gate|up (2F, H), down (H, F)]. Norms and softmax compute in fp32 (6) whatever the weights' type.
# token_weight: (N) float64 (7) asks for the sums of squares of every linear layer's input, (N, 1) for
#   the sums of products of its channels; empty asks for none.

def rms_norm(self: Kernels, x: Tensor, weight: Tensor, eps: float) -> Tensor:
  # (N, H) -> (N, H)
  xf = torch.to(x, 6)
  scale = torch.rsqrt_(torch.add_(torch.mean(xf * xf, [-1], True), eps))  # (N, 1)
  return weight * torch.type_as(xf * scale, x)

def rotate(self: Kernels, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  # (N, heads, D), (N, 1, D / 2) -> (N, heads, D)
  a, b = torch.chunk(x, 2, -1)
  c = torch.type_as(cos, x)
  s = torch.type_as(sin, x)
  return torch.cat([a * c - b * s, b * c + a * s], -1)

# Weighted sum over rows of the squares, or of the products of all channels, in float64.
def add_squares(self: Kernels, sums: List[Tensor], x: Tensor, token_weight: Tensor) -> NoneType:
  # (N, F), (N) -> one more (F); (N, F), (N, 1) -> one more (F, F)
  if torch.numel(token_weight) > 0:
    xd = torch.to(x, 7)
    if torch.dim(token_weight) == 1:
      sum = torch.mv(torch.transpose(xd * xd, 0, 1), token_weight)
    else:
      sum = torch.matmul(torch.transpose(xd * token_weight, 0, 1), xd)
    _0 = torch.append(sums, sum)
  return None

def embed(self: Kernels, embedding: Tensor, ids: Tensor, like: Tensor) -> Tensor:
  # (V, H), (N) -> (N, H) of like's type
  return torch.type_as(torch.embedding(embedding, ids), like)

# The text before the image, the same for all, and each image's features.
def embed_prefix(self: Kernels, embedding: Tensor, before: Tensor, features: Tensor, like: Tensor) -> Tensor:
  # (V, H), (B), (I, T, H) -> (I * (B + T), H)
  text = (self).embed(embedding, before, like)
  rows = torch.expand(torch.unsqueeze(text, 0), [torch.size(features, 0), -1, -1])
  return torch.flatten(torch.cat([rows, torch.type_as(features, like)], 1), 0, 1)

# Queries and keys with their rotary positions, and values.
def qkv(self: Kernels, h: Tensor, weight: Tensor, cos: Tensor, sin: Tensor, heads: int, kv_heads: int) -> Tuple[Tensor, Tensor, Tensor]:
  # (N, H) -> (N, A, D), (N, G, D), (N, G, D)
  y = torch.view(torch.linear(h, weight), [torch.size(h, 0), heads + kv_heads * 2, -1])  # (N, A + 2G, D)
  qk = (self).rotate(torch.narrow(y, 1, 0, heads + kv_heads), cos, sin)
  return (torch.narrow(qk, 1, 0, heads), torch.narrow(qk, 1, heads, kv_heads), torch.narrow(y, 1, heads + kv_heads, kv_heads))

# A layer over the rows of I prefixes, each causal in itself; returns the output, keys and values as
# attention reads them, (I, G, P, D), then the sums of squares. Keys are grouped by token, or by
# channel over `group` tokens; what fills no group stays as it is.
def prefix_layer(self: Kernels, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, images: int, heads: int, kv_heads: int, eps: float, key_bits: int, value_bits: int, group: int, token_weight: Tensor) -> List[Tensor]:
  # (I * P, H) -> (I * P, H), keys, values
  sums = annotate(List[Tensor], [])
  h = (self).rms_norm(x, w[0], eps)
  _0 = (self).add_squares(sums, h, token_weight)
  q, k, v = (self).qkv(h, w[1], cos, sin, heads, kv_heads)
  v4 = (self).by_head((self).kv_fake_quantize(v, value_bits), images)  # (I, G, P, D)
  q4 = torch.transpose(torch.unflatten(q, 0, [images, -1]), 1, 2)  # (I, A, P, D)
  g = torch.floordiv(heads, kv_heads)
  if group == 0:
    k4 = (self).by_head((self).kv_fake_quantize(k, key_bits), images)
    a4 = torch.scaled_dot_product_attention(q4, (self).per_head(k4, g), (self).per_head(v4, g), None, 0., True)
  else:
    raw = torch.unflatten(k, 0, [images, -1])  # (I, P, G, D)
    quantized = (self).whole_groups(raw, key_bits, group)
    k4 = (self).then_raw(quantized, raw)
    a4 = (self).channel_attention(q4, torch.transpose(quantized, 1, 2), torch.transpose(raw, 1, 2), v4, 0, group)
  a = torch.reshape(torch.transpose(a4, 1, 2), [torch.size(x, 0), -1])  # (I P, A D)
  out = (self).after_attention(x, a, w, eps, sums, token_weight)
  return torch.add([out, k4, v4], sums)

# Attention of the newest queries where keys are grouped by channel: `raw` are the keys from the first
# group on that was not whole before, of which `past` came before the queries; `quantized` are all
# whole groups.
def channel_attention(self: Kernels, q: Tensor, quantized: Tensor, raw: Tensor, v: Tensor, past: int, group: int) -> Tensor:
  # (B, A, n, D), (B, G, M * group, D), (B, G, past + n, D), (B, G, T, D) -> (B, A, n, D)
  g = torch.floordiv(torch.size(q, 1), torch.size(v, 1))
  span = torch.size(raw, 2)
  closed = torch.size(v, 2) - span
  mask = (self).kv_channel_mask(q, past, span - past, group)
  mask = torch.type_as(torch.constant_pad_nd(mask, [closed, 0]), q)
  k2 = torch.cat([quantized, raw], 2)
  v2 = torch.cat([torch.narrow(v, 2, 0, torch.size(quantized, 2)), torch.narrow(v, 2, closed, span)], 2)
  return torch.scaled_dot_product_attention(q, (self).per_head(k2, g), (self).per_head(v2, g), mask)

def whole_groups(self: Kernels, raw: Tensor, bits: int, group: int) -> Tensor:
  # (I, P, G, D) -> (I, M * group, G, D)
  whole = torch.floordiv(torch.size(raw, 1), group) * group
  return (self).kv_fake_quantize_channels(torch.narrow(raw, 1, 0, whole), bits, group)

def then_raw(self: Kernels, quantized: Tensor, raw: Tensor) -> Tensor:
  # (I, M * group, G, D), (I, P, G, D) -> (I, G, P, D)
  whole = torch.size(quantized, 1)
  rest = torch.narrow(raw, 1, whole, torch.size(raw, 1) - whole)
  return torch.contiguous(torch.transpose(torch.cat([quantized, rest], 1), 1, 2))

def by_head(self: Kernels, x: Tensor, images: int) -> Tensor:
  # (I * P, G, D) -> (I, G, P, D)
  return torch.contiguous(torch.transpose(torch.unflatten(x, 0, [images, -1]), 1, 2))

# The last layer of a prefix: nothing reads its output, only its keys and values.
def prefix_keys_values(self: Kernels, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, images: int, heads: int, kv_heads: int, eps: float, key_bits: int, value_bits: int, group: int) -> List[Tensor]:
  # (I * P, H) -> keys, values
  k, v = (self).keys_values((self).rms_norm(x, w[0], eps), w[1], cos, sin, heads, kv_heads)
  v4 = (self).by_head((self).kv_fake_quantize(v, value_bits), images)
  if group == 0:
    k4 = (self).by_head((self).kv_fake_quantize(k, key_bits), images)
  else:
    raw = torch.unflatten(k, 0, [images, -1])
    k4 = (self).then_raw((self).whole_groups(raw, key_bits, group), raw)
  return [k4, v4]

def keys_values(self: Kernels, h: Tensor, qkv: Tensor, cos: Tensor, sin: Tensor, heads: int, kv_heads: int) -> List[Tensor]:
  # (N, H) -> (N, G, D), (N, G, D)
  width = torch.floordiv(torch.size(qkv, 0), heads + kv_heads * 2)
  kv = torch.narrow(qkv, 0, heads * width, kv_heads * width * 2)
  y = torch.view(torch.linear(h, kv), [torch.size(h, 0), kv_heads * 2, -1])
  return [(self).rotate(torch.narrow(y, 1, 0, kv_heads), cos, sin), torch.narrow(y, 1, kv_heads, kv_heads)]

def per_head(self: Kernels, x: Tensor, g: int) -> Tensor:
  # (I, G, P, D) -> (I, G * g, P, D)
  if g == 1:
    y = x
  else:
    y = torch.flatten(torch.expand(torch.unsqueeze(x, 2), [-1, -1, g, -1, -1]), 1, 2)
  return y

# A layer over the rows of token trees, image after image. Rows attend to their image's prefix and,
# by the mask, to their ancestors and themselves.
#   keys, queries: how many of each an image has; mask: each image's (queries, P + keys), flat
#   read (M): rows whose output is wanted; empty for all
#   group, members, groups: 0 and empty where keys are grouped by token. By channel, tree keys stay raw
#   and each image has after them, as further keys, `groups` whole groups of `group` tokens, quantized;
#   members are their tokens, counted from the prefix's first one
# Returns the output of the rows that are read, then keys and values of all rows and the sums of squares.
def tree_layer(self: Kernels, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, prefix_k: Tensor, prefix_v: Tensor, keys: List[int], queries: List[int], mask: Tensor, read: Tensor, group: int, members: Tensor, groups: List[int], heads: int, kv_heads: int, eps: float, key_bits: int, value_bits: int, token_weight: Tensor) -> List[Tensor]:
  # (N, H) -> (M, H), (N, G, D), (N, G, D)
  sums = annotate(List[Tensor], [])
  h = (self).rms_norm(x, w[0], eps)
  _0 = (self).add_squares(sums, h, token_weight)
  if torch.numel(read) > 0:
    width = torch.floordiv(torch.size(w[1], 0), heads + kv_heads * 2)
    raw_k, raw_v = (self).keys_values(h, w[1], cos, sin, heads, kv_heads)
    hr = torch.index_select(h, 0, read)  # (M, H)
    qr = torch.linear(hr, torch.narrow(w[1], 0, 0, heads * width))
    q = (self).rotate(torch.view(qr, [torch.size(hr, 0), heads, -1]), torch.index_select(cos, 0, read), torch.index_select(sin, 0, read))
    xr = torch.index_select(x, 0, read)
  else:
    q, raw_k, raw_v = (self).qkv(h, w[1], cos, sin, heads, kv_heads)
    xr = x
  if group == 0:
    k = (self).kv_fake_quantize(raw_k, key_bits)
  else:
    k = raw_k
  v = (self).kv_fake_quantize(raw_v, value_bits)
  a = (self).tree_attention(q, k, v, prefix_k, prefix_v, keys, queries, mask, group, members, groups, key_bits)  # (M, A D)
  out = (self).after_attention(xr, a, w, eps, sums, token_weight)
  return torch.add([out, k, v], sums)

def tree_attention(self: Kernels, q: Tensor, k: Tensor, v: Tensor, prefix_k: Tensor, prefix_v: Tensor, keys: List[int], queries: List[int], mask: Tensor, group: int, members: Tensor, groups: List[int], key_bits: int) -> Tensor:
  # (M, A, D), (K, G, D), (K, G, D), (I, G, P, D), (I, G, P, D) -> (M, A * D)
  kv_heads = torch.size(k, 1)
  d = torch.size(k, 2)
  g = torch.floordiv(torch.size(q, 1), kv_heads)
  outs = annotate(List[Tensor], [])
  row = 0
  key = 0
  at = 0
  member = 0
  for i in range(torch.len(keys)):
    m = queries[i]
    n = keys[i]
    if m > 0:
      qi = torch.permute(torch.view(torch.narrow(q, 0, row, m), [m, kv_heads, g, d]), [1, 2, 0, 3])
      qi = torch.reshape(qi, [1, kv_heads, g * m, d])
      ki = torch.cat([torch.select(prefix_k, 0, i), torch.transpose(torch.narrow(k, 0, key, n), 0, 1)], 1)  # (G, P + n, D)
      vi = torch.cat([torch.select(prefix_v, 0, i), torch.transpose(torch.narrow(v, 0, key, n), 0, 1)], 1)
      if group > 0:
        own = torch.narrow(members, 0, member, groups[i] * group)
        whole = (self).kv_fake_quantize_channels(torch.transpose(torch.index_select(ki, 1, own), 0, 1), key_bits, group)
        ki = torch.cat([ki, torch.transpose(whole, 0, 1)], 1)
        vi = torch.cat([vi, torch.index_select(vi, 1, own)], 1)
      all = torch.size(ki, 1)
      mi = torch.view(torch.narrow(mask, 0, at, m * all), [1, m, all])
      mi = torch.reshape(torch.expand(mi, [g, -1, -1]), [1, 1, g * m, all])
      ai = torch.scaled_dot_product_attention(qi, torch.unsqueeze(ki, 0), torch.unsqueeze(vi, 0), torch.type_as(mi, qi))
      ai = torch.permute(torch.view(ai, [kv_heads, g, m, d]), [2, 0, 1, 3])
      _0 = torch.append(outs, torch.reshape(ai, [m, kv_heads * g * d]))
      at = at + m * all
    row = row + m
    key = key + n
    if group > 0:
      member = member + groups[i] * group
  return torch.cat(outs, 0)

def after_attention(self: Kernels, x: Tensor, a: Tensor, w: List[Tensor], eps: float, sums: List[Tensor], token_weight: Tensor) -> Tensor:
  # (N, H), (N, A * D) -> (N, H)
  _0 = (self).add_squares(sums, a, token_weight)
  y = torch.add_(torch.linear(a, w[2]), x)
  rows = torch.size(y, 0)
  # Where a few hundred rows' intermediates fit a CPU's cache, they go through it tile by tile; it
  # also spares the allocator large blocks that the system takes back and clears each time.
  tile = torch.floordiv(196608, torch.size(w[4], 0))
  tiled = torch.__and__(torch.__and__(tile >= 128, rows > tile), torch.numel(token_weight) == 0)
  if tiled:
    for i in range(torch.floordiv(rows + tile - 1, tile)):
      part = torch.narrow(y, 0, i * tile, ops.prim.min(tile, rows - i * tile))
      _1 = torch.add_(part, (self).feed_forward(part, w, eps, sums, token_weight))
    out = y
  else:
    out = torch.add_(y, (self).feed_forward(y, w, eps, sums, token_weight))
  return out

def feed_forward(self: Kernels, y: Tensor, w: List[Tensor], eps: float, sums: List[Tensor], token_weight: Tensor) -> Tensor:
  # (N, H) -> (N, H)
  h = (self).rms_norm(y, w[3], eps)
  _0 = (self).add_squares(sums, h, token_weight)
  gate, up = torch.chunk(torch.linear(h, w[4]), 2, -1)
  f = torch.mul_(torch.silu(gate), up)  # (N, F)
  _1 = (self).add_squares(sums, f, token_weight)
  return torch.linear(f, w[5])

# The last row of each of `batch` equally long sequences.
def last_rows(self: Kernels, x: Tensor, batch: int) -> Tensor:
  # (B * n, H) -> (B, H)
  return torch.contiguous(torch.select(torch.unflatten(x, 0, [batch, -1]), 1, -1))

# Log-probabilities of the token that follows each row.
def next_token(self: Kernels, x: Tensor, norm: Tensor, output: Tensor, eps: float) -> Tensor:
  # (M, H), (H), (V, H) -> (M, V) fp32
  h = (self).rms_norm(x, norm, eps)
  if ops.prim.dtype(h) == ops.prim.dtype(output):
    logits = torch.linear(h, output)
  else:
    logits = (self).linear_in_tiles(h, output)
  return torch.log_softmax(logits, -1, 6)

def pick(self: Kernels, table: Tensor, row: Tensor, column: Tensor) -> Tensor:
  # (M, V), (S), (S) -> (S)
  return torch.index_select(torch.flatten(table), 0, row * torch.size(table, 1) + column)

# The likeliest column of each row; -1 where the row holds a NaN.
def likeliest(self: Kernels, table: Tensor) -> Tensor:
  # (M, V) -> (M)
  best, column = torch.max(table, 1)
  return torch.masked_fill(column, torch.ne(best, best), -1)
