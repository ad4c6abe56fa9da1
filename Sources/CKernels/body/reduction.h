// Sums are accumulated in double, in a few independent chains.

INLINE vd widen(vf_half v) { return __builtin_convertvector(v, vd); }

INLINE double reduce_sum_double(vd v) {
  double sum = 0;
  for (size_t i = 0; i < LANES / 2; i++) sum += v[i];
  return sum;
}

static double k_sum(const float *a, size_t count) {
  vd low = 0, high = 0;
  EACH_VECTOR(i, count, {
    const vf x = GET(a + i);
    low += widen(x.lo);
    high += widen(x.hi);
  });
  return reduce_sum_double(low + high);
}

static double k_dot(const float *a, const float *b, size_t count) {
  vd low = 0, high = 0;
  EACH_VECTOR(i, count, {
    const vf x = GET(a + i), y = GET(b + i);
    low += widen(x.lo) * widen(y.lo);
    high += widen(x.hi) * widen(y.hi);
  });
  return reduce_sum_double(low + high);
}

static double k_sum_squares(const float *a, size_t count) { return k_dot(a, a, count); }

INLINE float largest(const float *a, size_t count) {
  vf best = -INFINITY;
  EACH_VECTOR(i, count, best = max_v(EXISTING(GET(a + i), (vf)-INFINITY), best););
  return reduce_max(best);
}

static size_t k_argmax(const float *a, size_t count) {
  const float best = largest(a, count);
  size_t i = 0;
  while (i + LANES <= count && !any_v(load(a + i) == (vf)best)) i += LANES;
  for (; i < count; i++) {
    if (a[i] == best) return i;
  }
  return 0;
}

static bool k_all_finite(const float *a, size_t count) {
  vi bad = 0;
  EACH_VECTOR(i, count, {
    const vu bits = BITS(vu, GET(a + i));
    bad |= (bits & 0x7f800000u) == (vu)0x7f800000u;
  });
  return !any_v(bad);
}
