// Vectors of LANES floats and the few operations that differ between units. Arithmetic,
// comparison and selection (`condition ? a : b`) come from clang's vector extensions.
#define INLINE static inline __attribute__((always_inline))

typedef float vf __attribute__((ext_vector_type(LANES)));
typedef int32_t vi __attribute__((ext_vector_type(LANES)));
typedef uint32_t vu __attribute__((ext_vector_type(LANES)));
typedef uint16_t vh __attribute__((ext_vector_type(LANES)));
typedef double vd __attribute__((ext_vector_type(LANES / 2)));
typedef float vf_half __attribute__((ext_vector_type(LANES / 2)));
typedef float vf4 __attribute__((ext_vector_type(4)));

// Reinterprets the bits of one vector as another of the same size, which is what a cast between
// vectors means (a cast from a scalar repeats it).
#define BITS(type, value) ((type)(value))

INLINE vf load(const float *p) {
  vf v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

INLINE void store(float *p, vf v) { __builtin_memcpy(p, &v, sizeof v); }

INLINE vh load_u16(const uint16_t *p) {
  vh v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

INLINE void store_u16(uint16_t *p, vh v) { __builtin_memcpy(p, &v, sizeof v); }

// True in the first `count` lanes.
INLINE vi first_lanes(size_t count) {
#if LANES == 16
  const vi lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#elif LANES == 8
  const vi lane = {0, 1, 2, 3, 4, 5, 6, 7};
#else
  const vi lane = {0, 1, 2, 3};
#endif
  return lane < (vi)(int32_t)count;
}

// The first `count` (< LANES) floats at p, zeros after them; nothing beyond them is touched.
INLINE vf load_part(const float *p, size_t count) {
#if LANES == 16
  return (vf)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
#elif LANES == 8
  return (vf)_mm256_maskload_ps(p, (__m256i)first_lanes(count));
#else
  vf v = 0;
  for (size_t i = 0; i < count; i++) v[i] = p[i];
  return v;
#endif
}

INLINE void store_part(float *p, vf v, size_t count) {
#if LANES == 16
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)v);
#elif LANES == 8
  _mm256_maskstore_ps(p, (__m256i)first_lanes(count), (__m256)v);
#else
  for (size_t i = 0; i < count; i++) p[i] = v[i];
#endif
}

// a * b + c, in one rounding where the unit can (a library call per lane where it cannot).
INLINE vf fma_v(vf a, vf b, vf c) {
#if defined(__aarch64__) || LANES > 4
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

INLINE vf max_v(vf a, vf b) { return a > b ? a : b; }
INLINE vf min_v(vf a, vf b) { return a < b ? a : b; }
INLINE vf abs_v(vf a) { return BITS(vf, BITS(vu, a) & 0x7fffffffu); }
INLINE vf sqrt_v(vf a) { return __builtin_elementwise_sqrt(a); }

// Whether any lane of a comparison's result is true.
INLINE bool any_v(vi condition) {
#if LANES == 16
  return _mm512_movepi32_mask((__m512i)condition) != 0;
#elif LANES == 8
  return _mm256_movemask_ps((__m256)condition) != 0;
#else
  return (condition.x | condition.y | condition.z | condition.w) != 0;
#endif
}

#if LANES == 16
typedef float vf8 __attribute__((ext_vector_type(8)));
#endif

// Sums neighbouring parts until four lanes are left.
INLINE vf4 fold_sum(vf v) {
#if LANES == 16
  const vf8 half = v.lo + v.hi;
  return half.lo + half.hi;
#elif LANES == 8
  return v.lo + v.hi;
#else
  return v;
#endif
}

INLINE float reduce_sum(vf v) {
  const vf4 four = fold_sum(v);
  return (four.x + four.y) + (four.z + four.w);
}

// The four sums of four vectors, with one transpose instead of four reductions.
INLINE vf4 reduce_sum_4(vf a, vf b, vf c, vf d) {
  const vf4 p = fold_sum(a), q = fold_sum(b), r = fold_sum(c), s = fold_sum(d);
  const vf4 pq = __builtin_shufflevector(p, q, 0, 4, 2, 6) +
    __builtin_shufflevector(p, q, 1, 5, 3, 7);
  const vf4 rs = __builtin_shufflevector(r, s, 0, 4, 2, 6) +
    __builtin_shufflevector(r, s, 1, 5, 3, 7);
  return __builtin_shufflevector(pq, rs, 0, 1, 4, 5) + __builtin_shufflevector(pq, rs, 2, 3, 6, 7);
}

INLINE float reduce_max(vf v) {
#if LANES == 16
  const vf8 half = v.lo > v.hi ? v.lo : v.hi;
  const vf4 four = half.lo > half.hi ? half.lo : half.hi;
#elif LANES == 8
  const vf4 four = v.lo > v.hi ? v.lo : v.hi;
#else
  const vf4 four = v;
#endif
  const float a = four.x > four.y ? four.x : four.y, b = four.z > four.w ? four.z : four.w;
  return a > b ? a : b;
}

// Runs the statements with i = 0, LANES, 2 LANES, ... and once more for an incomplete vector at the
// end. Inside, GET and PUT read and write at whole or partial width, as the position asks.
#define EACH_VECTOR(i, count, ...) \
  do { \
    const size_t count_ = (count); \
    size_t i = 0; \
    { \
      const bool whole_ = true; \
      const size_t left_ = LANES; \
      (void)left_; \
      for (; i + LANES <= count_; i += LANES) { __VA_ARGS__ } \
    } \
    if (i < count_) { \
      const bool whole_ = false; \
      const size_t left_ = count_ - i; \
      __VA_ARGS__ \
    } \
  } while (0)
#define GET(p) (whole_ ? load(p) : load_part(p, left_))
#define PUT(p, v) (whole_ ? store(p, v) : store_part(p, v, left_))
// The value in lanes that exist, `other` in those that do not.
#define EXISTING(v, other) (whole_ ? (v) : (first_lanes(left_) ? (v) : (other)))
