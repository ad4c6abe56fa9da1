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

// Two vectors at once where they are rounded to nearest even by an instruction, with which subnormal numbers become 0.
INLINE void store_rounded(uint16_t *out, vf first, vf second) {
#if defined(BFLOAT16)
  const __m512bh rounded = _mm512_cvtne2ps_pbh((__m512)second, (__m512)first);
  __builtin_memcpy(out, &rounded, sizeof rounded);
#else
  float numbers[2 * LANES];
  store(numbers, first);
  store(numbers + LANES, second);
  k_float_to_bfloat16(numbers, out, 2 * LANES);
#endif
}

// Vectors that are loaded before the first of them is stored: a load that seems to meet an earlier store (the last 12 bits of their
// addresses agree) waits for it, and a vector after the other would take four times as long.
#define AT_ONCE 4

// out[i] = value, rounded, for all i below `count`; `value` reads with GET.
#define EACH_ROUNDED(i, count, out, value) \
  do { \
    const size_t all_ = (count); \
    size_t begin_ = 0; \
    for (; begin_ + AT_ONCE * LANES <= all_; begin_ += AT_ONCE * LANES) { \
      const bool whole_ = true; \
      const size_t left_ = LANES; \
      (void)left_; \
      vf result_[AT_ONCE]; \
      for (size_t v_ = 0; v_ < AT_ONCE; v_++) { \
        const size_t i = begin_ + v_ * LANES; \
        result_[v_] = (value); \
      } \
      for (size_t v_ = 0; v_ < AT_ONCE; v_ += 2) { \
        store_rounded((out) + begin_ + v_ * LANES, result_[v_], result_[v_ + 1]); \
      } \
    } \
    if (begin_ == all_) break; \
    uint16_t rest_[AT_ONCE * LANES]; \
    vf result_[AT_ONCE] = {0}; \
    for (size_t v_ = 0; begin_ + v_ * LANES < all_; v_++) { \
      const size_t i = begin_ + v_ * LANES, left_ = all_ - i; \
      const bool whole_ = left_ >= LANES; \
      result_[v_] = (value); \
    } \
    for (size_t v_ = 0; v_ < AT_ONCE; v_ += 2) store_rounded(rest_ + v_ * LANES, result_[v_], result_[v_ + 1]); \
    memcpy((out) + begin_, rest_, (all_ - begin_) * sizeof *rest_); \
  } while (0)

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
