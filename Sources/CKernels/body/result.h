// Where results go: as floats, or rounded to bfloat16 as they are made.

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
      RESULTS_AT_ONCE(i, value) \
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
    for (size_t v_ = 0; v_ < AT_ONCE; v_ += 2) { \
      store_rounded(rest_ + v_ * LANES, result_[v_], result_[v_ + 1]); \
    } \
    memcpy((out) + begin_, rest_, (all_ - begin_) * sizeof *rest_); \
  } while (0)

#define EACH_FLOAT(i, count, out, value) \
  do { \
    const size_t all_ = (count); \
    size_t begin_ = 0; \
    for (; begin_ + AT_ONCE * LANES <= all_; begin_ += AT_ONCE * LANES) { \
      RESULTS_AT_ONCE(i, value) \
      for (size_t v_ = 0; v_ < AT_ONCE; v_++) store((out) + begin_ + v_ * LANES, result_[v_]); \
    } \
    EACH_VECTOR(j_, all_ - begin_, { \
      const size_t i = begin_ + j_; \
      PUT((out) + i, (value)); \
    }); \
  } while (0)

#define RESULTS_AT_ONCE(i, value) \
  const bool whole_ = true; \
  const size_t left_ = LANES; \
  (void)left_; \
  vf result_[AT_ONCE]; \
  for (size_t v_ = 0; v_ < AT_ONCE; v_++) { \
    const size_t i = begin_ + v_ * LANES; \
    result_[v_] = (value); \
  }

// The same as floats or rounded, as `place` says; `value` may be `coarse_` where it is rounded.
#define EACH_RESULT(i, count, place, value) \
  do { \
    if ((place).rounded) { \
      const bool coarse_ = true; \
      (void)coarse_; \
      EACH_ROUNDED(i, count, (place).rounded, value); \
    } else { \
      const bool coarse_ = false; \
      (void)coarse_; \
      EACH_FLOAT(i, count, (place).floats, value); \
    } \
  } while (0)

INLINE ck_place place_at(ck_place place, size_t offset) {
  if (place.floats) place.floats += offset;
  if (place.rounded) place.rounded += offset;
  return place;
}
