// Pairs: two bfloat16 numbers in the place of one float, neighbours along the dimension that a product sums over. Products of
// pairs are computed as products of floats are, over half the depth. Where a unit has none, PAIRS(shape) is known to be
// false, and nothing here is called.

#if defined(BFLOAT16)

#define PAIRS(s) ((s)->rounded)

// sum + left.first * right.first + left.second * right.second
INLINE vf pair_fma(vf left, vf right, vf sum) {
  return (vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)left, (__m512bh)right);
}

// The pairs of neighbouring numbers of 2 LANES in a row. Rounds to nearest even; subnormal numbers become 0.
INLINE vf pairs_along(vf first, vf second) {
  return (vf)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first);
}

// The pairs of numbers one below the other.
INLINE vf pairs_across(vf upper, vf lower) {
  typedef int16_t places __attribute__((ext_vector_type(2 * LANES)));
  const places interleaved = {0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23,
                              8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  return (vf)_mm512_permutexvar_epi16((__m512i)interleaved, (__m512i)pairs_along(upper, lower));
}

#else

#define PAIRS(s) false
INLINE vf pair_fma(vf left, vf right, vf sum) { return fma_v(left, right, sum); }
INLINE vf pairs_along(vf first, vf second) { return first + second; }
INLINE vf pairs_across(vf upper, vf lower) { return upper + lower; }

#endif

// How many pairs hold `count` numbers; the last has a zero in it when they are odd.
INLINE size_t pairs_of(size_t count) { return (count + 1) / 2; }

// out = the pairs along a row, which may be the row itself; nothing beyond `count` numbers is read.
INLINE void pair_row(const float *row, size_t count, float *out) {
  size_t i = 0;
  for (; i + 2 * LANES <= count; i += 2 * LANES) {
    store(out + i / 2, pairs_along(load(row + i), load(row + i + LANES)));
  }
  if (i == count) return;
  const size_t left = count - i;
  const vf first = left < LANES ? load_part(row + i, left) : load(row + i);
  const vf second = left > LANES ? load_part(row + i + LANES, left - LANES) : (vf)0.0f;
  store_part(out + i / 2, pairs_along(first, second), pairs_of(left));
}

// The same for rows `inRow` and `outRow` apart.
static void pair_rows(const float *in, size_t inRow, size_t rows, size_t count, float *out,
                      size_t outRow) {
  for (size_t r = 0; r < rows; r++) pair_row(in + r * inRow, count, out + r * outRow);
}

// out = the pairs across two rows, which may be one of them; `lower` NULL stands for zeros.
INLINE void pair_two_rows(const float *upper, const float *lower, size_t count, float *out) {
  EACH_VECTOR(i, count, {
    PUT(out + i, pairs_across(GET(upper + i), lower ? GET(lower + i) : (vf)0.0f));
  });
}
