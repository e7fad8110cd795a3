# Generation, one token of each of n sequences a call. Sequences about the same image read its prefix's keys and values
# together, as in Hydragen (arXiv 2402.05099 §3.1), and their own tokens' apart; one softmax goes over both.
#   n sequences, R images' places, m places that an image has for queries, S slots, C tokens of the longest tail,
#   P tokens of the prefix, H hidden, A attention heads, G KV heads, g = A / G, D head_dim
#   prefix_k, prefix_v (>= R, G, P, D); tail_k, tail_v (S, G, >= C, D): slot i holds sequence i
#   write (n G): where a row's keys and values go, as rows of (S G C', D)
#   ask (R m): which row's query stands at each place; answer (n): at which place each row's stands
#   unseen (n, 1, 1, C): true past a sequence's end

def decode_layer(self: Kernels, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, prefix_k: Tensor, prefix_v: Tensor, tail_k: Tensor, tail_v: Tensor, write: Tensor, ask: Tensor, answer: Tensor, unseen: Tensor, images: int, heads: int, kv_heads: int, eps: float, key_bits: int, value_bits: int, no_weight: Tensor) -> Tensor:
  # (n, H) -> (n, H)
  n = torch.size(x, 0)
  h = (self).rms_norm(x, w[0], eps)
  q, raw_k, raw_v = (self).qkv(h, w[1], cos, sin, heads, kv_heads)
  k = (self).kv_fake_quantize(raw_k, key_bits)
  v = (self).kv_fake_quantize(raw_v, value_bits)
  _0 = (self).write_tails([tail_k, tail_v], [k, v], write)
  c = torch.size(unseen, 3)
  tk = torch.narrow(torch.narrow(tail_k, 0, 0, n), 2, 0, c)
  tv = torch.narrow(torch.narrow(tail_v, 0, 0, n), 2, 0, c)
  pk = torch.narrow(prefix_k, 0, 0, images)
  pv = torch.narrow(prefix_v, 0, 0, images)
  a = (self).shared_prefix_attention(q, pk, pv, tk, tv, ask, answer, unseen)
  return (self).after_attention(x, a, w, eps, annotate(List[Tensor], []), no_weight)

def shared_prefix_attention(self: Kernels, q: Tensor, prefix_k: Tensor, prefix_v: Tensor, tail_k: Tensor, tail_v: Tensor, ask: Tensor, answer: Tensor, unseen: Tensor) -> Tensor:
  # (n, A, D), (R, G, P, D) x 2, (n, G, C, D) x 2 -> (n, A D)
  n, heads, d = torch.size(q)
  r, kv_heads, p, d0 = torch.size(prefix_k)
  c = torch.size(tail_k, 2)
  m = torch.floordiv(torch.size(ask, 0), r)
  qg = torch.view(torch.contiguous(q), [n, kv_heads, torch.floordiv(heads, kv_heads), d]) * torch.pow(d, -0.5)  # (n, G, g, D)
  pk = torch.transpose(torch.flatten(prefix_k, 0, 1), 1, 2)  # (R G, D, P)
  sp = (self).by_row(torch.bmm((self).by_image(qg, ask, r), pk), answer, r, m)  # (n, G, g, P)
  st = torch.matmul(qg, torch.transpose(tail_k, 2, 3))  # (n, G, g, C)
  st = torch.masked_fill_(st, unseen, -inf)
  s = torch.type_as(torch.softmax(torch.cat([sp, st], -1), -1, 6), q)  # (n, G, g, P + C)
  wp = (self).by_image(torch.narrow(s, -1, 0, p), ask, r)  # (R G, m g, P)
  out = (self).by_row(torch.bmm(wp, torch.flatten(prefix_v, 0, 1)), answer, r, m)  # (n, G, g, D)
  out = torch.add(out, torch.matmul(torch.narrow(s, -1, p, c), tail_v))
  return torch.reshape(out, [n, heads * d])

# Rows gathered image by image.
def by_image(self: Kernels, x: Tensor, ask: Tensor, images: int) -> Tensor:
  # (n, G, g, E) -> (R G, m g, E)
  y = torch.unflatten(torch.index_select(x, 0, ask), 0, [images, -1])  # (R, m, G, g, E)
  return torch.flatten(torch.flatten(torch.transpose(y, 1, 2), 2, 3), 0, 1)

# The opposite of by_image.
def by_row(self: Kernels, x: Tensor, answer: Tensor, images: int, m: int) -> Tensor:
  # (R G, m g, E) -> (n, G, g, E)
  y = torch.unflatten(torch.unflatten(x, 1, [m, -1]), 0, [images, -1])  # (R, G, m, g, E)
  return torch.index_select(torch.flatten(torch.transpose(y, 1, 2), 0, 1), 0, answer)

def write_tails(self: Kernels, tails: List[Tensor], rows: List[Tensor], write: Tensor) -> Tensor:
  # (S, G, C', D) each, (n, G, D) each, (n G)
  for i in range(torch.len(tails)):
    d = torch.size(tails[i], 3)
    _0 = torch.index_copy_(torch.view(tails[i], [-1, d]), 0, write, torch.reshape(rows[i], [-1, d]))
  return write

# Rows of a tree pass into tails, some of them into several.
def admit_tails(self: Kernels, tails: List[Tensor], rows: List[Tensor], source: Tensor, write: Tensor) -> Tensor:
  # (S, G, C', D) each, (N, G, D) each, (W), (W G)
  chosen = annotate(List[Tensor], [])
  for i in range(torch.len(rows)):
    _0 = torch.append(chosen, torch.index_select(rows[i], 0, source))
  return (self).write_tails(tails, chosen, write)

def move_tails(self: Kernels, tails: List[Tensor], to: int, origin: int) -> Tensor:
  for i in range(torch.len(tails)):
    _0 = torch.copy_(torch.select(tails[i], 0, to), torch.select(tails[i], 0, origin))
  return tails[0]

# Room for keys or values of that many sequences and tokens, of the type and heads of others. It is zero: what a softmax
# gives no weight must still be a number.
def pool(self: Kernels, like: Tensor, sequences: int, tokens: int) -> Tensor:
  # (B, G, T, D) -> (sequences, G, tokens, D)
  return torch.new_zeros(like, [sequences, torch.size(like, 1), tokens, torch.size(like, 3)])

def longer(self: Kernels, x: Tensor, tokens: int) -> Tensor:
  # (S, G, T, D) -> (S, G, tokens, D)
  y = (self).pool(x, torch.size(x, 0), tokens)
  _0 = torch.copy_(torch.narrow(y, 2, 0, torch.size(x, 2)), x)
  return y

# Prefixes into the places of a pool.
def place_prefixes(self: Kernels, pool: List[Tensor], prefixes: List[Tensor], places: Tensor) -> Tensor:
  # (R', G, P, D) each, (I, G, P, D) each, (I)
  for i in range(torch.len(pool)):
    _0 = torch.index_copy_(pool[i], 0, places, prefixes[i])
  return places
