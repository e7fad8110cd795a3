# The decoder over paged keys and values: sequences that are served, not scored. B sequences, n new
# tokens of each, T tokens of the longest; other letters as in decoder.py.
#   keys, values: pages as kv_store makes them; open_keys (R, G, D): raw keys of groups that are not
#   whole yet, with `group` places for each sequence, where keys are grouped by channel (group > 0)
#   at (B * n): places of the new tokens; table: places of all tokens of a sequence, new ones included
#   whole (B, M): places of all its whole groups, those included that become whole with the new tokens

# n tokens of each sequence, all of which had `past` before.
#   open (B, group): each sequence's places in open_keys
def paged_extend_layer(self: Kernels, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, keys: List[Tensor], values: List[Tensor], open_keys: Tensor, at: Tensor, table: Tensor, whole: Tensor, open: Tensor, past: int, heads: int, kv_heads: int, eps: float, key_bits: int, value_bits: int, packed: bool, group: int) -> Tensor:
  # (B * n, H) -> (B * n, H); table (B, past + n)
  sums = annotate(List[Tensor], [])
  none = torch.new_empty(x, [0])
  batch = torch.size(table, 0)
  q, k, v = (self).qkv((self).rms_norm(x, w[0], eps), w[1], cos, sin, heads, kv_heads)
  q4 = torch.transpose(torch.unflatten(q, 0, [batch, -1]), 1, 2)  # (B, A, n, D)
  g = torch.floordiv(heads, kv_heads)
  _0 = (self).kv_put(values, at, v, value_bits, packed)
  v4 = torch.transpose((self).kv_take(values, table, value_bits, x), 1, 2)  # (B, G, T, D)
  if group > 0:
    closed = torch.floordiv(past, group) * group
    before = past - closed
    opened = torch.unflatten(torch.index_select(open_keys, 0, torch.flatten(torch.narrow(open, 1, 0, before))), 0, [batch, before])
    raw = torch.cat([opened, torch.unflatten(k, 0, [batch, -1])], 1)  # (B, span, G, D)
    span = torch.size(raw, 1)
    filled = torch.floordiv(span, group)
    now = torch.flatten(torch.narrow(whole, 1, torch.size(whole, 1) - filled, filled))
    groups = torch.flatten((self).kv_by_channel(torch.narrow(raw, 1, 0, filled * group), group), 0, 1)
    _1 = (self).kv_put(keys, now, groups, key_bits, packed)
    rest = span - filled * group
    kept = torch.flatten(torch.narrow(raw, 1, filled * group, rest), 0, 1)
    _2 = torch.index_copy_(open_keys, 0, torch.flatten(torch.narrow(open, 1, 0, rest)), kept)
    quantized = torch.transpose((self).kv_by_token((self).kv_take(keys, whole, key_bits, x)), 1, 2)
    a4 = (self).channel_attention(q4, quantized, torch.transpose(raw, 1, 2), v4, before, group)
  else:
    _3 = (self).kv_put(keys, at, k, key_bits, packed)
    k4 = torch.transpose((self).kv_take(keys, table, key_bits, x), 1, 2)
    if past == 0:
      a4 = torch.scaled_dot_product_attention(q4, (self).per_head(k4, g), (self).per_head(v4, g), None, 0., True)
    else:
      n = torch.size(q4, 2)
      later = torch.triu(torch.full([n, past + n], -inf, dtype=6, device=ops.prim.device(x)), past + 1)
      a4 = torch.scaled_dot_product_attention(q4, (self).per_head(k4, g), (self).per_head(v4, g), torch.type_as(later, x))
  a = torch.reshape(torch.transpose(a4, 1, 2), [torch.size(x, 0), -1])
  return (self).after_attention(x, a, w, eps, sums, none)

# One token of each sequence, whatever came before. `together` sequences have their keys and values
# unpacked at a time, which bounds the memory that takes.
#   open, open_at (B): the new keys' places in open_keys; closing: the sequences whose group becomes
#   whole, and its place; mask (B, T): 0 for what a sequence has, -inf for what it has not
#   With group > 0 the columns of table and mask are those of the M groups, then `group` open ones.
def paged_decode_layer(self: Kernels, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, keys: List[Tensor], values: List[Tensor], open_keys: Tensor, at: Tensor, table: Tensor, mask: Tensor, whole: Tensor, open: Tensor, open_at: Tensor, closing: Tensor, closing_at: Tensor, together: int, heads: int, kv_heads: int, eps: float, key_bits: int, value_bits: int, packed: bool, group: int) -> Tensor:
  # (B, H) -> (B, H)
  sums = annotate(List[Tensor], [])
  none = torch.new_empty(x, [0])
  batch = torch.size(x, 0)
  q, k, v = (self).qkv((self).rms_norm(x, w[0], eps), w[1], cos, sin, heads, kv_heads)
  q4 = torch.unflatten(q, 1, [kv_heads, -1])  # (B, G, g, D)
  _0 = (self).kv_put(values, at, v, value_bits, packed)
  if group > 0:
    _1 = torch.index_copy_(open_keys, 0, open_at, k)
    if torch.numel(closing) > 0:
      full = torch.index_select(open, 0, closing)
      raw = torch.unflatten(torch.index_select(open_keys, 0, torch.flatten(full)), 0, torch.size(full))
      _2 = (self).kv_put(keys, closing_at, torch.flatten((self).kv_by_channel(raw, group), 0, 1), key_bits, packed)
  else:
    _3 = (self).kv_put(keys, at, k, key_bits, packed)
  outs = annotate(List[Tensor], [])
  for i in range(torch.floordiv(batch + together - 1, together)):
    first = i * together
    n = ops.prim.min(together, batch - first)
    places = torch.narrow(table, 0, first, n)
    v4 = torch.transpose((self).kv_take(values, places, value_bits, x), 1, 2)  # (n, G, T, D)
    if group > 0:
      quantized = (self).kv_by_token((self).kv_take(keys, torch.narrow(whole, 0, first, n), key_bits, x))
      own = torch.narrow(open, 0, first, n)
      raw = torch.unflatten(torch.index_select(open_keys, 0, torch.flatten(own)), 0, torch.size(own))
      k4 = torch.transpose(torch.cat([quantized, raw], 1), 1, 2)
    else:
      k4 = torch.transpose((self).kv_take(keys, places, key_bits, x), 1, 2)
    seen = torch.type_as(torch.view(torch.narrow(mask, 0, first, n), [n, 1, 1, -1]), x)
    a4 = torch.scaled_dot_product_attention(torch.narrow(q4, 0, first, n), k4, v4, seen)  # (n, G, g, D)
    _4 = torch.append(outs, torch.reshape(a4, [n, -1]))
  return (self).after_attention(x, torch.cat(outs, 0), w, eps, sums, none)
