# Uniform asymmetric quantization of the last dimension, which is a group: one token's head_dim values
# of one KV head, or, by channel, one channel's values over a group of tokens. Scale and zero are
# rounded to fp16 before any value is (so that what is stored is what was used). fp32=6, fp16=5,
# uint8=0, int64=4.

# Scale and zero of each group as fp32 values that fp16 holds exactly. A group that fp16 cannot
# hold (its minimum or its scale overflows, or it holds a NaN) gets a NaN scale, so that it comes
# back as NaN instead of as a plausible number.
def kv_scale_zero(self: Kernels, x: Tensor, bits: int) -> List[Tensor]:
  # (…, D) -> (…, 1), (…, 1)
  low = torch.amin(x, [-1], True)
  high = torch.amax(x, [-1], True)
  levels = (1 << bits) - 1
  scale = torch.to(torch.to((high - low) / levels, 5), 6)
  zero = torch.to(torch.to(low, 5), 6)
  return [scale + scale * 0. + zero * 0., zero]

def kv_codes(self: Kernels, x: Tensor, scale: Tensor, zero: Tensor, bits: int) -> Tensor:
  # (…, D), (…, 1), (…, 1) -> (…, D), whole numbers in fp32
  divisor = torch.masked_fill(scale, torch.eq(scale, 0.), 1.)
  codes = torch.round_(torch.div_(x - zero, divisor))
  return torch.clamp_(codes, 0, (1 << bits) - 1)

def kv_fake_quantize(self: Kernels, x: Tensor, bits: int) -> Tensor:
  # (…, D) -> (…, D)
  if bits >= 16:
    y = x
  else:
    xf = torch.to(x, 6)
    scale, zero = (self).kv_scale_zero(xf, bits)
    codes = (self).kv_codes(xf, scale, zero, bits)
    y = torch.type_as(torch.add_(torch.mul_(codes, scale), zero), x)
  return y

# Keys grouped by channel (KIVI): the last dimension becomes one channel of one head over `group`
# tokens. Tokens that fill no group stay as they are.
def kv_by_channel(self: Kernels, x: Tensor, group: int) -> Tensor:
  # (…, M * group, G, D) -> (…, M, G, D, group)
  return torch.contiguous(torch.movedim(torch.unflatten(x, -3, [-1, group]), -3, -1))

def kv_by_token(self: Kernels, x: Tensor) -> Tensor:
  # (…, M, G, D, group) -> (…, M * group, G, D)
  return torch.flatten(torch.movedim(x, -1, -3), -4, -3)

def kv_fake_quantize_channels(self: Kernels, x: Tensor, bits: int, group: int) -> Tensor:
  # (…, M * group, G, D), all tokens in whole groups -> as x
  if bits >= 16:
    y = x
  else:
    y = (self).kv_by_token((self).kv_fake_quantize((self).kv_by_channel(x, group), bits))
  return y

# Which keys a query sees of a span of tokens that begins at a group's first one: of earlier groups
# the quantized, of its own the raw ones up to itself; a group's last query has it quantized already.
# The columns are the span's whole groups quantized, then the whole span raw; 0 or -inf.
def kv_channel_mask(self: Kernels, like: Tensor, past: int, new: int, group: int) -> Tensor:
  # -> (new, M * group + past + new) fp32
  device = ops.prim.device(like)
  at = torch.arange(past + new, dtype=4, device=device)
  query = torch.unsqueeze(torch.narrow(at, 0, past, new), 1)  # (new, 1)
  raw_from = torch.mul(torch.floor_divide(query + 1, group), group)
  whole = torch.floordiv(past + new, group) * group
  quantized = torch.lt(torch.unsqueeze(torch.narrow(at, 0, 0, whole), 0), raw_from)
  own = torch.unsqueeze(at, 0)
  raw = torch.logical_and(torch.ge(own, raw_from), torch.le(own, query))
  seen = torch.cat([quantized, raw], 1)
  return torch.masked_fill(torch.zeros(torch.size(seen), dtype=6, device=device), torch.logical_not(seen), -inf)

# Packed codes: a value's bits in parts of 8, 4, 2 and 1 bits, low part first (6 = 4 + 2, 3 = 2 + 1).
# In a part of w bits, byte j holds the values j, j + D w / 8, …, low bits first. So four 6-bit
# values take three bytes, and every step of packing is one over whole bytes.
def kv_pack_part(self: Kernels, codes: Tensor, from_bit: int, width: int) -> Tensor:
  # (…, D) uint8 -> (…, D * width / 8)
  part = torch.bitwise_and(torch.bitwise_right_shift(codes, from_bit), (1 << width) - 1)
  pieces = torch.chunk(part, torch.floordiv(8, width), -1)
  bytes = pieces[0]
  for i in range(torch.len(pieces) - 1):
    bytes = torch.bitwise_or(bytes, torch.bitwise_left_shift(pieces[i + 1], (i + 1) * width))
  return bytes

def kv_unpack_part(self: Kernels, bytes: Tensor, width: int) -> Tensor:
  # (…, D * width / 8) -> (…, D) uint8
  pieces = annotate(List[Tensor], [])
  for i in range(torch.floordiv(8, width)):
    _0 = torch.append(pieces, torch.bitwise_and(torch.bitwise_right_shift(bytes, i * width), (1 << width) - 1))
  return torch.cat(pieces, -1)

def kv_low_bits(self: Kernels, bits: int) -> int:
  if bits == 6:
    low = 4
  else:
    if bits == 3:
      low = 2
    else:
      low = bits
  return low

def kv_pack(self: Kernels, x: Tensor, bits: int) -> List[Tensor]:
  # (…, D) -> (…, D * bits / 8) uint8, (…, 1) fp16, (…, 1) fp16
  xf = torch.to(x, 6)
  scale, zero = (self).kv_scale_zero(xf, bits)
  codes = torch.to(torch.nan_to_num((self).kv_codes(xf, scale, zero, bits), 0.), 0)
  low = (self).kv_low_bits(bits)
  bytes = (self).kv_pack_part(codes, 0, low)
  if low < bits:
    bytes = torch.cat([bytes, (self).kv_pack_part(codes, low, bits - low)], -1)
  return [bytes, torch.to(scale, 5), torch.to(zero, 5)]

def kv_unpack(self: Kernels, bytes: Tensor, scale: Tensor, zero: Tensor, bits: int, like: Tensor) -> Tensor:
  # (…, D * bits / 8) uint8, (…, 1), (…, 1) -> (…, D) of like's type
  low = (self).kv_low_bits(bits)
  width = torch.size(bytes, -1)
  in_low = torch.floordiv(width * low, bits)
  codes = (self).kv_unpack_part(torch.narrow(bytes, -1, 0, in_low), low)
  if low < bits:
    high = (self).kv_unpack_part(torch.narrow(bytes, -1, in_low, width - in_low), bits - low)
    codes = torch.bitwise_or(codes, torch.bitwise_left_shift(high, low))
  y = torch.add_(torch.mul_(torch.to(codes, 6), torch.to(scale, 6)), torch.to(zero, 6))
  return torch.type_as(y, like)

# What pages keep of values: one tensor as attention reads them, or packed bytes, scale and zero.
def kv_store(self: Kernels, x: Tensor, bits: int, packed: bool) -> List[Tensor]:
  if torch.__and__(packed, bits < 16):
    parts = (self).kv_pack(x, bits)
  else:
    parts = [(self).kv_fake_quantize(x, bits)]
  return parts

def kv_load(self: Kernels, parts: List[Tensor], bits: int, like: Tensor) -> Tensor:
  if torch.len(parts) == 1:
    x = parts[0]
  else:
    x = (self).kv_unpack(parts[0], parts[1], parts[2], bits, like)
  return x
