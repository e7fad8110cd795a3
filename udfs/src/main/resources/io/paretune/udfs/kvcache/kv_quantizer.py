# Uniform asymmetric quantization of the last dimension: one group is one token's head_dim values
# of one KV head. Scale and zero are rounded to fp16 before any value is (so that what is stored is
# what was used). fp32=6, fp16=5, uint8=0, int32=3.

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

# The codes of a group as one little-endian stream of bits: value 0 in the lowest bits of byte 0.
# So 6-bit values go four to three bytes and 3-bit values eight to three.
def kv_pack(self: Kernels, x: Tensor, bits: int) -> List[Tensor]:
  # (…, D) -> (…, D * bits / 8) uint8, (…, 1) fp16, (…, 1) fp16
  xf = torch.to(x, 6)
  scale, zero = (self).kv_scale_zero(xf, bits)
  codes = torch.to(torch.nan_to_num((self).kv_codes(xf, scale, zero, bits), 0.), 3)
  shifts = torch.arange(bits, dtype=3, device=ops.prim.device(x))
  stream = torch.bitwise_and(torch.bitwise_right_shift(torch.unsqueeze(codes, -1), shifts), 1)
  stream = torch.reshape(torch.flatten(stream, -2), torch.add(torch.slice(torch.size(codes), 0, -1), [-1, 8]))
  places = torch.arange(8, dtype=3, device=ops.prim.device(x))
  bytes = torch.sum(torch.bitwise_left_shift(stream, places), [-1])
  return [torch.to(bytes, 0), torch.to(scale, 5), torch.to(zero, 5)]

def kv_unpack(self: Kernels, bytes: Tensor, scale: Tensor, zero: Tensor, bits: int, like: Tensor) -> Tensor:
  # (…, D * bits / 8) uint8, (…, 1), (…, 1) -> (…, D) of like's type
  places = torch.arange(8, dtype=3, device=ops.prim.device(bytes))
  stream = torch.bitwise_and(torch.bitwise_right_shift(torch.unsqueeze(torch.to(bytes, 3), -1), places), 1)
  stream = torch.reshape(torch.flatten(stream, -2), torch.add(torch.slice(torch.size(bytes), 0, -1), [-1, bits]))
  shifts = torch.arange(bits, dtype=3, device=ops.prim.device(bytes))
  codes = torch.to(torch.sum(torch.bitwise_left_shift(stream, shifts), [-1]), 6)
  y = torch.add_(torch.mul_(codes, torch.to(scale, 6)), torch.to(zero, 6))
  return torch.type_as(y, like)

# What a cache keeps of keys or values: one tensor of values as attention reads them, or a packed
# group's bytes, scale and zero.
def kv_store(self: Kernels, x: Tensor, bits: int, packed: bool) -> List[Tensor]:
  if packed:
    packs = bits < 16
  else:
    packs = False
  if packs:
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
