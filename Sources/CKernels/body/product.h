// Small matrix products held in registers: strips of up to STRIP rows by panels of up to
// PANEL_VECTORS vectors. What is multiplied from the right is packed in panels: columns
// [0, PANEL) of every row, then [PANEL, 2 PANEL), and so on, the last panel as narrow as needed.

#define STRIP 6
#if LANES == 16 || defined(__aarch64__)
#define PANEL_VECTORS 4
#else
#define PANEL_VECTORS 2
#endif
#define PANEL (PANEL_VECTORS * LANES)

// C (+)= A B: a[r * aRow + k * aStep], b[k * bRow + column], c[r * cRow + column].
INLINE void strip_product(const size_t rows, const size_t vectors, size_t depth, const float *a,
                          size_t aRow, size_t aStep, const float *b, size_t bRow, float *c,
                          size_t cRow, bool accumulates) {
  vf sums[STRIP][PANEL_VECTORS];
  _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
    _Pragma("clang loop unroll(full)") for (size_t v = 0; v < vectors; v++) sums[r][v] = 0;
  }
  for (size_t k = 0; k < depth; k++, a += aStep, b += bRow) {
    vf right[PANEL_VECTORS];
    _Pragma("clang loop unroll(full)") for (size_t v = 0; v < vectors; v++) {
      right[v] = load(b + v * LANES);
    }
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
      const vf left = a[r * aRow];
      _Pragma("clang loop unroll(full)") for (size_t v = 0; v < vectors; v++) {
        sums[r][v] = fma_v(left, right[v], sums[r][v]);
      }
    }
  }
  _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
    _Pragma("clang loop unroll(full)") for (size_t v = 0; v < vectors; v++) {
      float *place = c + r * cRow + v * LANES;
      store(place, accumulates ? sums[r][v] + load(place) : sums[r][v]);
    }
  }
}

typedef void (*strip_function)(size_t depth, const float *a, size_t aRow, size_t aStep,
                               const float *b, size_t bRow, float *c, size_t cRow,
                               bool accumulates);

#define STRIP_NAME(rows, vectors) strip_##rows##_##vectors
#define DEFINE_STRIP(rows, vectors) \
  static void STRIP_NAME(rows, vectors)(size_t depth, const float *a, size_t aRow, size_t aStep, \
                                        const float *b, size_t bRow, float *c, size_t cRow, \
                                        bool accumulates) { \
    strip_product(rows, vectors, depth, a, aRow, aStep, b, bRow, c, cRow, accumulates); \
  }
#define DEFINE_STRIPS(vectors) \
  DEFINE_STRIP(1, vectors) \
  DEFINE_STRIP(2, vectors) \
  DEFINE_STRIP(3, vectors) \
  DEFINE_STRIP(4, vectors) \
  DEFINE_STRIP(5, vectors) \
  DEFINE_STRIP(6, vectors)
#define STRIP_NAMES(vectors) \
  {STRIP_NAME(1, vectors), STRIP_NAME(2, vectors), STRIP_NAME(3, vectors), \
   STRIP_NAME(4, vectors), STRIP_NAME(5, vectors), STRIP_NAME(6, vectors)}

DEFINE_STRIPS(1)
DEFINE_STRIPS(2)
#if PANEL_VECTORS == 4
DEFINE_STRIPS(3)
DEFINE_STRIPS(4)
#endif

static const strip_function strip_functions[PANEL_VECTORS][STRIP] = {
  STRIP_NAMES(1), STRIP_NAMES(2),
#if PANEL_VECTORS == 4
  STRIP_NAMES(3), STRIP_NAMES(4),
#endif
};

// Packed columns are padded to 16 floats in every unit, so that scratch has one size for all.
INLINE size_t padded(size_t count) { return (count + 15) / 16 * 16; }
INLINE size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
INLINE size_t larger(size_t a, size_t b) { return a > b ? a : b; }

// The panel that holds `column` (a multiple of PANEL), and the distance between its rows.
INLINE float *panel(float *packed, size_t rows, size_t columns, size_t column, size_t *stride) {
  *stride = smaller(PANEL, padded(columns) - column);
  return packed + column * rows;
}

// packed = the rows x columns matrix at `in`, into rows [row, row + rows) of `packedRows`.
static void pack(const float *in, size_t inRow, size_t rows, size_t columns, float *packed,
                 size_t packedRows, size_t row) {
  for (size_t column = 0; column < columns; column += PANEL) {
    size_t stride;
    float *to = panel(packed, packedRows, columns, column, &stride) + row * stride;
    const size_t width = smaller(columns - column, stride);
    for (size_t r = 0; r < rows; r++, to += stride) {
      memcpy(to, in + r * inRow + column, width * sizeof(float));
      memset(to + width, 0, (stride - width) * sizeof(float));
    }
  }
}

// The same for the transpose of the rows x columns matrix at `in`, which becomes the columns
// [column, column + rows) of a matrix of `columns` rows and packedColumns columns.
static void pack_transposed(const float *in, size_t inRow, size_t rows, size_t columns,
                            float *packed, size_t packedColumns, size_t column) {
  for (size_t r = 0; r < rows;) {
    const size_t inPanel = (column + r) % PANEL;
    size_t stride;
    float *to = panel(packed, columns, packedColumns, column + r - inPanel, &stride);
    const size_t count = smaller(PANEL - inPanel, rows - r);
    transpose_strided(in + r * inRow, inRow, to + inPanel, stride, count, columns);
    r += count;
  }
}

// One strip of rows times the first `columns` (rounded up to whole vectors) columns of a packed
// matrix of packedRows rows, of which rows [row, row + depth) take part.
INLINE void strip_times_packed(size_t rows, const float *a, size_t aRow, size_t aStep,
                               size_t depth, float *packed, size_t packedRows,
                               size_t packedColumns, size_t row, size_t columns, float *c,
                               size_t cRow, bool accumulates) {
  for (size_t column = 0; column < columns; column += PANEL) {
    size_t stride;
    const float *b = panel(packed, packedRows, packedColumns, column, &stride) + row * stride;
    const size_t vectors = (smaller(columns - column, PANEL) + LANES - 1) / LANES;
    strip_functions[vectors - 1][rows - 1](depth, a, aRow, aStep, b, stride, c + column, cRow,
                                           accumulates);
  }
}
