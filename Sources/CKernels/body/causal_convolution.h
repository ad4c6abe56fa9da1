// Every channel along time on its own, row by row: a row and its neighbours are in the first-level cache.

static void k_causal_convolution(ck_causal_shape s, const float *x, const float *taps, float *out) {
  for (size_t b = 0; b < s.batch; b++) {
    for (size_t t = 0; t < s.time; t++, x += s.width, out += s.width) {
      const size_t reach = t + 1 < s.taps ? t + 1 : s.taps;
      EACH_VECTOR(i, s.width, {
        vf sum = 0;
        for (size_t k = 0; k < reach; k++) {
          sum = fma_v(GET(taps + k * s.width + i), GET(x - k * s.width + i), sum);
        }
        PUT(out + i, sum);
      });
    }
  }
}

// gradX[t] = sum_k taps[k] gradOut[t + k]
static void k_causal_convolution_backward_x(ck_causal_shape s, const float *taps,
                                            const float *gradOut, float *gradX,
                                            bool accumulates) {
  for (size_t b = 0; b < s.batch; b++) {
    for (size_t t = 0; t < s.time; t++, gradOut += s.width, gradX += s.width) {
      const size_t reach = s.time - t < s.taps ? s.time - t : s.taps;
      EACH_VECTOR(i, s.width, {
        vf sum = accumulates ? GET(gradX + i) : (vf)0.0f;
        for (size_t k = 0; k < reach; k++) {
          sum = fma_v(GET(taps + k * s.width + i), GET(gradOut + k * s.width + i), sum);
        }
        PUT(gradX + i, sum);
      });
    }
  }
}

// gradTaps[k] += sum_t gradOut[t] x[t - k]
static void k_causal_convolution_backward_taps(ck_causal_shape s, const float *x,
                                               const float *gradOut, float *gradTaps) {
  for (size_t b = 0; b < s.batch; b++) {
    for (size_t t = 0; t < s.time; t++, x += s.width, gradOut += s.width) {
      const size_t reach = t + 1 < s.taps ? t + 1 : s.taps;
      for (size_t k = 0; k < reach; k++) {
        float *sums = gradTaps + k * s.width;
        EACH_VECTOR(i, s.width, {
          PUT(sums + i, fma_v(GET(gradOut + i), GET(x - k * s.width + i), GET(sums + i)));
        });
      }
    }
  }
}
