// Transposes in squares of LANES x LANES held in registers; a perfect shuffle of the rows with
// the rows half a square further, log2(LANES) times over, is a transpose.

#if LANES == 16
#define SHUFFLE_STEPS 4
#define INTERLEAVE_LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define INTERLEAVE_HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif LANES == 8
#define SHUFFLE_STEPS 3
#define INTERLEAVE_LOW 0, 8, 1, 9, 2, 10, 3, 11
#define INTERLEAVE_HIGH 4, 12, 5, 13, 6, 14, 7, 15
#else
#define SHUFFLE_STEPS 2
#define INTERLEAVE_LOW 0, 4, 1, 5
#define INTERLEAVE_HIGH 2, 6, 3, 7
#endif

// Squares are visited in tiles whose source and destination both stay in the second-level cache.
#define TRANSPOSE_TILE 256

#define DEFINE_TRANSPOSE(name, element, vector) \
  INLINE void name##_square(const element *in, size_t inStride, element *out, size_t outStride) { \
    vector v[LANES], w[LANES]; \
    _Pragma("clang loop unroll(full)") for (size_t i = 0; i < LANES; i++) { \
      __builtin_memcpy(&v[i], in + i * inStride, sizeof v[i]); \
    } \
    _Pragma("clang loop unroll(full)") for (size_t step = 0; step < SHUFFLE_STEPS; step++) { \
      _Pragma("clang loop unroll(full)") for (size_t i = 0; i < LANES / 2; i++) { \
        w[2 * i] = __builtin_shufflevector(v[i], v[i + LANES / 2], INTERLEAVE_LOW); \
        w[2 * i + 1] = __builtin_shufflevector(v[i], v[i + LANES / 2], INTERLEAVE_HIGH); \
      } \
      _Pragma("clang loop unroll(full)") for (size_t i = 0; i < LANES; i++) v[i] = w[i]; \
    } \
    _Pragma("clang loop unroll(full)") for (size_t i = 0; i < LANES; i++) { \
      __builtin_memcpy(out + i * outStride, &v[i], sizeof v[i]); \
    } \
  } \
  /* out[j * outStride + i] = in[i * inStride + j] */ \
  static void name(const element *in, size_t inStride, element *out, size_t outStride, \
                   size_t rows, size_t columns) { \
    const size_t wholeRows = rows - rows % LANES, wholeColumns = columns - columns % LANES; \
    for (size_t top = 0; top < wholeRows; top += TRANSPOSE_TILE) { \
      for (size_t left = 0; left < wholeColumns; left += TRANSPOSE_TILE) { \
        for (size_t i = top; i < wholeRows && i < top + TRANSPOSE_TILE; i += LANES) { \
          for (size_t j = left; j < wholeColumns && j < left + TRANSPOSE_TILE; j += LANES) { \
            name##_square(in + i * inStride + j, inStride, out + j * outStride + i, outStride); \
          } \
        } \
      } \
    } \
    for (size_t i = 0; i < wholeRows; i++) { \
      for (size_t j = wholeColumns; j < columns; j++) { \
        out[j * outStride + i] = in[i * inStride + j]; \
      } \
    } \
    for (size_t j = 0; j < columns; j++) { \
      for (size_t i = wholeRows; i < rows; i++) out[j * outStride + i] = in[i * inStride + j]; \
    } \
  }

DEFINE_TRANSPOSE(transpose_strided, float, vf)
DEFINE_TRANSPOSE(transpose_strided_u16, uint16_t, vh)

static void k_transpose(const float *in, float *out, size_t rows, size_t columns) {
  transpose_strided(in, columns, out, rows, rows, columns);
}

static void k_transpose_bfloat16(const uint16_t *in, uint16_t *out, size_t rows, size_t columns) {
  transpose_strided_u16(in, columns, out, rows, rows, columns);
}
