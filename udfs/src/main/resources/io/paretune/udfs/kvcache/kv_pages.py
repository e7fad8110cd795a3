# Pages: tensors whose rows are places. A token's keys and values have one place; the keys of a whole
# group, grouped by channel, have one place for the group. N tokens, G KV heads, D head_dim.

def kv_put(self: Kernels, pages: List[Tensor], at: Tensor, x: Tensor, bits: int, packed: bool) -> NoneType:
  # pages (places, …) each, at (N), x (N, …)
  parts = (self).kv_store(x, bits, packed)
  for i in range(torch.len(parts)):
    _0 = torch.index_copy_(pages[i], 0, at, parts[i])
  return None

def kv_take(self: Kernels, pages: List[Tensor], at: Tensor, bits: int, like: Tensor) -> Tensor:
  # at (B, T) -> (B, T, …) of like's type
  parts = annotate(List[Tensor], [])
  flat = torch.flatten(at)
  for i in range(torch.len(pages)):
    _0 = torch.append(parts, torch.index_select(pages[i], 0, flat))
  return torch.unflatten((self).kv_load(parts, bits, like), 0, torch.size(at))

# Room for more places; what is in the old ones stays.
def kv_grow(self: Kernels, page: Tensor, places: int) -> Tensor:
  return torch.cat([page, torch.new_zeros(page, torch.add([places], torch.slice(torch.size(page), 1)))], 0)

# Empty pages of keys or values: (0, …) each.
def kv_new_pages(self: Kernels, like: Tensor, heads: int, groups: List[int], bits: int, packed: bool) -> List[Tensor]:
  return (self).kv_store(torch.new_zeros(like, torch.add([0, heads], groups)), bits, packed)

def kv_copy(self: Kernels, pages: List[Tensor], source: Tensor, target: Tensor) -> Tensor:
  for i in range(torch.len(pages)):
    _0 = torch.index_copy_(pages[i], 0, target, torch.index_select(pages[i], 0, source))
  return target

# Keys or values of sequences of equal length as attention over trees reads them.
def kv_read(self: Kernels, pages: List[Tensor], open_keys: Tensor, table: Tensor, whole: Tensor, open: Tensor, bits: int, group: int, like: Tensor) -> Tensor:
  # table (B, T), whole (B, M), open (B, group) -> (B, G, T, D)
  if group > 0:
    quantized = (self).kv_by_token((self).kv_take(pages, whole, bits, like))
    rest = torch.size(table, 1) - torch.size(quantized, 1)
    places = torch.narrow(open, 1, 0, rest)
    raw = torch.unflatten(torch.index_select(open_keys, 0, torch.flatten(places)), 0, torch.size(places))
    x = torch.cat([quantized, raw], 1)
  else:
    x = (self).kv_take(pages, table, bits, like)
  return torch.contiguous(torch.transpose(x, 1, 2))

# Bytes of tensors of any type; DJL does not know the size of bf16.
def tensor_bytes(self: Kernels, tensors: List[Tensor]) -> Tensor:
  bytes = 0
  for i in range(torch.len(tensors)):
    bytes = bytes + torch.numel(tensors[i]) * torch.element_size(tensors[i])
  return torch.full([1], bytes, dtype=4)
