// Products of whole matrices in bfloat16: a panel of the right factor after the other is packed, DEPTH pairs deep, and all
// rows go through it strip by strip while it is in the cache. The left factor is read where it lies, unless its pairs lie
// across its rows: then it is packed as well, once for all panels.

#if defined(BFLOAT16)

// A panel of them streams from the second-level cache at the rate of the products; the fewer parts a depth has, the less often a result is written.
#define DEPTH PRODUCT_DEPTH
// Columns of a packed left factor; a multiple of STRIP and of the numbers in a vector.
#define LEFT_PANEL 96

// Pairs across rows come in vectors.
INLINE size_t whole_vectors(size_t columns) { return (columns + LANES - 1) / LANES * LANES; }

INLINE __m512i load_numbers(const uint16_t *p, size_t count) {
  return _mm512_maskz_loadu_epi16(count < 32 ? (1u << count) - 1 : ~0u, p);
}

// `width` columns of a matrix, rounded up to whole vectors of pairs `stride` apart, = the pairs across each two of its rows.
// The columns' sums are added to `sums`, as wide, unless it is NULL.
INLINE void pack_across(const uint16_t *in, size_t inRow, size_t rows, size_t width, float *packed,
                        size_t stride, float *sums) {
  typedef int16_t places __attribute__((ext_vector_type(2 * LANES)));
  const places low = {0, 32, 1, 33, 2, 34, 3, 35, 4, 36, 5, 37, 6, 38, 7, 39,
                      8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47};
  const places high = low + 16;
  const vf ones = BITS(vf, (vu)0x3f803f80u);
  for (size_t r = 0; r < rows; r += 2, in += 2 * inRow, packed += stride) {
    for (size_t c = 0; c < width; c += 2 * LANES) {
      const __m512i upper = load_numbers(in + c, width - c);
      const __m512i lower = r + 1 < rows ? load_numbers(in + inRow + c, width - c) : _mm512_setzero_si512();
      const vf first = (vf)_mm512_permutex2var_epi16(upper, (__m512i)low, lower);
      store(packed + c, first);
      if (sums) store(sums + c, pair_fma(first, ones, load(sums + c)));
      if (width - c <= LANES) break;
      const vf second = (vf)_mm512_permutex2var_epi16(upper, (__m512i)high, lower);
      store(packed + c + LANES, second);
      if (sums) store(sums + c + LANES, pair_fma(second, ones, load(sums + c + LANES)));
    }
  }
}

// A strip of rows by a panel whose last vector has columns that the result lacks.
static void narrow_strip(strip_function product, size_t rows, size_t columns, size_t depth,
                         const float *a, size_t aRow, size_t aStep, const float *b,
                         const float *start, const float *before, float *c, size_t cRow) {
  float tile[STRIP * PANEL];
  product(depth, a, aRow, aStep, b, PANEL, start, NULL, tile, PANEL);
  for (size_t r = 0; r < rows; r++) {
    EACH_VECTOR(i, columns, {
      const vf sum = GET(tile + r * PANEL + i);
      PUT(c + r * cRow + i, before ? GET(before + r * cRow + i) + sum : sum);
    });
  }
}

// What is packed next: `lines` cache lines of each of `rows` rows.
typedef struct {
  const uint16_t *in;
  size_t inRow, rows, lines;
} panel_source;

#define LINE 32  // numbers

// Where the panel of the right factor lies that begins at a column, `numbers` deep from k on; nowhere beyond the last.
INLINE panel_source panel_source_of(ck_product_shape s, const uint16_t *right, size_t step, size_t k, size_t column) {
  panel_source source = {.inRow = s.rightRow};
  if (column >= s.columns || k >= s.depth) return source;
  const size_t columns = smaller(PANEL, s.columns - column), numbers = smaller(step, s.depth - k);
  source.in = s.rightTransposed ? right + column * s.rightRow + k : right + k * s.rightRow + column;
  source.rows = s.rightTransposed ? columns : numbers;
  source.lines = ((s.rightTransposed ? numbers : columns) + LINE - 1) / LINE;
  return source;
}

// Asks for the part of it that is due when rows [r, r + STRIP) of `rows` are computed.
INLINE void fetch_part(panel_source next, size_t r, size_t rows) {
  const size_t all = next.rows * next.lines;
  for (size_t i = all * r / rows; i < smaller(all, all * (r + STRIP) / rows); i++) {
    __builtin_prefetch(next.in + i / next.lines * next.inRow + i % next.lines * LINE, 0, 2);
  }
}

// All rows of the left factor, or of the part that is packed, by one packed panel.
static void rows_times_panel(ck_product_shape s, const float *left, const float *packed, size_t depth,
                             size_t column, panel_source nextPanel, const float *start,
                             const float *before, float *out) {
  const size_t columns = smaller(PANEL, s.columns - column);
  const size_t vectors = (columns + LANES - 1) / LANES;
  const bool isNarrow = columns % LANES > 0;
  for (size_t r = 0; r < s.rows; r += STRIP) {
    const size_t rows = smaller(STRIP, s.rows - r), inPanel = r % LEFT_PANEL;
    const float *a = s.leftTransposed ? left + (r - inPanel) * depth + inPanel : left + r * (s.leftRow / 2);
    const size_t aRow = s.leftTransposed ? 1 : s.leftRow / 2;
    const size_t aStep = s.leftTransposed ? smaller(LEFT_PANEL, whole_vectors(s.rows - r + inPanel)) : 1;
    float *c = out + r * s.outRow + column;
    const float *cBefore = before ? before + r * s.outRow + column : NULL;
    // What the next strip writes and adds to, and what is packed after this panel, are fetched while products are computed.
    fetch_part(nextPanel, r, s.rows);
    for (size_t next = STRIP; next < 2 * STRIP && r + next < s.rows; next++) {
      for (size_t i = 0; i < columns; i += LANES) {
        __builtin_prefetch(c + next * s.outRow + i, 1);
        if (cBefore && before != out) __builtin_prefetch(cBefore + next * s.outRow + i);
      }
    }
    const strip_function product = strip_functions[pairs][vectors - 1][rows - 1];
    if (isNarrow) {
      narrow_strip(product, rows, columns, depth, a, aRow, aStep, packed, start, cBefore, c, s.outRow);
    } else {
      product(depth, a, aRow, aStep, packed, PANEL, start, cBefore, c, s.outRow);
    }
  }
}

// The panels of a left factor that lies transposed, of which `numbers` deep are packed.
static void pack_left(ck_product_shape s, const uint16_t *left, size_t numbers, float *packed,
                      float *rowSums) {
  for (size_t r = 0; r < s.rows; r += LEFT_PANEL) {
    const size_t rows = smaller(LEFT_PANEL, s.rows - r);
    float sums[LEFT_PANEL] = {0};
    pack_across(left + r, s.leftRow, numbers, rows, packed + r * pairs_of(numbers), whole_vectors(rows),
                rowSums ? sums : NULL);
    if (rowSums) k_add(rowSums + r, sums, rowSums + r, rows);
  }
}

// How many numbers of the depth are taken at a time: as few times as DEPTH allows, and about as many each time.
INLINE size_t even_step(size_t depth) {
  const size_t times = larger(1, (depth + 2 * DEPTH - 1) / (2 * DEPTH)), each = (depth + times - 1) / times;
  return (each + LINE - 1) / LINE * LINE;
}

static void block_product(ck_product_shape s, const uint16_t *left, const uint16_t *right,
                          const float *bias, const float *before, float *out, float *rowSums,
                          float *scratch) {
  float *packed = scratch, *packedLeft = packed + DEPTH * PANEL;
  const size_t step = even_step(s.depth);
  for (size_t k = 0; k < s.depth; k += step) {
    const size_t numbers = smaller(step, s.depth - k), depth = pairs_of(numbers);
    if (s.leftTransposed) pack_left(s, left + k * s.leftRow, numbers, packedLeft, rowSums);
    const float *rows = s.leftTransposed ? packedLeft : (const float *)(left + k);
    for (size_t column = 0; column < s.columns; column += PANEL) {
      const size_t columns = smaller(PANEL, s.columns - column);
      if (s.rightTransposed) {
        transpose_strided((const float *)(right + column * s.rightRow + k), s.rightRow / 2, packed, PANEL,
                          columns, depth);
      } else {
        pack_across(right + k * s.rightRow + column, s.rightRow, numbers, columns, packed, PANEL, NULL);
      }
      float start[PANEL] = {0};
      if (bias && k == 0) memcpy(start, bias + column, columns * sizeof *bias);
      const panel_source nextPanel = column + PANEL < s.columns
        ? panel_source_of(s, right, step, k, column + PANEL)
        : panel_source_of(s, right, step, k + step, 0);
      rows_times_panel(s, rows, packed, depth, column, nextPanel, bias && k == 0 ? start : NULL,
                       k > 0 ? out : before, out);
    }
  }
}

static void k_bfloat16_product(ck_product_shape s, const uint16_t *left, const uint16_t *right,
                               const float *bias, const float *before, float *out,
                               float *rowSums, float *scratch) {
  for (size_t r = 0; r < s.rows; r += PRODUCT_ROWS) {
    ck_product_shape block = s;
    block.rows = smaller(PRODUCT_ROWS, s.rows - r);
    block_product(block, left + r * (s.leftTransposed ? 1 : s.leftRow), right, bias,
                  before ? before + r * s.outRow : NULL, out + r * s.outRow, rowSums ? rowSums + r : NULL, scratch);
  }
}

#else

// Never called: a unit without such products says so.
static void k_bfloat16_product(ck_product_shape s, const uint16_t *left, const uint16_t *right,
                               const float *bias, const float *before, float *out,
                               float *rowSums, float *scratch) {
  __builtin_trap();
}

#endif
