// Small matrix products held in registers: strips of up to STRIP rows by panels of up to
// PANEL_VECTORS vectors. What is multiplied from the right is packed in panels: columns
// [0, PANEL) of every row, then [PANEL, 2 PANEL), and so on, the last panel as narrow as needed.
// Both matrices hold floats, or both pairs.

#define STRIP 6
#if LANES == 16 || defined(__aarch64__)
#define PANEL_VECTORS 4
#else
#define PANEL_VECTORS 2
#endif
#define PANEL (PANEL_VECTORS * LANES)

// C = A B + start + before: a[r * aRow + k * aStep], b[k * bRow + column], c[r * cRow + column]; start[column] and
// before[r * cRow + column], which may be C itself, where they are not NULL.
INLINE void strip_product(const bool paired, const size_t rows, const size_t vectors, size_t depth,
                          const float *a, size_t aRow, size_t aStep, const float *b, size_t bRow,
                          const float *start, const float *before, float *c, size_t cRow) {
  vf sums[STRIP][PANEL_VECTORS];
  _Pragma("clang loop unroll(full)") for (size_t v = 0; v < vectors; v++) {
    const vf first = start ? load(start + v * LANES) : (vf)0.0f;
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) sums[r][v] = first;
  }
  for (size_t k = 0; k < depth; k++, a += aStep, b += bRow) {
    vf right[PANEL_VECTORS];
    _Pragma("clang loop unroll(full)") for (size_t v = 0; v < vectors; v++) {
      right[v] = load(b + v * LANES);
    }
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
      const vf left = a[r * aRow];
      _Pragma("clang loop unroll(full)") for (size_t v = 0; v < vectors; v++) {
        sums[r][v] = paired ? pair_fma(left, right[v], sums[r][v]) : fma_v(left, right[v], sums[r][v]);
      }
    }
  }
  _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
    _Pragma("clang loop unroll(full)") for (size_t v = 0; v < vectors; v++) {
      const size_t place = r * cRow + v * LANES;
      store(c + place, before ? sums[r][v] + load(before + place) : sums[r][v]);
    }
  }
}

typedef void (*strip_function)(size_t depth, const float *a, size_t aRow, size_t aStep,
                               const float *b, size_t bRow, const float *start,
                               const float *before, float *c, size_t cRow);

#define STRIP_NAME(kind, rows, vectors) strip_of_##kind##_##rows##_##vectors
#define DEFINE_STRIP(kind, rows, vectors) \
  static void STRIP_NAME(kind, rows, vectors)( \
    size_t depth, const float *a, size_t aRow, size_t aStep, const float *b, size_t bRow, \
    const float *start, const float *before, float *c, size_t cRow) { \
    strip_product(kind, rows, vectors, depth, a, aRow, aStep, b, bRow, start, before, c, cRow); \
  }
#define DEFINE_STRIPS(kind, vectors) \
  DEFINE_STRIP(kind, 1, vectors) \
  DEFINE_STRIP(kind, 2, vectors) \
  DEFINE_STRIP(kind, 3, vectors) \
  DEFINE_STRIP(kind, 4, vectors) \
  DEFINE_STRIP(kind, 5, vectors) \
  DEFINE_STRIP(kind, 6, vectors)
#define STRIP_NAMES(kind, vectors) \
  {STRIP_NAME(kind, 1, vectors), STRIP_NAME(kind, 2, vectors), STRIP_NAME(kind, 3, vectors), \
   STRIP_NAME(kind, 4, vectors), STRIP_NAME(kind, 5, vectors), STRIP_NAME(kind, 6, vectors)}

#if PANEL_VECTORS == 4
#define DEFINE_PANELS(kind) \
  DEFINE_STRIPS(kind, 1) DEFINE_STRIPS(kind, 2) DEFINE_STRIPS(kind, 3) DEFINE_STRIPS(kind, 4)
#define PANEL_NAMES(kind) \
  {STRIP_NAMES(kind, 1), STRIP_NAMES(kind, 2), STRIP_NAMES(kind, 3), STRIP_NAMES(kind, 4)}
#else
#define DEFINE_PANELS(kind) DEFINE_STRIPS(kind, 1) DEFINE_STRIPS(kind, 2)
#define PANEL_NAMES(kind) {STRIP_NAMES(kind, 1), STRIP_NAMES(kind, 2)}
#endif

enum { floats = false, pairs = true };
DEFINE_PANELS(floats)
#if defined(BFLOAT16)
DEFINE_PANELS(pairs)
#endif

// By whether they multiply pairs, the vectors of a panel, and the rows.
static const strip_function strip_functions[][PANEL_VECTORS][STRIP] = {
  PANEL_NAMES(floats),
#if defined(BFLOAT16)
  PANEL_NAMES(pairs),
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

// Row `row` of `packedRows` of a packed matrix = the pairs across two rows.
INLINE void pack_two_rows(const float *upper, const float *lower, size_t columns, float *packed,
                          size_t packedRows, size_t row) {
  for (size_t column = 0; column < columns; column += PANEL) {
    size_t stride;
    float *to = panel(packed, packedRows, columns, column, &stride) + row * stride;
    const size_t width = smaller(columns - column, stride);
    pair_two_rows(upper + column, lower ? lower + column : NULL, width, to);
    memset(to + width, 0, (stride - width) * sizeof(float));
  }
}

// As `pack` for all rows, whose number may be odd, in pairs across rows.
static void pack_pairs(const float *in, size_t inRow, size_t rows, size_t columns, float *packed) {
  for (size_t r = 0; r < rows; r += 2, in += 2 * inRow) {
    pack_two_rows(in, r + 1 < rows ? in + inRow : NULL, columns, packed, pairs_of(rows), r / 2);
  }
}

// As `pack_transposed`, in pairs along rows; `rounded` has room for ROUNDED_ROWS of them.
static void pack_pairs_transposed(const float *in, size_t inRow, size_t rows, size_t columns,
                                  float *packed, size_t packedColumns, size_t column,
                                  float *rounded) {
  const size_t depth = pairs_of(columns);
  for (size_t r = 0; r < rows; r += ROUNDED_ROWS) {
    const size_t count = smaller(ROUNDED_ROWS, rows - r);
    pair_rows(in + r * inRow, inRow, count, columns, rounded, depth);
    pack_transposed(rounded, depth, count, depth, packed, packedColumns, column + r);
  }
}

// One strip of rows times the first `columns` (rounded up to whole vectors) columns of a packed
// matrix of packedRows rows, of which rows [row, row + depth) take part.
INLINE void strip_times_packed(bool paired, size_t rows, const float *a, size_t aRow, size_t aStep,
                               size_t depth, float *packed, size_t packedRows,
                               size_t packedColumns, size_t row, size_t columns, float *c,
                               size_t cRow, bool accumulates) {
  for (size_t column = 0; column < columns; column += PANEL) {
    size_t stride;
    const float *b = panel(packed, packedRows, packedColumns, column, &stride) + row * stride;
    const size_t vectors = (smaller(columns - column, PANEL) + LANES - 1) / LANES;
    strip_functions[paired][vectors - 1][rows - 1](depth, a, aRow, aStep, b, stride, NULL,
                                                   accumulates ? c + column : NULL, c + column, cRow);
  }
}
