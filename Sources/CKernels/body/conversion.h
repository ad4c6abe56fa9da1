// Conversions by integer arithmetic only: the same bytes on every processor, subnormals included.

INLINE uint16_t bfloat16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static void k_float_to_bfloat16(const float *in, uint16_t *out, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    const vu bits = BITS(vu, load(in + i));
    const vu top = bits >> 16;
    const vu rounded = (bits + 0x7fff + (top & 1)) >> 16;
    const vu result = (bits & 0x7fffffffu) > (vu)0x7f800000u ? top | 0x40 : rounded;
    store_u16(out + i, __builtin_convertvector(result, vh));
  }
  for (; i < count; i++) out[i] = bfloat16(in[i]);
}

static void k_bfloat16_to_float(const uint16_t *in, float *out, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    store(out + i, BITS(vf, __builtin_convertvector(load_u16(in + i), vu) << 16));
  }
  for (; i < count; i++) {
    const uint32_t bits = (uint32_t)in[i] << 16;
    memcpy(out + i, &bits, sizeof bits);
  }
}

// The exponent is rebiased by a multiplication, which makes subnormals normal on the way.
INLINE vf half_to_float(vh halves) {
  const vu h = __builtin_convertvector(halves, vu);
  const vu magnitude = (h & 0x7fff) << 13;
  const vu finite = BITS(vu, BITS(vf, magnitude) * 0x1p112f);
  const vu bits = (h & 0x7c00) == (vu)0x7c00 ? magnitude | 0x7f800000u : finite;
  return BITS(vf, bits | (h & 0x8000) << 16);
}

static void k_half_to_float(const uint16_t *in, float *out, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) store(out + i, half_to_float(load_u16(in + i)));
  if (i < count) {
    uint16_t rest[LANES] = {0};
    memcpy(rest, in + i, (count - i) * sizeof *in);
    store_part(out + i, half_to_float(load_u16(rest)), count - i);
  }
}
