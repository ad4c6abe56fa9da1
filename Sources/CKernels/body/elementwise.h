// One pass over each array; whatever the compiler does not know about aliasing is harmless here,
// because every element depends on its own position only.

static void k_add(const float *a, const float *b, float *out, size_t count) {
  EACH_VECTOR(i, count, PUT(out + i, GET(a + i) + GET(b + i)););
}

static void k_multiply(const float *a, const float *b, float *out, size_t count) {
  EACH_VECTOR(i, count, PUT(out + i, GET(a + i) * GET(b + i)););
}

static void k_multiply_add(const float *a, const float *b, float *out, size_t count) {
  EACH_VECTOR(i, count, PUT(out + i, fma_v(GET(a + i), GET(b + i), GET(out + i))););
}

static void k_scale(const float *a, float scale, float *out, size_t count) {
  EACH_VECTOR(i, count, PUT(out + i, GET(a + i) * scale););
}

static void k_axpy(float scale, const float *x, float *y, size_t count) {
  const vf s = scale;
  EACH_VECTOR(i, count, PUT(y + i, fma_v(s, GET(x + i), GET(y + i))););
}

static void k_axpby(float a, const float *x, float b, float *y, size_t count) {
  const vf s = a;
  EACH_VECTOR(i, count, PUT(y + i, fma_v(s, GET(x + i), GET(y + i) * b)););
}

static void k_add_row(const float *a, const float *row, float *out, size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++) k_add(a + r * width, row, out + r * width, width);
}

// Four rows at a time, so that the sums are read and written once for four.
static void k_sum_rows(const float *a, float *out, size_t rows, size_t width) {
  size_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    const float *p = a + r * width, *q = p + width, *s = q + width, *t = s + width;
    EACH_VECTOR(i, width, {
      const vf sum = (GET(p + i) + GET(q + i)) + (GET(s + i) + GET(t + i));
      PUT(out + i, GET(out + i) + sum);
    });
  }
  for (; r < rows; r++) k_add(out, a + r * width, out, width);
}

static void k_gather_rows(const float *table, const int32_t *indices, float *out, size_t count,
                          size_t width) {
  for (size_t i = 0; i < count; i++) {
    memcpy(out + i * width, table + (size_t)indices[i] * width, width * sizeof(float));
  }
}

static void k_scatter_add_rows(const float *gradOut, const int32_t *indices, float *gradTable,
                               size_t count, size_t width) {
  for (size_t i = 0; i < count; i++) {
    float *row = gradTable + (size_t)indices[i] * width;
    k_add(row, gradOut + i * width, row, width);
  }
}
